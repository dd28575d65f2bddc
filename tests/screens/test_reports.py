"""Reports over a real store: choosing, comparing, drawing, opening the contacts behind, saving, and what goes wrong."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ccm_tui.domain.events import Channel
from ccm_tui.errors import StoreError
from ccm_tui.reports.choice import Choice
from ccm_tui.reports.reading import HeldReport
from ccm_tui.reports.registry import KINDS
from ccm_tui.screens.contact import ContactScreen
from ccm_tui.screens.contacts import ContactsScreen
from ccm_tui.screens.pick import Pick
from ccm_tui.screens.readers import StoreReaders
from ccm_tui.screens.reports import ReportsScreen
from ccm_tui.screens.sheet import Sheet
from ccm_tui.settings.definitions import Definitions
from ccm_tui.settings.sections import ExportSettings, LimitSettings
from ccm_tui.view_state import load_view_state
from tests.feeding import Feeder, open_writing
from tests.screens.floors import HOUR, NOW, floor
from tests.screens.harness import LOCKED, SETTINGS, Console, FakeReaders, console

SIZES = [(80, 24), (140, 40)]
DAY = 24 * HOUR
CUSTOMER = "+493010004711"


Said = list[dict[str, object]]


def _call(number: int, at_ms: int, queue: str = "billing", wait: int = 10, *, answered: bool = True) -> Said:
    at = at_ms / 1000
    common: dict[str, object] = {"contact": f"c-{number}", "queue": queue, "channel": Channel.VOICE.value}
    entered = {"at": at, "event": "queue_entered", "customer": CUSTOMER, **common}
    if not answered:
        return [entered, {"at": at + wait, "event": "abandoned", **common}]
    return [
        entered,
        {"at": at + wait, "event": "answered", "agent": "ben", **common},
        {"at": at + wait + 60, "event": "completed", "agent": "ben", "reason": "refund", **common},
    ]


def _lines() -> Said:
    lines: Said = []
    for number in range(9):
        lines += _call(number, NOW - 3 * HOUR - number * 60_000, wait=40 if number < 4 else 5)
    lines.append({"at": NOW // 1000 - 3600, "event": "described", "contact": "c-0", "csat": 1})
    lines += _call(20, NOW - 2 * HOUR, answered=False)
    lines += _call(21, NOW - 5 * HOUR, "sales")
    for number in range(30, 36):
        lines += _call(number, NOW - DAY - 3 * HOUR - number * 60_000, wait=5)
    return lines


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reports")
    writing = open_writing(folder / "ccm.db", SETTINGS)
    log = "".join(json.dumps(line) + "\n" for line in _lines())
    Feeder(writing, folder / "log.jsonl").feed(log.encode())
    writing.store.close()
    return folder / "ccm.db"


@pytest.fixture
def readers(database: Path, tmp_path: Path) -> Iterator[StoreReaders]:
    settings = replace(SETTINGS, exports=ExportSettings(folder=str(tmp_path / "exports")))
    readers = StoreReaders(database, Definitions(settings))
    yield readers
    readers.close()


async def _open(opened: Console) -> ReportsScreen:
    await opened.show(floor())
    await opened.press("8")
    screen = opened.app.screen
    assert isinstance(screen, ReportsScreen)
    await _read(opened, screen)
    return screen


async def _read(opened: Console, screen: ReportsScreen) -> None:
    await opened.until(lambda: screen.held is not None and bool(screen.board.row_keys))
    await opened.settle()


async def _choose(opened: Console, screen: ReportsScreen, choice: Choice) -> None:
    screen.choose(choice)
    await _read(opened, screen)


@pytest.mark.parametrize("size", SIZES)
async def test_today_by_queue_drawn(readers: StoreReaders, size: tuple[int, int]) -> None:
    async with console(size, readers=readers) as opened:
        screen = await _open(opened)
        assert "queues  today  Mon 20 Nov 00:00 – 14:32" in opened.text
        assert "billing" in opened.line_with("▸")
        assert "SL offered ≤20 s" in opened.text
        await opened.until(lambda: "offered by hour" in opened.text)
        assert "█" in opened.text
        assert [row["offered"] for row in (screen.held.rows.values() if screen.held else ())] == [10, 1]


async def test_compared_the_worse_has_a_sign_and_the_better_another(readers: StoreReaders) -> None:
    async with console((140, 40), readers=readers) as opened:
        screen = await _open(opened)
        await opened.press("c")
        await _read(opened, screen)
        assert "against Sun 19 Nov 00:00 – 14:32" in opened.text
        billing = opened.line_with("▸")
        assert "+4" in billing  # ten after six: more offered is neither
        assert "! +1" in billing  # abandoned
        level = next(each for each in opened.lines if " SL  " in each and "%" in each)  # the figures beside the rows
        assert "! -" in level
        await opened.until(lambda: "─ before" in opened.text)


async def test_reports_and_periods_are_picked_by_name(readers: StoreReaders) -> None:
    async with console(readers=readers) as opened:
        screen = await _open(opened)
        await opened.press("r")
        assert isinstance(opened.app.screen, Pick)
        assert opened.app.screen.board.row_keys == tuple(KINDS)
        await opened.press("j", "enter")
        await _read(opened, screen)
        assert screen.choice.kind == "agents"
        await opened.press("t", "j", "enter")
        await _read(opened, screen)
        assert screen.choice.period == "yesterday"
        assert "Sun 19 Nov" in opened.text
        await opened.press("t", "escape")
        assert screen.choice.period == "yesterday"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", SIZES)
async def test_every_report_there_is_is_shown(readers: StoreReaders, kind: str, size: tuple[int, int]) -> None:
    async with console(size, readers=readers) as opened:
        screen = await _open(opened)
        await _choose(opened, screen, Choice(kind))
        assert f" {kind}" in opened.lines[1]
        assert "▸" in opened.text


async def test_whom_is_typed_and_what_it_cannot_mean_is_said_at_once(readers: StoreReaders) -> None:
    async with console((120, 30), readers=readers) as opened:
        screen = await _open(opened)
        await opened.press("f", *"wait:5")
        assert "a report is not narrowed by wait" in opened.text
        await opened.press(*["backspace"] * 6, *"queue:sales", "enter")
        await _read(opened, screen)
        assert screen.choice.whom == "queue:sales"
        assert [row["queue"] for row in (screen.held.rows.values() if screen.held else ())] == ["sales"]
        assert screen.board.has_focus
        await opened.press("t", "G", "enter")
        assert screen.field.value == "queue:sales from:"
        await opened.press(*"yesterday", "enter")
        await opened.settle()
        assert "Sun 19 Nov 00:00 – Mon 20 Nov 14:32" in opened.text


async def test_a_name_that_nothing_has_is_said(readers: StoreReaders) -> None:
    async with console(readers=readers) as opened:
        screen = await _open(opened)
        screen.choose(Choice(whom="queue:billign"))
        await opened.until(lambda: "did you mean billing?" in opened.text)
        assert "Nothing came in then." in opened.text


async def test_an_interval_makes_rows_and_too_many_are_refused(readers: StoreReaders) -> None:
    async with console(readers=readers) as opened:
        screen = await _open(opened)
        await opened.press("i")
        await _read(opened, screen)
        assert "by quarter of an hour" in opened.text
        screen.choose(Choice("intervals", whom="from:2020-01-01"))
        await opened.until(lambda: "are more than a table holds" in opened.text)
        assert "i takes longer ones" in opened.text
        await _choose(opened, screen, Choice("reasons"))
        await opened.press("i")
        await opened.until(lambda: "not cut into intervals" in opened.text)


@pytest.mark.parametrize(
    ("choice", "found"),
    [
        (Choice(), "queue:billing"),
        (Choice("agents"), "agent:ben"),
        (Choice("reasons"), "reason:refund"),
        (Choice("intervals", whom="queue:sales"), "from:"),
    ],
)
async def test_enter_opens_the_contacts_behind(readers: StoreReaders, choice: Choice, found: str) -> None:
    async with console((120, 30), readers=readers) as opened:
        screen = await _open(opened)
        await _choose(opened, screen, choice)
        await opened.press("enter")
        contacts = opened.app.screen
        assert isinstance(contacts, ContactsScreen)
        assert found in contacts.field.value
        await opened.press("8")
        await opened.press("left", "enter")
        assert opened.app.screen is contacts


async def test_as_many_contacts_as_the_row_says(readers: StoreReaders) -> None:
    async with console((120, 30), readers=readers) as opened:
        await _open(opened)
        await opened.press("enter")
        contacts = opened.app.screen
        assert isinstance(contacts, ContactsScreen)
        await opened.until(lambda: "10 contacts" in opened.text)
        assert len(contacts.board.row_keys) == 10


async def test_a_contacts_row_opens_the_contact_and_an_hour_its_contacts(readers: StoreReaders) -> None:
    async with console((140, 40), readers=readers) as opened:
        screen = await _open(opened)
        await _choose(opened, screen, Choice("contacts"))
        assert CUSTOMER not in opened.text
        await opened.press("enter")
        assert isinstance(opened.app.screen, ContactScreen)
        await opened.press("escape")
        assert opened.app.current_mode == "reports"
        await _choose(opened, screen, Choice("trends"))
        assert "against Sun 19 Nov 00:00 – 14:32" in opened.text
        hour = next(key for key, row in (screen.held.rows.items() if screen.held else ()) if row["view"] == "hour")
        screen.board.move_cursor(hour)
        offered = screen.held.rows[hour]["offered"] if screen.held else None
        await opened.press("enter")
        await opened.until(lambda: f"{offered} contacts" in opened.text)
        assert opened.app.current_mode == "contacts"
        assert "hour:" in opened.text


@pytest.mark.parametrize(("form", "down"), [("csv", 0), ("json", 1), ("md", 2)])
async def test_what_is_listed_is_saved_in_its_order(
    readers: StoreReaders, tmp_path: Path, form: str, down: int
) -> None:
    async with console((120, 30), readers=readers) as opened:
        screen = await _open(opened)
        await opened.press("Q")  # by queue, A first
        assert screen.board.sort is not None
        await opened.press("Q")
        await opened.press("e", *["j"] * down, "enter")
        await opened.until(lambda: any((tmp_path / "exports").glob(f"queues-*.{form}")))
        await opened.settle()
        (file,) = (tmp_path / "exports").iterdir()
        text = file.read_text()
        assert text.index("sales") < text.index("billing")
        assert "saved" in opened.text


async def test_a_filter_narrows_the_rows_and_the_file(readers: StoreReaders, tmp_path: Path) -> None:
    async with console((120, 30), readers=readers) as opened:
        screen = await _open(opened)
        await opened.press("slash", *"sal", "enter")
        assert len(screen.board.row_keys) == 1
        await opened.press("e", "enter")
        await opened.until(lambda: (tmp_path / "exports").exists() and any((tmp_path / "exports").iterdir()))
        (file,) = (tmp_path / "exports").iterdir()
        assert "billing" not in file.read_text()


async def test_rows_beyond_the_limit_are_said_and_saved_too(database: Path, tmp_path: Path) -> None:
    settings = replace(
        SETTINGS, exports=ExportSettings(folder=str(tmp_path / "exports")), limits=LimitSettings(table_rows=10)
    )
    readers = StoreReaders(database, Definitions(settings))
    async with console((120, 30), readers=readers, settings=settings) as opened:
        screen = await _open(opened)
        await _choose(opened, screen, Choice("contacts"))
        assert "the first 10 rows, e saves them all" in opened.text
        await opened.press("e", "enter")
        await opened.until(lambda: (tmp_path / "exports").exists() and any((tmp_path / "exports").iterdir()))
        await opened.settle()
        (file,) = (tmp_path / "exports").iterdir()
        assert len(file.read_text().splitlines()) == 1 + 11
    readers.close()


async def test_a_row_is_copied_with_the_names_of_its_figures(readers: StoreReaders) -> None:
    async with console((120, 30), readers=readers) as opened:
        await _open(opened)
        await opened.press("y")
        assert opened.app.clipboard.startswith("billing  offered 10  answered 9")


async def test_every_figure_of_the_row_over_the_screen(readers: StoreReaders) -> None:
    async with console(readers=readers) as opened:
        screen = await _open(opened)
        await opened.press("right", "x")
        assert isinstance(opened.app.screen, Sheet)
        assert "answered" in opened.line_with("▸")
        await opened.press("G")
        assert "did not come back within" in opened.text  # what FCR means
        await opened.press("escape")
        assert screen.is_current


async def test_what_was_chosen_is_there_next_time(readers: StoreReaders, tmp_path: Path) -> None:
    view_path = tmp_path / "view.json"
    async with console(readers=readers, view_path=view_path) as opened:
        screen = await _open(opened)
        await _choose(opened, screen, Choice("agents", "yesterday", "agent:ben", "", True))
        await opened.press("right")
    assert load_view_state(view_path).screens["reports"].choices["figure"] == "missed"
    async with console(readers=readers, view_path=view_path) as opened:
        await opened.show(floor())
        again = opened.app.screen
        assert isinstance(again, ReportsScreen)
        assert again.choice == Choice("agents", "yesterday", "agent:ben", "", True)


async def test_a_database_that_cannot_be_read_says_why() -> None:
    async with console(readers=FakeReaders(error=LOCKED)) as opened:
        await opened.show(floor())
        await opened.press("8")
        await opened.until(lambda: "locked by another process" in opened.text)
        assert "ccm-tui doctor names it" in opened.text
        await opened.press("e")
        await opened.until(lambda: "There is no row yet." in opened.text)


class Waiting(FakeReaders):
    """A report that is never there, until nobody waits for it."""

    begun = 0
    ended = 0

    def report(self, choice: Choice, now_ms: int, stopped: Callable[[], bool]) -> HeldReport:
        self.begun += 1
        if choice.kind == "queues":
            while not stopped():
                pass
            self.ended += 1
        raise StoreError("interrupted", "")


async def test_another_choice_ends_the_reading_of_the_last() -> None:
    readers = Waiting()
    async with console(readers=readers) as opened:
        opened.feeds[0].on_snapshot(floor())
        await opened.pilot.press("8")
        await opened.until(lambda: readers.begun == 1)
        assert "Reading …" in opened.text
        screen = opened.app.screen
        assert isinstance(screen, ReportsScreen)
        screen.choose(Choice("agents"))
        await opened.until(lambda: readers.ended == 1)
        assert screen.choice.kind == "agents"
