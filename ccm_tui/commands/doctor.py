"""``ccm-tui doctor``: what is wrong here, and what to do about it. Changes nothing."""

import argparse
import locale
import os
import shlex
import shutil
import sqlite3
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from ccm_tui.commands import session
from ccm_tui.domain.roles import Right, Viewer
from ccm_tui.errors import CcmError, ExitCode
from ccm_tui.ingest.discovery import Discovery, is_there
from ccm_tui.ingest.lock import read_status
from ccm_tui.safe import clean
from ccm_tui.settings.model import Settings
from ccm_tui.store.engine import open_reader

HELP = "what is wrong here, and what to do"

LOW_DISK_BYTES = 1 << 30
CLOCKS = (
    "Times of its lines are taken as they are: set its clock and this machine's right (NTP); where the lines carry"
    " local times, see that the site's time zone is right."
)
STUCK_READER_WAL_BYTES = 64 << 20


class Finding(NamedTuple):
    """One thing looked at; ``advice`` is empty when it is as it should be."""

    what: str
    said: str
    advice: str = ""


def configure(parser: argparse.ArgumentParser) -> None:
    """The command takes no arguments."""


def run(args: argparse.Namespace) -> ExitCode:
    """Print every finding; the exit code is that of the first kind of trouble, 0 when there is none."""
    code = ExitCode.DONE
    findings: list[Finding] = list(_machine())
    try:
        settings = session.settings_of(args)
        findings.append(Finding("configuration", "right"))
        findings.append(Finding("you", _rights(session.definitions_of(args, settings).viewer)))
    except CcmError as error:
        findings.append(Finding("configuration", str(error), error.hint or "ccm-tui config check lists everything."))
        _print(findings)
        return error.exit_code
    findings += _lexicon(settings)
    configured = [path for source in settings.sources for path in source.path]
    findings += [_source(path, settings) for path in configured]
    if settings.customers.path:
        findings.append(_customer_file(settings.customers.path))
    try:
        findings += _database(session.database_of(settings), settings, set(configured))
    except CcmError as error:
        findings.append(Finding("database", str(error), error.hint))
        code = error.exit_code
    _print(findings)
    return code


def _print(findings: list[Finding]) -> None:
    width = max(len(finding.what) for finding in findings)
    for finding in findings:
        print(f"{'!' if finding.advice else ' '} {finding.what:<{width}}  {finding.said}")
        if finding.advice:
            print(f"  {'':<{width}}  -> {finding.advice}")


def _machine() -> Iterator[Finding]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("python", f"{version}, SQLite {sqlite3.sqlite_version}")
    encoding = sys.stderr.encoding or locale.getpreferredencoding()
    utf8 = encoding.lower().replace("-", "") == "utf8"
    yield Finding("text", encoding, "" if utf8 else "Set LANG to a UTF-8 locale; until then symbols are ASCII.")
    terminal = os.environ.get("TERM", "")
    good = terminal not in ("", "dumb")
    yield Finding(
        "terminal", terminal or "none", "" if good else "The console needs a terminal; ccm-tui board does not."
    )


def _rights(viewer: Viewer) -> str:
    """Who asks, and what he may do."""
    may = ", ".join(right.value.replace("_", " ") for right in Right if viewer.may(right))
    if viewer.role is None:
        return f"{viewer.shown}, may do everything: ccm.toml names no [people.NAME]"
    return f"{viewer.shown}, may " + (may or "look")


def _lexicon(settings: Settings) -> Iterator[Finding]:
    """Whether moods can be computed, where that is switched on."""
    from ccm_tui.ingest.lexicon import find_scoring

    lexicon = settings.sentiment.lexicon
    try:
        if find_scoring(lexicon) is not None:
            yield Finding("sentiment", f"computed by {lexicon} where the source tells none")
    except CcmError as error:
        yield Finding("sentiment", str(error), error.hint)


def _source(path: str, settings: Settings) -> Finding:
    """A path that is followed: whether something is there, and whether it may be read."""
    files = [file for file in Discovery([path]).rescan().files if file.inode]
    unreadable = [file.path for file in files if not os.access(file.path, os.R_OK)]
    what = f"source {path}"
    if unreadable:
        return Finding(what, f"{unreadable[0]} cannot be read", "Give this user the right to read it.")
    if not files:
        return Finding(what, "nothing there yet", _not_there(path, settings))
    return Finding(what, f"{len(files)} files")


def _customer_file(path: str) -> Finding:
    """The configured file of customers: whether it is there, and may be read."""
    what = f"customers {path}"
    if not Path(path).exists():
        return Finding(what, "nothing there yet", "Put [customers] path in ccm.toml right, or write the file there.")
    if not os.access(path, os.R_OK):
        return Finding(what, "cannot be read", "Give this user the right to read it.")
    return Finding(what, "there")


def _profiles(cursor: sqlite3.Cursor) -> Iterator[Finding]:
    """What is known of customers, if anything was ever read."""
    from ccm_tui.store.customers import count_profiles, find_reading

    reading = find_reading(cursor)
    if reading is not None:
        said = f"{count_profiles(cursor)} customers of {reading.path}"
        if not reading.refused:
            yield Finding("profiles", said)
            return
        odd = f"{said}, {reading.refused} of {reading.rows} rows refused: {reading.refusal}"
        yield Finding("profiles", clean(odd), "ccm-tui customers import tells them row by row.")


def _not_there(path: str, settings: Settings) -> str:
    """What to do when it never comes: a path lives either in ccm.toml or in the database's memory."""
    begin = "It is read as soon as it is there; if it never comes"
    if settings.follows(path):
        return f"{begin}, put the path in ccm.toml right."
    return f"{begin}: ccm-tui watch --forget {shlex.quote(path)}"


def _database(path: Path, settings: Settings, configured: set[str]) -> Iterator[Finding]:
    yield Finding("database", str(path))
    free = shutil.disk_usage(path.parent if path.parent.exists() else Path("/")).free
    advice = "" if free > LOW_DISK_BYTES else "Free some space: reading stops when the disk is full."
    yield Finding("disk", f"{free // (1 << 20)} MiB free", advice)
    if path.exists() and path.stat().st_mode & 0o007:
        yield Finding(
            "mode", oct(path.stat().st_mode & 0o777), f"Others can read customers' numbers: chmod o-rwx {path}"
        )
    with open_reader(path) as store, store.reading() as cursor:
        from ccm_tui.store.files import list_sources
        from ccm_tui.store.health import read_health

        health = read_health(cursor, path)
        problems = cursor.execute("SELECT path, problem FROM file WHERE problem IS NOT NULL").fetchall()
        quarantined = cursor.execute("SELECT COUNT(*) FROM quarantine").fetchone()[0]
        remembered = {source.pattern for source in list_sources(cursor)} - configured
        clocks = _clocks(cursor)
        profiles = list(_profiles(cursor))
    stuck = health.wal_bytes > STUCK_READER_WAL_BYTES
    yield Finding(
        "write-ahead log",
        f"{health.wal_bytes // 1024} KiB",
        "Some process keeps a reading open for long; end consoles one by one to find it." if stuck else "",
    )
    yield Finding(
        "quarantine", f"{quarantined} lines", "ccm-tui quarantine list shows them and why." if quarantined else ""
    )
    yield from (_source(each, settings) for each in sorted(remembered))
    yield from clocks
    yield from profiles
    for file, problem in problems:
        yield Finding(f"file {file}", problem, "See the reason; reading is tried again by itself.")
    status = read_status(path)
    if status.running:
        yield Finding("follower", f"process {status.pid}" + (f": {status.note}" if status.note else ""))
        for file, reason in status.problems:
            again = "See the reason; reading is tried again by itself."
            if file == settings.customers.path:
                again = "See the reason; what was known of customers stays until it can be read."
            if is_there(file):
                yield Finding(f"follower: {file}", reason, again)
            elif file not in configured | remembered | {settings.customers.path}:  # of these it is said above
                yield Finding(f"follower: {file}", reason, _not_there(file, settings))
    else:
        yield Finding("follower", "none runs", "A console starts one; as a service: ccm-tui watch.")


def _clocks(cursor: sqlite3.Cursor) -> list[Finding]:
    """The logs whose clock is ahead of this machine's or went back, judged as Feeds and its alert judge them."""
    from ccm_tui.ingest.lock import FollowerStatus
    from ccm_tui.live.feed_alerts import FeedJudge
    from ccm_tui.live.feeds import read_feeds
    from ccm_tui.live.reasons import in_words
    from ccm_tui.live.snapshot import FloorSnapshot

    now_ms = time.time_ns() // 1_000_000
    feeds = tuple(replace(feed, problem=None) for feed in read_feeds(cursor))  # problems are findings of their own
    judged = FeedJudge().reasons(FloorSnapshot(now_ms, None, FollowerStatus(), feeds=feeds))
    return [Finding(f"clock of {path}", in_words(reasons), CLOCKS) for path, reasons in sorted(judged.items())]
