"""Numbers are opened on one screen, for a time, by who may, once it is written down; and nowhere else."""

import json
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from ccm_tui.errors import NotAllowedError, StoreError
from ccm_tui.screens.behind import AgentFigure, QueueFigure
from ccm_tui.screens.desk import Unmasking
from ccm_tui.screens.readers import StoreReaders
from ccm_tui.settings.definitions import Definitions
from ccm_tui.settings.model import Settings
from ccm_tui.settings.people import viewer_of
from ccm_tui.settings.sections import AgentSettings, PersonSettings, PrivacySettings
from tests.feeding import Feeder, open_writing
from tests.screens.floors import NOW, agent, floor, queue, talking, waiting
from tests.screens.harness import SETTINGS, Console, FakeReaders, console

DIGITS = "4930555"
"""What every customer's number here begins with."""
CUSTOMER = f"+{DIGITS}0001"
NOW_S = NOW // 1000
PEOPLE = {
    "lea": PersonSettings(role="lead"),
    "max": PersonSettings(role="viewer"),
    "nora": PersonSettings(role="lead", teams=("north",)),
}
AGENTS = {"ben": AgentSettings(team="north"), "caro": AgentSettings(team="south")}


def people(**privacy: float | bool) -> Settings:
    """A floor with people."""
    shown = PrivacySettings(**privacy)  # type: ignore[arg-type]
    return Settings(sites=SETTINGS.sites, people=PEOPLE, agents=AGENTS, privacy=shown)


FLOOR = floor(
    (queue("billing", waiting=waiting(72, customers=(CUSTOMER,))),), (agent("ben", talking("ben", customer=CUSTOMER)),)
)
SCREENS = {
    "queues": ((), "queues"),
    "queue": (("enter",), "queue main/billing"),
    "agents": (("2",), "agents"),
    "agent": (("2", "enter"), "agent main/ben"),
    "contacts": (("3",), "contacts"),
    "contact": (("3", "enter"), "contact "),
    "log lines": (("3", "enter", "l"), "contact "),
    "history": (("3", "enter", "h"), "contact "),
}
"""Keys that lead there, and what the audit calls it."""


def _call(contact: str, at: int, agent_name: str, customer: str = CUSTOMER) -> list[dict[str, object]]:
    common = {"contact": contact, "queue": "billing", "channel": "voice"}
    return [
        {"at": at, "event": "queue_entered", "customer": customer, **common},
        {"at": at + 20, "event": "answered", "agent": agent_name, **common},
        {"at": at + 30, "event": "said", "contact": contact, "speaker": "customer", "text": f"I am {customer}"},
        {"at": at + 80, "event": "completed", "agent": agent_name, "ended_by": "customer", **common},
    ]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unmasking")
    writing = open_writing(folder / "ccm.db", SETTINGS)
    lines = [*_call("c.1", NOW_S - 7200, "ben"), *_call("c.2", NOW_S - 3600, "ben")]
    lines += _call("c.3", NOW_S - 9000, "caro", f"+{DIGITS}0003")
    abandoned = {"contact": "c.4", "queue": "billing", "channel": "voice"}
    lines.append({"at": NOW_S - 9900, "event": "queue_entered", "customer": f"+{DIGITS}0004", **abandoned})
    lines.append({"at": NOW_S - 9800, "event": "abandoned", **abandoned})
    lines.sort(key=lambda line: str(line["at"]))
    Feeder(writing, folder / "log.jsonl").feed("".join(json.dumps(line) + "\n" for line in lines).encode())
    writing.store.close()
    return folder / "ccm.db"


def readers_of(database: Path, who: str, settings: Settings | None = None) -> StoreReaders:
    found = settings or people()
    return StoreReaders(database, Definitions(found, viewer=viewer_of(found, who)))


@pytest.fixture
def readers(database: Path) -> Iterator[StoreReaders]:
    readers = readers_of(database, "lea")
    yield readers
    readers.close()


async def _go(opened: Console, *keys: str) -> None:
    await opened.show(FLOOR)
    for key in keys:
        await opened.press(key)
        await opened.pilot.pause(0.2)  # a list that is being filled
        await opened.settle()


@pytest.mark.parametrize("screen", SCREENS)
async def test_a_viewer_sees_no_number_on_any_screen(database: Path, screen: str) -> None:
    keys, _ = SCREENS[screen]
    for settings in (people(), people(mask=False)):
        readers = readers_of(database, "max", settings)
        async with console((140, 40), readers=readers, settings=settings, who="max") as opened:
            await _go(opened, *keys)
            assert "••• 0001" in opened.text
            await opened.press("u")
            assert DIGITS not in opened.text
            assert "Numbers stay masked: max is viewer" in opened.text
            assert opened.unmasked == []
            assert "max · viewer" in opened.lines[0]
        readers.close()


@pytest.mark.parametrize("screen", SCREENS)
async def test_a_lead_opens_the_screen_and_it_is_written_down(readers: StoreReaders, screen: str) -> None:
    keys, subject = SCREENS[screen]
    async with console((140, 40), readers=readers, settings=people(), who="lea") as opened:
        await _go(opened, *keys)
        assert DIGITS not in opened.text
        await opened.press("u")
        await opened.settle()
        assert DIGITS in opened.text
        assert "NUMBERS OPEN" in opened.lines[0]
        (written,) = opened.unmasked
        assert (written.viewer.name, written.at_ms) == ("lea", NOW)
        assert written.subject.startswith(subject)
        assert DIGITS not in written.subject
        await opened.press("u")
        await opened.settle()
        assert DIGITS not in opened.text
        assert "OPEN" not in opened.lines[0]
        assert len(opened.unmasked) == 1


@pytest.mark.parametrize("leave", ["question_mark", "w", "1", "x", "colon"])
async def test_whatever_comes_in_front_is_masked_and_so_is_what_was_left(readers: StoreReaders, leave: str) -> None:
    async with console((140, 40), readers=readers, settings=people(), who="lea") as opened:
        await _go(opened, "2", "u")
        assert DIGITS in opened.text
        await opened.press(leave)
        assert DIGITS not in opened.text
        await opened.press("escape", "2")
        assert DIGITS not in opened.text
        assert "••• 0001" in opened.text
        assert len(opened.unmasked) == 1


async def test_numbers_are_masked_again_by_themselves(readers: StoreReaders) -> None:
    settings = people(unmask_seconds=0.3)
    async with console((140, 40), readers=readers, settings=settings, who="lea") as opened:
        await _go(opened, "2")
        await opened.pilot.press("u")
        await opened.until(lambda: DIGITS in opened.text)
        await opened.until(lambda: DIGITS not in opened.text)
        assert not opened.app.desk.numbers_open


async def test_what_cannot_be_written_down_is_not_shown() -> None:
    def refuse(_: Unmasking) -> None:
        raise StoreError("the disk is full", "Free some space.")

    async with console((140, 40), readers=FakeReaders(), settings=people(), who="lea", record=refuse) as opened:
        await _go(opened, "2", "u")
        assert DIGITS not in opened.text
        assert "Numbers stay masked" in opened.text
        assert "disk" in opened.text


async def test_nothing_is_shown_before_it_is_written_down() -> None:
    written, asked = Event(), Event()

    def slowly(_: Unmasking) -> None:
        asked.set()
        assert written.wait(10)

    async with console((140, 40), readers=FakeReaders(), settings=people(), who="lea", record=slowly) as opened:
        await _go(opened, "2")
        await opened.pilot.press("u")
        await opened.until(asked.is_set)
        await opened.show_now(FLOOR)
        assert DIGITS not in opened.text
        written.set()
        await opened.until(lambda: DIGITS in opened.text)


async def test_another_search_is_masked_and_a_number_searched_for_is_not_written_down(readers: StoreReaders) -> None:
    async with console((140, 40), readers=readers, settings=people(), who="lea") as opened:
        await _go(opened, "3", "u")
        assert DIGITS in opened.text
        await opened.press("slash", *f"customer:{CUSTOMER.removeprefix('+')}", "enter")
        await opened.pilot.pause(0.2)
        await opened.settle()
        assert "••• 0001" in opened.text
        await opened.press("u")
        assert [each.subject for each in opened.unmasked] == ["contacts", "contacts customer:******0001"]


async def test_without_people_whoever_is_here_may_open_numbers(readers: StoreReaders) -> None:
    async with console((140, 40), readers=readers) as opened:
        await _go(opened, "2", "u")
        assert DIGITS in opened.text
        assert opened.unmasked[0].viewer.role is None


async def test_where_nobody_is_shown_there_is_nothing_to_open(readers: StoreReaders) -> None:
    async with console((140, 40), readers=readers, settings=people(), who="lea") as opened:
        await _go(opened, "w", "u")
        assert opened.unmasked == []


def test_a_person_with_teams_reads_of_their_agents_and_of_what_nobody_answered(database: Path) -> None:
    readers = readers_of(database, "nora")
    found = readers.find_contacts("", NOW).more(10).found
    assert [each.segment.agent for each in found if each.segment is not None] == ["ben", "ben", None]
    behind = readers.queue_contacts(QueueFigure("main", "billing", FLOOR.queues[0].channel, "offered", 0, NOW))
    assert {row.agent for row in behind.rows} == {"ben", ""}
    assert behind.share.numerator == 4, "a queue's figures are whole"
    assert readers.agent_contacts(AgentFigure("main", "caro", "answered", 0, NOW)).rows == ()
    hers = readers_of(database, "lea")
    (other,) = [
        each.contact for each in hers.find_contacts("agent:caro", NOW).more(10).found if each.segment is not None
    ]
    with pytest.raises(NotAllowedError, match="other teams"):
        readers.contact_page(other, NOW)
    with pytest.raises(NotAllowedError, match="other teams"):
        readers.contact_lines(other)
    with pytest.raises(NotAllowedError, match="none of your teams"):
        readers.agent_day("main", "caro", NOW)
    assert hers.contact_page(other, NOW).visits[0].agent == "caro"
    assert readers.contact_lines(found[-1].contact)
    readers.close()
    hers.close()
