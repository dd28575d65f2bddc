"""An old log written out again as if it happened now.

Every time is moved by the same number of whole seconds, in the time fields and inside Asterisk's unique ids
(``1795329019.16``), so that calls keep their identity and the links between lines hold. What is no time stays as it is,
byte for byte.
"""

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from ccm_tui.errors import UsageError

Rewrite = Callable[[bytes, int], bytes]
"""(line, seconds to add to its times) -> line"""
TimedLine = tuple[int, bytes]

_TOO_OLD_SECONDS = 20 * 365 * 86_400
"""A number further from the first line's time than this is no epoch."""

# 1795329019.16, also mainserver-1795329019.16; not the 10.0.0.1 of an address, not 4155550114.5.1
_UNIQUE_ID = re.compile(rb"(?<![\d.])(\d{9,10})(\.\d+)(?![\d.])")
_QUEUE_LOG_LINE = re.compile(rb"\s*(\d{9,10})(?:\.\d+)?\|")
# 2026-11-22T09:00:12Z, 2026-11-22 09:00:12.345+01:00
_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?")


def replay(
    lines: Iterable[TimedLine],
    write: Callable[[bytes], None],
    *,
    speed: float,
    start_ms: int,
    sleep: Callable[[float], object],
    rewrite: Rewrite,
    clock: Callable[[], float] = time.monotonic,
) -> int:
    """Write the lines, the first at once with the time ``start_ms``, the others when they are due; how many.

    ``lines``: (time, line with its end). ``speed``: seconds of the log a second. ``sleep`` waits so many seconds and
    returns true to stop early, as ``Event.wait`` does. A line that is older than the one before follows it at once.
    """
    if speed <= 0:
        raise UsageError("The speed must be above 0.", "Try --speed 1.")
    count = 0
    first_ms = shift_seconds = 0
    started = clock()
    for at_ms, line in lines:
        if count == 0:
            first_ms = at_ms
            shift_seconds = start_ms // 1000 - at_ms // 1000
        wait = (at_ms - first_ms) / 1000 / speed - (clock() - started)
        if wait > 0 and sleep(wait):
            break
        write(rewrite(line, shift_seconds))
        count += 1
    return count


def timed_queue_log(lines: Iterable[bytes]) -> Iterator[TimedLine]:
    """Lines of queue_log with their times; a line without one gets that of the line before. Blank lines go."""
    return _timed(lines, _queue_log_ms)


def timed_jsonl(lines: Iterable[bytes]) -> Iterator[TimedLine]:
    """The same for our JSONL."""
    return _timed(lines, _jsonl_ms)


def rewrite_queue_log(line: bytes, shift_seconds: int) -> bytes:
    """Move the epoch and the epochs in unique ids, in every field. A line that is none of queue_log stays as it is."""
    match = _QUEUE_LOG_LINE.match(line)
    if match is None:
        return line
    epoch = int(match[1])
    rest = _move_unique_ids(line[match.end(1) :], epoch, shift_seconds)
    return line[: match.start(1)] + b"%d" % (epoch + shift_seconds) + rest


def rewrite_jsonl(line: bytes, shift_seconds: int) -> bytes:
    """Move ``at`` and every other value that is wholly a time, and unique ids. A line that is no object stays."""
    record = _object(line)
    at_ms = None if record is None else _at_ms(record)
    if record is None or at_ms is None:
        return line
    moved = {key: _moved(key, value, at_ms // 1000, shift_seconds) for key, value in record.items()}
    end = line[len(line.rstrip(b"\r\n")) :]
    return json.dumps(moved, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass") + end


def _timed(lines: Iterable[bytes], time_of: Callable[[bytes], int | None]) -> Iterator[TimedLine]:
    waiting: list[bytes] = []  # lines before the first that has a time
    last_ms: int | None = None
    for line in lines:
        if not line.strip():
            continue
        at_ms = time_of(line)
        last_ms = last_ms if at_ms is None else at_ms
        if last_ms is None:
            waiting.append(line)
            continue
        for early in waiting:
            yield last_ms, early
        waiting.clear()
        yield last_ms, line


def _queue_log_ms(line: bytes) -> int | None:
    match = _QUEUE_LOG_LINE.match(line)
    return int(match[1]) * 1000 if match else None


def _jsonl_ms(line: bytes) -> int | None:
    record = _object(line)
    return None if record is None else _at_ms(record)


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None


def _at_ms(record: dict[str, Any]) -> int | None:
    at = record.get("at")
    if isinstance(at, str) and _ISO.fullmatch(at):
        try:
            moment = datetime.fromisoformat(at)
        except ValueError:
            return None
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return int(aware.timestamp() * 1000)
    if isinstance(at, int | float) and not isinstance(at, bool):
        return int(at * 1000)
    return None


def _moved(key: str, value: Any, epoch: int, shift_seconds: int) -> Any:
    if isinstance(value, dict):
        return {inner: _moved(inner, each, epoch, shift_seconds) for inner, each in value.items()}
    if isinstance(value, list):
        return [_moved(key, each, epoch, shift_seconds) for each in value]
    if key == "at" and isinstance(value, int | float):
        return value + shift_seconds
    if not isinstance(value, str):
        return value
    if _ISO.fullmatch(value):
        return _moved_iso(value, shift_seconds)
    return _move_unique_ids(value.encode("utf-8", "surrogatepass"), epoch, shift_seconds).decode(
        "utf-8", "surrogatepass"
    )


def _moved_iso(text: str, shift_seconds: int) -> str:
    """The same way of writing, another time; the fraction keeps its digits."""
    cut = 19 if len(text) > 16 and text[16] == ":" else 16
    try:
        moment = datetime.fromisoformat(text[:cut]) + timedelta(seconds=shift_seconds)
    except (ValueError, OverflowError):
        return text
    seconds = f":{moment:%S}" if cut == 19 or moment.second else ""
    return f"{moment:%Y-%m-%d}{text[10]}{moment:%H:%M}{seconds}{text[cut:]}"


def _move_unique_ids(text: bytes, epoch: int, shift_seconds: int) -> bytes:
    def move(match: re.Match[bytes]) -> bytes:
        born = int(match[1])
        if abs(born - epoch) > _TOO_OLD_SECONDS:
            return match[0]
        return b"%d%s" % (born + shift_seconds, match[2])

    return _UNIQUE_ID.sub(move, text)
