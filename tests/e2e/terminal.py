"""A real terminal around a real process: a pty that is read all the time, its screen by pyte, and nothing left behind.

Everything started here carries a mark in its environment, which children inherit: whoever still has it is a leftover.
Waiting is always for a condition, with a deadline.
"""

import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pyte

import ccm_tui

PATIENCE_SECONDS = 30.0
"""For what takes a second on a quiet machine: the tests share theirs with others."""
MARK = "CCM_E2E_MARK"
PROGRAM = (sys.executable, "-P", "-m", "ccm_tui")

# What pyte takes for text: DECRQM and the kitty keyboard's CSI > 25 u, CSI < u
_NOT_FOR_PYTE = re.compile(rb"\x1b\[(?:\?[0-9;]*\$p|[<>=][0-9;]*[a-zA-Z])")
_ESCAPES = re.compile(rb"\x1b\[[0-9;?<>=$]*[a-zA-Z]")
_UNFINISHED = re.compile(rb"\x1b(?:\[[0-9;?<>=$]*)?\Z")


def until(condition: Callable[[], object], what: str, seconds: float = PATIENCE_SECONDS) -> float:
    """Wait for it; how long that took."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, f"not within {seconds:g} s: {what}"
        time.sleep(0.01)
    return time.monotonic() - began


def processes(mark: str) -> dict[int, str]:
    """What runs with this mark: process -> its command line. A zombie runs no more."""
    found = {}
    needle = f"{MARK}={mark}\0".encode()
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                if needle in (folder / "environ").read_bytes() + b"\0":
                    found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    found.pop(os.getpid(), None)
    return found


def followers(mark: str) -> dict[int, str]:
    """The followers among them, not the short-lived ones that only remember a path."""
    return {pid: line for pid, line in processes(mark).items() if " watch " in line and "--remember" not in line}


def lock_is_free(database: Path) -> bool:
    """Whether a follower could start now."""
    try:
        descriptor = os.open(f"{database}.lock", os.O_RDWR)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True


class Terminal:
    """One process in a terminal of its own. ``with Terminal(...) as terminal:`` kills it in the end."""

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        size: tuple[int, int] = (80, 24),
        folder: Path | None = None,
    ) -> None:
        self._master, slave = os.openpty()
        self._set_size(*size)
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            ["setsid", "-c", *command],  # a session of its own, and the pty as its controlling terminal; then exec
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=dict(environment),
            cwd=folder,
        )
        os.close(slave)
        self._raw = bytearray()
        self._times: list[tuple[float, int]] = []
        self._lock = threading.Lock()
        self._fed = 0
        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)
        self._stop_read, self._stop_write = os.pipe()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def raw(self) -> bytes:
        """Every byte it has written."""
        with self._lock:
            return bytes(self._raw)

    @property
    def text(self) -> str:
        """The screen now."""
        with self._lock:
            return self._show()

    @property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    @property
    def last_arrival(self) -> float:
        """When it wrote last (``time.monotonic``)."""
        with self._lock:
            return self._times[-1][0] if self._times else self.began

    @property
    def arrivals(self) -> list[tuple[float, int]]:
        """(when, how many bytes it had written by then), piece by piece."""
        with self._lock:
            return list(self._times)

    def send(self, keys: str) -> None:
        """Press keys."""
        os.write(self._master, keys.encode())

    def see(self, *words: str, seconds: float = PATIENCE_SECONDS) -> str:
        """Wait until all of these are on the screen."""
        return self.see_that(lambda text: all(word in text for word in words), f"on the screen {words}", seconds)

    def see_that(
        self, condition: Callable[[str], object], what: str = "the screen", seconds: float = PATIENCE_SECONDS
    ) -> str:
        """Wait until the screen is so."""
        deadline = time.monotonic() + seconds
        while not condition(text := self.text):
            if self.process.poll() is not None or time.monotonic() > deadline:
                ended = self.process.poll()
                end = f"it ended with {ended}" if ended is not None else f"not within {seconds:g} s"
                with suppress(AssertionError):
                    until(lambda: not self._reader.is_alive(), "the end of the output", 1.0)
                raise AssertionError(f"{what}: {end}; the screen is\n{self.text}")
            time.sleep(0.01)
        return text

    def wrote(self, number: int, since: float) -> float | None:
        """When after ``since`` (``time.monotonic``) it first wrote this number; None: not yet.

        Much cheaper than a screen: twenty of them would keep a core busy that the consoles need.
        """
        pattern = re.compile(rb"(?<!\d)%d(?!\d)" % number)
        with self._lock:
            start, tail = 0, b""
            for at, total in self._times:
                if at >= since:
                    text = tail + _ESCAPES.sub(b" ", bytes(self._raw[start:total]))
                    if pattern.search(text):
                        return at
                    tail = text[-8:]
                start = total
        return None

    def settle(self, quiet: float = 0.08, seconds: float = 2.0) -> None:
        """Wait until it has answered: until nothing came for a moment, or for long enough (a clock ticks anyway)."""
        began = time.monotonic()
        while time.monotonic() < began + seconds:
            if time.monotonic() - max(began, self.last_arrival) > quiet:
                return
            time.sleep(0.01)

    def resize(self, columns: int, rows: int) -> None:
        """Another size of the window."""
        with self._lock:
            self._show()
            self._screen.resize(rows, columns)
            self._screen.erase_in_display(2)
        self._set_size(columns, rows)

    def _set_size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def attributes(self) -> list[object]:
        """The terminal's modes (echo and so on)."""
        return list(termios.tcgetattr(self._master))

    def hang_up(self) -> None:
        """The window is closed, the line is dead."""
        self._stop_reading()
        if self._master >= 0:
            os.close(self._master)
            self._master = -1

    def stop_reading(self) -> None:
        """A person whose line is stalled: nothing is read any more, until ``hang_up``."""
        self._stop_reading()

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def wait(self, seconds: float = PATIENCE_SECONDS) -> int:
        """Its exit code, as a shell would give it; all output is there then."""
        code = self.process.wait(seconds)
        if self._master >= 0:
            self._reader.join(2.0)
        return code if code >= 0 else 128 - code

    def close(self) -> None:
        """Kill it and let go of the pty."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.hang_up()
        for descriptor in (self._stop_read, self._stop_write):
            with suppress(OSError):
                os.close(descriptor)
        self._stop_read = self._stop_write = -1

    def _stop_reading(self) -> None:
        if self._stop_write >= 0 and self._reader.is_alive():
            os.write(self._stop_write, b"x")
        self._reader.join()

    def _read(self) -> None:
        while True:
            ready, _, _ = select.select([self._master, self._stop_read], [], [])
            if self._stop_read in ready:
                return
            try:
                data = os.read(self._master, 65536)
            except OSError:  # EIO: nobody has the other end open any more
                return
            if not data:
                return
            with self._lock:
                self._raw += data
                self._times.append((time.monotonic(), len(self._raw)))

    def _show(self, end: int | None = None) -> str:
        data = bytes(self._raw[self._fed : end])
        unfinished = _UNFINISHED.search(data)
        if unfinished:
            data = data[: unfinished.start()]
        if data:
            self._fed += len(data)
            self._stream.feed(_NOT_FOR_PYTE.sub(b"", data))
        return "\n".join(self._screen.display)


class Place:
    """Where a test happens: a folder, a database, a log, the environment of a login, and the mark of all it starts."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mark = f"{os.getpid()}-{id(self):x}-{time.monotonic_ns():x}"
        self.database = folder / "data" / "ccm.db"  # not beside the logs, whose folder is watched
        self.database.parent.mkdir(exist_ok=True)
        self.log = folder / "queue_log"
        home = folder / "home"
        home.mkdir(exist_ok=True)
        self.environment = {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "HOME": str(home),
            "TMPDIR": str(folder / "tmp"),
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
            "USER": "lead",
            "LOGNAME": "lead",
            # The code these tests belong to, whatever the environment has installed
            "PYTHONPATH": str(Path(ccm_tui.__file__).parent.parent),
            MARK: self.mark,
        }
        (folder / "tmp").mkdir(exist_ok=True)
        self._terminals: list[Terminal] = []

    def command(self, *arguments: str) -> list[str]:
        """The program over this place's database."""
        return [*PROGRAM, "--db", str(self.database), *arguments]

    def terminal(
        self,
        *command: str,
        size: tuple[int, int] = (80, 24),
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> Terminal:
        """Any command in a terminal."""
        terminal = Terminal(
            command, self.environment if environment is None else environment, size=size, folder=folder or self.folder
        )
        self._terminals.append(terminal)
        return terminal

    def console(
        self, *arguments: str, size: tuple[int, int] = (80, 24), environment: Mapping[str, str] | None = None
    ) -> Terminal:
        """``ccm-tui open`` in a terminal, with more or other environment."""
        merged = {**self.environment, **(environment or {})}
        return self.terminal(*self.command("open", *arguments), size=size, environment=merged)

    def run(self, *arguments: str, seconds: float = PATIENCE_SECONDS) -> "subprocess.CompletedProcess[str]":
        """One command without a terminal."""
        return subprocess.run(
            self.command(*arguments),
            env=self.environment,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )

    @contextmanager
    def service(self, *arguments: str) -> Iterator["subprocess.Popen[bytes]"]:
        """``ccm-tui watch`` beside it, holding the lock."""
        process = subprocess.Popen(
            self.command("watch", *arguments), env=self.environment, cwd=self.folder, stdin=subprocess.DEVNULL
        )
        try:
            until(lambda: not lock_is_free(self.database), "the service has the lock")
            yield process
        finally:
            process.terminate()
            process.wait(PATIENCE_SECONDS)

    def append(self, *lines: str) -> None:
        """What the telephone system writes."""
        with self.log.open("ab", buffering=0) as log:
            log.write("".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape"))

    def all_is_gone(self) -> bool:
        """No process, and no lock held."""
        return not processes(self.mark) and lock_is_free(self.database)

    def gone(self, seconds: float = PATIENCE_SECONDS) -> float:
        """Wait until nothing is left; how long that took."""
        try:
            return until(self.all_is_gone, "nothing is left", seconds)
        except AssertionError as error:
            held = "" if lock_is_free(self.database) else ", and the lock is held"
            raise AssertionError(f"{error}; there is {processes(self.mark)}{held}") from None

    def close(self) -> None:
        """Kill what is left of all that was started here."""
        for terminal in self._terminals:
            terminal.close()
        deadline = time.monotonic() + 5
        while (left := processes(self.mark)) and time.monotonic() < deadline:
            for pid in left:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)
