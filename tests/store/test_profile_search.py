"""Searching by what profiles say, and customers under all their numbers and addresses."""

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ccm_tui.domain.customers import Profile, identity_key
from ccm_tui.ingest.writing import Writing
from ccm_tui.reports.contact_query import QueryError, parse_query
from ccm_tui.store.contact_search import ContactSearch, Found
from ccm_tui.store.search_candidates import FEW
from tests.feeding import Feeder, open_writing
from tests.profiles import know

BEGAN = 1_795_420_800
PEOPLE = 12
NUMBERS = [f"+1202555{n:04}" for n in range(PEOPLE)]
WRITINGS: list[Callable[[int], str]] = [
    lambda n: NUMBERS[n],
    lambda n: f"001202555{n:04}",
    lambda n: f"1202555{n:04}",
    lambda n: f"(1202) 555-{n:04}",
    lambda n: f"Who{n}@Example.com",
    lambda n: f"who{n}@example.com",
]
"""How logs may write one customer."""


def _profile(n: int) -> Profile:
    worth = None if n == 3 else n * 100_000 + 500
    return Profile(f"C-{n}", f"Who {n}", worth, n % 4, 1 if n in (5, 6) else 0, (NUMBERS[n], f"WHO{n}@example.com"))


KNOWN = [_profile(n) for n in range(PEOPLE) if n != 7]


def _lines() -> Iterator[dict[str, object]]:
    pick = random.Random(3)
    for number in range(90):
        at, customer = BEGAN + number * 3600, WRITINGS[pick.randrange(6)](pick.randrange(PEOPLE))
        common = {"contact": f"c-{number}", "channel": pick.choice(["voice", "chat"])}
        if number % 9 == 0:
            yield {"at": at, "event": "contact_started", "customer": customer, **common}
            continue
        yield {"at": at, "event": "queue_entered", "queue": "sales", "customer": customer, **common}
        yield {"at": at + 9, "event": "abandoned", "queue": "sales", **common}
    yield {"at": BEGAN, "event": "queue_entered", "contact": "nobody", "queue": "sales"}


@pytest.fixture(scope="module")
def writing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Writing]:
    folder = tmp_path_factory.mktemp("profiles")
    writing = open_writing(folder / "ccm.db")
    Feeder(writing, folder / "log.jsonl").feed("".join(json.dumps(line) + "\n" for line in _lines()).encode())
    know(writing.store, *KNOWN)
    yield writing
    writing.store.close()


def _search(writing: Writing, text: str, few: int = FEW) -> list[Found]:
    search = ContactSearch(writing.store.reading, parse_query(text).filters, None, None, few=few)
    return [found for page in search.pages() for found in page.found]


def _known(found: Found) -> Profile | None:
    key = identity_key(found.customer or "")
    return next((each for each in KNOWN if key in map(identity_key, each.identities)), None)


QUERIES: dict[str, Callable[[Profile | None], bool]] = {
    "value:>300": lambda p: p is not None and p.value_milli is not None and p.value_milli > 300_000,
    "value:100.5": lambda p: p is not None and p.value_milli == 100_500,
    "value:<=200,50": lambda p: p is not None and p.value_milli is not None and p.value_milli <= 200_500,
    "-value:>300": lambda p: p is None or p.value_milli is None or p.value_milli <= 300_000,
    "purchases:>=3": lambda p: p is not None and (p.purchases or 0) >= 3,
    "purchases:1..2": lambda p: p is not None and p.purchases in (1, 2),
    "urgent:>0": lambda p: p is not None and bool(p.urgent_issues),
    "urgent_issues:0": lambda p: p is not None and p.urgent_issues == 0,
    "has:profile": lambda p: p is not None,
    "-has:profile": lambda p: p is None,
    "value:>300 purchases:1": lambda p: p is not None and (p.value_milli or 0) > 300_000 and p.purchases == 1,
    "value:>99999": lambda p: False,
}


@pytest.mark.parametrize("few", [0, FEW])
@pytest.mark.parametrize("text", QUERIES)
def test_a_search_by_profile_finds_what_looking_at_each_would(writing: Writing, text: str, few: int) -> None:
    everything = _search(writing, "")
    assert len(everything) == 91
    assert _search(writing, text, few) == [each for each in everything if QUERIES[text](_known(each))]


@pytest.mark.parametrize("few", [0, FEW])
@pytest.mark.parametrize(
    "typed", ["customer:+12025550004", "12025550004", "customer:WHO4@example.com", 'customer:"(1202) 555-0004"']
)
def test_a_whole_number_or_address_finds_the_customer_under_all_of_them(writing: Writing, typed: str, few: int) -> None:
    wanted = [each for each in _search(writing, "") if (known := _known(each)) and known.reference == "C-4"]
    assert len({each.customer for each in wanted}) > 3
    assert _search(writing, typed, few) == wanted
    kept = _search(writing, f"-{typed}", few)
    assert {each.contact for each in kept}.isdisjoint(each.contact for each in wanted)
    assert len(kept) == 91 - len(wanted)


def test_the_end_of_a_number_means_that_number_alone(writing: Writing) -> None:
    assert {each.customer for each in _search(writing, "customer:0004")} == {
        each.customer for each in _search(writing, "") if (each.customer or "").endswith("0004")
    }


@pytest.mark.parametrize("text", ["value:much", "value:>", "purchases:1.5", "urgent:-1", "purchases:>many"])
def test_what_is_no_figure_is_told_where_it_stands(text: str) -> None:
    with pytest.raises(QueryError, match=r"cannot be|what\?"):
        parse_query(text)


def test_a_search_by_profile_reads_no_table_from_end_to_end(writing: Writing) -> None:
    asked: list[str] = []
    writing.store.connection.set_trace_callback(asked.append)
    for text in ("value:>300 urgent:0", "has:profile", "-has:profile", "customer:+12025550004", "flag:unreached"):
        _search(writing, text)
        _search(writing, text, few=0)
    writing.store.connection.set_trace_callback(None)
    read = [each for each in asked if each.startswith("SELECT") and ("profile" in each or "identity" in each)]
    assert len(read) > 8
    with writing.store.reading() as cursor:
        for query in read:
            plan = [row[3] for row in cursor.execute(f"EXPLAIN QUERY PLAN {query}")]
            scans = [step for step in plan if step.startswith("SCAN") and "CONSTANT ROW" not in step]
            bounded = "FROM profile WHERE TRUE LIMIT" in query
            assert not [step for step in scans if not bounded and "SUBQUERY" not in step], (query, plan)


def test_reached_under_any_number_or_address_is_reached(tmp_path: Path) -> None:
    writing = open_writing(tmp_path / "ccm.db")
    feeder = Feeder(writing, tmp_path / "log.jsonl")

    def tell(*told: dict[str, object]) -> list[str]:
        feeder.feed("".join(json.dumps({"queue": "sales", **line}) + "\n" for line in told).encode())
        return [each.native_id for each in _search(writing, "flag:unreached")]

    def lost(contact: str, customer: str, at: int) -> tuple[dict[str, object], dict[str, object]]:
        return (
            {"at": BEGAN + at, "event": "queue_entered", "contact": contact, "customer": customer},
            {"at": BEGAN + at + 9, "event": "abandoned", "contact": contact},
        )

    ann, bob = ("+12025550001", "Ann@Example.com", "0012025550009"), ("+12025550002",)
    know(writing.store, *(Profile(None, None, None, None, None, each) for each in (ann, bob)))
    assert tell(*lost("a1", "12025550001", 0), *lost("b1", "+12025550002", 20), *lost("c1", "5550003", 30)) == [
        "c1",
        "b1",
        "a1",
    ]
    assert tell(*lost("a2", "ANN@example.com", 100)) == ["a2", "c1", "b1"], "once a customer, by the last attempt"
    assert tell({"at": BEGAN + 200, "event": "queue_entered", "contact": "a3", "customer": "+12025550009"}) == [
        "c1",
        "b1",
    ], "waits again"
    assert tell({"at": BEGAN + 210, "event": "answered", "agent": "eve", "contact": "a3"}) == ["c1", "b1"]
    call = {"contact": "o1", "agent": "eve", "customer": "0012025550002", "talk_seconds": 30}
    assert tell({"at": BEGAN + 400, "event": "outbound", **call}) == ["c1"]
    know(writing.store)
    assert tell() == ["a2", "c1", "b1", "a1"], "without profiles each number is somebody else"
    writing.store.close()
