"""Contacts that were found, as a table. Pure."""

from typing import TYPE_CHECKING

from ccm_tui.domain.segments import Outcome, Segment
from ccm_tui.domain.sentiment import sentiment_of
from ccm_tui.domain.turns import Sentiment
from ccm_tui.formatting import NOT_IN_SOURCE, UNDEFINED, duration, local, number
from ccm_tui.reports.contact_query import OUTCOME_WORDS
from ccm_tui.screens.agent_words import COMPUTED
from ccm_tui.screens.queue_lines import customer_text
from ccm_tui.theme import Tone
from ccm_tui.widgets.board_model import BoardRow, Cell, Column

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from ccm_tui.screens.desk import Desk
    from ccm_tui.store.contact_search import Found

COLUMNS = (
    Column("at", "At", 12, sortable=False, description="When it entered the queue, on the site's clock."),
    Column("queue", "Queue", 9, grow=True, max_width=20, sortable=False, description="The queue it came through."),
    Column("customer", "Customer", 9, priority=1, sortable=False, wanted=(14, 6), description="Masked as elsewhere."),
    Column("agent", "Agent", 9, grow=True, max_width=20, priority=2, sortable=False, description="Who answered."),
    Column("outcome", "Outcome", 11, sortable=False, description="What became of it: outcome: finds it."),
    Column("wait", "Wait", 5, "right", sortable=False, description="How long until answer or exit."),
    Column("talk", "Talk", 5, "right", priority=3, sortable=False, description="Conversation, where it is known."),
    Column(
        "mood",
        "+/-",
        3,
        priority=4,
        sortable=False,
        description="How the customer sounded, where it is known; * computed.",
    ),
    Column("csat", "CSAT", 4, "right", priority=5, sortable=False, description="The customer's rating."),
    Column("channel", "Channel", 8, priority=7, sortable=False, description="How the customer came."),
    Column("reason", "Reason", 10, grow=True, max_width=30, priority=5, sortable=False, description="Why."),
)
SHORT = {value: word for word, value in OUTCOME_WORDS.items()}
MOODS = {Sentiment.POSITIVE: "+", Sentiment.NEGATIVE: "-"}


def outcome_text(visit: Segment) -> str:
    """What became of a visit, in a word that ``outcome:`` takes too. Nobody talks by mail."""
    outcome = visit.outcome.value
    if visit.outcome is Outcome.IN_PROGRESS and visit.channel.deferred:
        return outcome.replace("_", " ")
    return SHORT.get(outcome, outcome.replace("_", " "))


def at_text(at_ms: int | None, zone: "ZoneInfo", now_ms: int) -> str:
    """``22 Nov 14:32``; of another year ``22 Nov 2025``."""
    if at_ms is None:
        return UNDEFINED
    at = local(at_ms, zone)
    return f"{at:%d %b %H:%M}" if at.year == local(now_ms, zone).year else f"{at:%d %b %Y}"


def mood_text(mood: Sentiment | None, computed_by: str | None) -> str:
    """A mood in two cells: its sign, and whether it was computed; blank where nothing is known, or neutral."""
    sign = MOODS.get(mood, "") if mood is not None else ""
    return sign + COMPUTED if sign and computed_by else sign


def found_key(found: "Found") -> str:
    """A row's key: contact and visit."""
    return f"{found.contact}\x1f{found.segment.visit if found.segment is not None else ''}"


def found_row(found: "Found", desk: "Desk") -> BoardRow:
    """One of them; what a contact without a visit cannot have is a dash."""
    visit = found.segment
    mood = sentiment_of(found.sentiment_milli)
    unhappy = mood is Sentiment.NEGATIVE
    cells = {
        "at": Cell(at_text(found.at_ms, desk.zone(found.site), desk.now_ms())),
        "queue": Cell(UNDEFINED if visit is None else visit.queue),
        "customer": Cell(customer_text(found.customer, desk)),
        "agent": Cell((visit.agent or UNDEFINED) if visit is not None else UNDEFINED),
        "outcome": Cell("no queue" if visit is None else outcome_text(visit)),
        "wait": Cell(_seconds(None if visit is None else visit.wait_ms)),
        "talk": Cell(_seconds(None if visit is None else visit.talk_ms)),
        "mood": Cell(mood_text(mood, found.sentiment_by), None, Tone.WARNING if unhappy else None),
        "csat": Cell("" if found.csat_milli is None else number(found.csat_milli / 1000, digits=0)),
        "channel": Cell(found.channel or NOT_IN_SOURCE),
        "reason": Cell(found.reason or ""),
    }
    return BoardRow(found_key(found), cells)


def _seconds(duration_ms: int | None) -> str:
    return UNDEFINED if duration_ms is None else duration(duration_ms / 1000)
