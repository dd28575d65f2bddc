"""The columns of ``report outcomes`` as a text table; those that say nothing about these rows are left out."""

from collections.abc import Callable, Iterable, Sequence

from ccm_tui.formatting import UNDEFINED
from ccm_tui.reports.columns import counted, figured, interval_column, rated, timed
from ccm_tui.reports.export import Better, Column, Row
from ccm_tui.reports.query import Frame

Make = Callable[[str, str, Better], Column]


def _score(digits: int) -> Make:
    return lambda title, key, better: figured(title, key, digits, better)


_PARTS: Sequence[tuple[str, Make, str, str | None]] = (
    ("transferred", counted, "transferred", None),
    ("transfer", rated, "transfer_rate", None),
    ("dropped", counted, "dropped", "dropped"),
    ("drop rate", rated, "dropped_rate", "dropped"),
    ("FCR", rated, "first_contact_resolution", None),
    ("of", counted, "first_contact_counted", None),
    ("pending", counted, "first_contact_pending", "first_contact_pending"),
    ("resolved", counted, "resolved", None),
    ("took", timed, "resolution_seconds", None),
    ("calls out", counted, "outbound_attempts", "outbound_attempts"),
    ("reached", rated, "reach_rate", "outbound_attempts"),
    ("talk out", timed, "average_outbound_talk_seconds", "outbound_attempts"),
    ("callbacks", counted, "callbacks_requested", "callbacks_requested"),
    ("tried", counted, "callbacks_attempted", "callbacks_requested"),
    ("done", counted, "callbacks_done", "callbacks_requested"),
    ("open", counted, "callbacks_open", "callbacks_requested"),
    ("oldest", timed, "oldest_callback_seconds", "callbacks_open"),
    ("menus", counted, "menu_contacts", "menu_contacts"),
    ("in menu", timed, "average_menu_seconds", "menu_contacts"),
    ("contained", rated, "containment_rate", "containment_rate"),
    ("surveys", counted, "surveys_answered", "surveys_answered"),
    ("response", rated, "response_rate", "surveys_answered"),
    ("csat", _score(2), "csat", "csat_n"),
    ("nps", _score(0), "nps", "nps_n"),
    ("ces", _score(1), "ces", "ces_n"),
    ("mood", _score(1), "sentiment", "sentiment_n"),
    ("negative", rated, "negative_rate", "sentiment_n"),
)
"""Title, kind, key, and the key that must say something in some row; None: the column is always there."""
_MORE = frozenset(
    (
        "first_contact_resolution",
        "resolved",
        "reach_rate",
        "callbacks_done",
        "response_rate",
        "csat",
        "nps",
        "sentiment",
        "containment_rate",
    )
)
_LESS = frozenset(
    (
        "transfer_rate",
        "dropped",
        "dropped_rate",
        "resolution_seconds",
        "callbacks_open",
        "oldest_callback_seconds",
        "negative_rate",
    )
)
"""Keys of which more, or less, is better."""
_NAMELESS = {"queue": "(never asked for one)", "agent": "nobody", "team": "no team"}


def outcome_columns(rows: Sequence[Row], frame: Frame) -> list[Column]:
    """For ``report outcomes``, whatever its rows are of."""
    columns = list(_group(rows))
    if frame.query.interval is not None:
        columns.append(interval_column(frame))
    columns += [counted(name, name) for name in ("contacts", "offered", "answered")]
    for title, make, key, needed in _PARTS:
        if needed is None or any(row[needed] for row in rows):
            columns.append(make(title, key, _better(key)))
    return columns


def _better(key: str) -> Better:
    return Better.MORE if key in _MORE else Better.LESS if key in _LESS else Better.NEITHER


def _group(rows: Sequence[Row]) -> Iterable[Column]:
    if not rows:
        return
    by = next((name for name in ("queue", "name", "channel", "team") if name in rows[0]), None)
    if by is None or len({row["site"] for row in rows}) > 1:
        yield Column("site", lambda row: str(row["site"]), right=False)
    if by is not None:
        title = "agent" if by == "name" else by
        yield Column(title, lambda row: row[by] or _NAMELESS.get(title, UNDEFINED), right=False)
