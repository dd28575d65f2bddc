"""The columns of reports: what people read of the rows that scripts get whole, on the command line and on screen."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

from ccm_tui.domain.variants import DEFAULT_RULES, differences, service_level_text
from ccm_tui.formatting import (
    NOT_IN_SOURCE,
    UNDEFINED,
    clock,
    count,
    duration,
    local,
    mask_customer,
    moment,
    number,
    percent,
    signed_percent,
)
from ccm_tui.reports.export import Better, Column, Row
from ccm_tui.reports.query import Frame
from ccm_tui.reports.queue_figures import DEFERRED_ONLY, VOICE_ONLY

DEFERRED = ("email", "message", "task")


def title_of(frame: Frame, what: str, head: Row | None = None) -> list[str]:
    """What a table shows: the period, the one it is compared with, and the definitions where they are not ours."""
    zone = frame.sites[0].zone if frame.timezone is not None else ZoneInfo("UTC")
    lines = [
        f"{what}  {moment(frame.from_ms, zone)} – {moment(frame.to_ms, zone)} {frame.timezone or 'UTC'}"
        f"  {service_level_text(frame.definitions.base)}"
    ]
    if head and head.get("previous_from"):
        start, end = (datetime.fromisoformat(str(head[name])) for name in ("previous_from", "previous_to"))
        lines.append(f"before: {moment(start, zone)} – {moment(end, zone)}")
    changed = differences(frame.definitions.base, DEFAULT_RULES)
    if changed:
        lines.append("definitions: " + ", ".join(f"{key}={value}" for key, value in changed.items()))
    return lines


def queue_columns(rows: Sequence[Row], frame: Frame) -> list[Column]:
    """For ``report queues``; columns that say nothing about these rows are left out."""
    columns = [
        *_who(rows, frame, ("queue",)),
        *_channel(rows),
        counted("offered", "offered"),
        counted("answered", "answered"),
        counted("abandoned", "abandoned", Better.LESS),
        counted("short", "short_abandoned"),
        Column("flow-outs", _flow_outs_text, value=_flow_outs, change=_as_count, better=Better.LESS),
    ]
    optional = (
        ("refused", Better.LESS),
        ("lost", Better.LESS),
        ("answered_lost", Better.LESS),
        ("waiting", Better.LESS),
        ("in_progress", Better.NEITHER),
        ("outbound", Better.NEITHER),
    )
    columns += [
        counted(name.replace("_", " "), name, better) for name, better in optional if any(row[name] for row in rows)
    ]
    columns += [
        rated("SL", "service_level", Better.MORE),
        Column("in", _threshold, value=itemgetter("service_level_threshold_seconds")),
        timed("ASA", "average_speed_of_answer_seconds", Better.LESS),
        timed("to abandon", "average_abandon_seconds"),
        timed("longest", "longest_wait_seconds", Better.LESS),
        timed("AHT", "average_handle_seconds"),
        timed("talk", "average_talk_seconds"),
        timed("hold", "average_hold_seconds", text=_part("average_hold_seconds")),
        timed("ACW", "average_acw_seconds", text=_part("average_acw_seconds")),
        rated("transfer", "transfer_rate", Better.LESS),
        rated("abandon", "abandonment_rate", Better.LESS),
        rated("FCR", "first_contact_resolution", Better.MORE),
        *_ratings(rows),
    ]
    if any(row["cost_per_contact"] is not None for row in rows):
        columns.append(figured("cost", "cost_per_contact", 2, Better.LESS))
    if any(row["channel"] in DEFERRED for row in rows):
        columns += [
            counted("backlog", "backlog", Better.LESS),
            timed("oldest owed", "oldest_owed_seconds", Better.LESS),
            timed("first reply", "first_response_seconds", Better.LESS),
            timed("next reply", "next_response_seconds", Better.LESS),
            counted("resolved", "resolved"),
            counted("in target", "resolved_within_target"),
        ]
    return columns


def reason_columns(rows: Sequence[Row], frame: Frame) -> list[Column]:
    """For ``report reasons``."""
    return [
        *_who(rows, frame, ("queue",)),
        *_channel(rows),
        Column("reason", lambda row: row["reason"] or UNDEFINED, right=False),
        counted("offered", "offered"),
        rated("share", "share"),
        counted("answered", "answered"),
        timed("AHT", "average_handle_seconds"),
        rated("transfer", "transfer_rate", Better.LESS),
        rated("FCR", "first_contact_resolution", Better.MORE),
        *_ratings(rows),
    ]


def agent_columns(rows: Sequence[Row], frame: Frame) -> list[Column]:
    """For ``report agents``."""
    columns = _who(rows, frame, ("name",))
    if any(row["team"] for row in rows):
        columns.append(Column("team", lambda row: row["team"] or UNDEFINED, right=False))
    return [
        *columns,
        counted("answered", "answered"),
        counted("missed", "ring_no_answer", Better.LESS),
        counted("transferred", "transferred"),
        timed("talk", "talk_seconds", text=_agent_time("talk_seconds"), wide=True),
        timed("hold", "hold_seconds", text=_agent_time("hold_seconds"), wide=True),
        timed("ACW", "acw_seconds", text=_agent_time("acw_seconds"), wide=True),
        timed("AHT", "average_handle_seconds"),
        timed("login", "login_seconds", text=_agent_time("login_seconds"), wide=True),
        timed("available", "available_seconds", text=_agent_time("available_seconds"), wide=True),
        rated("occupancy", "occupancy"),
        rated("utilisation", "utilisation"),
        timed("pause", "pause_seconds", text=_agent_time("pause_seconds"), wide=True),
        Column("pauses", _pauses, right=False),
    ]


def trend_columns(rows: Sequence[Row], frame: Frame) -> list[Column]:
    """For ``report trends``."""
    zones = {period.site: period.zone for period in frame.sites}
    columns = _site(rows)
    known_before = any(row["previous_offered"] is not None for row in rows)
    columns += [
        Column("by", lambda row: str(row["view"]).replace("_", " "), right=False),
        Column("when", lambda row: when_text(row, zones[row["site"]], frame.to_ms), right=False, value=_when),
        counted("offered", "offered"),
        figured("mean a day", "mean_per_day", 1),
    ]
    if known_before:
        columns.append(Column("change", lambda row: signed_percent(_mean_change(row)), value=_mean_change))
    columns += [
        rated("share", "share"),
        counted("refused", "refused", Better.LESS),
        counted("outbound", "outbound"),
        counted("days", "days"),
    ]
    if any(row["silent_days"] for row in rows):
        columns.append(counted("silent", "silent_days"))
    if known_before:
        columns += [counted("before", "previous_offered"), figured("mean before", "previous_mean_per_day", 1)]
    return columns


WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def when_text(row: Row, zone: ZoneInfo, to_ms: int) -> str:
    """When a row of the trends is: ``Mon``, ``09:00``, ``Mon 09:00``, or its instants: ``Mon 23 Nov 09:00``, with the
    year where it is not that in which the period ends, at ``to_ms``."""
    parts = []
    if row["weekday"] is not None:
        parts.append(WEEKDAYS[row["weekday"] - 1])
    if row["hour"] is not None:
        parts.append(f"{row['hour']:02}:00")
    if row["start"] is not None:
        start, end = (datetime.fromisoformat(row[name]) for name in ("start", "end"))
        year = local(to_ms - 1, zone).year
        first, last = (_day(local(at, zone), year) for at in (start, end - timedelta(milliseconds=1)))
        if row["view"] in ("period", "week") and first != last:
            parts.append(f"{first} – {last}")
        else:
            parts.append(f"{WEEKDAYS[local(start, zone).weekday()]} {first}")
            if row["view"] in ("busiest_hour", "busiest_half_hour"):
                parts.append(clock(start, zone))
    return " ".join(parts)


def _day(at: datetime, year: int) -> str:
    return f"{at:%d %b}" if at.year == year else f"{at:%d %b %Y}"


def _when(row: Row) -> str:
    return f"{row['start'] or ''} {row['weekday'] or 0} {row['hour'] or 0:02}"


def _mean_change(row: Row) -> float | None:
    """How much more came in a day than in the period before; None: there is nothing to divide by."""
    now, before = row["mean_per_day"], row["previous_mean_per_day"]
    return None if now is None or not before else now / before - 1


def contact_columns(rows: Sequence[Row], frame: Frame) -> list[Column]:
    """For ``report contacts``."""
    zone = frame.sites[0].zone

    def entered(row: Row) -> str:
        unseen = "" if row["entry_seen"] else " ?"
        return moment(datetime.fromisoformat(row["offered_at"]), zone) + unseen

    return [
        Column("offered", entered, right=False, value=itemgetter("offered_at")),
        *_who(rows, frame, ("queue",)),
        *_channel(rows),
        Column("customer", lambda row: _customer(row["customer"]), right=False),
        Column("outcome", lambda row: str(row["outcome"]), right=False),
        Column("by", lambda row: row["ended_by"] or UNDEFINED, right=False),
        Column("agent", lambda row: row["agent"] or UNDEFINED, right=False),
        timed("wait", "wait_seconds"),
        timed("talk", "talk_seconds"),
        timed("hold", "hold_seconds", text=_handled_time("hold_seconds")),
        timed("ACW", "acw_seconds", text=_handled_time("acw_seconds")),
        *_moods(rows),
        Column("contact", lambda row: str(row["contact"]), right=False),
        Column("native id", lambda row: str(row["native_id"]), right=False),
    ]


def _moods(rows: Sequence[Row]) -> list[Column]:
    """How customers sounded, where any did; * where it was computed."""

    def text(row: Row) -> str:
        if row["sentiment"] is None:
            return UNDEFINED
        return f"{row['sentiment']:.1f}" + ("" if row["sentiment_source"] == "source" else "*")

    known = any(row["sentiment"] is not None for row in rows)
    return [Column("mood", text, value=itemgetter("sentiment"))] if known else []


def follow_up_columns(rows: Sequence[Row], frame: Frame) -> list[Column]:
    """For ``report follow-ups``; the answers that nobody gave are left out."""
    zones = {period.site: period.zone for period in frame.sites}

    def at(name: str) -> Callable[[Row], str]:
        def text(row: Row) -> str:
            zone = zones[row["site"]]
            return UNDEFINED if row[name] is None else moment(datetime.fromisoformat(row[name]), zone, seconds=False)

        return text

    columns = [
        Column("due", at("due_at"), right=False, value=itemgetter("due_at")),
        Column("state", lambda row: str(row["state"]) + (", corrected" if row["corrected"] else ""), right=False),
        Column("owner", lambda row: row["owner"] or "unassigned", right=False),
        *_site(rows),
        Column("queue", lambda row: row["queue"] or UNDEFINED, right=False),
        Column("agent", lambda row: row["agent"] or UNDEFINED, right=False),
        Column("customer", lambda row: _customer(row["customer"]), right=False),
    ]
    columns += [figured(name, name, 0) for name in ("csat", "nps", "ces") if any(row[name] is not None for row in rows)]
    columns.append(Column("answered", at("rated_at"), right=False, value=itemgetter("rated_at")))
    for name in ("comment", "note"):
        if any(row[name] for row in rows):
            columns.append(Column(name, lambda row, name=name: row[name] or "", right=False))  # type: ignore[misc]
    return [*columns, Column("task", _text("task"), right=False)]


def counted(title: str, name: str, better: Better = Better.NEITHER) -> Column:
    """A column of a count by its JSON key."""
    return Column(title, _count(name), value=_meant(name), change=_as_count, better=better, key=name)


def rated(title: str, name: str, better: Better = Better.NEITHER) -> Column:
    """A column of a rate by its JSON key."""
    return Column(title, _rate(name), value=_meant(name), change=_as_points, better=better, key=name)


def timed(
    title: str,
    name: str,
    better: Better = Better.NEITHER,
    text: Callable[[Row], str] | None = None,
    *,
    wide: bool = False,
) -> Column:
    """A column of seconds by its JSON key."""
    change = partial(duration, wide=wide)
    return Column(title, text or _time(name), value=_meant(name), change=change, better=better, key=name)


def figured(title: str, name: str, digits: int, better: Better = Better.NEITHER) -> Column:
    """A column of another figure by its JSON key."""
    change = partial(number, digits=digits)
    return Column(title, _figure(name, digits), value=_meant(name), change=change, better=better, key=name)


def _ratings(rows: Sequence[Row]) -> list[Column]:
    """The ratings that any customer gave."""
    ratings = (("csat", 2, Better.MORE), ("nps", 0, Better.MORE), ("ces", 1, Better.NEITHER))
    return [
        figured(name, name, digits, better)
        for name, digits, better in ratings
        if any(row[name] is not None for row in rows)
    ]


def _meant(name: str) -> Callable[[Row], Any]:
    return lambda row: None if _not_meant(row, name) else row[name]


def _as_count(difference: float) -> str:
    return count(round(difference), grouped=False)


def _as_points(difference: float) -> str:
    """Rates are compared by percentage points."""
    return percent(difference, sign=False)


def _site(rows: Sequence[Row]) -> list[Column]:
    several = len({row["site"] for row in rows}) > 1
    return [Column("site", lambda row: str(row["site"]), right=False)] if several else []


def _channel(rows: Sequence[Row]) -> list[Column]:
    other = any(row["channel"] != "voice" for row in rows)
    return [Column("channel", lambda row: str(row["channel"]), right=False)] if other else []


def _who(rows: Sequence[Row], frame: Frame, names: Iterable[str]) -> list[Column]:
    columns = _site(rows)
    columns += [Column("agent" if name == "name" else name, _text(name), right=False) for name in names]
    if frame.query.interval is not None:
        columns.append(interval_column(frame))
    return columns


def interval_column(frame: Frame) -> Column:
    """Where a row's interval begins, on its site's clock."""
    zones = {period.site: period.zone for period in frame.sites}
    return Column(
        "from",
        lambda row: moment(datetime.fromisoformat(row["start"]), zones[row["site"]], seconds=False),
        right=False,
        value=itemgetter("start"),
    )


def _text(name: str) -> Callable[[Row], str]:
    return lambda row: str(row[name])


def _not_meant(row: Row, name: str) -> bool:
    """Whether the figure has no sense for the row's channel."""
    channel = row.get("channel")
    return channel is not None and name in (VOICE_ONLY if channel in DEFERRED else DEFERRED_ONLY)


def _count(name: str) -> Callable[[Row], str]:
    return lambda row: NOT_IN_SOURCE if _not_meant(row, name) else count(row[name], grouped=False)


def _rate(name: str) -> Callable[[Row], str]:
    return lambda row: NOT_IN_SOURCE if _not_meant(row, name) else percent(row[name])


def _time(name: str) -> Callable[[Row], str]:
    return lambda row: NOT_IN_SOURCE if _not_meant(row, name) else duration(row[name])


def _agent_time(name: str) -> Callable[[Row], str]:
    return lambda row: NOT_IN_SOURCE if row[name] is None else duration(row[name], wide=True)


def _part(name: str) -> Callable[[Row], str]:
    """Hold or wrap-up: contacts were handled, and nobody says how long this part took."""

    def text(row: Row) -> str:
        unsaid = row[name] is None and row["average_handle_seconds"] is not None
        return NOT_IN_SOURCE if unsaid else duration(row[name])

    return text


def _handled_time(name: str) -> Callable[[Row], str]:
    return lambda row: NOT_IN_SOURCE if row[name] is None and row["talk_seconds"] is not None else duration(row[name])


def _figure(name: str, digits: int) -> Callable[[Row], str]:
    return lambda row: number(row[name], digits=digits)


def _flow_outs(row: Row) -> int:
    names = ("exited_timeout", "exited_key", "exited_empty", "withdrawn", "transferred_out")
    return sum(row[name] for name in names)


def _flow_outs_text(row: Row) -> str:
    return count(_flow_outs(row), grouped=False)


def _threshold(row: Row) -> str:
    seconds = row["service_level_threshold_seconds"]
    variant = f" {row['sl_variant']}" if "sl_variant" in row else ""
    return NOT_IN_SOURCE if seconds is None else f"{seconds:g}s{variant}"


def _pauses(row: Row) -> str:
    return ", ".join(f"{reason or UNDEFINED} {duration(paused, wide=True)}" for reason, paused in row["pauses"].items())


def _customer(customer: str | None) -> str:
    """Rows come masked for files; on screen the mark is another."""
    if customer and customer.startswith("******"):
        return mask_customer(None) if len(customer) == 6 else f"••• {customer[6:]}"
    return customer or UNDEFINED
