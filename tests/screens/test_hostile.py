"""Whatever stands in a log: on no screen does it style, script, move the cursor or break the layout."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ccm_tui.domain.agent_state import AgentActivity, AgentStatus
from ccm_tui.domain.events import Channel
from ccm_tui.formatting import GROUP_SEPARATOR
from ccm_tui.reports.choice import Choice
from ccm_tui.reports.registry import KINDS
from ccm_tui.screens.contacts import ContactsScreen
from ccm_tui.screens.readers import StoreReaders
from ccm_tui.screens.reports import ReportsScreen
from ccm_tui.settings.definitions import Definitions
from ccm_tui.settings.sections import UiSettings
from tests.feeding import Feeder, open_writing
from tests.screens.floors import NOW, agent, feed, floor, follower, queue, segment, state, waiting
from tests.screens.harness import SETTINGS, Console, FakeReaders, console

PAYLOADS = (
    "\x1b[2J\x1b]0;owned\x07\x1b]52;c;ZXZpbA==\x1b\\",
    "[@click=app.quit]press[/] [/ [red]x[/red] [link=https://evil.example]y[/link]",
    "\u202eevil\u202c\u200b\u2066\u2067\ufeff\u206a",
    "\x00\x01\x7f\x80\x9b31m\x85\u2028\u2029\ud800",
    "Z\u032e\u031e\u0320\u0359\u0354\u0345Ḁ\u0317\u031e\u0348\u033b\u0317Ḷ\u0359\u034e\u032f\u0339\u031e\u0353G\u033bO\u032d\u0317\u032e"
    + "\u0316" * 60,
    "社會科學院語學研究所田中さんにあげて下さい" * 8,
    "👩\u200d👩\u200d👧\u200d👦🇺🇸❤\ufe0f☂\ufe0f\U000e0041\U000e0042",
    "<script>alert(1)</script> ' OR 1=1 -- ${jndi:ldap://x} =cmd|' /C calc'!A0 {{7*7}} %s%n",
    "\r\nX\tY\r",
    "x" * 100_000,
    "",
)


def hostile(text: str) -> Any:
    """A floor in which every name is this text."""
    other = text + "2"
    return floor(
        (
            queue(text, site=text, waiting=waiting(90, 30, customers=(text, other))),
            queue(other, site=other, channel=Channel.EMAIL),
        ),
        (
            agent(
                text,
                state(
                    activity=AgentActivity.TALKING,
                    since=2000,
                    queues=(text, other),
                    segments=(segment(text, text, text, 2000)._replace(native_id=text),),
                ),
                site=text,
                team=text,
            ),
            agent(other, state(AgentStatus.PAUSED, AgentActivity.NONE, 99, (text,), reason=text), site=text),
        ),
        (feed("/" + text, site=text, format=text, problem=text),),
        timezones={text: "Europe/Berlin", other: "Europe/Berlin"},
        follower=follower(note=text, problems=(("/p" + text, text),)),
    )


def check(it: Console, where: str) -> None:
    """Nothing on the screen but cells of text, and as many as there are."""
    for text, style in it.segments():
        assert text.replace(GROUP_SEPARATOR, "").isprintable(), f"{where}: {text!r}"
        for mark in "\u202e\u2066\u2067\u200b\ufeff\ufe0f":
            assert mark not in text, where
        if style is not None:
            assert "@click" not in style.meta, where
            assert style.link is None, where
    width = it.app.size.width
    for strip in it.app.screen._compositor.render_strips():
        assert strip.cell_length == width, f"{where}: {strip.text!r}"


@pytest.mark.parametrize("text", PAYLOADS, ids=range(len(PAYLOADS)))
@pytest.mark.parametrize("size", [(80, 24), (140, 40)], ids=str)
async def test_no_screen_lets_it_through(text: str, size: tuple[int, int]) -> None:
    settings = replace(SETTINGS, ui=UiSettings(my_queues=(text,)))
    async with console(size, settings=settings, readers=FakeReaders(helper=text)) as it:
        await it.show(hostile(text))
        check(it, "queues")
        for keys in ("x", "escape question_mark", "escape enter", "enter", "escape tab enter"):
            await it.press(*keys.split())
            check(it, f"after {keys}")
        for more in ("enter", "escape escape escape 2", "y", "enter", "escape 9", "w"):
            await it.press(*more.split())
            check(it, f"after {more}")
        await it.fail(text, text)
        check(it, "failure")
        await it.press("escape", "1", "slash")
        await it.app.run_action("simulate_key('a')")
        await it.settle()
        check(it, "filter")
        assert it.app.is_running


def told(text: str) -> str:
    """A contact of which everything is this text, as a log would have it, and another of the same customer."""
    at, name = NOW // 1000 - 600, text[:9000] or "x"
    common = {"queue": name, "channel": "chat", "agent": name, "customer": name}
    lines: list[dict[str, object]] = [
        {"at": at, "event": "contact_started", "contact": name, "data": {name: name, "recording": name}},
        {"at": at + 1, "event": "queue_entered", "contact": name, **common},
        {"at": at + 2, "event": "answered", "contact": name, **common},
        {"at": at + 3, "event": "said", "contact": name, "speaker": "customer", "speaker_name": name, "text": text},
        {"at": at + 4, "event": "said", "contact": name, "speaker": name, "text": text},
        {"at": at + 5, "event": "transferred", "contact": name, "reason": name, "target": name, **common},
        {"at": at + 6, "event": "described", "contact": name, f"survey.{name}": name, "summary": name, "csat": 1},
        {"at": at + 7, "event": "queue_entered", "contact": "next", "previous_contact": name, **common},
        {"at": at + 8, "event": name, "contact": name, "data": {name: name}},
        {"at": at - 99, "event": "queue_entered", "contact": "other", **common},
    ]
    return "".join(json.dumps(line) + "\n" for line in lines)


READABLE = [text for text in PAYLOADS if "\ud800" not in text]
"""What JSON can hold; half a character is set aside with its line."""


@pytest.mark.parametrize("text", READABLE, ids=range(len(READABLE)))
async def test_no_contact_lets_it_through(text: str, tmp_path: Path) -> None:
    writing = open_writing(tmp_path / "ccm.db", SETTINGS)
    Feeder(writing, tmp_path / "log.jsonl").feed(told(text).encode())
    writing.store.close()
    readers = StoreReaders(tmp_path / "ccm.db", Definitions(SETTINGS))
    async with console(readers=readers) as it:
        await it.show(floor())
        await it.press("3")
        screen = it.app.screen
        assert isinstance(screen, ContactsScreen)
        await it.until(lambda: len(screen.board.row_keys) >= 3)
        await it.pilot.pause(0.15)
        await it.settle()
        check(it, "contacts")
        for key in ("enter", "l", "h", "escape", "j", "enter"):
            await it.press(key)
            check(it, f"after {key}")
        await it.press("escape")
        screen.field.value = text
        await it.pilot.pause(0.1)
        await it.settle()
        check(it, "query")
    readers.close()


@pytest.mark.parametrize("size", [(80, 24), (140, 40)], ids=str)
async def test_no_report_lets_any_of_them_through(size: tuple[int, int], tmp_path: Path) -> None:
    writing = open_writing(tmp_path / "ccm.db", SETTINGS)
    Feeder(writing, tmp_path / "log.jsonl").feed("".join(map(told, READABLE)).encode())
    writing.store.close()
    readers = StoreReaders(tmp_path / "ccm.db", Definitions(SETTINGS))
    async with console(size, readers=readers) as it:
        await it.show(floor())
        await it.press("8")
        reports = it.app.screen
        assert isinstance(reports, ReportsScreen)
        for kind in KINDS:
            reports.choose(Choice(kind, whom="on:2023-11-20", compared=True))
            await it.until(lambda: bool(reports.board.row_keys))
            for key in ("G", "x"):
                await it.press(key)
                check(it, f"{key} on {kind}")
            await it.press("escape")
        await it.press("g", "y", "enter")
        check(it, "behind a row")
    readers.close()
