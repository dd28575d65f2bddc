"""``ccm-tui watch``: the follower in the foreground, as a service or as the child of a console."""

import argparse
import contextlib
import glob
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence

from ccm_tui.commands import session
from ccm_tui.errors import ExitCode, StoreBusyError, UsageError
from ccm_tui.ingest.discovery import absolute, expand, is_there
from ccm_tui.ingest.follower import Follower
from ccm_tui.ingest.lock import FollowerLock, read_status
from ccm_tui.ingest.parsing import Counts
from ccm_tui.ingest.writing import Writing
from ccm_tui.safe import clean
from ccm_tui.settings.problems import nearest
from ccm_tui.settings.sections import DEFAULT_SITE
from ccm_tui.store.files import SourceRow, forget_sources, list_sources, remember_sources, was_found

HELP = "follow the logs in the foreground: what a service runs"


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("paths", nargs="*", metavar="PATH", help="followed from now on, with its rotated siblings")
    session.add_source_options(parser)
    parser.add_argument("--once", action="store_true", help="read to the end and exit")
    parser.add_argument("--forget", action="store_true", help="follow these PATHs no more; what was read of them stays")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--lock", type=int, metavar="DESCRIPTOR", help=argparse.SUPPRESS)
    parser.add_argument("--remember", action="store_true", help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> ExitCode:
    """Follow until told to stop (SIGTERM, SIGINT, SIGHUP; a child also when its console is gone)."""
    if args.forget:
        return _forget(args)
    if args.once:
        _need_there(args.paths)
    elif not args.child and not args.remember:  # a console says it itself, and takes our first line for why we end
        session.tell_absent(args.paths)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    if args.child:
        threading.Thread(target=_end_with_parent, args=(stop,), daemon=True).start()
    counts = Counts()
    handed: int | None = args.lock
    while not stop.is_set():
        follower = _follow(args, stop, counts.add, handed)
        handed = None  # given back
        if follower is None or not follower.rules_changed:
            break
    if args.once and follower is not None:
        for path, reason in follower.problems:
            _say(f"{path}: {reason}")
        print(
            f"{counts.lines} lines, {counts.records} events, {counts.repeats} repeats,"
            f" {counts.quarantined} quarantined, {counts.blank} blank, {counts.contacts} new contacts"
        )
    return ExitCode.DONE


def _follow(
    args: argparse.Namespace, stop: threading.Event, on_counts: Callable[[Counts], None], handed: int | None
) -> Follower | None:
    """Follow by the configuration as it is now; None when only paths were to be remembered."""
    with session.writing(args) as writing:
        if args.remember:
            sources_of(writing, args)
            return None
        lock = FollowerLock(writing.store.path)
        if not lock.acquire(handed):
            holder = read_status(writing.store.path)
            raise StoreBusyError(
                f"{writing.store.path}: already followed by process {holder.pid or 'unknown'}",
                "One follower per database is enough: consoles read what it writes.",
            )
        try:
            _forget_what_never_came(writing, args)
            follower = Follower(writing, lock, sources_of(writing, args), on_counts=on_counts)
            follower.run(stop, once=args.once)
        finally:
            lock.release()
    return follower


def sources_of(writing: Writing, args: argparse.Namespace) -> list[SourceRow]:
    """The configured sources; the paths of the call are remembered in the database and come from there."""
    sources = [
        SourceRow(
            pattern=path,
            format=None if source.format == "auto" else source.format,
            site=source.site,
            timezone=source.timezone or None,
        )
        for source in writing.definitions.settings.sources
        for path in source.path
    ]
    if args.paths:
        timezone = session.checked_zone(args.tz)
        log_format = None if args.source == "auto" else writing.dialect.format(args.source).name
        named = [
            SourceRow(
                pattern=absolute(path),
                format=log_format,
                site=args.site or DEFAULT_SITE,
                timezone=timezone,
            )
            for path in args.paths
        ]
        with writing.store.writing() as cursor:
            remember_sources(cursor, named)
    return sources


def _need_there(paths: Sequence[str]) -> None:
    """Who reads once means what is there now, as an import does. Raises SourceError before anything is read."""
    for path in paths:
        if glob.has_magic(path) or not is_there(path):  # a rotated sibling is enough
            expand(path)


def _say(text: str) -> None:
    print(clean(f"ccm-tui: {text}"), file=sys.stderr)


def _forget_what_never_came(writing: Writing, args: argparse.Namespace) -> None:
    """A mistyped path is not remembered for ever: one where nothing was found so far must be named again."""
    named = {absolute(path) for path in args.paths}
    with writing.store.reading() as cursor:
        remembered = [source.pattern for source in list_sources(cursor) if source.pattern not in named]
        never = [path for path in remembered if not is_there(path) and not was_found(cursor, path)]
    if not never:
        return
    with writing.store.writing() as cursor:
        forget_sources(cursor, never)
    for path in never if not args.child else ():
        _say(f"{path}: forgotten, since nothing was ever there; name it again, or put it into ccm.toml")


def _forget(args: argparse.Namespace) -> ExitCode:
    """Take paths out of what is remembered; a follower that runs lets go of them within a second."""
    with session.writing(args) as writing:
        with writing.store.reading() as cursor:
            remembered = [source.pattern for source in list_sources(cursor)]
        named = [absolute(path) for path in args.paths]
        listed = f"remembered: {', '.join(remembered)}" if remembered else "no path is remembered"
        if not named:
            raise UsageError("--forget needs a path", listed)
        configured = {path for source in writing.definitions.settings.sources for path in source.path}
        for path in named:
            if path in configured:
                raise UsageError(f"{path}: it is in the configuration", "take it out there: ccm-tui config show")
            if path not in remembered:
                near = nearest(path, remembered)
                raise UsageError(f"{path}: not remembered", f"did you mean {near}?" if near else listed)
        with writing.store.writing() as cursor:
            forget_sources(cursor, named)
    for path in named:
        print(clean(f"forgotten: {path}"))
    return ExitCode.DONE


def _end_with_parent(stop: threading.Event) -> None:
    """A console's child must not outlive it, however it dies: its standard input ends with the console."""
    with contextlib.suppress(OSError):
        while os.read(sys.stdin.fileno(), 4096):
            pass
    stop.set()
