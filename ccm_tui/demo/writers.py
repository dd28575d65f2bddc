"""Records to lines, and lines into the files a real site has: today's logs, growing, and a set for each day past.

Only whole lines are written, each batch with one call and no buffer behind it. Rotation is at the floor's midnight,
where the record CONFIGRELOAD stands, as ``logger rotate`` writes it; a day's files are named after the day they hold.
The files of a past day appear under their names when they are complete, as old as their last line.
"""

import gzip
import os
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from ccm_tui.demo.records import Record, VoiceLine
from ccm_tui.demo.seasons import FloorClock
from ccm_tui.domain.events import Channel
from ccm_tui.sources.ccm_jsonl import encode

QUEUE_LOG, CHAT_LOG, MAIL_LOG = "queue_log", "chat.jsonl", "mail.jsonl"
LOGS = (QUEUE_LOG, CHAT_LOG, MAIL_LOG)
_COMPRESSION = 6


def queue_log_line(line: VoiceLine) -> str:
    """The line as Asterisk writes it, with its end."""
    parameters = "|".join(map(str, line.parameters))
    return f"{line.at_ms // 1000}|{line.callid}|{line.queue}|{line.agent}|{line.event}|{parameters}\n"


def _log_and_line(record: Record) -> tuple[str, str]:
    if isinstance(record, VoiceLine):
        return QUEUE_LOG, queue_log_line(record)
    return CHAT_LOG if record.channel is Channel.CHAT else MAIL_LOG, encode(record) + "\n"


def rotated_name(log: str, day: date) -> str:
    """What a day's log is called when the day is over: a name that every reader knows to be a sibling."""
    return f"{log}-{day:%Y%m%d}"


class FloorFiles:
    """The logs that grow, from a day's midnight on."""

    def __init__(self, folder: Path, clock: FloorClock, day: int) -> None:
        """``day``: the floor's day on which the records begin."""
        self._folder, self._clock, self._day = folder, clock, day
        self._pending: dict[str, list[str]] = {log: [] for log in LOGS}
        self._open: dict[str, int] = {}

    def write(self, records: Iterable[Record]) -> None:
        """Append records in time order; they are in the files when this returns."""
        for record in records:
            if isinstance(record, VoiceLine) and record.event == "CONFIGRELOAD":
                self._rotate(self._clock.day(record.at_ms))
            log, line = _log_and_line(record)
            self._pending[log].append(line)
        self._flush()

    def close(self) -> None:
        """Let the files go. Nothing is lost without it."""
        for descriptor in self._open.values():
            os.close(descriptor)
        self._open.clear()

    def _flush(self) -> None:
        for log, lines in self._pending.items():
            if lines:
                rest = memoryview("".join(lines).encode())
                lines.clear()
                while rest:
                    rest = rest[os.write(self._descriptor(log), rest) :]

    def _descriptor(self, log: str) -> int:
        descriptor = self._open.get(log)
        if descriptor is None:
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
            descriptor = self._open[log] = os.open(self._folder / log, flags, 0o600)
        return descriptor

    def _rotate(self, day: int) -> None:
        """Close the files of the day that ended and begin those of the next, if a day ended."""
        if day == self._day:
            return
        self._flush()
        self.close()
        for log in LOGS:
            (self._folder / log).rename(self._folder / rotated_name(log, self._clock.date(self._day)))
            self._descriptor(log)
        self._day = day


class PastDay:
    """The logs of a day that is over, collected and then put there."""

    def __init__(self, folder: Path, day: date, *, compressed: bool) -> None:
        self._folder, self._date, self._compressed = folder, day, compressed
        self._lines: dict[str, list[str]] = {log: [] for log in LOGS}
        self._last_ms: dict[str, int] = {}

    def add(self, records: Iterable[Record]) -> None:
        """Records in time order; nothing is in the files yet."""
        for record in records:
            log, line = _log_and_line(record)
            self._lines[log].append(line)
            self._last_ms[log] = record.at_ms

    def place(self) -> None:
        """Put the files there, each at once."""
        for log, at_ms in self._last_ms.items():
            name, content = rotated_name(log, self._date), "".join(self._lines[log]).encode()
            if self._compressed:  # without a time of its own: the same floor, the same bytes
                name, content = f"{name}.gz", gzip.compress(content, _COMPRESSION, mtime=0)
            place_file(self._folder / name, content, at_ms)


def place_file(path: Path, content: bytes, at_ms: int) -> None:
    """Put a complete file there at once, last changed at this time."""
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.write_bytes(content)
    unfinished.chmod(0o600)
    os.utime(unfinished, (at_ms / 1000, at_ms / 1000))
    unfinished.replace(path)
