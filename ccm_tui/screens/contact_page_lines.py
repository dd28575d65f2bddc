"""One contact as lines and as a timeline. Pure; what comes from logs is cleaned where it is painted."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ccm_tui.domain.events import Direction
from ccm_tui.domain.facts import AGENT_SENTIMENT, CATEGORIES, CUSTOMER_SENTIMENT, RECORDING, SUMMARY, SURVEY
from ccm_tui.domain.journey import Journey, Stage
from ccm_tui.domain.notes import first_line
from ccm_tui.domain.segments import Outcome, Segment
from ccm_tui.domain.sentiment import customer_sentiment, sentiment_by, sentiment_of
from ccm_tui.domain.turns import Sentiment, Speaker, Turn
from ccm_tui.formatting import NOT_IN_SOURCE, UNDEFINED, clock, date, duration, mask_line, moment, number
from ccm_tui.screens.agent_words import COMPUTED
from ccm_tui.screens.contact_rows import at_text, mood_text, outcome_text
from ccm_tui.screens.follow_up_rows import follow_up_line, note_text
from ccm_tui.screens.profile_lines import profile_lines
from ccm_tui.screens.queue_lines import customer_text
from ccm_tui.theme import Tone
from ccm_tui.widgets.board_model import BoardRow, Cell, Column
from ccm_tui.widgets.lines import Line, line
from ccm_tui.widgets.timeline import SpanKind, Tick, Timeline, TimeSpan, timeline_lines
from ccm_tui.widgets.wrapping import wrapped

if TYPE_CHECKING:
    from ccm_tui.reports.contact_page import ContactPage, Leg
    from ccm_tui.screens.desk import Desk
    from ccm_tui.store.contact_search import Found

LABEL_WIDTH = 10
ROOMY = 60
"""In less than this what is said stands below who says it."""
TICKS = 6
"""At most so many times of day stand over a timeline."""
NOTE_CHARACTERS = 160
NOTES_SHOWN = 2
"""So many notes, the newest, stand among what is known."""
KNOWN = (RECORDING, SUMMARY, CATEGORIES, CUSTOMER_SENTIMENT, AGENT_SENTIMENT)
"""Facts that have a line of their own."""

HISTORY = (
    Column("at", "At", 12, sortable=False, description="When it entered the queue."),
    Column("channel", "Channel", 8, sortable=False, description="How the customer came."),
    Column("queue", "Queue", 9, grow=True, max_width=20, sortable=False, description="The queue it came through."),
    Column("agent", "Agent", 9, grow=True, max_width=20, sortable=False, description="Who answered."),
    Column("outcome", "Outcome", 11, sortable=False, description="What became of it."),
    Column("wait", "Wait", 5, "right", sortable=False, description="How long until answer or exit."),
    Column("talk", "Talk", 5, "right", sortable=False, description="Conversation, where it is known."),
)

_KINDS = {
    Stage.MENU: SpanKind.MENU,
    Stage.QUEUE: SpanKind.WAIT,
    Stage.RING: SpanKind.RING,
    Stage.TALK: SpanKind.CONTACT,
    Stage.HOLD: SpanKind.HOLD,
    Stage.ACW: SpanKind.ACW,
}


def ordinal(number_: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th, 21st."""
    if number_ % 100 in (11, 12, 13):
        return f"{number_}th"
    return f"{number_}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number_ % 10, 'th') }"


def names_in_order(names: Iterable[str | None], arrow: str) -> str:
    """Each once in a row: ``sales → billing``."""
    found: list[str] = []
    for name in names:
        if name and (not found or found[-1] != name):
            found.append(name)
    return f" {arrow} ".join(found)


def head_line(page: "ContactPage", desk: "Desk") -> Line:
    """Channel, customer and how often he came, queues, agents, how it ended."""
    visits = page.visits
    arrow = "→" if desk.symbols.breach == "▲" else ">"
    first = visits[0] if visits else None
    channels = names_in_order((visit.channel.value for visit in visits), arrow) or _channel(page)
    outbound = first is not None and first.direction is Direction.OUTBOUND
    times = f" ({ordinal(page.earlier + 1)} in 7 days)" if page.earlier else ""
    ended = ""
    if visits:
        last = visits[-1]
        ended = outcome_text(last) + (f" by {last.ended_by.value}" if last.ended_by else "")
    elif not visits:
        ended = "never in a queue"
    parts = [
        f"{channels} {'out' if outbound else 'in'}",
        f"{customer_text(page.customer, desk)}{times}",
        names_in_order((visit.queue for visit in visits), arrow),
        names_in_order((visit.agent for visit in visits), arrow),
        ended,
    ]
    spans: list[tuple[str, Tone]] = []
    for part in parts:
        if part:
            spans += [("   ", Tone.NORMAL), (part, Tone.NORMAL)]
    return line(*spans)


def _channel(page: "ContactPage") -> str:
    return next((leg.facts.channel.value for leg in page.legs if leg.facts.channel is not None), "contact")


def way_timeline(journey: Journey, zone: ZoneInfo, now_ms: int) -> Timeline:
    """The customer's way to scale; nothing dated, nothing drawn."""
    stretches = journey.stretches
    if not stretches:
        return Timeline(0, 0)
    start_ms, end_ms = stretches[0].start_ms, max(stretch.end_ms for stretch in stretches)
    spans = tuple(
        TimeSpan(each.start_ms, each.end_ms, _KINDS[each.stage], each.who if each.stage is Stage.TALK else "")
        for each in stretches
    )
    instants = list(dict.fromkeys(each.start_ms for each in stretches if each.stage is not Stage.RING))
    long = end_ms - start_ms > 24 * 3600 * 1000
    step = max(1, -(-len(instants) // TICKS))
    ticks = [
        Tick(at_ms, at_text(at_ms, zone, now_ms) if long else clock(at_ms, zone, seconds=True))
        for at_ms in instants[::step]
    ]
    return Timeline(start_ms, max(end_ms, start_ms + 1), spans, tuple(ticks))


def figures_line(journey: Journey) -> Line:
    """How long each stage took together."""
    parts: list[tuple[str, Tone]] = []

    def part(label: str, milliseconds: int | None, none: str = NOT_IN_SOURCE) -> None:
        text = none if milliseconds is None else duration(milliseconds / 1000)
        parts.extend([(f"   {label} ", Tone.HEAD), (text, Tone.STRONG)])

    if journey.menu_ms is not None:
        part("menu", journey.menu_ms)
    part("wait", journey.wait_ms, UNDEFINED)
    part("talk", journey.talk_ms, UNDEFINED)
    part("hold", journey.hold_ms)
    part("ACW", journey.acw_ms)
    if journey.hold_ms is None or journey.acw_ms is None:
        parts.append((f"   {NOT_IN_SOURCE} not in this source", Tone.DIM))
    if journey.unplaced_hold_ms:
        parts.append(("   the source does not say when hold was", Tone.DIM))
    return line(*parts)


def fact_lines(page: "ContactPage", desk: "Desk", width: int) -> list[Line]:
    """The customer, reason, ratings, sentiment, recording, what is odd, and all else that the site says of it."""
    lines: list[Line] = []

    def add(label: str, text: str, tone: Tone = Tone.NORMAL) -> None:
        head = line("   ", (f"{label:<{LABEL_WIDTH}}", Tone.HEAD))
        lines.extend(wrapped(text, width - 1, indent=3 + LABEL_WIDTH, head=head, tone=tone))

    zone = desk.zone(page.site)
    if page.profile is not None:
        lines += profile_lines(page.profile, page.customer, desk, width, LABEL_WIDTH)
    for suspicion in page.suspicions:
        at = "" if suspicion.at_ms is None else f" ({clock(suspicion.at_ms, zone, seconds=True)})"
        add("odd", f"{suspicion.what}{at}", Tone.WARNING)
    notes = [noted for noted in page.notes if not noted.note.removed]
    for noted in notes[:NOTES_SHOWN]:
        said = fit_words(noted.shown(first_line(noted.note.text), masked=desk.masked, screen=True))
        add("note", f"{noted.note.author}, {at_text(noted.note.written_at_ms, zone, page.as_of_ms)}: {said}")
    if len(notes) > NOTES_SHOWN:
        add("", f"and {len(notes) - NOTES_SHOWN} notes more")
    for draft in page.drafts:
        where = "n goes on with it" if draft.number is None else f"of note {draft.number}"
        add("draft", f"not saved yet, {where}: “{fit_words(first_line(draft.text))}”", Tone.WARNING)
    for leg in page.legs:
        _leg_facts(page, leg, desk, add)
    for task in page.follow_ups:
        label = line("   ", (f"{'follow-up':<{LABEL_WIDTH}}", Tone.HEAD))
        lines.append((*label, *follow_up_line(task, desk, page.as_of_ms)[1:]))
        if task.follow_up.note:
            add("", f"“{note_text(task, desk)}”")
    if len(page.legs) > 1:
        add("linked", ", ".join(leg.native_id for leg in page.legs))
    add("id", page.native_id)
    return lines


def _leg_facts(page: "ContactPage", leg: "Leg", desk: "Desk", add: Callable[..., None]) -> None:
    facts, masked = leg.facts, desk.masked

    def shown(text: str) -> str:
        return mask_line(text, page.known_as, screen=True) if masked else text

    if facts.reason:
        add("reason", shown(facts.reason))
    for visit in leg.visits:
        if visit.owed_since_ms is not None:
            add(
                "owed", f"a reply since {moment(visit.owed_since_ms, desk.zone(page.site), seconds=False)}", Tone.STRONG
            )
        ratings = [("csat", visit.csat_milli), ("nps", visit.nps_milli), ("ces", visit.ces_milli)]
        said = [f"{name} {number(milli / 1000, digits=0)}" for name, milli in ratings if milli is not None]
        if said:
            add("survey", ", ".join(said))
    for name, text in facts.said.items():
        if name.startswith(SURVEY):
            add("survey", f"{name.removeprefix(SURVEY)}: {shown(text)}")
    milli = customer_sentiment(facts, leg.turns)
    if milli is not None:
        mood = sentiment_of(milli) or Sentiment.NEUTRAL
        tone = Tone.WARNING if mood is Sentiment.NEGATIVE else Tone.NORMAL
        by = sentiment_by(facts, leg.turns)
        whence = f", computed by {by} from the words" if by else ""
        add(
            "sentiment",
            f"customer {mood.value}, {number(milli / 1000, digits=1)} on a scale from -5 to 5{whence}",
            tone,
        )
    if SUMMARY in facts.said:
        add("summary", shown(facts.said[SUMMARY]))
    if CATEGORIES in facts.said:
        add("matched", ", ".join(facts.said[CATEGORIES].splitlines()))
    if RECORDING in facts.said:
        add("recording", shown(facts.said[RECORDING]))
    for name, text in facts.said.items():
        if name not in KNOWN and not name.startswith(SURVEY):
            add(name if len(name) < LABEL_WIDTH else f"{name} ", shown(text))


def visit_lines(page: "ContactPage", desk: "Desk") -> list[Line]:
    """A line a visit, where there is more than one."""
    visits = page.visits
    if len(visits) < 2:
        return []
    zone = desk.zone(page.site)
    lines = []
    for visit in visits:
        answered = f", {visit.agent} {_seconds(visit.talk_ms)}" if visit.agent else ""
        target = _target(visit, page, desk)
        said = f"{visit.queue}  waited {_seconds(visit.wait_ms)}{answered}, {outcome_text(visit)}{target}"
        lines.append(line("   ", (clock(visit.entered_at_ms, zone, seconds=True), Tone.HEAD), f"  {said}"))
    return lines


def _target(visit: Segment, page: "ContactPage", desk: "Desk") -> str:
    """Where a transfer went: an extension, or a number outside, which may be the customer's own."""
    if not visit.target or visit.outcome is not Outcome.TRANSFERRED:
        return ""
    return f" to {mask_line(visit.target, page.known_as, screen=True) if desk.masked else visit.target}"


def turn_lines(page: "ContactPage", desk: "Desk", width: int) -> list[Line]:
    """The conversation: when, who, how it sounded, what."""
    zone, masked = desk.zone(page.site), desk.masked
    lines: list[Line] = []
    for leg in page.legs:
        if leg.turns and len(page.legs) > 1:
            lines.append(line("   ", (leg.native_id, Tone.HEAD)))
        if any(turn.guessed for turn in leg.turns):
            lines.append(line("   ", ("who speaks is a guess: the source does not tell", Tone.DIM)))
        by = next((turn.sentiment_by for turn in leg.turns if turn.sentiment_by), None)
        if by:
            lines.append(
                line("   ", (f"{COMPUTED} computed by {by}: the source does not tell how it sounded", Tone.DIM))
            )
        for turn in leg.turns:
            lines += _turn_lines(turn, page.known_as if masked else None, zone, width)
    return lines


def _turn_lines(turn: Turn, masked: Sequence[str | None] | None, zone: ZoneInfo, width: int) -> list[Line]:
    if turn.at_ms is not None:
        at = clock(turn.at_ms, zone, seconds=True)
    else:
        at = "" if turn.offset_ms is None else duration(turn.offset_ms / 1000)
    mood = mood_text(turn.sentiment, turn.sentiment_by)
    who = "note" if turn.private else turn.speaker.value if turn.speaker is not Speaker.UNKNOWN else turn.name or "?"
    tone = {Speaker.SYSTEM: Tone.DIM, Speaker.BOT: Tone.DIM}.get(turn.speaker, Tone.NORMAL)
    head = line(
        f" {at:>8}  ",
        (f"{who:<9.9}", Tone.HEAD if turn.speaker is not Speaker.CUSTOMER else Tone.STRONG),
        (f" {mood:<2}", Tone.WARNING if turn.sentiment is Sentiment.NEGATIVE else Tone.DIM),
    )
    text = turn.text if masked is None else mask_line(turn.text, masked, screen=True)
    if width < ROOMY:
        return [head, *wrapped(text, width - 1, indent=3, tone=tone)]
    return wrapped(text, width - 1, indent=23, head=head, tone=tone)


def history_rows(page: "ContactPage", desk: "Desk") -> list[BoardRow]:
    """The customer's other visits, newest first."""
    return [_history_row(visit, desk) for visit in page.history]


def _history_row(visit: Segment, desk: "Desk") -> BoardRow:
    cells = {
        "at": Cell(at_text(visit.entered_at_ms, desk.zone(visit.site), desk.now_ms())),
        "channel": Cell(visit.channel.value),
        "queue": Cell(visit.queue),
        "agent": Cell(visit.agent or UNDEFINED),
        "outcome": Cell(outcome_text(visit)),
        "wait": Cell(_seconds(visit.wait_ms)),
        "talk": Cell(_seconds(visit.talk_ms)),
    }
    return BoardRow(f"{visit.contact}\x1f{visit.visit}", cells)


def preview_lines(found: "Found", page: "ContactPage | None", desk: "Desk", width: int) -> list[Line]:
    """The contact under the cursor, in a few lines."""
    zone = desk.zone(found.site)
    if page is None:
        at = UNDEFINED if found.at_ms is None else moment(found.at_ms, zone)
        return [line("   ", (at, Tone.HEAD), f"  {found.native_id}")]
    lines = [head_line(page, desk)]
    timeline = way_timeline(page.journey, zone, desk.now_ms())
    if timeline.spans:
        lines += timeline_lines(timeline._replace(legend=False), width, desk.symbols)
    lines.append(figures_line(page.journey))
    lines += fact_lines(page, desk, width)
    turns = turn_lines(page, desk, width)
    return [*lines, (), *turns] if turns else lines


def fit_words(text: str) -> str:
    """No more of a note than tells which it is."""
    return text if len(text) <= NOTE_CHARACTERS else f"{text[:NOTE_CHARACTERS]}…"


def day_of(page: "ContactPage", zone: ZoneInfo) -> str:
    """The day on which it began."""
    began = next((leg.began_at_ms for leg in page.legs if leg.began_at_ms is not None), None)
    return "" if began is None else date(began, zone)


def _seconds(duration_ms: int | None) -> str:
    return UNDEFINED if duration_ms is None else duration(duration_ms / 1000)


def has_words(legs: Sequence["Leg"]) -> bool:
    """Whether anything of the conversation is stored."""
    return any(leg.turns for leg in legs)
