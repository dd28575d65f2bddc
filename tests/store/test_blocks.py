"""Lines come back out of their blocks as they went in, and are found by time, identity and entity."""

from pathlib import Path

import pytest

from ccm_tui.store.blocks import LAST_MS, MAX_LINES, SPAN_MS, Columns, groups_of, read_lines
from ccm_tui.store.engine import Store
from ccm_tui.store.events import (
    count_events,
    find_known,
    insert_events,
    lines_of_agent,
    lines_of_contact,
    move_events,
    newest_at_ms,
    oldest_at_ms,
)
from ccm_tui.store.line_history import newest_by_file
from tests.feeding import open_writing

MINUTE = 60_000

Row = tuple[int, int, int, int, int, int | None, int | None, bytes]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_writing(tmp_path / "ccm.db").store


def line(at_ms: int, number: int, contact: int | None = None, agent: int | None = None, file: int = 1) -> Row:
    return (at_ms, number, file, 10 * (number & 0xFFFF), 1, contact, agent, b"line %d" % number)


def read(store: Store, from_ms: int = 0, to_ms: int = LAST_MS) -> list[int]:
    with store.reading() as cursor:
        return [row[1] for row in read_lines(cursor, from_ms, to_ms)]


def store_lines(store: Store, *rows: Row) -> None:
    with store.writing() as cursor:
        insert_events(cursor, Columns(*map(list, zip(*rows, strict=True))))


def test_what_goes_in_comes_out(store: Store) -> None:
    rows = [line(5, -3, 7, None, 2), line(5, 1 << 62, None, 9), line(6, 4)]
    store_lines(store, *rows)
    with store.reading() as cursor:
        assert read_lines(cursor, 0, 9) == [tuple(value or 0 for value in row) for row in rows]


def test_a_block_is_bounded_in_lines_and_in_time(store: Store) -> None:
    many = [line(1, number) for number in range(2 * MAX_LINES + 1)]
    sparse = [line(1 + number * SPAN_MS, -number) for number in range(1, 5)]
    store_lines(store, *many, *sparse)
    with store.reading() as cursor:
        blocks = cursor.execute("SELECT lines, to_ms - from_ms FROM block ORDER BY id").fetchall()
        assert count_events(cursor) == len(many) + len(sparse)
    assert [lines for lines, _ in blocks] == [MAX_LINES, MAX_LINES, 2, 2, 1]
    assert max(span for _, span in blocks) == SPAN_MS
    assert len(read(store)) == len(many) + len(sparse)


def test_a_period_is_found_whatever_blocks_it_cuts(store: Store) -> None:
    store_lines(store, *(line(number * MINUTE, number) for number in range(12)))
    store_lines(store, *(line(number * MINUTE + 1, 100 + number) for number in range(0, 12, 5)))
    assert read(store, 4 * MINUTE, 5 * MINUTE + 1) == [4, 5, 105]
    assert read(store, 6 * MINUTE + 1, 7 * MINUTE - 1) == []
    with store.reading() as cursor:
        assert (oldest_at_ms(cursor), newest_at_ms(cursor)) == (0, 11 * MINUTE)


def test_a_line_without_a_time_is_not_the_oldest(store: Store) -> None:
    store_lines(store, line(0, 1))
    with store.reading() as cursor:
        assert oldest_at_ms(cursor) is None
    store_lines(store, line(100 * MINUTE, 2))
    with store.reading() as cursor:
        assert oldest_at_ms(cursor) == 100 * MINUTE
    assert read(store) == [1, 2]


def test_the_oldest_line_may_be_in_a_block_that_ends_later(store: Store) -> None:
    store_lines(store, line(10, 1), line(4 * MINUTE, 2))
    store_lines(store, line(MINUTE, 3))
    with store.reading() as cursor:
        assert oldest_at_ms(cursor) == 10


def test_known_lines_are_found_where_they_stand(store: Store) -> None:
    store_lines(store, *(line(number * MINUTE, number, file=number % 2 + 1) for number in range(30)))
    asked = [(0, 0), (0, 99), (17 * MINUTE, 17), (17 * MINUTE, 18), (29 * MINUTE, 29), (30 * MINUTE, 1)]
    with store.reading() as cursor:
        found = find_known(cursor, asked)
    assert found == {(0, 0): (1, 0), (17 * MINUTE, 17): (2, 170), (29 * MINUTE, 29): (2, 290)}


def test_lines_move_to_another_file(store: Store) -> None:
    store_lines(store, line(1, 1, 7), line(2, 2, None, 8), line(3, 3))
    with store.writing() as cursor:
        assert sorted(move_events(cursor, {(1, 1): (9, 90), (2, 2): (9, 91)}), key=repr) == [(7, None), (None, 8)]
        assert [row[2:4] for row in read_lines(cursor, 0, 9)] == [(9, 90), (9, 91), (1, 30)]


def test_an_entitys_lines_are_found_over_batches_that_overlap(store: Store) -> None:
    store_lines(store, line(1 * MINUTE, 1, 7, 3), line(2 * MINUTE, 2, 8, 4), line(9 * MINUTE, 3, 7))
    store_lines(store, line(1 * MINUTE, 4, 7), line(3 * MINUTE, 5, 8), line(40 * MINUTE, 6, 7, 3))
    with store.reading() as cursor:
        assert [row.offset for row in lines_of_contact(cursor, 7)] == [10, 40, 30, 60]
        assert [row.offset for row in lines_of_contact(cursor, 8)] == [20, 50]
        assert lines_of_contact(cursor, 9) == []
        assert [row.line for row in lines_of_agent(cursor, 3)] == [b"line 1", b"line 6"]


def test_the_newest_line_of_each_file(store: Store) -> None:
    store_lines(store, line(1, 1, file=1), line(2, 2, file=2), line(3, 3, file=1))
    store_lines(store, line(2, 4, file=3))
    with store.reading() as cursor:
        assert newest_by_file(cursor, 100) == {1: 3, 2: 2, 3: 2}


def test_instants_far_apart_are_looked_up_apart() -> None:
    assert list(groups_of([])) == []
    assert list(groups_of([5, 3, 5 + SPAN_MS, 9 * SPAN_MS])) == [(3, 5 + SPAN_MS), (9 * SPAN_MS, 9 * SPAN_MS)]
