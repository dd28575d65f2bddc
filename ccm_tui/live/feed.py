"""The console's one thread that reads the floor: database changed, snapshot, callback. Starts a follower if none is.

Nothing here writes to the floor. The follower it starts is a child process of its own, which ends with this one.
"""

import contextlib
import math
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from ccm_tui.errors import CcmError
from ccm_tui.ingest.lock import is_free, read_status
from ccm_tui.live.commits import Commits
from ccm_tui.live.feeds import read_database_health, read_feeds
from ccm_tui.live.floor import FloorReader
from ccm_tui.live.snapshot import DatabaseHealth, FeedRow, FloorSnapshot
from ccm_tui.settings.definitions import Definitions
from ccm_tui.store.engine import Store, open_reader

QUIET_SECONDS = 3.0
"""When nothing was committed for so long, all is quiet."""
LONGEST_WAIT_SECONDS = 0.25
RETRY_SECONDS = 0.1
QUIET_HEALTH_SECONDS = 5.0
"""Feeds and health are read this often when nothing was committed, else once a second."""
TICK_SECONDS = 1
"""At least so often, whether or not anything was committed: states end by the clock too."""
SLOW_LINK_TICK_SECONDS = 5
FASTEST_SECONDS = 1 / 16
SLOW_LINK_SECONDS = 1.0
UNHURRIED_SECONDS = 0.016
"""A reading that took so long is followed by a rest as long, one of n times as long by n times as long a rest as it
took itself: where the machine is short of time, twenty consoles paint less."""
LONGEST_REST_SECONDS = 0.5
SUPERVISE_SECONDS = 0.5
"""How often we look whether somebody follows; a dead follower is replaced within two seconds."""
SHORT_LIFE_SECONDS = 2.0
"""A child that gives up sooner cannot follow and is not tried again at once; one that was killed is."""
END_CHILD_SECONDS = 2.0
REMEMBER_SECONDS = 10.0


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
        self._supervisor = _Supervisor(database, config, child_arguments) if follow else None
        self._interval = SLOW_LINK_SECONDS if low_bandwidth else FASTEST_SECONDS
        self._tick_seconds = SLOW_LINK_TICK_SECONDS if low_bandwidth else TICK_SECONDS
        self._wall_clock = wall_clock
        self._stop = threading.Event()
        self._commits = Commits(database)
        self._as_of_ms: int | None = None
        self._looked_again = threading.Event()
        self._paused = False
        self._failure = ""
        self._thread = threading.Thread(target=self._run, name="floor-feed", daemon=True)

    def start(self) -> None:
        """Begin to read; the first snapshot comes when there is a database."""
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
        self._look_again()

    def look_at(self, as_of_ms: int | None) -> None:
        """Show the floor as of a past instant; None: live again."""
        self._as_of_ms = as_of_ms
        self._look_again()

    def _look_again(self) -> None:
        self._looked_again.set()
        self._commits.wake()

    def _run(self) -> None:
        store: Store | None = None
        reader: _Reading | None = None
        version, committed_at, looked_at, supervise_at = -1, 0.0, 0.0, 0.0
        tick = _Tick(self._tick_seconds)
        while not self._stop.is_set():
            now = time.monotonic()
            wall = self._wall_clock()
            if self._supervisor is not None and now >= supervise_at:
                self._supervisor.look()
                supervise_at = now + SUPERVISE_SECONDS
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
                    as_of_ms = self._as_of_ms
                    instant_ms = round(wall * 1000) if as_of_ms is None else as_of_ms
                    snapshot = self._explained(reader.snapshot(instant_ms, as_of_ms is None, committed))
                    self._failure = ""
                    if not self._stop.is_set():
                        self._on_snapshot(snapshot)
                    if committed:
                        # Only after a change: the one after a mere tick of the clock is shown at once
                        committed_at = now
                        took = time.monotonic() - now
                        rest = min(took * took / UNHURRIED_SECONDS, LONGEST_REST_SECONDS)
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

    def snapshot(self, as_of_ms: int, live: bool, written: bool) -> FloorSnapshot:
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
        if live and status.looked_at_ms is not None:
            # The heartbeat is on this machine's clock, the floor's may be another (a simulation at speed).
            age_ms = max(0, time.time_ns() // 1_000_000 - status.looked_at_ms)
            status = replace(status, looked_at_ms=as_of_ms - age_ms)
        floor = self.read(as_of_ms, status, live=live, written=written)
        return replace(floor, feeds=self._feeds, health=self._health)


class _Supervisor:
    """Keeps a follower running while nobody else does."""

    def __init__(self, database: Path, config: str | None, arguments: Sequence[str]) -> None:
        self._database = database
        # -P: modules are not to be looked for in the folder somebody happens to be in
        self._command = [sys.executable, "-P", "-m", "ccm_tui"]
        if config is not None:
            self._command += ["--config", config]
        self._command += ["--db", str(database), "watch"]
        self._arguments = list(arguments)
        self.named = " ".join(arguments)
        """What is to be followed, as it was named."""
        self._child: subprocess.Popen[bytes] | None = None
        self.said = ""
        """Why the child we started last has failed; empty while one is up."""
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the supervisor; ``end`` closes it
        self._started_at = -math.inf
        self._failed_at = -math.inf
        self._remembered = not arguments

    def look(self) -> None:
        """Start a child when nobody follows; twenty consoles may try, the lock lets one."""
        child = self._child
        if child is not None and child.poll() is None:
            return
        if child is not None:
            self.said = self._last_words()
            self._child = None
            self._remembered = not self._arguments  # it may have ended before it came to that
            _close_stdin(child)
            if child.returncode > 0 and time.monotonic() - self._started_at < SHORT_LIFE_SECONDS:
                self._failed_at = time.monotonic()
        if is_free(self._database):
            if time.monotonic() - self._failed_at < SHORT_LIFE_SECONDS:
                return
            time.sleep(random.uniform(0, 0.05))  # noqa: S311 - so that consoles do not all start at once
            self.said = ""
            self._started_at = time.monotonic()
            self._child = self._spawn("--child", *self._arguments)
            self._remembered = True
        elif not self._remembered:
            with self._spawn("--remember", *self._arguments) as remembering:
                try:
                    failed = bool(remembering.wait(REMEMBER_SECONDS))
                except subprocess.TimeoutExpired:
                    remembering.kill()
                    self.said = f"could not be remembered within {REMEMBER_SECONDS:.0f} s"
                else:
                    self.said = self._last_words() if failed else ""
            self._remembered = True

    @property
    def is_starting(self) -> bool:
        """Whether a child is up that may have yet to make the database."""
        return self._child is not None and self._child.poll() is None

    def _last_words(self) -> str:
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        self._errors.seek(0)
        self._errors.truncate()
        return lines[0].removeprefix("ccm-tui: ") if lines else ""

    def end(self) -> None:
        """End the child we started: closing its standard input tells it, a signal insists."""
        child = self._child
        self._errors.close()
        if child is None:
            return
        _close_stdin(child)
        if child.poll() is not None:
            return
        child.terminate()
        try:
            child.wait(END_CHILD_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()

    def _spawn(self, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - our own program, no shell
            [*self._command, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=self._errors,
            start_new_session=True,
        )


def _close_stdin(child: subprocess.Popen[bytes]) -> None:
    if child.stdin is not None:
        child.stdin.close()
