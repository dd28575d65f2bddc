"""``ccm-tui replay``: an old log written out again as if it happened now; for training, and to try a console on it."""

import argparse
import gzip
import io
import signal
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

from ccm_tui.demo import replay
from ccm_tui.errors import ExitCode, SourceError, UsageError

HELP = "write an old log out again as if it happened now"


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("path", metavar="PATH", help="an Asterisk queue_log or our JSONL, plain or .gz")
    parser.add_argument("--into", metavar="DIR", default=".", help="folder that the log grows in (default: here)")
    parser.add_argument("--speed", type=_speed, default=1.0, metavar="X", help="times faster than it happened")


def run(args: argparse.Namespace) -> ExitCode:
    """Write until the log's end, or until told to stop."""
    source = Path(args.path)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    is_jsonl = _is_jsonl(source)
    target = Path(args.into) / (source.name.removesuffix(".gz") if is_jsonl else "queue_log")
    if target.exists() and target.resolve() == source.resolve():
        raise UsageError(f"{target}: that is the log itself", "Name another folder with --into.")
    timed, rewrite = (
        (replay.timed_jsonl, replay.rewrite_jsonl) if is_jsonl else (replay.timed_queue_log, replay.rewrite_queue_log)
    )
    print(f"ccm-tui: writing {target}; follow it with: ccm-tui open {target}", file=sys.stderr)
    with _opened(target) as out:

        def write(line: bytes) -> None:
            try:
                out.write(line)
            except OSError as error:
                raise _unwritable(target, error) from error

        count = replay.replay(
            timed(_lines(source)),
            write,
            speed=args.speed,
            start_ms=time.time_ns() // 1_000_000,
            sleep=stop.wait,
            rewrite=rewrite,
        )
    print(f"{count} lines written to {target}")
    return ExitCode.INTERRUPTED if stop.is_set() else ExitCode.DONE


def _opened(target: Path) -> io.FileIO:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        return target.open("ab", buffering=0)
    except OSError as error:
        raise _unwritable(target, error) from error


def _unwritable(target: Path, error: OSError) -> UsageError:
    return UsageError(f"{target}: cannot be written: {error.strerror or error}", "Name another folder with --into.")


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as log:
            for line in log:
                yield line if line.endswith(b"\n") else line + b"\n"
    except OSError as error:
        raise SourceError(f"{path}: cannot be read: {error.strerror or error}") from error
    except (EOFError, zlib.error) as error:
        raise SourceError(f"{path}: broken gzip data: {error}") from error


def _is_jsonl(path: Path) -> bool:
    return next(_lines(path), b"").lstrip().startswith(b"{")


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed <= 100_000:
        raise argparse.ArgumentTypeError(f"{text!r} is no speed: a number above 0, up to 100000")
    return speed
