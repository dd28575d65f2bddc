"""``ccm-tui report``: the numbers of a period."""

import argparse
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from typing import Protocol

from ccm_tui.commands import options, output, session, unmasking
from ccm_tui.commands.output import Column, Row
from ccm_tui.commands.report_columns import agent_columns, contact_columns, queue_columns, reason_columns, title_of
from ccm_tui.domain.intervals import IntervalLength
from ccm_tui.errors import ExitCode, UsageError
from ccm_tui.reports.contact_query import ContactQuery, QueryError, parse_query
from ccm_tui.reports.query import Frame, Query
from ccm_tui.settings.definitions import Definitions
from ccm_tui.store.engine import Store

HELP = "the numbers of a period: queues, agents, intervals, contacts, reasons"

Columns = Callable[[Sequence[Row], Frame], list[Column]]


class Report(Protocol):
    """What every report gives."""

    frame: Frame

    def head(self) -> dict[str, object]: ...

    def names(self) -> list[str]: ...

    def rows(self, *, headless: bool = False) -> Iterator[Row]: ...


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument(
        "kind",
        choices=("queues", "agents", "intervals", "contacts", "reasons"),
        help="a row a queue, an agent, a queue and half hour, a contact's visit to a queue, or a queue and reason",
    )
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
    if args.kind == "contacts" and args.interval:
        raise UsageError("contacts are not cut into intervals", "leave --interval out, or report queues or agents")
    if args.search is not None and args.kind != "contacts":
        raise UsageError("only contacts can be searched", "report contacts --search QUERY, or --queue, --agent, ...")
    if args.unmask and args.kind != "contacts":
        raise UsageError("only contacts show customers", "report contacts --unmask")
    search = None if args.search is None else parse_search(args.search)
    with session.reading(args) as (store, settings):
        definitions = options.definitions_of(args, settings)
        query = options.query_of(args, settings, IntervalLength.HALF_HOUR if args.kind == "intervals" else None)
        options.say_what_is_odd(store, settings, query)
        masked = unmasking.masked_for(args, store, definitions)
        key, columns, report = _read(args.kind, store, definitions, query, search, masked=masked)
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
                key=key,
                names=report.names(),
                columns=columns(shown, report.frame) if args.format in ("table", "md") else (),
                title=title_of(report.frame, args.kind),
            )
    return ExitCode.DONE


def parse_search(text: str) -> ContactQuery:
    """What a search looks for. Raises UsageError that shows the place of what is wrong."""
    try:
        return parse_query(text)
    except QueryError as error:
        raise UsageError(f"--search: {error}, at {text[error.start : error.end]!r}", error.hint) from error


def _read(
    kind: str, store: Store, definitions: Definitions, query: Query, search: ContactQuery | None, *, masked: bool
) -> tuple[str, Columns, Report]:
    if kind == "agents":
        from ccm_tui.reports.agent_report import read_agent_report

        return "agents", agent_columns, read_agent_report(store, definitions, query)
    if kind == "contacts":
        from ccm_tui.reports.contact_report import read_contact_report

        return "contacts", contact_columns, read_contact_report(store, definitions, query, masked=masked, search=search)
    if kind == "reasons":
        from ccm_tui.reports.reason_report import read_reason_report

        return "reasons", reason_columns, read_reason_report(store, definitions, query)
    from ccm_tui.reports.queue_report import read_queue_report

    return "queues", queue_columns, read_queue_report(store, definitions, query)
