"""Every number opens: what it means, its working, the contacts behind it, and for each the log lines."""

from dataclasses import replace

from ccm_tui.domain.events import Channel
from ccm_tui.errors import StoreError
from ccm_tui.screens.behind import AgentFigure, Counted, QueueFigure, found_of
from ccm_tui.screens.explain import PAGE, ExplainSheet
from tests.screens.floors import HOUR, MINUTE, NOW, SECOND, agent, floor, queue, tally, waiting
from tests.screens.harness import DAY_MS, FOUND, LOCKED, SETTINGS, FakeReaders, console

BILLING = queue("billing", waiting=waiting(72, 40))
MAIL = queue(
    "mail",
    channel=Channel.EMAIL,
    day=tally(64, 33, deferred=64, replied=30, first_response_ms=30 * 20 * MINUTE, resolved=12,
              resolved_within_target=9, backlog=2, oldest_owed_at_ms=NOW - 41 * MINUTE),
    recent=tally(),
    waiting=tuple(
        replace(each, owed_since_ms=NOW - owed * MINUTE)
        for each, owed in zip(waiting(9900, 7200), (28, 41), strict=True)
    ),
)  # fmt: skip
FLOOR = floor((BILLING, MAIL), (agent("ben"),))


async def test_a_figure_lists_its_contacts_newest_first_and_why_each_counts() -> None:
    async with console() as it:
        await it.show(FLOOR)
        await it.press("x")
        await it.until(lambda: "newest first" in it.text)
        assert it.line_with("in time: answered").split() == [
            "▸", "14:31:07", "•••", "4711", "ben", "0:12", "1", "of", "1", "in", "time:", "answered",
        ]  # fmt: skip
        assert "0 of 1" in it.line_with("••• 9920")
        assert "left out" in it.line_with("refused at the door")
        assert "3 contacts, newest first  1 / 2  left out 1: 1 refused at the door" in it.text
        assert "counted every few seconds" in it.line_with("window"), "so it may differ from its contacts"
        assert it.readers.figures == [
            QueueFigure("main", "billing", Channel.VOICE, "service_level", NOW - 30 * MINUTE, NOW)
        ]
        assert "+4930" not in it.text


async def test_enter_on_a_contact_shows_its_log_lines_with_file_and_offset() -> None:
    async with console() as it:
        await it.show(FLOOR)
        await it.press("x")
        await it.until(lambda: "newest first" in it.text)
        await it.press("enter")
        await it.until(lambda: "CONNECT" in it.text)
        assert "1700487055|17005.1|billing|NONE|E|1" in it.text
        assert "queue_log @ 1 204 882" in it.text.replace("\u202f", " ")
        assert "/var/log/asterisk/queue_log" in it.text
        assert ("lines", "c1") in it.readers.asked
        await it.press("escape")
        assert isinstance(it.app.screen, ExplainSheet)
        await it.press("escape")
        assert it.line_with("Oldest")


async def test_another_figure_reads_other_contacts_and_a_page_passed_by_reads_none() -> None:
    async with console() as it:
        await it.show(FLOOR)
        await it.press("x")
        await it.until(lambda: bool(it.readers.figures))
        await it.pilot.press("right", "right")
        await it.until(lambda: len(it.readers.figures) == 2)
        await it.settle()
        assert it.readers.figures[1] == QueueFigure("main", "billing", Channel.VOICE, "offered", DAY_MS, NOW)


async def test_what_became_of_customers_shows_its_value_once_it_is_read() -> None:
    rows = [Counted(NOW - at * SECOND, "settled", contact=f"c{at}", numerator=90, denominator=1) for at in range(4)]
    async with console(readers=FakeReaders(found=found_of(rows, "resolution_seconds"))) as it:
        await it.show(FLOOR)
        await it.press("x")
        await it.until(lambda: bool(it.readers.figures))
        sheet = it.app.screen
        assert isinstance(sheet, ExplainSheet)
        steps = next(at for at, page in enumerate(sheet.pages) if page.key == "resolution_seconds") - sheet.at
        await it.pilot.press(*["right"] * steps)
        await it.until(lambda: "Time to resolution  1:30" in it.text)
        assert "requests settled" in it.text
        assert it.readers.figures[-1].key == "resolution_seconds"


async def test_those_waiting_need_no_look_at_the_store() -> None:
    async with console() as it:
        await it.show(FLOOR)
        await it.press("W", "x")
        await it.until(lambda: "2 contacts" in it.text)
        assert "still waiting" in it.line_with("••• 4711")
        assert "1:12" in it.line_with("••• 4711")
        assert not it.readers.figures


async def test_many_contacts_come_by_pages() -> None:
    rows = [Counted(NOW - at * SECOND, "answered", contact=f"c{at}", numerator=1) for at in range(PAGE + 50)]
    readers = FakeReaders(found=found_of(rows))
    async with console(readers=readers) as it:
        await it.show(FLOOR)
        await it.press("x")
        await it.until(lambda: "250 contacts" in it.text)
        sheet = it.app.screen
        assert isinstance(sheet, ExplainSheet)
        assert len(sheet.board.row_keys) == PAGE
        await it.press("G")
        await it.until(lambda: len(sheet.board.row_keys) == PAGE + 50)
        assert sheet.board.cursor_key == str(PAGE - 1), "the row under the cursor stays"


async def test_contacts_that_cannot_be_read_say_why_and_the_definition_stays() -> None:
    async with console() as it:
        await it.show(FLOOR)
        it.readers.error = StoreError(str(LOCKED), LOCKED.hint)
        await it.press("x")
        await it.until(lambda: "locked by another process" in it.text)
        assert "answered within T / (answered + abandoned)" in it.text


async def test_a_figure_without_sense_on_mail_says_so_and_what_is_there_instead() -> None:
    async with console() as it:
        await it.show(FLOOR)
        await it.press("slash", *"mail", "enter", "A", "A", "A")
        await it.press("x")
        assert "First response" in it.text, "it begins with a figure that there is"
        assert "1200" not in it.text
        await it.until(lambda: "newest first" in it.text)
        assert "20:00" in it.text
        assert it.readers.figures[-1] == QueueFigure(
            "main", "mail", Channel.EMAIL, "first_response_seconds", DAY_MS, NOW
        )
        while "SL30m" not in it.text:
            await it.press("right")
        assert "0 / 0" not in it.text
        assert "not to email: it is a deferred channel" in it.text
        assert "not zero" in it.text


async def test_what_is_owed_is_told_apart_from_how_long_it_is_here() -> None:
    async with console() as it:
        await it.show(floor((MAIL,)))
        await it.press("O", "x")
        await it.until(lambda: "2 contacts" in it.text)
        assert "28:00" in it.line_with("owed for 28:00, here")


async def test_the_agents_figures_open_too() -> None:
    async with console() as it:
        await it.press("2")
        await it.show(FLOOR)
        await it.press("x")
        await it.until(lambda: "newest first" in it.text)
        assert "billing" in it.line_with("in time: answered")
        assert it.readers.figures == [AgentFigure("main", "ben", "answered", DAY_MS, NOW)]


async def test_the_agents_day_explains_its_numbers() -> None:
    async with console((140, 40)) as it:
        await it.press("2")
        await it.show(FLOOR)
        await it.press("enter")
        await it.until(lambda: "answered" in it.text)
        assert "x explain" in it.lines[-1]
        await it.press("x")
        await it.until(lambda: "newest first" in it.text)
        assert "Answered  31" in it.text
        assert "28.2, the mean of 19 days" in it.text
        await it.press("right", "right")
        assert "time on at least one contact / (that + available)" in it.text


async def test_logins_and_missed_offers_open_to_their_lines() -> None:
    offer = Counted(NOW - HOUR, "missed", "numerator", 1, agent="ben", queue="billing", instants=(NOW - HOUR,))
    async with console(readers=FakeReaders(found=found_of((offer,), "ring_no_answer"))) as it:
        await it.press("2")
        await it.show(FLOOR)
        await it.press("x")
        await it.until(lambda: "1 offer" in it.text)
        await it.press("enter")
        await it.until(lambda: "ENTERQUEUE" in it.text)
        assert ("lines", "main", "ben") in it.readers.asked


async def test_a_waiting_contact_opens_whole_with_its_lines() -> None:
    async with console() as it:
        await it.show(FLOOR)
        await it.press("enter", "enter")
        await it.until(lambda: "ENTERQUEUE" in it.text)
        assert "Contact 17005.1" in it.lines[0]


async def test_hostile_lines_stay_text() -> None:
    bad = "\x1b[2J[red]\u202e" + "x" * 5000
    found = found_of((FOUND.rows[0]._replace(what=bad, why=bad, customer=bad, agent=bad, native_id=bad),))
    lines = tuple(each._replace(line=bad, event=bad, file="/" + bad) for each in FakeReaders().lines)
    async with console(readers=FakeReaders(found=found, lines=lines), settings=SETTINGS) as it:
        await it.show(FLOOR)
        await it.press("x")
        await it.until(lambda: "1 contact" in it.text)
        await it.press("enter")
        await it.until(lambda: "xxxx" in it.text)
        assert "\x1b" not in it.text
        assert "\u202e" not in it.text
        assert all(len(each) <= 80 for each in it.lines)
