"""A console with a fake feed, fake readers and a clock that moves when told; and what it painted as text."""

import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.style import Style
from textual.pilot import Pilot

from ccm_tui.app import CcmApp
from ccm_tui.domain.agent_state import AgentState
from ccm_tui.domain.agent_time import AgentTally
from ccm_tui.domain.causes import Factor, Move
from ccm_tui.domain.day_line import DayPiece, Doing
from ccm_tui.domain.events import Channel
from ccm_tui.domain.facts import NO_FACTS
from ccm_tui.domain.follow_ups import Change
from ccm_tui.domain.intervals import Interval
from ccm_tui.domain.journey import journey_of
from ccm_tui.domain.notes import Draft, Note
from ccm_tui.domain.segments import Outcome
from ccm_tui.domain.thresholds import Level
from ccm_tui.errors import CcmError, StoreError
from ccm_tui.live.agent_day import AgentDay, AgentFigures, Presence
from ccm_tui.live.callers import Earlier
from ccm_tui.live.queue_detail import Helper, MovedFigure, QueueDetail, QueueInterval, WaitingDetail
from ccm_tui.live.snapshot import FloorSnapshot
from ccm_tui.reports.choice import Choice
from ccm_tui.reports.contact_finder import ContactFinder
from ccm_tui.reports.contact_page import ContactPage, Leg
from ccm_tui.reports.export import Row
from ccm_tui.reports.follow_ups import Task
from ccm_tui.reports.reading import HeldReport, Series
from ccm_tui.screens.behind import AgentFigure, Counted, Found, LogLine, QueueFigure, found_of
from ccm_tui.screens.desk import Readers, Unmasking
from ccm_tui.settings.definitions import Definitions
from ccm_tui.settings.model import Settings
from ccm_tui.settings.people import viewer_of
from ccm_tui.settings.sections import PauseSettings, SiteSettings
from tests.screens.floors import HOUR, MINUTE, NOW, Clock, FakeFeed, segment, state, tally

BERLIN = SiteSettings(timezone="Europe/Berlin")
SETTINGS = Settings(sites={"main": BERLIN, "wien": BERLIN}, pause=PauseSettings(break_reasons=("lunch",)))
DAY_MS = NOW - 14 * HOUR - 32 * MINUTE - 7000
"""Midnight in Berlin."""
FOUND = found_of(
    (
        Counted(NOW - 60_000, "answered", "numerator", 1, 1, "in time: answered", "c1", "17005.1", "+493010004711",
                "billing", "ben", 12.0, 240.0),
        Counted(NOW - 90_000, "abandoned", "denominator", 0, 1, "", "c2", "17005.2", "+493010009920",
                "billing", "", 41.0),
        Counted(NOW - 99_000, "refused at the door", "excluded", 0, 0, "", "c3", "17005.3", None, "billing"),
    ),
    "service_level",
)  # fmt: skip
LOG = "/var/log/asterisk/queue_log"
LINES = (
    LogLine(NOW - 72_000, "ENTERQUEUE", LOG, 1_204_882, "1700487055|17005.1|billing|NONE|E|1"),
    LogLine(NOW - 60_000, "CONNECT", LOG, 1_204_920, "1700487067|17005.1|billing|ben|C|12"),
)


def page_of(contact: str, native_id: str, as_of_ms: int) -> ContactPage:
    """One contact whole, as far as screens that open one need it."""
    visit = segment()._replace(contact=contact, native_id=native_id, wait_ms=12_000)
    leg = Leg(contact, "main", native_id, (visit,), NO_FACTS, ())
    journey = journey_of((visit,), (NO_FACTS,), (), as_of_ms)
    return ContactPage(contact, "main", native_id, as_of_ms, (leg,), journey, (), visit.customer, (), 0)


@dataclass
class FakeReaders:
    """Answers at once; or fails, when told to."""

    error: CcmError | None = None
    helper: str = "femke"
    asked: list[tuple[str, ...]] = field(default_factory=list)
    figures: list[QueueFigure | AgentFigure] = field(default_factory=list)
    """What was asked to be taken apart."""
    found: Found = FOUND
    lines: tuple[LogLine, ...] = LINES
    native_id: str = "17005.1"
    tasks: tuple[Task, ...] = ()

    def queue_detail(self, snapshot: FloorSnapshot, site: str, queue: str, channel: Channel) -> QueueDetail:
        self.asked.append((site, queue))
        if self.error is not None:
            raise self.error
        row = next(each for each in snapshot.queues if (each.site, each.queue) == (site, queue))
        volume = Move(Factor.VOLUME, 41, 30, 4)
        words = f"{self.helper}, free in sales, 61 {queue} calls in 4 weeks"
        return QueueDetail(
            as_of_ms=snapshot.as_of_ms,
            row=row,
            moved=(MovedFigure(volume, "offered +34 %"),),
            moved_words="offered +34 % · AHT usual · here 4, usually 6 (4 Mondays)",
            cause=volume,
            cause_words="volume: offered +34 %",
            helpers=(Helper(self.helper, self.helper, ("sales",), 61, words),),
            waiting=tuple(WaitingDetail(each, Level.NORMAL, Earlier(1), "2nd call") for each in row.waiting),
            agents=(),
            intervals=tuple(_interval(index, snapshot.as_of_ms) for index in range(48)),
        )

    def agent_day(self, site: str, agent: str, as_of_ms: int) -> AgentDay:
        self.asked.append((site, agent))
        if self.error is not None:
            raise self.error
        start = DAY_MS + 8 * HOUR
        lunch = start + 3 * HOUR
        pieces = (
            DayPiece(DAY_MS, start, Doing.OFFLINE),
            DayPiece(start, lunch, Doing.CONTACT, "billing"),
            DayPiece(lunch, lunch + HOUR, Doing.PAUSE, self.helper),
            DayPiece(lunch + HOUR, as_of_ms, Doing.READY),
        )
        today: AgentState = state()
        return AgentDay(
            site=site,
            agent=agent,
            name=agent,
            team="north",
            day=Interval(DAY_MS, as_of_ms),
            state=today,
            presence=Presence(start, start, False, True, (), "login not seen"),
            pieces=pieces,
            contacts=(segment()._replace(outcome=Outcome.COMPLETED, talk_ms=370_000, ended_at_ms=NOW),),
            today=AgentFigures(1, 31, 400.0, 31, 0.83, 0, 2, AgentTally()),
            own=AgentFigures(19, 28.2, 300.0, 540, 0.79, 0.4, 1.5, AgentTally()),
            peers=AgentFigures(7, 26.1, 311.0, 180, 0.81, 0.6, 1.8, AgentTally()),
            peers_are="team north",
        )

    def queue_contacts(self, figure: QueueFigure) -> Found:
        self.figures.append(figure)
        if self.error is not None:
            raise self.error
        return self.found

    def outcome_contacts(self, figure: QueueFigure) -> Found:
        return self.queue_contacts(figure)

    def agent_contacts(self, figure: AgentFigure) -> Found:
        self.figures.append(figure)
        if self.error is not None:
            raise self.error
        return self.found

    def contact_lines(self, contact: str, *, numbers_open: bool = False) -> tuple[LogLine, ...]:
        self.asked.append(("lines", contact))
        if self.error is not None:
            raise self.error
        return self.lines

    def find_contacts(self, text: str, now_ms: int) -> ContactFinder:
        self.asked.append(("find", text))
        raise self.error or LOCKED

    def contact_page(self, contact: str, as_of_ms: int) -> ContactPage:
        self.asked.append(("page", contact))
        if self.error is not None:
            raise self.error
        return page_of(contact, self.native_id, as_of_ms)

    def report(self, choice: Choice, now_ms: int, stopped: Callable[[], bool]) -> HeldReport:
        self.asked.append(("report", choice.kind))
        raise self.error or LOCKED

    def report_series(self, held: HeldReport, row: Row, stopped: Callable[[], bool]) -> Series:
        raise self.error or LOCKED

    def save_report(
        self, held: HeldReport, form: str, rows: Iterable[Row] | None, matches: Callable[[Row], bool], now_ms: int
    ) -> Path:
        raise self.error or LOCKED

    def follow_ups(self, now_ms: int, *, closed: bool) -> tuple[Task, ...]:
        self.asked.append(("follow_ups", "closed" if closed else "to do"))
        if self.error is not None:
            raise self.error
        return self.tasks

    def change_follow_ups(
        self, contacts: Sequence[str], change: Change, who: str, now_ms: int, seen: Mapping[str, int]
    ) -> tuple[Task, ...]:
        raise self.error or LOCKED

    def save_note(self, contact: str, text: str, now_ms: int, number: int | None, seen: int) -> Note:
        raise self.error or LOCKED

    def remove_note(self, number: int, now_ms: int, seen: int) -> Note:
        raise self.error or LOCKED

    def keep_draft(self, contact: str, draft: Draft) -> None:
        raise self.error or LOCKED

    def agent_lines(self, site: str, agent: str, instants: Sequence[int]) -> tuple[LogLine, ...]:
        self.asked.append(("lines", site, agent))
        return self.lines


def _interval(index: int, as_of_ms: int) -> QueueInterval:
    at = Interval(DAY_MS + index * 30 * MINUTE, DAY_MS + (index + 1) * 30 * MINUTE)
    usual = float(max(0, 20 - abs(index - 24)))
    if at.start_ms > as_of_ms:
        return QueueInterval(at, None, None, None, None, None, usual, 4, None)
    offered = round(usual)
    counted = tally(
        replied=offered, first_response_ms=offered * 600_000, resolved=3, resolved_within_target=2, backlog=1
    )
    return QueueInterval(at, offered, offered, 0, 0.62 if index > 26 else 0.9, 24.0, usual, 4, counted)


@dataclass
class Console:
    """A running console and what a test moves it with."""

    app: CcmApp
    pilot: Pilot[None]
    clock: Clock
    readers: FakeReaders
    feeds: list[FakeFeed]
    unmasked: list[Unmasking]
    """What was written down in the audit."""

    async def show(self, snapshot: FloorSnapshot) -> None:
        """The feed has read this; returns when the screen shows it."""
        self.feeds[0].on_snapshot(snapshot)
        await self.until(lambda: self.app.desk.latest is not None and self.app.desk.latest.snapshot is snapshot)
        await self.settle()

    async def show_now(self, snapshot: FloorSnapshot) -> None:
        """The feed has read this; does not wait for workers."""
        self.feeds[0].on_snapshot(snapshot)
        await self.until(lambda: self.app.desk.latest is not None and self.app.desk.latest.snapshot is snapshot)
        await self.pilot.pause()

    async def fail(self, what: str, hint: str) -> None:
        """The feed could not read."""
        self.feeds[0].on_failure(what, hint)
        await self.until(lambda: self.app.desk.failure is not None)
        await self.settle()

    async def press(self, *keys: str) -> None:
        """Keys, and what follows from them."""
        await self.pilot.press(*keys)
        await self.settle()

    async def tick(self, seconds: float) -> None:
        """Time goes by."""
        self.clock.now_ms += round(seconds * 1000)
        getattr(self.app.screen, "update_floor")(ticking=True)  # noqa: B009 - any screen of ours has it
        await self.settle()

    async def settle(self) -> None:
        """Wait for messages and workers."""
        await self.pilot.pause()
        await self.app.workers.wait_for_complete()
        # Textual holds a switched screen back for 50 ms
        await self.pilot.pause(0.06)

    async def until(self, condition: Callable[[], bool], seconds: float = 5) -> None:
        """Wait for something; a test never sleeps for luck."""
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "it never came to be"
            await self.pilot.pause(0.01)

    @property
    def lines(self) -> list[str]:
        """The screen as text."""
        return [strip.text.rstrip() for strip in self.app.screen._compositor.render_strips()]

    @property
    def text(self) -> str:
        """The same in one."""
        return "\n".join(self.lines)

    def line_with(self, words: str) -> str:
        """The first line that holds these words."""
        return next((each for each in self.lines if words in each), "")

    def segments(self) -> Iterator[tuple[str, Style | None]]:
        """Everything on the screen as the terminal gets it."""
        for strip in self.app.screen._compositor.render_strips():
            for text, style, _ in strip:
                yield text, style


@asynccontextmanager
async def console(
    size: tuple[int, int] = (80, 24),
    *,
    settings: Settings = SETTINGS,
    who: str = "ana",
    view_path: Path | None = None,
    readers: Readers | None = None,
    **options: Any,
) -> AsyncIterator[Console]:
    """A console in a headless terminal."""
    clock, feeds, unmasked = Clock(), list[FakeFeed](), list[Unmasking]()
    fake = readers if isinstance(readers, FakeReaders) else FakeReaders()

    def open_feed(on_snapshot: Callable[[FloorSnapshot], None], on_failure: Callable[[str, str], None]) -> FakeFeed:
        feeds.append(FakeFeed(on_snapshot, on_failure))
        return feeds[-1]

    options.setdefault("record", unmasked.append)
    app = CcmApp(
        Definitions(settings, viewer=viewer_of(settings, who)),
        readers or fake,
        open_feed,
        now_ms=clock,
        view_path=view_path,
        **options,
    )
    app.desk.beside_seconds = 0
    async with app.run_test(size=size, notifications=True) as pilot:
        opened = Console(app, pilot, clock, fake, feeds, unmasked)
        await opened.until(lambda: bool(feeds))
        await opened.settle()
        yield opened


LOCKED = StoreError("/home/ana/ccm.db: locked by another process", "Try again; ccm-tui doctor names it.")
