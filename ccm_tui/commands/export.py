"""``ccm-tui export``: everything, one row each, streamed."""

import argparse
from collections.abc import Iterable, Sequence

from ccm_tui.commands import options, output, session, unmasking
from ccm_tui.domain.roles import Right
from ccm_tui.errors import ExitCode, NotAllowedError
from ccm_tui.reports.export import Row, write_csv, write_jsonl

HELP = "everything, one row each: the stored lines, or the contacts made of them"


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("what", choices=("events", "contacts"), help="stored lines in time order, or visits to queues")
    options.add_period_options(parser)
    parser.add_argument("--site", action="append", default=[], metavar="S", help="one site; several times for more")
    parser.add_argument("--format", choices=("jsonl", "csv"), default="jsonl", help="default: jsonl")
    unmasking.add_unmask_option(parser)
    parser.add_argument("--raw", action="store_true", help="CSV cells as the log has them, formulas too")
    parser.add_argument("--out", metavar="FILE", help="a file for its owner only, instead of standard output")


def run(args: argparse.Namespace) -> ExitCode:
    """Stream the rows."""
    with session.reading(args) as (store, settings):
        definitions = session.definitions_of(args, settings)
        session.check_right(definitions, Right.EXPORT)
        if args.what == "events" and definitions.viewer.agents is not None:
            raise NotAllowedError("the lines of a log are of all teams, yours are some", "ccm-tui export contacts")
        query = options.query_of(args, settings)
        options.say_what_is_odd(store, settings, query)
        masked = unmasking.masked_for(args, store, definitions)
        names: Sequence[str]
        rows: Iterable[Row]
        if args.what == "events":
            from ccm_tui.reports.event_rows import EVENT_KEYS, EventRows

            names, rows = EVENT_KEYS, EventRows(store, definitions, masked=masked).stream(definitions, query)
        else:
            from ccm_tui.reports.contact_report import CONTACT_KEYS, read_contact_report

            names, rows = CONTACT_KEYS, read_contact_report(store, definitions, query, masked=masked).rows()
        with output.destination(args.out) as out:
            if args.format == "csv":
                write_csv(out, names, rows, raw=args.raw)
            else:
                write_jsonl(out, rows)
    return ExitCode.DONE
