"""``ccm-tui board``: the live board without a screen, now or as of an instant."""

import argparse
import sys
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ccm_tui.commands import options, output, session, unmasking
from ccm_tui.errors import ExitCode, UsageError
from ccm_tui.formatting import (
    NOT_IN_SOURCE,
    UNDEFINED,
    count,
    duration,
    iso_utc,
    mask_customer_export,
    moment,
    percent,
    timer,
)
from ccm_tui.reports.export import Column, Row, dump
from ccm_tui.reports.query import Query
from ccm_tui.settings.definitions import Definitions
from ccm_tui.store.engine import Store

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from ccm_tui.live.snapshot import AgentRow, FloorSnapshot, QueueRow
    from ccm_tui.reports.resolutions import QueueResolutions

HELP = "the live board without a screen, now or as of an instant"

WAITING_SHOWN = 10


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("--as-of", metavar="T", help="a past instant: 2026-11-22T14:30[Z], in the site's zone")
    parser.add_argument("--site", metavar="S", help="one site only")
    unmasking.add_unmask_option(parser)
    parser.add_argument("--format", choices=("table", "json"), default="table", help="default: table")


def run(args: argparse.Namespace) -> ExitCode:
    """Read the floor once and write it."""
    with session.reading(args) as (store, settings):
        definitions = session.definitions_of(args, settings)
        now_ms = time.time_ns() // 1_000_000
        as_of_ms = now_ms if args.as_of is None else _instant(args, store, definitions, now_ms)
        options.say_what_is_odd(store, settings, Query(now_ms, sites=frozenset(filter(None, [args.site]))))
        masked = unmasking.masked_for(args, store, definitions)
        board = read_board(store, definitions, as_of_ms, args.site, masked=masked)
    if args.format == "json":
        sys.stdout.write(dump(board) + "\n")
    else:
        _write_tables(board, definitions, args.site)
    return ExitCode.DONE


def read_board(
    store: Store, definitions: Definitions, as_of_ms: int, site: str | None = None, *, masked: bool = True
) -> dict[str, Any]:
    """The board at an instant, by the keys of ``board --format json``.

    Its queues have the figures of ``report queues`` for the day so far, by the same function. One figure is the
    board's own: contacts that wait past the threshold count as missed in ``service_level`` already.
    """
    from ccm_tui.ingest.lock import read_status
    from ccm_tui.live.floor import FloorReader
    from ccm_tui.reports.query import read_day_frame
    from ccm_tui.reports.resolutions import read_resolutions

    snapshot = FloorReader(store, definitions).read(as_of_ms, read_status(store.path), live=False)
    with store.reading() as cursor:
        frame = read_day_frame(cursor, definitions, as_of_ms)
        resolutions = read_resolutions(cursor, frame)
    zones = {zone for name, zone in snapshot.timezones.items() if site in (None, name)}
    return {
        "as_of": iso_utc(as_of_ms),
        "data_age_seconds": None if snapshot.data_age_ms is None else snapshot.data_age_ms / 1000,
        "timezone": _one_zone(zones, definitions, site),
        "sl_variant": definitions.base.sl_variant.value,
        "queues": _queues(snapshot, definitions, resolutions, site, masked=masked),
        "agents": [_agent(row) for row in snapshot.agents if site in (None, row.site)],
    }


def _one_zone(zones: set[str], definitions: Definitions, site: str | None) -> str | None:
    """The zone of the sites shown; None when they have several."""
    from ccm_tui.settings.sections import DEFAULT_SITE

    if not zones:
        return definitions.zone(site or DEFAULT_SITE).key
    return next(iter(zones)) if len(zones) == 1 else None


def _queues(
    snapshot: "FloorSnapshot",
    definitions: Definitions,
    resolutions: "QueueResolutions",
    site: str | None,
    *,
    masked: bool,
) -> list[dict[str, Any]]:
    from ccm_tui.reports.queue_figures import queue_figures
    from ccm_tui.reports.queue_report import figure_context

    found = []
    for row in snapshot.queues:
        if site not in (None, row.site):
            continue
        context = figure_context(definitions, row.site, row.queue, row.channel, snapshot.as_of_ms, live=True)
        figures = queue_figures(row.day, context, resolutions.of(row.site, row.queue, row.channel, 0))
        entry = {"site": row.site, "queue": row.queue, "channel": row.channel.value, **figures, **_now(row, masked)}
        if context.rules.sl_variant is not definitions.base.sl_variant:
            entry["sl_variant"] = context.rules.sl_variant.value
        found.append(entry)
    return found


def _now(row: "QueueRow", masked: bool) -> dict[str, Any]:
    """What is in the queue just now, and who serves it."""
    oldest_ms = row.oldest_waiting_ms
    return {
        "oldest_waiting_seconds": None if oldest_ms is None else oldest_ms / 1000,
        "agents_available": row.agents_available,
        "agents_on_contact": row.agents_on_contact,
        "agents_acw": row.agents_acw,
        "agents_paused": row.agents_paused,
        "waiting_contacts": [
            {
                "contact": waiting.contact,
                "native_id": waiting.native_id,
                "customer": mask_customer_export(waiting.customer) if masked else waiting.customer,
                "position": waiting.position,
                "entered_at": iso_utc(waiting.entered_at_ms),
                "wait_seconds": waiting.wait_ms / 1000,
            }
            for waiting in row.waiting
        ],
    }


def _agent(row: "AgentRow") -> dict[str, Any]:
    state = row.state
    return {
        "site": row.site,
        "agent": row.agent,
        "name": row.name,
        "status": state.status.value,
        "status_since": iso_utc(state.status_since_ms),
        "activity": state.activity.value,
        "activity_since": iso_utc(state.activity_since_ms),
        "contact": state.segments[0].contact if state.segments else None,
        "queues": [
            {
                "queue": membership.queue,
                "paused": membership.paused,
                "pause_reason": membership.reason,
                "confirmed": membership.confirmed,
            }
            for membership in state.queues
        ],
    }


def _instant(args: argparse.Namespace, store: Store, definitions: Definitions, now_ms: int) -> int:
    from ccm_tui.reports.moments import parse_moment
    from ccm_tui.settings.sections import DEFAULT_SITE
    from ccm_tui.store.floor import list_sites

    wanted = parse_moment(args.as_of, "--as-of")
    with store.reading() as cursor:
        sites = [args.site] if args.site else list(list_sites(cursor)) or [DEFAULT_SITE]
    instants = {wanted.resolve(definitions.zone(site), definitions.day_starts_at(site), now_ms) for site in sites}
    if len(instants) > 1:
        raise UsageError(
            f"--as-of {args.as_of} is another instant at each site",
            "add an offset (2026-11-22T14:30Z), or name a --site",
        )
    return instants.pop()


# -- tables ------------------------------------------------------------------------------------------------------------


def _write_tables(board: Mapping[str, Any], definitions: Definitions, site: str | None) -> None:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from ccm_tui.domain.variants import service_level_text

    zone = ZoneInfo(board["timezone"] or "UTC")
    as_of = datetime.fromisoformat(board["as_of"])
    age = board["data_age_seconds"]
    title = [
        f"as of {moment(as_of, zone)} {zone.key}  {service_level_text(definitions.base)}, today"
        "; waiting past it counts as missed",
        "nobody follows the logs" if age is None else f"data {timer(age)} old",
    ]
    output.write_table(sys.stdout, board["queues"], _queue_columns(board["queues"]), title)
    for queue in board["queues"]:
        waiting = queue["waiting_contacts"]
        if waiting:
            shown = ", ".join(
                f"{c['customer'] or UNDEFINED} {timer(c['wait_seconds'])}" for c in waiting[:WAITING_SHOWN]
            )
            more = f", {len(waiting) - WAITING_SHOWN} more" if len(waiting) > WAITING_SHOWN else ""
            output.write_lines(sys.stdout, [f"waiting in {queue['queue']}: {shown}{more}"])
    sys.stdout.write("\n")
    output.write_table(sys.stdout, board["agents"], _agent_columns(board["agents"], as_of, zone), ())


def _queue_columns(rows: list[Row]) -> list[Column]:
    columns = [Column("site", lambda row: str(row["site"]), right=False)] if _several_sites(rows) else []
    return [
        *columns,
        Column("queue", lambda row: str(row["queue"]), right=False),
        Column("waiting", lambda row: count(len(row["waiting_contacts"]), grouped=False)),
        Column("oldest", lambda row: timer(row["oldest_waiting_seconds"])),
        Column("SL", lambda row: _unless_deferred(row, percent(row["service_level"]))),
        Column("in", lambda row: _unless_deferred(row, f"{row['service_level_threshold_seconds'] or 0:g}s")),
        Column("offered", lambda row: count(row["offered"], grouped=False)),
        Column("answered", lambda row: count(row["answered"], grouped=False)),
        Column("abandoned", lambda row: count(row["abandoned"], grouped=False)),
        Column("ASA", lambda row: _unless_deferred(row, duration(row["average_speed_of_answer_seconds"]))),
        Column("AHT", lambda row: duration(row["average_handle_seconds"])),
        Column("available", lambda row: count(row["agents_available"])),
        Column("on contact", lambda row: count(row["agents_on_contact"])),
        Column("ACW", lambda row: count(row["agents_acw"])),
        Column("paused", lambda row: count(row["agents_paused"])),
    ]


def _agent_columns(rows: list[Row], as_of: Any, zone: "ZoneInfo") -> list[Column]:
    from datetime import datetime

    def since(row: Row, key: str) -> str:
        at = row[key]
        return UNDEFINED if at is None else timer((as_of - datetime.fromisoformat(at)).total_seconds())

    columns = [Column("site", lambda row: str(row["site"]), right=False)] if _several_sites(rows) else []
    return [
        *columns,
        Column("agent", lambda row: str(row["name"]), right=False),
        Column("status", lambda row: str(row["status"]), right=False),
        Column("since", lambda row: since(row, "status_since")),
        Column("activity", lambda row: str(row["activity"]), right=False),
        Column("since", lambda row: since(row, "activity_since")),
        Column("queues", _memberships, right=False),
    ]


def _memberships(row: Row) -> str:
    parts = []
    for queue in row["queues"]:
        paused = f" (paused{': ' + queue['pause_reason'] if queue['pause_reason'] else ''})" if queue["paused"] else ""
        parts.append(queue["queue"] + paused + ("" if queue["confirmed"] else " not confirmed"))
    return ", ".join(parts)


def _several_sites(rows: list[Row]) -> bool:
    return len({row["site"] for row in rows}) > 1


def _unless_deferred(row: Row, text: str) -> str:
    return NOT_IN_SOURCE if row["backlog"] is not None else text
