"""``ccm-tui config``: write a commented configuration, show what holds and why, or say what is wrong."""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from ccm_tui.errors import CcmError, ExitCode, UsageError
from ccm_tui.settings.listing import config_template, effective_keys, effective_text
from ccm_tui.settings.load import Loaded, read_settings
from ccm_tui.settings.places import FILE_NAME, config_candidates
from ccm_tui.settings.problems import Problem
from ccm_tui.sources.base import CsvMapping
from ccm_tui.sources.mapped_csv import MappedCsv
from ccm_tui.sources.registry import FORMATS, SHORT_NAMES

HELP = "configuration: write it with comments, show it, check it"


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="init|show|check")
    init = actions.add_parser("init", help="write a file with every key, its default and a comment")
    init.add_argument("path", nargs="?", metavar="PATH", help=f"where to; - is stdout (default: ./{FILE_NAME})")
    init.add_argument("--force", action="store_true", help="replace a file that is there")
    show = actions.add_parser("show", help="every key that holds, and where its value comes from")
    show.add_argument("--format", choices=("text", "json"), default="text", help="text is TOML (default: text)")
    actions.add_parser("check", help="everything that is wrong, with file, line and the nearest right key")


def run(args: argparse.Namespace) -> ExitCode:
    """Do what was asked; a broken file is a result here, not a failure."""
    if args.action == "init":
        return _init(args.path or args.config or FILE_NAME, args.force)
    loaded = read_settings(args.config, args.db, formats=(*(known.name for known in FORMATS), *SHORT_NAMES))
    if args.action == "show":
        return _show(loaded, args.format)
    return _check(loaded)


def _init(path: str, force: bool) -> ExitCode:
    if path == "-":
        sys.stdout.write(config_template())
        return ExitCode.DONE
    file = Path(path).expanduser()
    if file.exists() and not force:
        raise UsageError(f"{path} exists", "use --force to replace it, or name another file")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("w" if force else "x", encoding="utf-8") as out:
            out.write(config_template())
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}", "name another file") from None
    print(f"wrote {path}")
    return ExitCode.DONE


def _show(loaded: Loaded, form: str) -> ExitCode:
    if form == "json":
        shown = {
            "file": None if loaded.file is None else str(loaded.file),
            "keys": [
                {
                    "key": each.name,
                    "value": each.value,
                    "origin": each.origin.kind.value,
                    "where": each.origin.where,
                    "line": each.origin.line,
                    "environment": each.environment,
                }
                for each in effective_keys(loaded)
            ],
        }
        print(json.dumps(shown, indent=2, default=_plain))
    else:
        sys.stdout.write(effective_text(loaded))
    return _report(loaded.problems)


def _check(loaded: Loaded) -> ExitCode:
    code = _report([*loaded.problems, *_csv_problems(loaded)])
    if code is ExitCode.DONE:
        print(f"{loaded.file}: no problems" if loaded.file else _no_file())
    return code


def _csv_problems(loaded: Loaded) -> Iterator[Problem]:
    """What the CSV reader has against a layout whose keys are right one by one."""
    for name, layout in loaded.settings.csv.items():
        if not layout.columns:
            continue  # said already
        try:
            MappedCsv(CsvMapping(**layout.arguments()))
        except CcmError as error:
            yield Problem(loaded.origin("csv", name, "columns").where, f"[csv.{name}]", str(error), error.hint)


def _no_file() -> str:
    tried = " or ".join(str(path) for path in config_candidates(os.environ, Path.cwd()))
    return f"no file at {tried}: the defaults hold; ccm-tui config init writes one"


def _report(problems: Sequence[Problem]) -> ExitCode:
    for problem in problems:
        print(problem, file=sys.stderr)
    return ExitCode.CONFIG if problems else ExitCode.DONE


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(f"no JSON for {type(value).__name__}")
