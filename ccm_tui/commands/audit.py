"""``ccm-tui audit list``: who did what, and when."""

import argparse
from collections.abc import Iterator
from datetime import datetime

from ccm_tui.commands import options, output, session
from ccm_tui.domain.roles import Right
from ccm_tui.errors import ExitCode
from ccm_tui.formatting import iso_utc, moment
from ccm_tui.reports.export import Column, Row
from ccm_tui.reports.query import read_frame
from ccm_tui.settings.definitions import Definitions
from ccm_tui.settings.sections import DEFAULT_SITE
from ccm_tui.store.audit import Entry, list_entries

HELP = "who did what and when: every time customers' numbers were unmasked"

KEYS = ("at", "who", "verb", "subject", "details")


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="list")
    listing = actions.add_parser("list", help="every entry, the oldest first")
    options.add_period_options(listing)
    listing.set_defaults(site=[])
    listing.add_argument("--who", metavar="NAME", help="one person only")
    listing.add_argument("--format", choices=output.REPORT_FORMATS, default="table", help="default: table")


def run(args: argparse.Namespace) -> ExitCode:
    """Write the entries."""
    with session.reading(args) as (store, settings):
        definitions = session.definitions_of(args, settings)
        session.check_right(definitions, Right.READ_AUDIT)
        query = options.query_of(args, settings)
        with store.reading() as cursor:
            frame = read_frame(cursor, definitions, query)
            from_ms = None if query.start is None else frame.from_ms
            to_ms = None if query.end is None else frame.to_ms
            entries = list(list_entries(cursor, from_ms, to_ms, args.who))
    with output.destination(None) as out:
        output.write_rows(
            out,
            args.format,
            _rows(entries),
            head={"entries": len(entries)},
            key="audit",
            names=KEYS,
            columns=_columns(definitions),
            title=[f"{len(entries)} entries"],
        )
    return ExitCode.DONE


def _rows(entries: list[Entry]) -> Iterator[Row]:
    for entry in entries:
        yield {
            "at": iso_utc(entry.at_ms),
            "who": entry.who,
            "verb": entry.verb,
            "subject": entry.subject,
            "details": dict(entry.details),
        }


def _ms(at: str) -> int:
    return round(datetime.fromisoformat(at).timestamp() * 1000)


def _columns(definitions: Definitions) -> list[Column]:
    zone = definitions.zone(DEFAULT_SITE)
    return [
        Column("at", lambda row: moment(_ms(row["at"]), zone), right=False),
        Column("who", lambda row: str(row["who"]), right=False),
        Column("role", lambda row: str(row["details"].get("role") or "—"), right=False),
        Column("did", lambda row: str(row["verb"]), right=False),
        Column("to", lambda row: str(row["subject"]), right=False),
    ]
