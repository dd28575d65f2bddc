"""``ccm-tui report``: the numbers of a period."""

import argparse
from itertools import chain, islice

from ccm_tui.commands import options, output, session, unmasking
from ccm_tui.errors import ExitCode, UsageError
from ccm_tui.reports.columns import title_of
from ccm_tui.reports.contact_query import ContactQuery, QueryError, parse_query
from ccm_tui.reports.export import Row
from ccm_tui.reports.registry import COMMANDED, KINDS, outcomes_by

HELP = f"the numbers of a period: {', '.join(COMMANDED)}"


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument(
        "kind",
        choices=COMMANDED,
        help="; ".join(f"{kind.name}: {kind.words}" for kind in map(KINDS.__getitem__, COMMANDED)),
    )
    options.add_grouping_option(parser)
    options.add_period_options(parser)
    options.add_scope_options(parser)
    options.add_definition_options(parser)
    parser.add_argument(
        "--search", metavar="QUERY", help="contacts: only those that a search of the Contacts screen finds"
    )
    unmasking.add_unmask_option(parser)
    parser.add_argument("--format", choices=output.REPORT_FORMATS, default="table", help="default: table")


def run(args: argparse.Namespace) -> ExitCode:
    """Count and write, row by row."""
    if args.kind in ("contacts", "follow-ups") and args.interval:
        raise UsageError(f"{args.kind} are not cut into intervals", "leave --interval out, or report queues or agents")
    if args.search is not None and args.kind != "contacts":
        raise UsageError("only contacts can be searched", "report contacts --search QUERY, or --queue, --agent, ...")
    if args.by is not None and args.kind != "outcomes":
        raise UsageError(f"{args.kind} are not grouped", "leave --by out, or report outcomes")
    if args.unmask and args.kind not in ("contacts", "follow-ups"):
        raise UsageError("only contacts and follow-ups show customers", "report contacts --unmask")
    kind = KINDS[outcomes_by(options.grouping_of(args)) if args.kind == "outcomes" else args.kind]
    search = None if args.search is None else parse_search(args.search)
    with session.reading(args) as (store, settings):
        definitions = options.definitions_of(args, settings)
        query = options.query_of(args, settings, kind.length)
        options.say_what_is_odd(store, settings, query)
        masked = unmasking.masked_for(args, store, definitions)
        report = kind.read(store, definitions, query, search, masked)
        rows = report.rows(headless=args.format in ("csv", "jsonl"))
        shown: list[Row] = []
        if args.format in ("table", "md"):
            shown = list(islice(rows, output.MEASURED_ROWS))
            rows = chain(shown, rows)
        with output.destination(None) as out:
            output.write_rows(
                out,
                args.format,
                rows,
                head=report.head(),
                key=kind.key,
                names=report.names(),
                columns=kind.columns(shown, report.frame) if args.format in ("table", "md") else (),
                title=title_of(report.frame, args.kind, report.head()),
            )
    return ExitCode.DONE


def parse_search(text: str) -> ContactQuery:
    """What a search looks for. Raises UsageError that shows the place of what is wrong."""
    try:
        return parse_query(text)
    except QueryError as error:
        raise UsageError(f"--search: {error}, at {text[error.start : error.end]!r}", error.hint) from error
