"""``ccm-tui explain``: how a number came about, down to the log lines; or everything known of one contact."""

import argparse
import sys
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from ccm_tui.commands import options, output, session, unmasking
from ccm_tui.errors import ExitCode, UsageError
from ccm_tui.formatting import UNDEFINED, duration, number, percent
from ccm_tui.reports.export import write_json
from ccm_tui.settings.model import Settings
from ccm_tui.store.engine import Store

if TYPE_CHECKING:
    from ccm_tui.reports.explanation import Explanation
    from ccm_tui.reports.query import Frame

HELP = "how a number came about, down to the log lines"

SHOWN_CONTACTS = 20
RATES = frozenset(
    {
        "service_level",
        "transfer_rate",
        "abandonment_rate",
        "first_contact_resolution",
        "occupancy",
        "utilisation",
        "response_rate",
        "dropped_rate",
        "reach_rate",
        "containment_rate",
        "negative_rate",
    }
)


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument(
        "kpi",
        metavar="KPI",
        help="a figure by its JSON key or short name (service_level or sl, asa, aht, occupancy, ...), or: contact ID",
    )
    parser.add_argument("id", metavar="ID", nargs="?", help="with contact: its id, or its id in the log")
    parser.add_argument(
        "--of",
        choices=("queues", "agents", "outcomes"),
        help="of which report the figure is, when several have it (default: queues; with --by outcomes)",
    )
    options.add_grouping_option(parser)
    options.add_period_options(parser)
    options.add_scope_options(parser)
    options.add_definition_options(parser, interval=False)
    parser.add_argument(
        "--contacts",
        metavar="N",
        default=str(SHOWN_CONTACTS),
        help=f"list so many contacts of each kind, or all (default: {SHOWN_CONTACTS})",
    )
    unmasking.add_unmask_option(parser)
    parser.add_argument("--format", choices=("table", "json"), default="table", help="default: table")


def run(args: argparse.Namespace) -> ExitCode:
    """Take the figure apart and write it."""
    with session.reading(args) as (store, settings):
        if args.kpi == "contact":
            return _contact(args, store, settings)
        if args.id is not None:
            raise UsageError(f"{args.id!r} is one argument too many", "only explain contact takes an id")
        return _figure(args, store, settings)


def _figure(args: argparse.Namespace, store: Store, settings: Settings) -> ExitCode:
    from ccm_tui.reports.agent_explanation import add_presence_lines, explain_agents
    from ccm_tui.reports.event_rows import EventRows
    from ccm_tui.reports.explanation import add_lines, explain_queues
    from ccm_tui.reports.outcome_explanation import explain_outcomes
    from ccm_tui.reports.queue_report import head_of

    if args.by is not None and args.of not in (None, "outcomes"):
        raise UsageError(f"--by groups outcomes, not {args.of}", "leave --by or --of out")
    key, owner = _meant(args.kpi, args.of if args.by is None else "outcomes")
    agents = owner == "agents"
    limit = _limit(args.contacts)
    definitions = options.definitions_of(args, settings)
    query = options.query_of(args, settings)
    options.say_what_is_odd(store, settings, query)
    masked = unmasking.masked_for(args, store, definitions)
    if owner == "outcomes":
        by = options.grouping_of(args)
        frame, found = explain_outcomes(store, definitions, query, key, limit, by, masked=masked)
    else:
        explain = explain_agents if agents else explain_queues
        frame, found = explain(store, definitions, query, key, limit, masked=masked)
    events = EventRows(store, definitions, masked=masked)
    add_lines(store, found, events)
    if agents:
        add_presence_lines(store, found, _agent_ids(store, frame), events)
    if args.format == "json":
        write_json(sys.stdout, {"kpi": key, **head_of(frame)}, "explanations", [_as_json(each) for each in found])
    else:
        output.write_lines(sys.stdout, _text(frame, key, found))
    return ExitCode.DONE


def _meant(name: str, of: str | None) -> tuple[str, str]:
    """The JSON key, and the report that it is of."""
    from ccm_tui.reports.agent_explanation import AGENT_KEYS
    from ccm_tui.reports.explanation import QUEUE_KEYS
    from ccm_tui.reports.outcome_report import OUTCOME_KEYS
    from ccm_tui.reports.shares import NAMED

    wanted = name.strip().lower().replace("-", "_")
    key = NAMED.get(wanted, wanted)
    if key == "pauses":
        key = "pause_seconds"
    keys = {"queues": QUEUE_KEYS, "agents": AGENT_KEYS, "outcomes": OUTCOME_KEYS}
    for owner in (of,) if of is not None else keys:
        for candidate in (key, f"{key}_seconds"):
            if candidate in keys[owner]:
                return candidate, owner
    known = [*dict.fromkeys((*QUEUE_KEYS, *AGENT_KEYS, *OUTCOME_KEYS)), *NAMED] if of is None else list(keys[of])
    near = get_close_matches(key, known, n=1)
    hint = f"did you mean {near[0]}? " if near else ""
    raise UsageError(f"there is no figure {name!r}", f"{hint}figures are {', '.join(known)}")


def _limit(text: str) -> int | None:
    if text == "all":
        return None
    if text.isascii() and text.isdigit():
        return int(text)
    raise UsageError(f"--contacts {text} is no number of contacts", "give a number, or all")


def _agent_ids(store: Store, frame: "Frame") -> dict[tuple[str, str], int]:
    from ccm_tui.store.history import agents_of_site

    with store.reading() as cursor:
        return {
            (period.site, agent.name): agent.id
            for period in frame.sites
            if period.site_id is not None
            for agent in agents_of_site(cursor, period.site_id)
        }


def _as_json(explanation: "Explanation") -> dict[str, Any]:
    return {
        **explanation.of,
        "value": explanation.value,
        "definition": explanation.definition,
        "numerator": explanation.share.numerator,
        "denominator": explanation.share.denominator,
        "counted": {place: explanation.places[place] for place in ("numerator", "denominator", "excluded")},
        "exclusions": [{"what": what, "contacts": count} for what, count in sorted(explanation.exclusions.items())],
        "parts": explanation.parts,
        "presence": explanation.presence,
        "contacts": explanation.contacts,
    }


# -- text --------------------------------------------------------------------------------------------------------------


def _text(frame: "Frame", key: str, found: "list[Explanation]") -> Iterator[str]:
    from ccm_tui.reports.columns import title_of

    yield from title_of(frame, key)
    for each in found:
        yield ""
        yield f"{' / '.join(str(name) for name in each.of.values() if name)}: {_value(key, each.value)}"
        yield f"  {each.definition}"
        if each.share.denominator is not None:
            yield f"  {_plain(each.share.numerator)} / {_plain(each.share.denominator)}"
        if each.parts:
            yield "  " + ", ".join(
                f"{name.removesuffix('_seconds').replace('_', ' ')} {_value(name, value)}"
                for name, value in each.parts.items()
            )
        if each.exclusions:
            left_out = ", ".join(f"{count} {what}" for what, count in sorted(each.exclusions.items()))
            yield f"  not counted: {left_out}"
        yield from _contacts_text(each)
        yield from _presence_text(each)


def _contacts_text(explanation: "Explanation") -> Iterator[str]:
    words = {"numerator": "above the line", "denominator": "below the line only", "excluded": "not counted"}
    if explanation.share.denominator is None:
        words["numerator"] = "counted"
    for place, word in words.items():
        total = explanation.places[place]
        shown = [row for row in explanation.contacts if row["counted"] == place]
        if not total:
            continue
        yield f"  {word}: {total}" + (f", of which the first {len(shown)}" if len(shown) < total else "")
        for row in shown:
            share = "" if row["numerator"] in (None, 0, 1) else f"  {_plain(row['numerator'])}"
            yield (
                f"    {row['offered_at']}  {row['contact']}  {row['native_id']}  {row['what']}"
                f"  wait {duration(row['wait_seconds'])}  talk {duration(row['talk_seconds'])}"
                f"  {row['agent'] or UNDEFINED}{share}"
            )
            yield from _lines_text(row["lines"])


def _presence_text(explanation: "Explanation") -> Iterator[str]:
    for row in explanation.presence:
        reason = f" {row['reason']}" if row["reason"] else ""
        unseen = "" if row["start_seen"] else "  login not seen"
        yield f"  {row['start']} – {row['end']}  {duration(row['seconds'], wide=True)}  {row['status']}{reason}{unseen}"
        yield from _lines_text(row["lines"])


def _lines_text(lines: list[Mapping[str, Any]]) -> Iterator[str]:
    for line in lines:
        yield f"        {line['file']}:{line['offset']}  {line['line']}"


def _value(key: str, value: float | None) -> str:
    if key in RATES:
        return percent(value)
    return duration(value, wide=True) if key.endswith("_seconds") else _plain(value)


def _plain(value: float | None) -> str:
    if value is None:
        return UNDEFINED
    return str(int(value)) if float(value).is_integer() else number(value, digits=3)


# -- one contact -------------------------------------------------------------------------------------------------------


def _contact(args: argparse.Namespace, store: Store, settings: Settings) -> ExitCode:
    from ccm_tui.reports.contact_report import contact_row
    from ccm_tui.reports.event_rows import EventRows
    from ccm_tui.reports.explanation import lines_of
    from ccm_tui.reports.scope import not_yours
    from ccm_tui.store import history

    if args.id is None:
        raise UsageError("explain contact needs an id", "report contacts lists them; an id of the log will do too")
    definitions = session.definitions_of(args, settings)
    masked = unmasking.masked_for(args, store, definitions)
    events = EventRows(store, definitions, masked=masked)
    found: list[dict[str, Any]] = []
    with store.reading() as cursor:
        for row_id, public_id, site, native_id in history.find_contacts(cursor, args.id, next(iter(args.site), None)):
            visits = list(history.segments_of_contact(cursor, public_id))
            if not definitions.viewer.sees_contact(visit.agent for visit in visits):
                raise not_yours(public_id)
            found.append(
                {
                    "contact": public_id,
                    "site": site,
                    "native_id": native_id,
                    "segments": [contact_row(segment, masked=masked) for segment in visits],
                    "lines": lines_of(cursor, row_id, events),
                }
            )
    if not found:
        raise UsageError(f"there is no contact {args.id!r}", "report contacts lists their ids")
    if args.format == "json":
        write_json(sys.stdout, {}, "contacts", found)
    else:
        output.write_lines(sys.stdout, _contact_text(found))
    return ExitCode.DONE


def _contact_text(found: list[dict[str, Any]]) -> Iterator[str]:
    for contact in found:
        yield f"{contact['contact']}  {contact['site']}  {contact['native_id']}"
        for row in contact["segments"]:
            yield (
                f"  {row['queue']}  {row['channel']}  {row['outcome']}  offered {row['offered_at']}"
                f"  answered {row['answered_at'] or UNDEFINED}  ended {row['ended_at'] or UNDEFINED}"
                f"  wait {duration(row['wait_seconds'])}  talk {duration(row['talk_seconds'])}"
                f"  customer {row['customer'] or UNDEFINED}  agent {row['agent'] or UNDEFINED}"
            )
        yield from _lines_text(contact["lines"])
