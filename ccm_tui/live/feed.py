"""The console's one thread that reads the floor: database changed, snapshot, callback.

Nothing here writes to the floor. The follower that is started where there is none is a child process of its own.
"""

import contextlib
import math
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from ccm_tui.errors import CcmError
from ccm_tui.ingest.lock import read_status
from ccm_tui.live.commits import Commits
from ccm_tui.live.feeds import read_database_health, read_feeds
from ccm_tui.live.floor import FloorReader
from ccm_tui.live.snapshot import DatabaseHealth, FeedRow, FloorSnapshot
from ccm_tui.live.supervisor import Supervisor
from ccm_tui.settings.definitions import Definitions
from ccm_tui.store.engine import Store, open_reader

QUIET_SECONDS = 3.0
"""When nothing was committed for so long, all is quiet."""
LONGEST_WAIT_SECONDS = 0.25
RETRY_SECONDS = 0.1
NICENESS = 10
"""Reading gives way to who writes: twenty consoles of a busy floor made a commit take 40 ms, now 9."""
QUIET_HEALTH_SECONDS = 5.0
"""Feeds and health are read this often when nothing was committed, else once a second."""
TICK_SECONDS = 1
"""At least so often, whether or not anything was committed: states end by the clock too."""
SLOW_LINK_TICK_SECONDS = 5
SLOW_LINK_SECONDS = 1.0
UNHURRIED_SECONDS = 0.016
"""A reading that took so long is followed by a rest as long, one of n times as long by n times as long a rest as it
took itself: where the machine is short of time, twenty consoles paint less."""
LONGEST_REST_SECONDS = 0.5


class Feed:
    """Snapshots of one database, from a thread of its own, to callbacks that must be quick and thread-safe.

    ``on_failure`` gets (what happened, what to do next) once per failure; the next snapshot says that it is over.
    """

    def __init__(
        self,
        database: Path,
        definitions: Definitions,
        on_snapshot: Callable[[FloorSnapshot], None],
        on_failure: Callable[[str, str], None],
        *,
        follow: bool = True,
        config: str | None = None,
        child_arguments: Sequence[str] = (),
        low_bandwidth: bool = False,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._definitions = definitions
        self._on_snapshot = on_snapshot
        self._on_failure = on_failure
        self._config = config
        self._supervisor = Supervisor(database, config, child_arguments) if follow else None
        self._interval = SLOW_LINK_SECONDS if low_bandwidth else 1 / definitions.settings.ui.refresh_per_second
        self._tick_seconds = SLOW_LINK_TICK_SECONDS if low_bandwidth else TICK_SECONDS
        self._wall_clock = wall_clock
        self._stop = threading.Event()
        self._commits = Commits(database)
        self._looked_again = threading.Event()
        self._paused = False
        self._failure = ""
        self._thread = threading.Thread(target=self._run, name="floor-feed", daemon=True)

    def start(self) -> None:
        """Begin to read; the first snapshot comes when there is a database."""
        if self._supervisor is not None:
            self._supervisor.start()
        self._thread.start()

    def stop(self) -> None:
        """End the thread and the follower it started."""
        self._stop.set()
        self._commits.wake()
        if self._thread.is_alive():
            self._thread.join(2.0)
        if not self._thread.is_alive():
            self._commits.close()
        if self._supervisor is not None:
            self._supervisor.end()

    def pause(self, paused: bool) -> None:
        """Stop or resume giving snapshots; the follower goes on."""
        self._paused = paused
        self._looked_again.set()
        self._commits.wake()

    def _run(self) -> None:
        _yield_to_others()
        store: Store | None = None
        reader: _Reading | None = None
        version, committed_at, looked_at, took = -1, 0.0, 0.0, 0.0
        tick = _Tick(self._tick_seconds)
        while not self._stop.is_set():
            now = time.monotonic()
            wall = self._wall_clock()
            try:
                if store is not None and now - looked_at >= TICK_SECONDS:
                    looked_at = now
                    if store.is_gone():
                        store.close()
                        store = None
                if store is None or reader is None:
                    version = -1
                    store = open_reader(self._database)
                    self._commits.opened()
                    reader = _Reading(store, self._definitions)
                current = store.data_version()
                again = self._looked_again.is_set()
                committed = current != version
                if not self._paused and (committed or again or tick.is_due(wall, now)):
                    self._looked_again.clear()
                    version = current
                    snapshot = self._explained(reader.snapshot(round(wall * 1000), committed))
                    self._failure = ""
                    if not self._stop.is_set():
                        self._on_snapshot(snapshot)
                    if committed:
                        # Only after a change: the one after a mere tick of the clock is shown at once
                        committed_at = now
                        took, before = time.monotonic() - now, took
                        pace = min(took, before)  # one slow reading alone says nothing of the load
                        rest = min(pace * pace / UNHURRIED_SECONDS, LONGEST_REST_SECONDS)
                        self._stop.wait(max(self._interval - took, rest))
                        continue
            except CcmError as error:
                if store is not None:
                    with contextlib.suppress(CcmError):
                        store.close()
                store, reader, version = None, None, -1
                self._fail(error)
                self._stop.wait(RETRY_SECONDS)
                continue
            # Until the next second begins, at most: it is painted when it does
            until_next = min(LONGEST_WAIT_SECONDS, 1 - self._wall_clock() % 1)
            self._commits.wait(until_next, is_quiet=now - committed_at >= QUIET_SECONDS)
        if store is not None:
            store.close()

    def _explained(self, snapshot: FloorSnapshot) -> FloorSnapshot:
        """The snapshot, with why nobody follows what we were started with, or nobody follows at all."""
        supervisor, follower = self._supervisor, snapshot.follower
        if supervisor is None or not supervisor.said:
            return snapshot
        if not follower.running:
            follower = replace(follower, note=f"the follower ended: {supervisor.said}")
        elif supervisor.named:
            follower = replace(follower, problems=((supervisor.named, supervisor.said), *follower.problems))
        return replace(snapshot, follower=follower)

    def _fail(self, error: CcmError) -> None:
        """Say each failure once. That there is no database yet is none while somebody makes it."""
        supervisor = self._supervisor
        if supervisor is not None and supervisor.said:
            self._say_once(f"the follower ended: {supervisor.said}", "ccm-tui doctor may say more.")
        elif supervisor is None or not supervisor.is_starting:
            self._say_once(str(error), error.hint)

    def _say_once(self, what: str, hint: str) -> None:
        if what != self._failure:
            self._failure = what
            self._on_failure(what, hint)


def _yield_to_others() -> None:
    """Let everything else go first where the processor is short. Only Linux can do that for one thread."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


class _Tick:
    """The floor's own seconds: what is painted from them leaves none out. Of a floor that runs faster, one in many."""

    def __init__(self, seconds: int) -> None:
        self._seconds = seconds
        self._number = -1.0
        self._at = -math.inf

    def is_due(self, wall: float, now: float) -> bool:
        """Whether another has begun by the wall clock; by our own when that one stands still."""
        number, passed = wall // self._seconds, now - self._at
        due = passed >= (0.8 if number != self._number else 1.5) * self._seconds
        if due:
            self._number, self._at = number, now
        return due


class _Reading(FloorReader):
    """The floor with feeds and health, which change slowly and are read once a second, or less where all is quiet."""

    def __init__(self, store: Store, definitions: Definitions) -> None:
        super().__init__(store, definitions)
        self._feeds: tuple[FeedRow, ...] = ()
        self._health: DatabaseHealth | None = None
        self._health_at = 0.0
        self._written = True
        """Something was written since feeds and health were read."""

    def snapshot(self, as_of_ms: int, written: bool) -> FloorSnapshot:
        """Everything a live screen may know; ``written`` False: nothing has been since the last one."""
        now = time.monotonic()
        self._written |= written
        if now - self._health_at >= (TICK_SECONDS if self._written else QUIET_HEALTH_SECONDS):
            self._written = False
            with self._store.reading() as cursor:
                self._feeds = read_feeds(cursor)
                self._health = read_database_health(cursor, self._store.path)
            self._health_at = now
        status = read_status(self._store.path)
        if status.looked_at_ms is not None:
            # The heartbeat is on this machine's clock, the floor's may be another (a simulation at speed).
            age_ms = max(0, time.time_ns() // 1_000_000 - status.looked_at_ms)
            status = replace(status, looked_at_ms=as_of_ms - age_ms)
        floor = self.read(as_of_ms, status, live=True, written=written)
        return replace(floor, feeds=self._feeds, health=self._health)
