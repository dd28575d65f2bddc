"""Contacts with survey answers, as lines of our own JSONL, and databases of them."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from ccm_tui.settings.definitions import Definitions
from ccm_tui.settings.model import Settings
from tests.reports.databases import NOON, import_files, settings_of

CUSTOMER = "+493010004711"
HOUR_MS = 3_600_000
RATED_MS = (NOON + 100) * 1000
"""When a contact that begins at noon is rated."""

Lines = list[Mapping[str, object]]


def rated(
    contact: str, *, after: int = 0, queue: str = "billing", customer: str = CUSTOMER, comment: str = "", **ratings: int
) -> Lines:
    """A call, begun so many seconds past noon, and what the customer said of it 100 seconds later."""
    at, common = NOON + after, {"contact": contact, "queue": queue, "channel": "voice"}
    lines: Lines = [
        {"at": at, "event": "queue_entered", "customer": customer, **common},
        {"at": at + 10, "event": "answered", "agent": "ben", **common},
        {"at": at + 70, "event": "completed", "agent": "ben", "ended_by": "customer", **common},
    ]
    said = {"survey.comment": comment} if comment else {}
    return [*lines, {"at": at + 100, "event": "described", "contact": contact, **ratings, **said}] if ratings else lines


def correction(contact: str, after: int, **ratings: int) -> Lines:
    """The customer, or the survey, thinks again."""
    return [{"at": NOON + after, "event": "described", "contact": contact, **ratings}]


def log_of(path: Path, lines: Iterable[Mapping[str, object]]) -> Path:
    """The lines in a file."""
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def rated_database(folder: Path, *contacts: Lines, settings: Settings | None = None, name: str = "ccm") -> Path:
    """A database of these contacts; called again it reads more into the same."""
    log = log_of(folder / f"{name}-{len(list(folder.glob('*.jsonl')))}.jsonl", [line for c in contacts for line in c])
    return import_files(folder / f"{name}.db", [log], settings)


def definitions(**sections: object) -> Definitions:
    """Of a site in UTC."""
    return Definitions(settings_of(**sections))  # type: ignore[arg-type]
