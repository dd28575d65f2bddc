"""The console's part in following: starts a follower of its own while there is none, and says why that one failed.

It has a thread of its own: what it starts takes over its thread's priority, and that of the one that reads is low.
"""

import math
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from ccm_tui.errors import StoreError
from ccm_tui.ingest.lock import FollowerLock, is_free

SUPERVISE_SECONDS = 0.5
"""How often we look whether somebody follows; a dead follower is replaced within two seconds."""
SHORT_LIFE_SECONDS = 2.0
"""A child that gives up sooner cannot follow and is not tried again at once; one that was killed is."""
END_CHILD_SECONDS = 2.0
REMEMBER_SECONDS = 10.0


class Supervisor:
    """Keeps a follower running while nobody else does. ``start`` it, read what it says from any thread, ``end`` it."""

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
        self._looked = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="follower-supervisor", daemon=True)

    def start(self) -> None:
        """Look at once whether somebody follows, and from now on."""
        self._thread.start()

    @property
    def is_starting(self) -> bool:
        """Whether a child is up, or about to be, that may have yet to make the database."""
        child = self._child
        return not self._looked or (child is not None and child.poll() is None)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._look()
            self._looked = True
            self._stop.wait(SUPERVISE_SECONDS)

    def _look(self) -> None:
        """Start a child when nobody follows: of twenty consoles the one that has the lock to hand to it."""
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
            lock = FollowerLock(self._database)
            try:
                if not lock.take():
                    return
                handed = [lock.descriptor]
            except StoreError:  # the child meets the same and says why
                handed = []
            self.said = ""
            self._started_at = time.monotonic()
            options = [f"--lock={descriptor}" for descriptor in handed]
            self._child = self._spawn("--child", *options, *self._arguments, handed=handed)
            lock.release()
            self._remembered = True
        elif not self._remembered:
            self.said = self._remember()
            self._remembered = True

    def _remember(self) -> str:
        """Have what we were started with followed by whoever follows; why that failed, empty when it did not."""
        give_up_at = time.monotonic() + REMEMBER_SECONDS
        with self._spawn("--remember", *self._arguments) as remembering:
            while remembering.poll() is None:
                if self._stop.wait(0.02) or time.monotonic() > give_up_at:
                    remembering.kill()
                    return f"could not be remembered within {REMEMBER_SECONDS:.0f} s"
            return self._last_words() if remembering.returncode else ""

    def _last_words(self) -> str:
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        self._errors.seek(0)
        self._errors.truncate()
        return lines[0].removeprefix("ccm-tui: ") if lines else ""

    def end(self) -> None:
        """End the child we started: closing its standard input tells it, a signal insists."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(END_CHILD_SECONDS)
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

    def _spawn(self, *arguments: str, handed: Sequence[int] = ()) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - our own program, no shell
            [*self._command, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=self._errors,
            start_new_session=True,
            pass_fds=handed,
        )


def _close_stdin(child: subprocess.Popen[bytes]) -> None:
    if child.stdin is not None:
        child.stdin.close()
