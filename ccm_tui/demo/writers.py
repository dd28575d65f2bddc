"""Records to lines, and lines into the files a real site has: queue_log with its rotated days, chat.jsonl, mail.jsonl.

Only whole lines are written, each batch with one call and no buffer behind it. Rotation is at the floor's midnight,
where the record CONFIGRELOAD stands, as ``logger rotate`` writes it; a day's file is named after the day it holds, and
days before yesterday are compressed. A rotated file appears under its name when it is complete.
"""

import gzip
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from ccm_tui.demo.records import Record, VoiceLine
from ccm_tui.demo.seasons import FloorClock
from ccm_tui.domain.events import Channel
from ccm_tui.sources.ccm_jsonl import encode

QUEUE_LOG, CHAT_LOG, MAIL_LOG = "queue_log", "chat.jsonl", "mail.jsonl"
_COMPRESSION = 6


def queue_log_line(line: VoiceLine) -> str:
    """The line as Asterisk writes it, with its end."""
    parameters = "|".join(map(str, line.parameters))
    return f"{line.at_ms // 1000}|{line.callid}|{line.queue}|{line.agent}|{line.event}|{parameters}\n"


class FloorFiles:
    """The log files of one folder, from the beginning of the history on."""

    def __init__(self, folder: Path, clock: FloorClock, first_day: int, today: int) -> None:
        """``first_day``: the floor's day on which the records begin. ``today``: the day whose lines grow in queue_log;
        earlier ones go straight into rotated files.
        """
        self._folder, self._clock, self._today = folder, clock, today
        self._day = first_day
        self._rotated: list[str] = []
        """Lines of a past day, until it is complete."""
        self._pending: dict[str, list[str]] = {QUEUE_LOG: [], CHAT_LOG: [], MAIL_LOG: []}
        self._open: dict[str, int] = {}

    def write(self, records: Iterable[Record]) -> None:
        """Append records in time order; they are in the files when this returns, those of past days when the day is
        over.
        """
        voice, chat, mail = self._pending.values()
        for record in records:
            if not isinstance(record, VoiceLine):
                (chat if record.channel is Channel.CHAT else mail).append(encode(record) + "\n")
                continue
            if record.event == "CONFIGRELOAD":
                self._rotate()
            (voice if self._day >= self._today else self._rotated).append(queue_log_line(record))
        self._flush()

    def close(self) -> None:
        """Let the files go. Nothing is lost without it."""
        for descriptor in self._open.values():
            os.close(descriptor)
        self._open.clear()

    def _flush(self) -> None:
        for name, lines in self._pending.items():
            if not lines:
                continue
            descriptor = self._open.get(name)
            if descriptor is None:
                path = self._folder / name
                descriptor = self._open[name] = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            rest = memoryview("".join(lines).encode())
            lines.clear()
            while rest:
                rest = rest[os.write(descriptor, rest) :]

    def _rotate(self) -> None:
        """Close the file of the day that ends."""
        rotated = self._rotated_path(self._day)
        if self._day >= self._today:
            self._flush()
            if (descriptor := self._open.pop(QUEUE_LOG, None)) is not None:
                os.close(descriptor)
                (self._folder / QUEUE_LOG).rename(rotated)
            self._compress(self._rotated_path(self._day - 1))
        else:
            content = "".join(self._rotated).encode()
            self._rotated.clear()
            if self._day < self._today - 1:
                rotated, content = rotated.with_name(rotated.name + ".gz"), _compressed(content)
            self._place(rotated, content)
        self._day += 1

    def _rotated_path(self, day: int) -> Path:
        return self._folder / f"{QUEUE_LOG}-{self._clock.date(day):%Y%m%d}"

    def _compress(self, plain: Path) -> None:
        with suppress(FileNotFoundError):
            self._place(plain.with_name(plain.name + ".gz"), _compressed(plain.read_bytes()))
            plain.unlink()

    def _place(self, path: Path, content: bytes) -> None:
        """Put a complete file there at once."""
        unfinished = path.with_name(f".{path.name}.part")
        unfinished.write_bytes(content)
        unfinished.chmod(0o600)
        unfinished.replace(path)


def _compressed(content: bytes) -> bytes:
    return gzip.compress(content, _COMPRESSION, mtime=0)  # no time of its own: the same floor, the same bytes
