"""The program: global options, the table of commands, errors to exit codes.

A command's module is imported only when it is called; ``--version`` and ``--help`` import none.
"""

import argparse
import contextlib
import importlib
import sys
from collections.abc import Sequence

from ccm_tui import __version__
from ccm_tui.commands.streams import drop_output, mend_streams, output_failed
from ccm_tui.errors import CcmError, ExitCode

COMMANDS: dict[str, tuple[str, str]] = {
    "open": ("open", "the console; a PATH is followed from now on"),
    "demo": ("demo", "a simulated floor, complete and living"),
    "import": ("import_", "read logs once: files, folders, globs, .gz, - for standard input"),
    "watch": ("watch", "follow the logs in the foreground; the service"),
    "replay": ("replay", "write an old log out again as if it happened now"),
    "board": ("board", "the live board without a screen, now or as of an instant"),
    "report": ("report", "the numbers of a period: queues, agents, intervals, contacts"),
    "follow-up": ("follow_up", "act on a bad survey answer: take, assign, due, done, dismiss, reopen"),
    "customers": ("customers", "what another system knows of customers: import a CSV, list"),
    "quality": ("quality", "how far evaluators agree who rated the same contacts"),
    "explain": ("explain", "how a number came about, down to the log lines"),
    "audit": ("audit", "who did what: every time customers' numbers were unmasked"),
    "export": ("export", "everything, one row each"),
    "quarantine": ("quarantine", "lines that did not parse"),
    "db": ("db", "care of the database: info, backup, verify, rebuild"),
    "config": ("config", "the configuration: init, show, check"),
    "doctor": ("doctor", "what is wrong here, and what to do"),
}
"""Command -> (module in ``commands``, help)."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; gives its exit code. Never raises for anything a user can cause."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    mend_streams()
    try:
        try:
            return int(_run(arguments))
        finally:
            sys.stdout.flush()
    except CcmError as error:
        _say(f"ccm-tui: {error}")
        if error.hint:
            _say(f"  {error.hint}")
        return int(error.exit_code)
    except KeyboardInterrupt:
        return int(ExitCode.INTERRUPTED)
    except RuntimeError as error:
        return _told_to_end(error)
    except BrokenPipeError:
        drop_output()  # whoever read it has seen enough
        return int(ExitCode.DONE)
    except OSError as error:
        if not output_failed():
            raise
        _say(f"ccm-tui: standard output cannot be written: {error.strerror or error}")
        drop_output()
        return int(ExitCode.UNEXPECTED)


def _told_to_end(error: BaseException) -> int:
    """The exit code, if it is the end of the program in disguise: Python 3.11 wraps what is raised in a __set_name__.

    Importing consists of little else for some milliseconds, and a signal may come at any of them.
    """
    beneath: BaseException | None = error
    while isinstance(beneath, RuntimeError):
        beneath = beneath.__cause__
    if isinstance(beneath, KeyboardInterrupt):
        return int(ExitCode.INTERRUPTED)
    if isinstance(beneath, SystemExit):
        raise beneath
    raise error


def entry_point() -> None:
    """What the installed script calls."""
    sys.exit(main())


def _run(arguments: list[str]) -> ExitCode:
    parser = _parser()
    known, rest = parser.parse_known_args(_with_default(arguments))
    name = known.command
    module = importlib.import_module(f"ccm_tui.commands.{COMMANDS[name][0]}")
    command = argparse.ArgumentParser(prog=f"ccm-tui {name}", description=module.HELP, allow_abbrev=False)
    module.configure(command)
    words = [*known.rest, *rest]
    given = argparse.Namespace(**_globals(known), called=[name, *words])
    args = command.parse_args(words, namespace=given)
    return ExitCode(module.run(args))


def _parser() -> argparse.ArgumentParser:
    commands = "\n".join(f"  {name:<11} {text}" for name, (_, text) in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog="ccm-tui",
        description="The supervisor's console of a contact centre, from the logs your systems already write.",
        epilog=f"commands (open when none is given; COMMAND --help says more):\n{commands}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"ccm-tui {__version__}")
    parser.add_argument("--config", metavar="FILE", help="configuration instead of ccm.toml")
    parser.add_argument("--db", metavar="PATH", help="database instead of the configured one")
    parser.add_argument("--as", dest="as_name", metavar="NAME", help="who is at the console")
    parser.add_argument("command", choices=list(COMMANDS), metavar="COMMAND", help=argparse.SUPPRESS)
    parser.add_argument("rest", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    return parser


def _with_default(arguments: list[str]) -> list[str]:
    """``open`` is meant when the options are followed by no command."""
    position = 0
    while position < len(arguments) and arguments[position].startswith("-"):
        if arguments[position] in ("-h", "--help", "--version"):
            return arguments
        position += 1 if "=" in arguments[position] else 2
    return arguments if position < len(arguments) else [*arguments, "open"]


def _globals(known: argparse.Namespace) -> dict[str, object]:
    return {"config": known.config, "db": known.db, "as_name": known.as_name, "command": known.command}


def _say(text: str) -> None:
    """Names of files and what a log contains are in it: a terminal must not obey them."""
    from ccm_tui.safe import clean

    with contextlib.suppress(OSError):
        print(clean(text, newlines=True), file=sys.stderr)
