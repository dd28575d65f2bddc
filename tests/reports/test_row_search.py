"""The number and the contacts that it opens: equal in every row and column of every report, or it is said why not."""

import json
import random
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from ccm_tui.domain.roles import Viewer
from ccm_tui.ingest.writing import Writing
from ccm_tui.reports.choice import Choice
from ccm_tui.reports.contact_finder import ContactFinder
from ccm_tui.reports.contact_query import parse_query
from ccm_tui.reports.reading import HeldReport, read_held
from ccm_tui.reports.registry import KINDS
from ccm_tui.reports.row_search import COUNTED, search_of, written
from ccm_tui.settings.definitions import Definitions
from ccm_tui.settings.model import Settings
from ccm_tui.settings.sections import AgentSettings, SiteSettings
from tests.conftest import DATA, GOLDEN, RealRun
from tests.feeding import Feeder, open_writing
from tests.reports.databases import import_files, settings_of

LOGS = (
    "amazon-connect-contact/records.log",
    "twilio-taskrouter/events.log",
    "chatwoot/events.log",
    "freeswitch-callcenter/events.log",
    "genesys-cloud/conversations.log",
)
AGENTS = ("ana", "Ben Ito", "SIP/1127", "1127", 'c,"d"')
SETTINGS = Settings(
    sites={
        "main": SiteSettings(timezone="Europe/Berlin", day_starts_at="06:00"),
        "north": SiteSettings(timezone="America/New_York"),
    },
    agents={"ana": AgentSettings(name="Ana", team="blue"), "Ben Ito": AgentSettings(team="green")},
)
BEGAN = datetime(2024, 10, 24, tzinfo=UTC).timestamp()
"""Three days before Berlin's clock goes back, ten before New York's."""
NOW_MS = int((BEGAN + 14 * 86_400) * 1000)
LATE_MS = 1_795_420_800_000
"""After the last line of the real logs."""
ROWS = [kind.name for kind in KINDS.values() if "contact" not in kind.identity and kind.name != "follow-ups"]


def _contact(pick: random.Random, site: str, number: int) -> list[dict[str, object]]:
    at = BEGAN + pick.randrange(14 * 86_400 - 7200)
    common = {"contact": f"{site}-{number}", "channel": pick.choice(["voice", "voice", "chat", "email"])}
    common["queue"] = pick.choice(["sales", "Sales", "eu/sales", "night line", 'a "b"'])
    reason = pick.choice([None, "refund", "refund late", "100%", "re_fund"])
    if pick.random() < 0.1:
        called = {"event": "outbound", "agent": pick.choice(AGENTS), "target": "+12025550100", "talk_seconds": 9}
        return [{"at": at, **common, **called}]
    lines = [{"at": at, "event": "queue_entered", "customer": f"+1202555{number:04}", **common}]
    wait = pick.randrange(120)
    gone = pick.choice([None, None, None, None, "abandoned", "exited_timeout", "exited_key", "refused", "waiting"])
    if gone == "waiting":
        return lines
    if gone is not None:
        return [*lines, {"at": at + wait, "event": gone, **common}]
    agent = pick.choice(AGENTS)
    lines.append({"at": at + wait, "event": "answered", "agent": agent, **common})
    if pick.random() < 0.9:
        ended = {"at": at + wait + 60, "event": "completed", "agent": agent, **common}
        lines.append(ended if reason is None else ended | {"reason": reason})
    return lines


@pytest.fixture(scope="module")
def writing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Writing]:
    folder = tmp_path_factory.mktemp("behind")
    writing = open_writing(folder / "ccm.db", SETTINGS)
    pick = random.Random(3)
    for site in ("main", "north"):
        lines = sorted((line for n in range(300) for line in _contact(pick, site, n)), key=lambda line: str(line["at"]))
        log = "".join(json.dumps(line) + "\n" for line in lines)
        Feeder(writing, folder / f"{site}.jsonl", site).feed(log.encode())
    yield writing
    writing.store.close()


def _found(writing: Writing, search: str, now_ms: int) -> int:
    finder = ContactFinder(writing.store.reading, writing.definitions, parse_query(search), now_ms)
    found = 0
    while True:
        portion = finder.more(1000)
        assert not portion.unmatched, search
        found += len(portion.found)
        if portion.whole:
            return found


def _numbers(held: HeldReport) -> Iterator[tuple[Mapping[str, Any], str, int, str, str]]:
    """Each row and counting column: the number, the search, and why it may be another."""
    for row in held.rows.values():
        for column in held.columns:
            if column.title in COUNTED:
                opened = search_of(row, held.frame, column.title)
                yield row, column.title, int(column.text(row)), opened.text, opened.differs


def _check(writing: Writing, choice: Choice, now_ms: int) -> None:
    held = read_held(writing.store, writing.definitions, choice, now_ms, 20_000)
    looked_at = 0
    for row, title, number, search, why in _numbers(held):
        if not why:
            assert (search, title, _found(writing, search, now_ms)) == (search, title, number), row
        looked_at += 1
    assert looked_at


@pytest.mark.parametrize("whom", ["", "queue:sales channel:voice", "site:main agent:ana,1127"])
@pytest.mark.parametrize("kind", ROWS)
def test_as_many_contacts_are_opened_as_the_number_says(writing: Writing, kind: str, whom: str) -> None:
    _check(writing, Choice(kind, "everything", whom, "1d"), NOW_MS)


@pytest.fixture(scope="module")
def real_logs(tmp_path_factory: pytest.TempPathFactory, real_run: Callable[[str], RealRun]) -> Iterator[Writing]:
    files = [
        *real_run("run1").files,
        *(GOLDEN / name for name in LOGS),
        DATA / "samples" / "asterisk-queue-log" / "queue_log",
    ]
    database = import_files(tmp_path_factory.mktemp("real") / "ccm.db", files)
    writing = open_writing(database, settings_of())
    yield writing
    writing.store.close()


@pytest.mark.parametrize("kind", [kind for kind in ROWS if kind != "intervals"])
def test_as_many_contacts_of_real_logs_are_opened(real_logs: Writing, kind: str) -> None:
    _check(real_logs, Choice(kind, "everything"), LATE_MS)


def test_who_never_asked_for_a_queue_is_found_too(real_logs: Writing) -> None:
    held = read_held(real_logs.store, real_logs.definitions, Choice("outcomes", "everything"), LATE_MS, 20_000)
    (row,) = (row for row in held.rows.values() if row["queue"] is None)
    opened = search_of(row, held.frame, "contacts")
    assert opened.differs == "these are the contacts that never asked for a queue"
    assert _found(real_logs, opened.text, LATE_MS) >= row["contacts"] > 0  # whom we called is no contact of a customer


@pytest.mark.parametrize(
    ("kind", "figure", "why"),
    [
        ("queues", "offered", ""),
        ("trends", "refused", ""),
        ("queues", "SL", "SL does not count contacts; listed are all that were offered"),
        ("queues", "to abandon", "to abandon does not count contacts; listed are all that were abandoned"),
        ("agents", "login", "login does not count contacts; listed are all that were answered"),
        ("agents", "answered", "counted by when they were answered, listed by when they came"),
    ],
)
def test_why_a_number_is_not_that_of_the_contacts(writing: Writing, kind: str, figure: str, why: str) -> None:
    held = read_held(writing.store, writing.definitions, Choice(kind, "everything"), NOW_MS, 20_000)
    assert search_of(next(iter(held.rows.values())), held.frame, figure).differs == why


def test_who_sees_some_agents_only_is_told_that_others_were_counted(writing: Writing) -> None:
    definitions = Definitions(SETTINGS, viewer=Viewer("lead", agents=frozenset({"ana"})))
    held = read_held(writing.store, definitions, Choice("queues", "everything"), NOW_MS, 20_000)
    assert search_of(next(iter(held.rows.values())), held.frame, "offered").differs == (
        "counted for everybody, listed for your agents"
    )


@pytest.mark.parametrize(
    ("at", "text"),
    [
        ("2024-10-27T04:00:00Z", "2024-10-27T05:00"),
        ("2024-10-27T05:00:00Z", "2024-10-27"),
        ("2024-10-27T05:00:07Z", "2024-10-27T06:00:07"),
        ("2024-10-27T05:00:07.250Z", "2024-10-27T06:00:07.250"),
        ("2024-10-27T00:30:00Z", "2024-10-27T02:30"),
        ("2024-10-27T01:30:00Z", "2024-10-27T01:30:00Z"),
    ],
)
def test_an_instant_is_written_on_the_sites_clock_where_that_says_which(at: str, text: str) -> None:
    assert written(at, ZoneInfo("Europe/Berlin"), time(6)) == text
