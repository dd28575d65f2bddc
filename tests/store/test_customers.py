"""Profiles in the store: what is read is what was put, by every number and address and however logs write it."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccm_tui.domain.customers import Profile, identity_key, is_plain
from ccm_tui.errors import StoreError
from ccm_tui.store.customers import (
    count_profiles,
    find_reading,
    list_profiles,
    names_in_logs,
    profiles_of,
    replace_profiles,
)
from ccm_tui.store.engine import Store, open_writer
from ccm_tui.store.profile_staging import StagedProfiles
from ccm_tui.store.spellings import key_of, note_spellings, spelled
from tests.profiles import READING, know
from tests.store.schemas import SCHEMAS, restore

SAM = Profile("C-1", "Sam Lee", 1_234_500, 12, 2, ("+1 (202) 555-0123", "Sam.Lee@example.com"))
KIM = Profile(None, None, None, 0, None, ("2025550188",))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_writer(tmp_path / "ccm.db") as store:
        yield store


def _all(store: Store) -> list[Profile]:
    with store.reading() as cursor:
        assert count_profiles(cursor) == len(list(list_profiles(cursor)))
        return [each._replace(identities=tuple(sorted(each.identities))) for each in list_profiles(cursor)]


def test_a_customer_is_found_by_every_number_and_address(store: Store) -> None:
    know(store, SAM, KIM)
    with store.reading() as cursor:
        asked = ["12025550123", "0012025550123", "SAM.LEE@EXAMPLE.COM", "202-555-0188", "5550199", ""]
        found = profiles_of(cursor, asked)
        assert {each: profile.reference for each, profile in found.items()} == {
            "12025550123": "C-1",
            "0012025550123": "C-1",
            "SAM.LEE@EXAMPLE.COM": "C-1",
            "202-555-0188": None,
        }
        assert set(found["12025550123"].identities) == set(SAM.identities)
        assert [found[each].value_milli for each in asked[2:4]] == [1_234_500, None], "unknown is not 0"
        assert find_reading(cursor) == READING


def test_a_reading_replaces_all(store: Store) -> None:
    know(store, SAM, KIM)
    know(store, KIM._replace(value_milli=5))
    assert _all(store) == [KIM._replace(value_milli=5)]
    know(store)
    assert _all(store) == []


PROFILES = st.lists(
    st.builds(
        Profile,
        st.none(),
        st.none(),
        st.one_of(st.none(), st.integers(0, 3)),
        st.none(),
        st.none(),
        st.lists(st.integers(100, 130).map(str), min_size=1, max_size=3, unique=True).map(tuple),
    ),
    max_size=8,
)


def _taken(profiles: list[Profile]) -> list[Profile]:
    """Those of them that claim nothing that one before them has."""
    claimed: set[str] = set()
    taken = []
    for profile in profiles:
        if claimed.isdisjoint(profile.identities):
            claimed.update(profile.identities)
            taken.append(profile._replace(identities=tuple(sorted(profile.identities))))
    return taken


@given(st.lists(PROFILES, min_size=1, max_size=4), st.integers(1, 5))
def test_whatever_was_there_the_last_reading_holds(readings: list[list[Profile]], page_rows: int) -> None:
    with sqlite3.connect(":memory:") as connection:
        connection.executescript(
            "CREATE TABLE profile (id INTEGER PRIMARY KEY, reference, name, value_milli, purchases, urgent_issues);"
            "CREATE TABLE identity (key TEXT PRIMARY KEY, profile_id, text) WITHOUT ROWID;"
        )
        cursor = connection.cursor()
        for number, profiles in enumerate(readings):
            taken = _taken(profiles)
            rows = [(n, None, None, each.value_milli, None, None) for n, each in enumerate(taken, 1 + number % 2)]
            keys = [(key, n, key) for n, each in enumerate(taken, 1 + number % 2) for key in each.identities]
            replace_profiles(cursor, rows, sorted(keys), page_rows=page_rows)
            assert list(list_profiles(cursor)) == taken
    connection.close()


def test_what_has_not_changed_is_not_written(store: Store) -> None:
    know(store, SAM, KIM)
    changed = store.connection.total_changes
    know(store, SAM, KIM)
    assert store.connection.total_changes - changed == 2, "what was read when, and nothing else"
    know(store, SAM, KIM._replace(purchases=1))
    assert store.connection.total_changes - changed == 5


def test_nothing_is_changed_when_a_reading_cannot_be_stored(store: Store) -> None:
    know(store, SAM)
    staged = StagedProfiles()
    staged.add(KIM, 2)
    too_few: Any = ("no", "reading")
    with pytest.raises(StoreError), store.writing() as cursor:
        staged.put(cursor, too_few)
    staged.close()
    assert _all(store) == [SAM._replace(identities=tuple(sorted(SAM.identities)))]


def test_two_rows_that_claim_one_number_are_told_with_the_line_and_without_the_number() -> None:
    staged = StagedProfiles()
    assert staged.add(SAM, 2) is None
    other = KIM._replace(identities=("0012025550123", "777"))
    assert staged.add(other, 3) == "******0123 is another customer's already, on line 2"
    assert staged.add(KIM._replace(identities=("777",)), 4) is None, "nothing of the refused row was kept"
    assert (staged.profiles, staged.identities) == (2, 3)
    staged.close()


def test_rows_with_one_id_are_one_customer(store: Store) -> None:
    more = Profile("C-1", None, None, None, 2, ("+15550001",))
    know(store, SAM, more)
    assert [set(each.identities) for each in _all(store)] == [{*SAM.identities, "+15550001"}]
    staged = StagedProfiles()
    assert staged.add(SAM, 2) is None
    assert staged.add(more._replace(value_milli=1), 3) == "another value than on line 2, for the same id"
    staged.close()


RAW = st.one_of(
    st.text(max_size=12),
    st.text(alphabet="+0123456789 ()-", max_size=12),
    st.emails(),
    st.sampled_from(["+abc", "00x"]),
).filter(lambda text: "\0" not in text and text.isprintable())


@given(st.lists(RAW, max_size=8))
def test_sql_knows_the_key_of_every_customer_of_the_logs(customers: list[str]) -> None:
    with sqlite3.connect(":memory:") as connection:
        connection.executescript(
            "CREATE TABLE spelling (customer TEXT PRIMARY KEY, key TEXT); CREATE TABLE segment (customer TEXT)"
        )
        cursor = connection.cursor()
        cursor.executemany("INSERT INTO segment VALUES (?)", [(each,) for each in customers])
        note_spellings(cursor, [None, *customers])
        found = cursor.execute(f"SELECT customer, {key_of('segment.customer')} FROM segment").fetchall()
        assert found == [(each, identity_key(each)) for each in customers]
        for key in {identity_key(each) for each in customers} - {""}:
            query = (
                "SELECT segment.customer FROM (SELECT ? AS key) AS one CROSS JOIN segment"
                f" ON segment.customer IN ({spelled('one.key')}) WHERE {key_of('segment.customer')} = one.key"
            )
            same = {each for each in customers if identity_key(each) == key}
            assert {row[0] for row in cursor.execute(query, (key,))} == same
            profile = Profile(None, None, None, None, None, (key,))
            assert same <= set(names_in_logs(cursor, profile))
            assert all(identity_key(name) == key for name in names_in_logs(cursor, profile))
    connection.close()


def test_an_older_database_is_told_how_its_logs_write_customers(tmp_path: Path) -> None:
    database = restore((SCHEMAS / "0003.sql").read_text(encoding="utf-8"), tmp_path / "ccm.db")
    unusual = ["(202) 555-0123", "Sam@Example.com"]
    with sqlite3.connect(database) as connection:
        for row, customer in zip(connection.execute("SELECT rowid FROM contact").fetchall(), unusual, strict=False):
            connection.execute("UPDATE segment SET customer = ? WHERE contact_id = ?", (customer, row[0]))
    connection.close()
    with open_writer(database) as store, store.reading() as cursor:
        named = {row[0] for row in cursor.execute("SELECT customer FROM segment WHERE customer IS NOT NULL")}
        noted = dict(cursor.execute("SELECT customer, key FROM spelling"))
        assert set(unusual) & named
        assert noted == {each: identity_key(each) for each in named if not is_plain(each)} | {
            key: value for key, value in noted.items() if key not in named
        }
        assert noted
