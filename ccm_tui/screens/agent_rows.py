"""The board of Agents as plain values: rows in order of need, and the headline figures. Pure."""

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ccm_tui.domain.agent_state import AgentActivity
from ccm_tui.domain.thresholds import Level
from ccm_tui.formatting import count
from ccm_tui.live.snapshot import AgentRow
from ccm_tui.screens import agent_words as words
from ccm_tui.screens.agent_columns import AgentView, agent_cells, for_cell
from ccm_tui.screens.board_screen import Listed
from ccm_tui.screens.queue_rows import BANDS, WORDS
from ccm_tui.settings.definitions import Definitions
from ccm_tui.widgets.board_model import BoardRow
from ccm_tui.widgets.kpi_tile import Kpi
from ccm_tui.widgets.lines import Band

if TYPE_CHECKING:
    from ccm_tui.live.alerts import Alert, Alerts
    from ccm_tui.settings.sections import PauseSettings


def agent_key(row: AgentRow) -> str:
    """Identifies an agent for as long as the board lives."""
    return f"{row.site}\x1f{row.agent}"


def alert_of(alerts: "Alerts", row: AgentRow) -> "Alert | None":
    """What is alarming about an agent."""
    return alerts.agents.get((row.site, row.agent))


def level_of(alert: "Alert | None") -> Level:
    """How bad it is; nothing alarming is normal."""
    return Level.NORMAL if alert is None else alert.level


def by_need(rows: Iterable[AgentRow], alerts: "Alerts") -> list[AgentRow]:
    """The worst first, then those who are in, then by name."""

    def need(row: AgentRow) -> tuple[int, bool, str, str]:
        gone = not words.is_in(row.state) and row.usual_from_ms is None and not row.state.segments
        return -level_of(alert_of(alerts, row)), gone, row.name.casefold(), row.site

    return sorted(rows, key=need)


def break_seconds(row: AgentRow, definitions: Definitions) -> float:
    """How long the agent's pause may be; 0 for one that is no break, or when nobody has said."""
    pause = definitions.settings.pause
    is_break = bool(pause.break_reasons) and pause.class_of(row.state.reason) == "break"
    return definitions.settings.alerts.long_break_seconds if is_break else 0.0


class AgentList:
    """Makes the rows; one of which nothing has changed within the second is not made again."""

    def __init__(self, definitions: Definitions, *, ascii_only: bool = False) -> None:
        self._definitions = definitions
        self._ascii_only = ascii_only
        self._masked = True
        self._made: dict[str, tuple[tuple[object, ...], Listed]] = {}
        """By key: what the row was made of, and the row."""

    def rows(
        self, agents: Iterable[AgentRow], alerts: "Alerts", now_ms: int, *, sites: bool, masked: bool = True
    ) -> list[Listed]:
        """In order of need. ``sites``: several, so each is named and found by."""
        if masked is not self._masked:
            self._masked = masked
            self._made = {}
        made: dict[str, tuple[tuple[object, ...], Listed]] = {}
        for row in by_need(agents, alerts):
            level = level_of(alert_of(alerts, row))
            key, source = agent_key(row), (now_ms // 1000, level, sites, row)
            known = self._made.get(key)
            if known is None or known[0][1:] != source[1:]:
                known = source, self._listed(key, row, level, now_ms, sites)
            elif known[0] != source:
                known = source, self._later(known[1], row, level, now_ms)
            made[key] = known
        self._made = made
        return [listed for _, listed in made.values()]

    def _later(self, listed: Listed, row: AgentRow, level: Level, now_ms: int) -> Listed:
        """The same row when nothing but time has gone by."""
        time = for_cell(self._view(row, level, now_ms))
        if listed.row.cells["for"] == time:
            return listed
        return listed._replace(row=listed.row._replace(cells={**listed.row.cells, "for": time}))

    def _view(self, row: AgentRow, level: Level, now_ms: int) -> AgentView:
        definitions = self._definitions
        return AgentView(
            row,
            now_ms,
            definitions.agent_rules(row.site),
            self._masked,
            level,
            break_seconds(row, definitions),
            self._ascii_only,
            definitions.settings.pause,
        )

    def _listed(self, key: str, row: AgentRow, level: Level, now_ms: int, sites: bool) -> Listed:
        cells = agent_cells(self._view(row, level, now_ms))
        if sites:
            name = f"{row.name} · {row.site}"
            cells["agent"] = cells["agent"]._replace(text=name, sort=name)
        queues = " ".join(member.queue for member in row.state.queues)
        pause = self._definitions.settings.pause
        state = f"{words.chose(row, pause)} {words.doing(row, pause).word} {WORDS[level]} {words.mood_word(row)}"
        text = f"{row.name} {row.agent} {row.site} {row.team} {queues} {state}"
        return Listed(BoardRow(key, cells, BANDS[level]), text)


def agent_kpis(rows: Iterable[AgentRow], pause: "PauseSettings") -> list[Kpi]:
    """How many of these are in, and what they do, as the board says it; a person in several queues counts once."""
    listed = list(rows)
    present = [row for row in listed if words.is_in(row.state)]
    doing = Counter(row.state.activity for row in present)
    wrapping_up = sum(words.is_wrapping_up(row.state, pause) for row in present)
    paused = sum(words.is_paused(row.state) and not words.is_wrapping_up(row.state, pause) for row in present)
    missing = sum(row.usual_from_ms is not None for row in listed)
    silent = doing[AgentActivity.NO_ANSWER]
    return [
        Kpi("in", count(len(present)), value_width=2),
        Kpi("free", count(doing[AgentActivity.FREE]), value_width=2),
        Kpi("on contact", count(doing[AgentActivity.TALKING] + doing[AgentActivity.HOLD]), value_width=2),
        Kpi("ACW", count(wrapping_up), value_width=2),
        Kpi("paused", count(paused), value_width=2),
        Kpi("no answer", count(silent), band=Band.WARNING if silent else Band.NORMAL, value_width=1),
        Kpi("not in", count(missing), band=Band.WARNING if missing else Band.NORMAL, value_width=1),
    ]
