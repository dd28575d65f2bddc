import json
from collections.abc import Iterator

import pytest

from ccm_tui.domain.requests import Leg
from ccm_tui.ingest.writing import Writing
from ccm_tui.store.requests import legs_entered, legs_without_queue, linked_legs
from tests.feeding import Feeder, open_writing

BEGAN = 1_795_348_800
FROM_MS, TO_MS = BEGAN * 1000, (BEGAN + 100) * 1000
LINES = [
    {"at": BEGAN - 60, "event": "queue_entered", "contact": "early", "queue": "sales"},
    {"at": BEGAN, "event": "contact_started", "contact": "a", "direction": "inbound"},
    {"at": BEGAN + 5, "event": "queue_entered", "contact": "a", "queue": "sales"},
    {"at": BEGAN + 9, "event": "answered", "contact": "a", "queue": "sales", "agent": "ana"},
    {"at": BEGAN + 20, "event": "transferred", "contact": "a", "queue": "sales", "agent": "ana"},
    {"at": BEGAN + 20, "event": "queue_entered", "contact": "a", "queue": "support"},
    {"at": BEGAN + 30, "event": "queue_entered", "contact": "b", "queue": "sales", "previous_contact": "a"},
    {"at": BEGAN + 40, "event": "contact_started", "contact": "menu", "direction": "inbound"},
    {"at": BEGAN + 50, "event": "contact_ended", "contact": "menu"},
    {"at": BEGAN + 60, "event": "described", "contact": "b", "data": {"sentiment_customer": "-2"}},
    {"at": BEGAN + 500, "event": "contact_started", "contact": "late"},
]


@pytest.fixture(scope="module")
def writing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Writing]:
    folder = tmp_path_factory.mktemp("requests")
    writing = open_writing(folder / "ccm.db")
    Feeder(writing, folder / "log.jsonl").feed("".join(json.dumps(line) + "\n" for line in LINES).encode())
    yield writing
    writing.store.close()


def _visits(leg: Leg) -> list[tuple[int, str]]:
    return [(visit.visit, visit.queue) for visit in leg.visits]


def test_contacts_come_with_all_their_visits_and_facts(writing: Writing) -> None:
    with writing.store.reading() as cursor:
        a, b = legs_entered(cursor, 1, FROM_MS, TO_MS)
    assert (a.leg.native_id, _visits(a.leg), a.continued) == ("a", [(0, "sales"), (1, "support")], True)
    assert (a.leg.facts.started_at_ms, a.leg.sentiment_milli) == (FROM_MS, None)
    assert (b.leg.native_id, _visits(b.leg), b.continued) == ("b", [(0, "sales")], False)
    assert (b.leg.facts.previous_contact, b.leg.sentiment_milli) == (a.leg.contact, -2000)


def test_contacts_without_a_queue_come_by_when_they_were_heard_of(writing: Writing) -> None:
    with writing.store.reading() as cursor:
        (menu,) = legs_without_queue(cursor, 1, FROM_MS, TO_MS)
        assert list(legs_without_queue(cursor, 2, FROM_MS, TO_MS)) == []
    assert (menu.leg.native_id, list(menu.leg.visits), menu.leg.inbound) == ("menu", [], True)


def test_linked_contacts_are_found_from_any_of_them(writing: Writing) -> None:
    with writing.store.reading() as cursor:
        a, b = (stored.leg for stored in legs_entered(cursor, 1, FROM_MS, TO_MS))
        for leg in (a, b):
            assert {each.native_id for each in linked_legs(cursor, leg.contact)} == {"a", "b"}


def test_what_is_read_grows_with_the_period_alone(writing: Writing) -> None:
    seen: set[str] = set()
    connection = writing.store.connection
    connection.set_trace_callback(seen.add)
    with writing.store.reading() as cursor:
        contact, *_ = (stored.leg.contact for stored in legs_entered(cursor, 1, FROM_MS, TO_MS))
        list(legs_without_queue(cursor, 1, FROM_MS, TO_MS))
        linked_legs(cursor, contact)
    connection.set_trace_callback(None)
    plans = [
        row[3]
        for statement in seen
        if statement.startswith("SELECT")
        for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")
    ]
    assert any("ix_segment_entered (entered_at_ms>? AND entered_at_ms<?)" in plan for plan in plans)
    assert any("ix_facts_first (first_at_ms>? AND first_at_ms<?)" in plan for plan in plans)
    assert [plan for plan in plans if plan.startswith("SCAN")] == []
