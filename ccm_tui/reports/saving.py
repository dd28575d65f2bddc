"""A report saved by a screen: into the one folder that is set for it, under a new name, for its owner only."""

import os
import re
from collections.abc import Iterable
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import TextIO

from ccm_tui.errors import CcmError
from ccm_tui.reports.export import Row, write_csv, write_json, write_markdown
from ccm_tui.reports.reading import HeldReport

FORMS = {"csv": "CSV, for a spreadsheet", "json": "JSON, for a program", "md": "Markdown, for a mail or a page"}


def save_report(folder: Path, form: str, held: HeldReport, rows: Iterable[Row], at: datetime) -> Path:
    """Write rows of a report to a file that was not there; gives its path. Nothing is left of one that fails.

    ``form`` is one of FORMS; ``at`` is now, on the site's clock. Raises CcmError.
    """
    hint = "[exports] folder in ccm.toml names another folder"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path, out = _new_file(folder, file_stem(held, at), form)
    except OSError as error:
        raise CcmError(f"{folder} cannot be written: {error.strerror or error}", hint) from error
    try:
        with out:
            write_report(out, form, held, rows)
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise CcmError(f"{path} cannot be written: {error.strerror or error}", hint) from error
        raise
    return path


def write_report(out: TextIO, form: str, held: HeldReport, rows: Iterable[Row]) -> None:
    """The rows as ``ccm-tui report --format`` writes them."""
    if form == "json":
        write_json(out, held.head, held.choice.report.key, rows)
    elif form == "csv":
        # A row says its variant where it is not the report's; CSV has no head to say that one
        variant = {"sl_variant": held.head["sl_variant"]}
        write_csv(out, held.names, ({**variant, **row} for row in rows))
    else:
        write_markdown(out, rows, held.columns, held.title)


def file_stem(held: HeldReport, at: datetime) -> str:
    """``queues-2026-11-22-to-2026-11-23-saved-20261123-171502``: the report, its period, and when it was saved."""
    zone = held.frame.sites[0].zone
    first = datetime.fromtimestamp(held.frame.from_ms / 1000, zone)
    last = datetime.fromtimestamp((held.frame.to_ms - 1) / 1000, zone)
    name = re.sub(r"[^a-z0-9-]", "-", held.choice.report.name)
    return f"{name}-{first:%Y-%m-%d}-to-{last:%Y-%m-%d}-saved-{at:%Y%m%d-%H%M%S}"


def _new_file(folder: Path, stem: str, form: str) -> tuple[Path, TextIO]:
    for number in count(1):
        path = folder / (f"{stem}.{form}" if number == 1 else f"{stem}-{number}.{form}")
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
        except FileExistsError:
            continue
        return path, os.fdopen(descriptor, "w", encoding="utf-8", newline="")
    raise AssertionError("there is always another name")
