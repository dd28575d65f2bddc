"""The columns of the text tables of ``report``: what people read of the rows that scripts get whole."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from ccm_tui.commands.output import Column, Row
from ccm_tui.domain.variants import DEFAULT_RULES, differences, service_level_text
from ccm_tui.formatting import NOT_IN_SOURCE, UNDEFINED, count, duration, mask_customer, moment, number, percent
from ccm_tui.reports.query import Frame
from ccm_tui.reports.queue_figures import DEFERRED_ONLY, VOICE_ONLY

DEFERRED = ("email", "message", "task")


def title_of(frame: Frame, what: str) -> list[str]:
    """What a table shows: the period, and the definitions in force where they are not ours."""
    zone = frame.sites[0].zone if frame.timezone is not None else ZoneInfo("UTC")
    lines = [
        f"{what}  {moment(frame.from_ms, zone)} – {moment(frame.to_ms, zone)} {frame.timezone or 'UTC'}"
        f"  {service_level_text(frame.definitions.base)}"
    ]
    changed = differences(frame.definitions.base, DEFAULT_RULES)
    if changed:
        lines.append("definitions: " + ", ".join(f"{key}={value}" for key, value in changed.items()))
    return lines


def queue_columns(rows: Sequence[Row], frame: Frame) -> list[Column]:
    """For ``report queues``; columns that say nothing about these rows are left out."""
    columns = _who(rows, frame, ("queue",))
    if any(row["channel"] != "voice" for row in rows):
        columns.append(Column("channel", lambda row: str(row["channel"]), right=False))
    columns += [
        Column("offered", _count("offered")),
        Column("answered", _count("answered")),
        Column("abandoned", _count("abandoned")),
        Column("short", _count("short_abandoned")),
        Column("flow-outs", _flow_outs),
    ]
    optional = ("refused", "lost", "answered_lost", "waiting", "in_progress", "outbound")
    columns += [Column(name.replace("_", " "), _count(name)) for name in optional if any(row[name] for row in rows)]
    columns += [
        Column("SL", _rate("service_level")),
        Column("in", _threshold),
        Column("ASA", _time("average_speed_of_answer_seconds")),
        Column("to abandon", _time("average_abandon_seconds")),
        Column("longest", _time("longest_wait_seconds")),
        Column("AHT", _time("average_handle_seconds")),
        Column("talk", _time("average_talk_seconds")),
        Column("hold", _part("average_hold_seconds")),
        Column("ACW", _part("average_acw_seconds")),
        Column("transfer", _rate("transfer_rate")),
        Column("abandon", _rate("abandonment_rate")),
        Column("FCR", _rate("first_contact_resolution")),
    ]
    for name, text in (
        ("csat", _figure("csat", 2)),
        ("nps", _figure("nps", 0)),
        ("ces", _figure("ces", 1)),
        ("cost_per_contact", _figure("cost_per_contact", 2)),
    ):
        if any(row[name] is not None for row in rows):
            columns.append(Column(name.replace("_", " ").replace("cost per contact", "cost"), text))
    if any(row["channel"] in DEFERRED for row in rows):
        columns += [
            Column("backlog", _count("backlog")),
            Column("oldest owed", _time("oldest_owed_seconds")),
            Column("first reply", _time("first_response_seconds")),
            Column("next reply", _time("next_response_seconds")),
            Column("resolved", _count("resolved")),
            Column("in target", _count("resolved_within_target")),
        ]
    return columns


def reason_columns(rows: Sequence[Row], frame: Frame) -> list[Column]:
    """For ``report reasons``."""
    columns = _who(rows, frame, ("queue",))
    if any(row["channel"] != "voice" for row in rows):
        columns.append(Column("channel", lambda row: str(row["channel"]), right=False))
    columns += [
        Column("reason", lambda row: row["reason"] or UNDEFINED, right=False),
        Column("offered", _count("offered")),
        Column("share", _rate("share")),
        Column("answered", _count("answered")),
        Column("AHT", _time("average_handle_seconds")),
        Column("transfer", _rate("transfer_rate")),
        Column("FCR", _rate("first_contact_resolution")),
    ]
    for name, digits in (("csat", 2), ("nps", 0), ("ces", 1)):
        if any(row[name] is not None for row in rows):
            columns.append(Column(name, _figure(name, digits)))
    return columns


def agent_columns(rows: Sequence[Row], frame: Frame) -> list[Column]:
    """For ``report agents``."""
    columns = _who(rows, frame, ("name",))
    if any(row["team"] for row in rows):
        columns.append(Column("team", lambda row: row["team"] or UNDEFINED, right=False))
    columns += [
        Column("answered", _count("answered")),
        Column("missed", _count("ring_no_answer")),
        Column("transferred", _count("transferred")),
        Column("talk", _agent_time("talk_seconds")),
        Column("hold", _agent_time("hold_seconds")),
        Column("ACW", _agent_time("acw_seconds")),
        Column("AHT", _time("average_handle_seconds")),
        Column("login", _agent_time("login_seconds")),
        Column("available", _agent_time("available_seconds")),
        Column("occupancy", _rate("occupancy")),
        Column("utilisation", _rate("utilisation")),
        Column("pause", _agent_time("pause_seconds")),
        Column("pauses", _pauses, right=False),
    ]
    return columns


def contact_columns(rows: Sequence[Row], frame: Frame) -> list[Column]:
    """For ``report contacts``."""
    zone = frame.sites[0].zone

    def entered(row: Row) -> str:
        unseen = "" if row["entry_seen"] else " ?"
        return moment(datetime.fromisoformat(row["offered_at"]), zone) + unseen

    columns = [Column("offered", entered, right=False), *_who(rows, frame, ("queue",))]
    if any(row["channel"] != "voice" for row in rows):
        columns.append(Column("channel", lambda row: str(row["channel"]), right=False))
    columns += [
        Column("customer", lambda row: _customer(row["customer"]), right=False),
        Column("outcome", lambda row: str(row["outcome"]), right=False),
        Column("by", lambda row: row["ended_by"] or UNDEFINED, right=False),
        Column("agent", lambda row: row["agent"] or UNDEFINED, right=False),
        Column("wait", _time("wait_seconds")),
        Column("talk", _time("talk_seconds")),
        Column("hold", _handled_time("hold_seconds")),
        Column("ACW", _handled_time("acw_seconds")),
    ]
    if any(row["sentiment"] is not None for row in rows):
        columns.append(Column("mood", _mood))
    columns += [
        Column("contact", lambda row: str(row["contact"]), right=False),
        Column("native id", lambda row: str(row["native_id"]), right=False),
    ]
    return columns


def _mood(row: Row) -> str:
    """-5 to 5; * where it was computed."""
    if row["sentiment"] is None:
        return UNDEFINED
    return f"{row['sentiment']:.1f}" + ("" if row["sentiment_source"] == "source" else "*")


def _who(rows: Sequence[Row], frame: Frame, names: Iterable[str]) -> list[Column]:
    columns = []
    if len({row["site"] for row in rows}) > 1:
        columns.append(Column("site", lambda row: str(row["site"]), right=False))
    columns += [Column("agent" if name == "name" else name, _text(name), right=False) for name in names]
    if frame.query.interval is not None:
        zones = {period.site: period.zone for period in frame.sites}
        columns.append(
            Column(
                "from",
                lambda row: moment(datetime.fromisoformat(row["start"]), zones[row["site"]], seconds=False),
                right=False,
            )
        )
    return columns


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
    return lambda row: NOT_IN_SOURCE if row[name] is None and row["talk_seconds"] else duration(row[name])


def _figure(name: str, digits: int) -> Callable[[Row], str]:
    return lambda row: number(row[name], digits=digits)


def _flow_outs(row: Row) -> str:
    names = ("exited_timeout", "exited_key", "exited_empty", "withdrawn", "transferred_out")
    return count(sum(row[name] for name in names), grouped=False)


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
