"""The columns of ``report outcomes`` as a text table; those that say nothing about these rows are left out."""

from collections.abc import Callable, Iterable, Sequence

from ccm_tui.commands.output import Column, Row
from ccm_tui.commands.report_columns import interval_column
from ccm_tui.formatting import UNDEFINED, count, duration, number, percent
from ccm_tui.reports.query import Frame

Text = Callable[[Row], str]


def _count(name: str) -> Text:
    return lambda row: count(row[name], grouped=False)


def _rate(name: str) -> Text:
    return lambda row: percent(row[name])


def _time(name: str) -> Text:
    return lambda row: duration(row[name])


def _score(digits: int) -> Callable[[str], Text]:
    return lambda name: lambda row: number(row[name], digits=digits)


_PARTS: Sequence[tuple[str, Callable[[str], Text], str, str | None]] = (
    ("transferred", _count, "transferred", None),
    ("transfer", _rate, "transfer_rate", None),
    ("dropped", _count, "dropped", "dropped"),
    ("drop rate", _rate, "dropped_rate", "dropped"),
    ("FCR", _rate, "first_contact_resolution", None),
    ("of", _count, "first_contact_counted", None),
    ("pending", _count, "first_contact_pending", "first_contact_pending"),
    ("resolved", _count, "resolved", None),
    ("took", _time, "resolution_seconds", None),
    ("calls out", _count, "outbound_attempts", "outbound_attempts"),
    ("reached", _rate, "reach_rate", "outbound_attempts"),
    ("talk out", _time, "average_outbound_talk_seconds", "outbound_attempts"),
    ("callbacks", _count, "callbacks_requested", "callbacks_requested"),
    ("tried", _count, "callbacks_attempted", "callbacks_requested"),
    ("done", _count, "callbacks_done", "callbacks_requested"),
    ("open", _count, "callbacks_open", "callbacks_requested"),
    ("oldest", _time, "oldest_callback_seconds", "callbacks_open"),
    ("menus", _count, "menu_contacts", "menu_contacts"),
    ("in menu", _time, "average_menu_seconds", "menu_contacts"),
    ("contained", _rate, "containment_rate", "containment_rate"),
    ("surveys", _count, "surveys_answered", "surveys_answered"),
    ("response", _rate, "response_rate", "surveys_answered"),
    ("csat", _score(2), "csat", "csat_n"),
    ("nps", _score(0), "nps", "nps_n"),
    ("ces", _score(1), "ces", "ces_n"),
    ("mood", _score(1), "sentiment", "sentiment_n"),
    ("negative", _rate, "negative_rate", "sentiment_n"),
)
"""Title, text, key, and the key that must say something in some row; None: the column is always there."""
_NAMELESS = {"queue": "(never asked for one)", "agent": "nobody", "team": "no team"}


def outcome_columns(rows: Sequence[Row], frame: Frame) -> list[Column]:
    """For ``report outcomes``, whatever its rows are of."""
    columns = list(_group(rows))
    if frame.query.interval is not None:
        columns.append(interval_column(frame))
    columns += [Column(name, _count(name)) for name in ("contacts", "offered", "answered")]
    for title, text, key, needed in _PARTS:
        if needed is None or any(row[needed] for row in rows):
            columns.append(Column(title, text(key)))
    return columns


def _group(rows: Sequence[Row]) -> Iterable[Column]:
    if not rows:
        return
    by = next((name for name in ("queue", "name", "channel", "team") if name in rows[0]), None)
    if by is None or len({row["site"] for row in rows}) > 1:
        yield Column("site", lambda row: str(row["site"]), right=False)
    if by is not None:
        title = "agent" if by == "name" else by
        yield Column(title, lambda row: row[by] or _NAMELESS.get(title, UNDEFINED), right=False)
