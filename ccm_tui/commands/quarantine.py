"""``ccm-tui quarantine``: the lines that did not parse, and another try at them."""

import argparse
import re
import sys
from collections.abc import Iterator

from ccm_tui.commands import output, session, unmasking
from ccm_tui.errors import ExitCode
from ccm_tui.formatting import mask_line
from ccm_tui.reports.export import Column, Row, dump, write_json
from ccm_tui.store.quarantine import list_quarantined

HELP = "lines that did not parse: list them, or try them again"

EXCERPT_CHARS = 160

# a run of digits; not what a line begins with, its time, nor the call id 1795329597.9260
_NUMBER = re.compile(r"(?<![\d.])(?<!^)\+?\d{7,15}(?!\d|\.\d)")


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("action", choices=("list", "retry"), help="show them; or parse them again and store")
    unmasking.add_unmask_option(parser)
    parser.add_argument("--format", choices=("table", "json"), default="table", help="default: table")


def run(args: argparse.Namespace) -> ExitCode:
    """List or retry."""
    return _list(args) if args.action == "list" else _retry(args)


def _list(args: argparse.Namespace) -> ExitCode:
    with session.reading(args) as (store, settings):
        with store.reading() as cursor:
            lines = list_quarantined(cursor)
        masked = unmasking.masked_for(args, store, session.definitions_of(args, settings))
    shown = _masked if masked else str

    def rows() -> Iterator[Row]:
        for line in lines:
            yield {
                "site": line.site,
                "file": line.path,
                "offset": line.offset,
                "length": line.length,
                "reason": shown(line.reason),
                "line": shown(line.line[: EXCERPT_CHARS * 4].decode(errors="replace"))[:EXCERPT_CHARS],
            }

    if args.format == "json":
        write_json(sys.stdout, {"lines": len(lines)}, "quarantine", rows())
    elif lines:
        output.write_table(sys.stdout, rows(), _columns(), [f"{len(lines)} lines in quarantine"])
    else:
        print("no line is in quarantine")
    return ExitCode.DONE


def _masked(text: str) -> str:
    """Whatever may be a customer's number: nobody knows what a line says that did not parse."""
    return mask_line(text, _NUMBER.findall(text))


def _columns() -> list[Column]:
    return [
        Column("file", lambda row: str(row["file"]), right=False),
        Column("offset", lambda row: str(row["offset"])),
        Column("bytes", lambda row: str(row["length"])),
        Column("reason", lambda row: str(row["reason"]), right=False),
        Column("line", lambda row: str(row["line"]), right=False),
    ]


def _retry(args: argparse.Namespace) -> ExitCode:
    from dataclasses import asdict

    from ccm_tui.ingest.retry import retry_quarantined

    with session.writing(args) as writing:
        result = asdict(retry_quarantined(writing))
    if args.format == "json":
        sys.stdout.write(dump(result) + "\n")
    else:
        print(", ".join(f"{count} {name.replace('_', ' ')}" for name, count in result.items()))
    return ExitCode.DONE
