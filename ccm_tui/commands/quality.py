"""``ccm-tui quality``: evaluation forms, and how far evaluators agree. Each action is a module of its own."""

import argparse
import importlib

from ccm_tui.errors import ExitCode

HELP = "quality: evaluation forms, and how far evaluators agree"

_ACTIONS = {
    "forms": ("quality_forms", "evaluation forms: check files"),
    "score": ("quality_score", "answers to a score, with the working question by question"),
    "agreement": ("quality_agreement", "how far evaluators agree who rated the same items"),
}
"""Action -> (module in ``commands``, help)."""


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    actions = parser.add_subparsers(dest="quality", required=True, metavar="|".join(_ACTIONS))
    for name, (module, text) in _ACTIONS.items():
        importlib.import_module(f"ccm_tui.commands.{module}").configure(actions.add_parser(name, help=text))


def run(args: argparse.Namespace) -> ExitCode:
    """Do one of them."""
    module = importlib.import_module(f"ccm_tui.commands.{_ACTIONS[args.quality][0]}")
    return ExitCode(module.run(args))
