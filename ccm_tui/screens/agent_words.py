"""An agent's state in signs and words, the same wherever agents are shown. Pure.

What he chose and what is observed are two things. The signs: ● on a contact, ○ free, ◐ wrap-up, ■ paused, ? no answer.
"""

from typing import TYPE_CHECKING, NamedTuple

from ccm_tui.domain.agent_state import AgentActivity, AgentStatus
from ccm_tui.domain.turns import Sentiment
from ccm_tui.formatting import UNDEFINED, mask_customer, number, percent, timer
from ccm_tui.live.snapshot import AgentRow
from ccm_tui.theme import Tone

if TYPE_CHECKING:
    from ccm_tui.domain.agent_state import AgentState
    from ccm_tui.settings.sections import PauseSettings

_DOING = {
    AgentActivity.FREE: ("○", "free", Tone.STATE_FREE),
    AgentActivity.RINGING: ("○", "ringing", Tone.STATE_FREE),
    AgentActivity.TALKING: ("●", "talk", Tone.STATE_CONTACT),
    AgentActivity.HOLD: ("●", "hold", Tone.STATE_CONTACT),
    AgentActivity.ACW: ("◐", "ACW", Tone.STATE_ACW),
    AgentActivity.NO_ANSWER: ("?", "no answer", Tone.STATE_NO_ANSWER),
    AgentActivity.OTHER: ("●", "other", Tone.STATE_CONTACT),
}
_MOODS = {
    Sentiment.POSITIVE: ("+", "happy"),
    Sentiment.NEUTRAL: ("=", "calm"),
    Sentiment.NEGATIVE: ("-", "unhappy"),
}
COMPUTED = "*"
"""Beside a mood that the source does not tell."""
ON_CONTACT = frozenset({AgentActivity.TALKING, AgentActivity.HOLD})


class Doing(NamedTuple):
    """What is observed."""

    sign: str
    word: str
    tone: Tone

    @property
    def text(self) -> str:
        """Sign and word."""
        return f"{self.sign} {self.word}"


def is_in(state: "AgentState") -> bool:
    """Whether he is logged in."""
    return state.status is not AgentStatus.OFFLINE


def is_paused(state: "AgentState") -> bool:
    """Whether he does nothing else than being on pause."""
    return state.status is AgentStatus.PAUSED and state.activity is AgentActivity.NONE


def is_wrapping_up(state: "AgentState", pause: "PauseSettings") -> bool:
    """Whether he wraps a contact up: as the source says, or by a pause whose reason means that."""
    if is_paused(state):
        return pause.class_of(state.reason) == "acw"
    return state.activity is AgentActivity.ACW


def chose(row: AgentRow, pause: "PauseSettings") -> str:
    """What he chose: ready, break, the reason of a pause that is no break, or nothing."""
    state = row.state
    if not is_in(state):
        return UNDEFINED
    if state.status is AgentStatus.READY:
        return "ready"
    kind = pause.class_of(state.reason)
    return kind if kind == "break" else state.reason or kind


def doing(row: AgentRow, pause: "PauseSettings") -> Doing:
    """What is observed of him."""
    state = row.state
    if not is_in(state) and state.activity not in ON_CONTACT:
        if row.usual_from_ms is not None:
            return Doing(" ", "not in", Tone.STATE_NOT_IN)
        return Doing(" ", "out", Tone.STATE_OUT)
    if is_wrapping_up(state, pause):
        return Doing(*_DOING[AgentActivity.ACW])
    if is_paused(state):
        return Doing("■", state.reason or "pause", Tone.STATE_PAUSED)
    return Doing(*_DOING.get(state.activity, ("○", "ready", Tone.STATE_FREE)))


def since_ms(row: AgentRow) -> int | None:
    """Since when he has been doing that; for one who is missing since when he should be here."""
    state = row.state
    if not is_in(state) and state.activity not in ON_CONTACT:
        return row.usual_from_ms if row.usual_from_ms is not None else state.status_since_ms
    if is_paused(state):
        return state.status_since_ms
    return state.activity_since_ms


def in_queue(row: AgentRow, queue: str, pause: "PauseSettings") -> tuple[Doing, int | None]:
    """What he does as far as one of his queues is concerned, as the queue counts him, and since when.

    None where he is paused in it alone, or in others only: the source does not say since when.
    """
    state = row.state
    member = next((each for each in state.queues if each.queue == queue), None)
    busy = state.activity in ON_CONTACT or state.activity is AgentActivity.ACW
    if member is None or busy or member.paused == is_paused(state):
        return doing(row, pause), since_ms(row)
    if not member.paused:
        return Doing(*_DOING[AgentActivity.FREE]), None
    if pause.class_of(member.reason) == "acw":
        return Doing(*_DOING[AgentActivity.ACW]), None
    return Doing("■", member.reason or "paused here", Tone.STATE_PAUSED), None


def lasting(row: AgentRow, now_ms: int) -> str:
    """For how long: a running timer."""
    at_ms = since_ms(row)
    return UNDEFINED if at_ms is None else timer((now_ms - at_ms) / 1000)


def current_queue(row: AgentRow) -> str:
    """The queue of the contact he is on; without one, the queues he is in when it is one."""
    if row.state.segments:
        return row.state.segments[0].queue
    return row.state.queues[0].queue if len(row.state.queues) == 1 else ""


def current_customer(row: AgentRow, masked: bool) -> str:
    """Whom he is talking to; how many when there are several."""
    segments = row.state.segments
    if not segments:
        return ""
    customer = segments[0].customer
    text = mask_customer(customer) if masked else customer or UNDEFINED
    return text if len(segments) == 1 else f"{text} +{len(segments) - 1}"


def mood_sign(row: AgentRow) -> str:
    """How the customer he is talking to sounds: + = -, and * where it was computed; a dash where nothing tells."""
    mood = row.mood
    if mood.now is None:
        return UNDEFINED
    return _MOODS[mood.now][0] + (COMPUTED if mood.now_by else "")


def mood_word(row: AgentRow) -> str:
    """The same in a word; empty where nothing tells."""
    return "" if row.mood.now is None else _MOODS[row.mood.now][1]


def negative_of(row: AgentRow) -> str:
    """How many of the day's contacts sounded negative, of those of which it is known: ``3/14``."""
    mood = row.mood
    if not mood.n:
        return UNDEFINED
    return f"{mood.negative}/{mood.n}" + (COMPUTED if mood.day_by else "")


def customers(row: AgentRow) -> str:
    """How his customers sound, in words; empty where nothing tells."""
    mood, parts = row.mood, []
    if mood.now is not None:
        by = f" (computed by {mood.now_by})" if mood.now_by else ""
        parts.append(f"now {mood_word(row)}{by}")
    if mood.n:
        by = f" (computed by {mood.day_by})" if mood.day_by else ""
        share, mean = percent(mood.negative_share, digits=0), number(mood.mean, digits=1)
        parts.append(f"today {mood.negative} of {mood.n} negative, {share}, mean {mean} of -5 to 5{by}")
    return "; ".join(parts)
