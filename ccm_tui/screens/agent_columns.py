"""The columns of Agents: each with its width, where its cell comes from and its definition in words. Pure."""

from collections.abc import Callable
from typing import NamedTuple

from ccm_tui.domain import agent_time
from ccm_tui.domain.agent_state import AgentStatus
from ccm_tui.domain.thresholds import Level
from ccm_tui.domain.turns import Sentiment
from ccm_tui.domain.variants import KpiRules
from ccm_tui.formatting import count_in, duration, percent, to_ascii
from ccm_tui.live.snapshot import AgentRow
from ccm_tui.screens import agent_words as words
from ccm_tui.settings.sections import PauseSettings
from ccm_tui.theme import Tone
from ccm_tui.widgets.board_model import Cell, Column

NO_PAUSES = PauseSettings()
"""Nobody has said what the reasons mean."""
LEVEL_TONES = {Level.NORMAL: None, Level.WARNING: Tone.WARNING, Level.BREACH: Tone.BREACH}


class AgentView(NamedTuple):
    """All that a row of the board depends on."""

    row: AgentRow
    now_ms: int
    rules: KpiRules
    masked: bool = True
    level: Level = Level.NORMAL
    break_seconds: float = 0.0
    """How long a break may be; 0: nobody has said."""
    ascii_only: bool = False
    pause: PauseSettings = NO_PAUSES


class AgentFigure(NamedTuple):
    """A column and where its cell comes from."""

    column: Column
    cell: Callable[[AgentView], Cell]
    ratio: str = ""
    """Its key among the agents' fractions, for explain."""


def _chose(view: AgentView) -> Cell:
    text = words.chose(view.row, view.pause)
    return Cell(text, text)


def _doing(view: AgentView) -> Cell:
    doing = words.doing(view.row, view.pause)
    text = to_ascii(doing.text) if view.ascii_only else doing.text
    return Cell(text, doing.word, doing.tone if doing.tone is not Tone.NORMAL else None)


def for_cell(view: AgentView) -> Cell:
    """How long he has been doing that: the one cell that time alone changes. Sorts by when it began."""
    row = view.row
    at_ms = words.since_ms(row)
    seconds = None if at_ms is None else max(0.0, (view.now_ms - at_ms) / 1000)
    text = words.lasting(row, view.now_ms)
    if words.is_paused(row.state) and view.break_seconds and seconds is not None and seconds < 6000:
        text = f"{int(seconds // 60)}/{view.break_seconds / 60:.0f}"
    tone = LEVEL_TONES[view.level]
    if tone is None and not words.is_in(row.state):
        tone = Tone.DIM
    return Cell(text, None if at_ms is None else -at_ms, tone)


def _flags(view: AgentView) -> Cell:
    state = view.row.state
    flags = []
    if not state.confirmed or not all(member.confirmed for member in state.queues):
        flags.append("not confirmed")
    if len(state.segments) > 1:
        flags.append(f"{len(state.segments)} contacts")
    if state.status is AgentStatus.PAUSED and state.segments:
        flags.append("paused")
    text = ", ".join(flags)
    return Cell(text, text or None, Tone.DIM)


def _reason(view: AgentView) -> Cell:
    reason = view.row.state.reason if view.row.state.status is AgentStatus.PAUSED else None
    return Cell(reason or "", reason or None)


def _text(text: str) -> Cell:
    return Cell(text, text or None)


def _number(value: int, width: int) -> Cell:
    return Cell(count_in(value, width), value)


def _handle_time(view: AgentView) -> Cell:
    seconds = agent_time.average_handle_seconds(view.row.day, view.rules)
    return Cell(duration(seconds), seconds)


def _occupancy(view: AgentView) -> Cell:
    rate = agent_time.occupancy(view.row.day, view.rules)
    return Cell(percent(rate, digits=0, sign=False), rate)


def _mood(view: AgentView) -> Cell:
    """Sorts the happiest first, as figures do: reversed, the unhappy come first."""
    mood = view.row.mood
    tone = {Sentiment.NEGATIVE: Tone.WARNING, None: Tone.DIM}.get(mood.now)
    return Cell(words.mood_sign(view.row), mood.now_milli, tone)


def _negative(view: AgentView) -> Cell:
    mood = view.row.mood
    tone = Tone.WARNING if view.level is not Level.NORMAL and mood.negative_run else None
    return Cell(words.negative_of(view.row), mood.negative_share, tone if mood.n else Tone.DIM)


FIGURES: tuple[AgentFigure, ...] = (
    AgentFigure(
        Column("agent", "Agent", 10, grow=True, max_width=24, wanted=(18, 8), description="The agent's name."),
        lambda view: Cell(view.row.name, view.row.name),
    ),
    AgentFigure(
        Column(
            "chose",
            "Chose",
            5,
            priority=5,
            grow=True,
            max_width=10,
            wanted=(8, 9),
            description="What the agent chose: ready, break, another pause by its reason, or not logged in (—).",
        ),
        _chose,
    ),
    AgentFigure(
        Column(
            "doing", "Doing", 11, description="What is observed. Free turns into no answer after two missed contacts."
        ),
        _doing,
    ),
    AgentFigure(
        Column(
            "for",
            "For",
            5,
            "right",
            priority=1,
            description="How long that has been going on; 9/30: a break's minute 9 of 30.",
        ),
        for_cell,
    ),
    AgentFigure(
        Column(
            "queue",
            "Queue",
            8,
            priority=2,
            grow=True,
            max_width=12,
            letter="U",
            description="The queue of the contact, or the agent's only queue.",
        ),
        lambda view: _text(words.current_queue(view.row)),
    ),
    AgentFigure(
        Column("contact", "Contact", 8, priority=6, wanted=(12, 12), description="Whom the agent is talking to."),
        lambda view: _text(words.current_customer(view.row, view.masked)),
    ),
    AgentFigure(
        Column(
            "mood",
            "Mood",
            4,
            priority=8,
            letter="D",
            description="How the customer sounds by his latest turns: + = -, * computed, — nothing tells.",
        ),
        _mood,
    ),
    AgentFigure(
        Column("answered", "Ans", 4, "right", priority=3, letter="N", description="Contacts answered today."),
        lambda view: _number(view.row.day.answered, 4),
    ),
    AgentFigure(
        Column("aht", "AHT", 5, "right", priority=4, description="Average handle time of the contacts answered today."),
        _handle_time,
        ratio="average_handle_seconds",
    ),
    AgentFigure(
        Column("missed", "Miss", 4, "right", priority=7, description="Offers that rang today and were not answered."),
        lambda view: _number(view.row.day.ring_no_answer, 4),
    ),
    AgentFigure(
        Column(
            "occupancy",
            "Occ",
            4,
            "right",
            priority=8,
            letter="O",
            description="Per cent of today spent on contacts, of that and the time available.",
        ),
        _occupancy,
        ratio="occupancy",
    ),
    AgentFigure(
        Column(
            "negative",
            "Neg",
            8,
            "right",
            priority=10,
            letter="G",
            description="Today's contacts that sounded negative, of those of which it is known; * computed.",
        ),
        _negative,
    ),
    AgentFigure(
        Column("team", "Team", 12, priority=9, description="The agent's team."),
        lambda view: _text(view.row.team),
    ),
    AgentFigure(
        Column("reason", "Reason", 9, priority=10, description="The reason of the pause."),
        _reason,
    ),
    AgentFigure(
        Column(
            "flags",
            "Flags",
            14,
            priority=11,
            description="What to doubt: not confirmed since a restart of the source; several contacts at once.",
        ),
        _flags,
    ),
)
COLUMNS = tuple(figure.column for figure in FIGURES)


def agent_cells(view: AgentView) -> dict[str, Cell]:
    """A row's cells; of one who is out only the name and the day's figures, quietly."""
    cells = {figure.column.key: figure.cell(view) for figure in FIGURES}
    if not words.is_in(view.row.state) and view.row.usual_from_ms is None:
        cells = {key: cell._replace(tone=Tone.DIM) for key, cell in cells.items()}
    return cells
