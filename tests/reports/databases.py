"""Databases that tests of reports and commands read: made of log lines, by the importer."""

from collections.abc import Iterable
from pathlib import Path

from ccm_tui.ingest.importer import ImportRequest, import_logs
from ccm_tui.ingest.writing import Writing
from ccm_tui.settings import KpiSettings, QueueSettings, Settings, SiteSettings
from ccm_tui.settings.definitions import Definitions
from ccm_tui.store.engine import open_writer

UTC_SITE = {"main": SiteSettings(timezone="UTC")}
NOON_MS = 1_795_348_800_000
"""2026-11-22T12:00:00Z."""
NOON = NOON_MS // 1000


def settings_of(
    queues: dict[str, QueueSettings] | None = None, kpi: KpiSettings | None = None, **sections: object
) -> Settings:
    """Settings of a site in UTC."""
    return Settings(sites=UTC_SITE, queues=queues or {}, kpi=kpi or KpiSettings(), **sections)  # type: ignore[arg-type]


def import_files(database: Path, files: Iterable[Path], settings: Settings | None = None, site: str = "main") -> Path:
    """A database of these logs."""
    with open_writer(database) as store:
        writing = Writing(store, Definitions(settings or settings_of()))
        import_logs(writing, ImportRequest([str(file) for file in files], site))
    return database


def database_of(
    folder: Path, lines: Iterable[str], settings: Settings | None = None, *, site: str = "main", name: str = "ccm"
) -> Path:
    """A database of queue_log lines; ``+12|...`` is 12 seconds past noon."""
    log = folder / f"{name}-{site}.log"
    log.write_text("".join(f"{absolute(line)}\n" for line in lines))
    return import_files(folder / f"{name}.db", [log], settings, site)


def absolute(line: str) -> str:
    """The line with its time past noon made a time in epoch seconds."""
    offset, bar, rest = line.partition("|")
    return f"{NOON + int(offset)}{bar}{rest}" if offset[:1] in "+-" else line


def call(
    number: int,
    enter: int,
    queue: str = "sales",
    agent: str = "ana",
    *,
    wait: int = 4,
    talk: int = 60,
    customer: str = "5550100",
) -> list[str]:
    """An answered call."""
    answered, ended = enter + wait, enter + wait + talk
    return [
        f"{enter:+}|c.{number}|{queue}|NONE|ENTERQUEUE||{customer}|1",
        f"{answered:+}|c.{number}|{queue}|{agent}|CONNECT|{wait}|x.{number}|1",
        f"{ended:+}|c.{number}|{queue}|{agent}|COMPLETECALLER|{wait}|{talk}|1",
    ]


def left(number: int, enter: int, event: str = "ABANDON", *, queue: str = "sales", wait: int = 10) -> list[str]:
    """A call that left the queue unanswered."""
    rest = f"*|1|1|{wait}" if event == "EXITWITHKEY" else f"1|1|{wait}"
    return [
        f"{enter:+}|c.{number}|{queue}|NONE|ENTERQUEUE||555{number:04}|1",
        f"{enter + wait:+}|c.{number}|{queue}|NONE|{event}|{rest}",
    ]


def in_order(*calls: list[str]) -> list[str]:
    """The lines of several calls by time."""
    return sorted((line for lines in calls for line in lines), key=lambda line: int(line.partition("|")[0]))
