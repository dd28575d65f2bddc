"""Feeds: what is read, how late, what was not understood, and what to do about it."""

from dataclasses import replace

from ccm_tui.screens.feed_lines import advice
from ccm_tui.screens.feed_rows import Pace, data_size
from ccm_tui.settings.model import Settings
from ccm_tui.settings.sections import SourceSettings
from tests.screens.floors import HEALTH, HOUR, MINUTE, NOW, SECOND, feed, floor, follower
from tests.screens.harness import console

LOG = feed()
BROKEN = feed("/srv/chat/export.jsonl", problem="permission denied")
AHEAD = feed("/srv/pbx/cdr.csv", site="wien", last_at_ms=NOW + 37 * SECOND, quarantined=6, lines=12_006)


async def test_problems_come_first_with_what_to_do() -> None:
    async with console() as it:
        await it.press("9")
        await it.show(floor(feeds=(LOG, AHEAD, BROKEN)))
        assert it.lines[4].startswith("▸▲ export.jsonl")
        assert "problem" in it.lines[4]
        assert "cannot be read: permission denied" in it.text
        assert "give this user the right to read it" in it.text
        assert "pid 4242, looked 0.2 s ago" in it.lines[1]


async def test_files_that_grow_keep_their_places_and_old_ones_stand_newest_first() -> None:
    old = (
        feed("/log/queue_log.1", last_at_ms=NOW - 99 * HOUR),
        feed("/log/queue_log.2", last_at_ms=NOW - 120 * HOUR),
    )
    chat, mail = (feed(f"/log/{name}", last_at_ms=NOW - MINUTE) for name in ("chat.jsonl", "mail.jsonl"))
    names = ["chat.jsonl", "mail.jsonl", "queue_log", "queue_log.1", "queue_log.2"]
    async with console() as it:
        await it.press("9")
        await it.show(floor(feeds=(LOG, *reversed(old), mail, chat)))
        assert [line.removeprefix("▸").split()[0] for line in it.lines[4:9]] == names
        await it.show(floor(feeds=(replace(mail, last_at_ms=NOW), LOG, chat, *old)))
        assert [line.removeprefix("▸").split()[0] for line in it.lines[4:9]] == names


async def test_labels_do_not_touch_what_they_say() -> None:
    async with console((140, 40)) as it:
        await it.press("9")
        health = replace(HEALTH, dirty_rollups=3978)
        await it.show(floor(feeds=(LOG,), health=health, follower=follower(note="the disk is full")))
        assert " counts  3 978 quarter hours" in it.text.replace("\u202f", " ")
        assert " note    the disk is full" in it.text


async def test_a_file_whose_lines_do_not_say_when_shows_no_1970() -> None:
    undated = feed("/srv/calls/a.json", first_at_ms=None, last_at_ms=None)
    partly = feed("/srv/calls/b.json", first_at_ms=None, last_at_ms=NOW - HOUR, last_line_at_ms=None)
    async with console((140, 40)) as it:
        await it.press("9")
        await it.show(floor(feeds=(undated,)))
        assert "no line says when" in it.text
        assert "1970" not in it.text
        await it.show(floor(feeds=(partly,)))
        assert " times   — to 20" in it.text
        assert "1970" not in it.text


async def test_where_there_is_room_the_format_has_its_whole_name() -> None:
    async with console((200, 24)) as it:
        await it.press("9")
        await it.show(floor(feeds=(LOG,)))
        assert "asterisk-queue-log" in it.lines[6]


async def test_the_last_look_is_aged_by_our_clock_on_a_floor_that_runs_faster() -> None:
    async with console() as it:
        it.app.desk.pace = 60.0
        await it.press("9")
        await it.show(floor(feeds=(LOG,)))
        await it.tick(90)
        assert "looked 1.7 s ago" in it.lines[1]


async def test_lines_add_up_or_it_is_said() -> None:
    async with console() as it:
        await it.press("9")
        await it.show(floor(feeds=(LOG,)))
        assert "12 000 = 11 990 stored + 6 repeats + 0 quarantined + 4 blank" in it.text.replace("\u202f", " ")
        await it.show(floor(feeds=(feed(lines=12_003),)))
        assert "3 lines missing: ccm-tui db verify" in it.text


async def test_a_clock_ahead_of_ours_is_said() -> None:
    async with console((140, 40)) as it:
        await it.press("9")
        await it.show(floor(feeds=(AHEAD,)))
        assert "clock 0:37 ahead of ours" in it.text
        assert "wien is 0:37 ahead" in it.text
        assert "WAL 4.0 MB" in it.text


HOUR_AHEAD = feed(last_at_ms=NOW + 3600 * SECOND, last_line_at_ms=NOW - 24 * 3600 * SECOND)


async def test_a_newest_line_from_the_future_is_no_fresh_one() -> None:
    async with console() as it:
        await it.press("9")
        await it.show(floor(feeds=(HOUR_AHEAD,), newest_at_ms=NOW + 3600 * SECOND))
        assert "! newest line 1h00 ahead" in it.lines[1]
        assert "+1h00" in it.lines[4]
        assert "clock 1h00 ahead of ours · clock went back by 25h00" in it.text
        assert "2023-11-20 06:32:07 to 2023-11-20 15:32:07" in it.text
        await it.press("enter", "G")
        assert "the last line is of 2023-11-19 14:32:07" in it.text
        await it.press("escape", "1")
        assert "the clock of main is 1h00 ahead of ours: set one of them right" in it.lines[2]


async def test_a_clock_seconds_ahead_is_said_in_feeds_alone_and_less_nowhere() -> None:
    async with console() as it:
        await it.press("9")
        await it.show(floor(feeds=(feed(last_at_ms=NOW + 37 * SECOND),)))
        assert "newest line 37 s ahead" in it.lines[1]
        assert "ahead of ours: set" not in it.lines[2]
        await it.show(floor(feeds=(feed(last_at_ms=NOW + 2 * SECOND),)))
        assert "ahead" not in it.text


async def test_a_source_of_which_nothing_could_be_read_has_a_row() -> None:
    async with console() as it:
        await it.press("9")
        await it.show(floor(follower=follower(problems=(("/var/log/none", "no such file"),))))
        assert it.lines[4].startswith("▸▲ none")
        assert "it will be read as soon as it is there" in it.text
        await it.press("y")
        assert it.app.clipboard == "/var/log/none"


async def test_nobody_follows() -> None:
    async with console() as it:
        await it.press("9")
        await it.show(floor(feeds=(LOG,), follower=follower(running=False, pid=None, looked_ago=60)))
        assert "follower none" in it.lines[1]
        assert "! stale 1 m" in it.lines[0]


async def test_an_unread_floor_says_what_to_do() -> None:
    async with console() as it:
        await it.press("9")
        await it.show(floor())
        assert "No log has been read yet." in it.text
        assert "sources in ccm.toml are followed too" in it.text


async def test_enter_goes_to_the_text_and_esc_back_to_the_table() -> None:
    async with console() as it:
        await it.press("9")
        await it.show(floor(feeds=(BROKEN, LOG)))
        await it.press("enter", "G")
        assert "odd" in it.text
        await it.press("escape", "j")
        assert "queue_log" in it.lines[5]
        assert it.lines[5].startswith("▸")


def test_the_pace_is_that_of_the_last_ten_seconds() -> None:
    pace = Pace()
    for second in range(30):
        row = feed(lines=100 + second * 7)
        pace.take(floor(feeds=(row,), as_of_ms=NOW + second * SECOND))
    assert pace.of(row) == 7
    pace.take(floor(feeds=(feed(lines=5),), as_of_ms=NOW + 60 * SECOND))
    assert pace.of(feed(lines=5)) is None, "a rebuilt database counts anew"


def test_advice_knows_the_usual_problems() -> None:
    settings = Settings(sources=(SourceSettings(path=("/var/log/asterisk/queue_log", "/srv/*.jsonl", "/folder")),))

    def told(problem: str, path: str = "/home/ana/typo") -> str:
        return advice(problem, path, settings)

    assert "right to read" in told("Permission denied")
    assert "as soon as it is there" in told("no such file or directory")
    assert "doctor" in told("something else")
    for path in ("/var/log/asterisk/queue_log", "/srv/a.jsonl", "/folder/x.log"):
        assert told("no such file", path).endswith("put the path in ccm.toml right")
    assert told("no such file").endswith("if it never comes: ccm-tui watch --forget /home/ana/typo")
    assert told("no such file", "/my logs/$(x)").endswith("--forget '/my logs/$(x)'")


def test_sizes_for_people() -> None:
    assert [data_size(size) for size in (0, 1023, 1024, 339 << 20, 3 << 30)] == [
        "0 B", "1023 B", "1.0 kB", "339 MB", "3.0 GB",
    ]  # fmt: skip
