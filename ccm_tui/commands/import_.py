"""``ccm-tui import``: read logs once."""

import argparse
import json
import sys
import time

from ccm_tui.commands import session
from ccm_tui.errors import ExitCode, QuarantinedError
from ccm_tui.ingest.importer import ImportRequest, Progress, import_logs
from ccm_tui.settings.sections import DEFAULT_SITE

HELP = "read logs once: files, folders, globs, .gz, - for standard input"


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("paths", nargs="+", metavar="PATH", help="file, folder or pattern; - is standard input")
    session.add_source_options(parser)
    parser.add_argument("--strict", action="store_true", help="exit 4 when some lines could not be parsed")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="of the summary (default: text)")


def run(args: argparse.Namespace) -> ExitCode:
    """Import, showing progress on standard error when that is a terminal."""
    request = ImportRequest(
        paths=args.paths,
        site=args.site or DEFAULT_SITE,
        format=None if args.source == "auto" else args.source,
        timezone=session.checked_zone(args.tz),
    )
    began = time.monotonic()
    with session.writing(args) as writing, _Bar() as bar:
        progress = import_logs(writing, request, bar.show)
    seconds = round(time.monotonic() - began, 3)
    for problem in progress.problems:
        print(f"ccm-tui: {problem}", file=sys.stderr)
    if args.format == "json":
        print(json.dumps(_summary(progress, seconds)))
    else:
        print(_sentence(progress, seconds))
    if args.strict and progress.counts.quarantined:
        raise QuarantinedError(
            f"{progress.counts.quarantined} lines could not be parsed", "ccm-tui quarantine list shows them."
        )
    return ExitCode.DONE


def _summary(progress: Progress, seconds: float) -> dict[str, int | float]:
    counts = progress.counts
    return {
        "files": progress.files,
        "lines": counts.lines,
        "events": counts.records,
        "repeats": counts.repeats,
        "quarantined": counts.quarantined,
        "blank": counts.blank,
        "unfinished": progress.unfinished,
        "contacts": counts.contacts,
        "seconds": seconds,
    }


def _sentence(progress: Progress, seconds: float) -> str:
    summary = _summary(progress, seconds)
    parts = [f"{summary[key]} {key}" for key in ("files", "lines", "events", "repeats", "quarantined", "blank")]
    if progress.unfinished:
        parts.append(f"{progress.unfinished} unfinished last lines left unread")
    parts.append(f"{progress.counts.contacts} new contacts")
    return ", ".join(parts) + f", {seconds:.1f} s"


class _Bar:
    """A progress bar on standard error; silent when that is no terminal. Drawn at most ten times a second."""

    def __init__(self) -> None:
        self._shown_at = 0.0
        self._drawn = False

    def __enter__(self) -> "_Bar":
        return self

    def __exit__(self, *_: object) -> None:
        if self._drawn:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def show(self, progress: Progress) -> None:
        """Draw where the import is."""
        now = time.monotonic()
        if not sys.stderr.isatty() or now - self._shown_at < 0.1:
            return
        self._shown_at, self._drawn = now, True
        share = min(1.0, progress.bytes_done / progress.bytes_total) if progress.bytes_total else 0.0
        bar = ("#" * round(share * 24)).ljust(24, "-")
        counts = progress.counts
        text = f"[{bar}] {share:4.0%}  file {progress.files_done + 1}/{progress.files}  {counts.lines} lines"
        if counts.quarantined:
            text += f"  {counts.quarantined} quarantined"
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)
