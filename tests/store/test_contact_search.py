"""Searching gives what looking at every contact would give, newest first, whichever way it takes."""

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccm_tui.ingest.writing import Writing
from ccm_tui.reports.contact_query import QueryError, parse_query
from ccm_tui.store.contact_search import ContactSearch, Found
from ccm_tui.store.search_candidates import FEW
from ccm_tui.store.search_conditions import Filter
from tests.feeding import Feeder, open_writing

BEGAN = 1_795_420_800
CONTACTS = 120
WORDS = ("refund", "parcel", "late", "thanks", "Größe", "password")


def _lines() -> list[dict[str, object]]:
    pick = random.Random(7)
    lines: list[dict[str, object]] = []
    for number in range(CONTACTS):
        contact, at = f"c-{number}", BEGAN + number * 3600
        queue = pick.choice(["sales", "support", "Night Line"])
        agent = pick.choice(["Agent/1127", "Ana Ruiz", "Ben"])
        common = {"contact": contact, "queue": queue, "channel": pick.choice(["voice", "chat"])}
        customer = f"+1202555{pick.randrange(30):04}"
        lines.append({"at": at, "event": "queue_entered", "customer": customer, **common})
        wait = pick.randrange(1, 120)
        if pick.random() < 0.3:
            lines.append({"at": at + wait, "event": "abandoned", **common})
            continue
        lines.append({"at": at + wait, "event": "answered", "agent": agent, **common})
        said = " ".join(pick.sample(WORDS, 3))
        turn = {"contact": contact, "event": "said", "at": at + wait + 1, "speaker": "customer", "text": said}
        lines.append(turn | ({"sentiment": pick.choice(["positive", "negative", "neutral"])}))
        lines.append({**turn, "at": at + wait + 2, "speaker": "agent", "text": f"{pick.choice(WORDS)} {number}"})
        end = at + wait + pick.randrange(3, 300)
        lines.append(
            {"at": end, "event": "completed", "agent": agent, "reason": pick.choice(["order", "re_fund%"]), **common}
        )
        if pick.random() < 0.4:
            lines.append({"at": end + 1, "event": "described", "contact": contact, "csat": pick.randrange(1, 6)})
    for number in range(10):
        contact, at = f"menu-{number}", BEGAN + number * 7200 + 5
        lines.append({"at": at, "event": "contact_started", "contact": contact, "customer": "+12025559999"})
        lines.append({"at": at + 9, "event": "said", "contact": contact, "speaker": "bot", "text": "late parcel"})
    return lines


@pytest.fixture(scope="module")
def writing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Writing]:
    folder = tmp_path_factory.mktemp("search")
    writing = open_writing(folder / "ccm.db")
    log = "".join(json.dumps(line) + "\n" for line in _lines())
    Feeder(writing, folder / "log.jsonl").feed(log.encode())
    yield writing
    writing.store.close()


def _search(
    writing: Writing, text: str, from_ms: int | None = None, to_ms: int | None = None, few: int = FEW
) -> list[Found]:
    search = ContactSearch(writing.store.reading, parse_query(text).filters, from_ms, to_ms, few=few)
    return [found for page in search.pages() for found in page.found]


@pytest.fixture(scope="module")
def everything(writing: Writing) -> list[Found]:
    return _search(writing, "")


@pytest.fixture(scope="module")
def words(writing: Writing) -> dict[int, set[str]]:
    told: dict[int, set[str]] = {}
    with writing.store.reading() as cursor:
        for contact_id, text in cursor.execute("SELECT contact_id, text FROM turn"):
            told.setdefault(contact_id, set()).update(text.lower().split())
    return told


def test_without_a_query_every_visit_and_every_contact_without_one(everything: list[Found]) -> None:
    assert len(everything) == CONTACTS + 10
    assert [each.at_ms or 0 for each in everything] == sorted((each.at_ms or 0 for each in everything), reverse=True)
    assert sum(each.segment is None for each in everything) == 10


def _has(each: Found, test: Callable[..., bool]) -> bool:
    return each.segment is not None and test(each.segment)


QUERIES: dict[str, Callable[[Found], bool]] = {
    "queue:sales": lambda f: _has(f, lambda s: s.queue == "sales"),
    "queue:SALES,night*": lambda f: _has(f, lambda s: s.queue in ("sales", "Night Line")),
    "-queue:sales": lambda f: not _has(f, lambda s: s.queue == "sales"),
    "agent:1127": lambda f: _has(f, lambda s: s.agent == "Agent/1127"),
    "agent:ruiz": lambda f: _has(f, lambda s: s.agent == "Ana Ruiz"),
    "-agent:ruiz,ben": lambda f: not _has(f, lambda s: s.agent in ("Ana Ruiz", "Ben")),
    "channel:chat": lambda f: f.channel == "chat",
    "outcome:abandoned": lambda f: _has(f, lambda s: s.outcome == "abandoned"),
    "outcome:answered,lost": lambda f: _has(f, lambda s: s.answered_at_ms is not None),
    "-outcome:answered": lambda f: not _has(f, lambda s: s.answered_at_ms is not None),
    "wait:>60": lambda f: _has(f, lambda s: s.wait_ms > 60_000),
    "-wait:>60": lambda f: not _has(f, lambda s: s.wait_ms > 60_000),
    "talk:<30": lambda f: _has(f, lambda s: s.talk_ms is not None and s.talk_ms < 30_000),
    "hold:>0": lambda f: False,
    "handle:>=1m": lambda f: _has(f, lambda s: s.talk_ms is not None and s.talk_ms >= 60_000),
    "csat:<=2": lambda f: f.csat_milli is not None and f.csat_milli <= 2000,
    "sentiment:neg": lambda f: f.sentiment_milli is not None and f.sentiment_milli <= -1000,
    "reason:order": lambda f: f.reason == "order",
    "reason:re_fund%": lambda f: f.reason == "re_fund%",
    "reason:re*": lambda f: f.reason == "re_fund%",
    "has:survey": lambda f: f.csat_milli is not None,
    "has:recording": lambda f: False,
    "ended:customer": lambda f: _has(f, lambda s: s.ended_by == "customer"),
    "customer:+12025550007": lambda f: f.customer == "+12025550007",
    "customer:0007": lambda f: f.customer is not None and f.customer.endswith("0007"),
    "customer:+1202555*": lambda f: f.customer is not None,
    "+12025550007": lambda f: f.customer == "+12025550007",
    "9999": lambda f: f.customer == "+12025559999",
    "id:c-7": lambda f: f.native_id == "c-7",
    "id:menu-*": lambda f: f.native_id.startswith("menu-"),
    "site:main": lambda f: True,
    "site:other": lambda f: False,
    "direction:outbound": lambda f: False,
    "flag:no_entry": lambda f: False,
    "queue:sales outcome:answered csat:>=4": lambda f: _has(
        f, lambda s: s.queue == "sales" and s.csat_milli is not None and s.csat_milli >= 4000
    ),
}


@pytest.mark.parametrize("text", QUERIES)
def test_a_search_finds_what_looking_at_each_would(writing: Writing, everything: list[Found], text: str) -> None:
    wanted = [each for each in everything if QUERIES[text](each)]
    assert _search(writing, text) == wanted


TEXTS = {
    "refund": ({"refund"}, set()),
    "REFUND late": ({"refund", "late"}, set()),
    "refund -late": ({"refund"}, {"late"}),
    "grosse": (set(), None),
    "größe": ({"größe"}, set()),
    "grö*": ({"größe"}, set()),
    "-refund": (set(), {"refund"}),
}


@pytest.mark.parametrize("few", [0, 10_000])
@pytest.mark.parametrize("text", TEXTS)
def test_words_are_found_in_conversations(
    writing: Writing,
    everything: list[Found],
    words: dict[int, set[str]],
    text: str,
    few: int,
) -> None:
    wanted, unwanted = TEXTS[text]

    def has(each: Found) -> bool:
        told = words.get(each.contact_id, set())
        return unwanted is not None and wanted <= told and not unwanted & told

    assert _search(writing, text, few=few) == [each for each in everything if has(each)]


def test_words_next_to_each_other(writing: Writing) -> None:
    assert {each.native_id for each in _search(writing, '"late parcel" has:transcript')} >= {"menu-0", "menu-9"}
    assert "menu-0" not in {each.native_id for each in _search(writing, '"parcel late"')}


def test_a_period_bounds_what_is_found(writing: Writing, everything: list[Found]) -> None:
    from_ms, to_ms = (BEGAN + 20 * 3600) * 1000, (BEGAN + 40 * 3600) * 1000
    wanted = [each for each in everything if each.at_ms is not None and from_ms <= each.at_ms < to_ms]
    assert _search(writing, "", from_ms, to_ms) == wanted
    assert _search(writing, "customer:+1202555*", from_ms, to_ms) == wanted
    told = [each for each in _search(writing, "late") if each.at_ms is not None and from_ms <= each.at_ms < to_ms]
    assert _search(writing, "late", from_ms, to_ms) == told


def test_names_that_nobody_has_are_told(writing: Writing) -> None:
    search = ContactSearch(writing.store.reading, parse_query("queue:nosuch agent:ben").filters, None, None)
    assert [found for page in search.pages() for found in page.found] == []
    assert [each.values for each in search.unmatched] == [("nosuch",)]


def test_pages_go_back_through_time_and_may_be_left(writing: Writing) -> None:
    pages = ContactSearch(writing.store.reading, (), None, None).pages()
    first = next(pages)
    assert 0 < len(first.found) < CONTACTS
    assert first.back_to_ms is not None
    assert all(each.at_ms is not None and each.at_ms >= first.back_to_ms for each in first.found)
    pages.close()


@settings(max_examples=300, deadline=None)
@given(
    st.text(st.sampled_from("ab*\"-\0'(){}^+:;|&%_[]?~ NEAROT\u202e"), min_size=1, max_size=12) | st.text(max_size=30)
)
def test_nothing_that_is_typed_is_an_error_of_the_database(writing: Writing, text: str) -> None:
    try:
        query = parse_query(text)
    except QueryError:
        return
    for _ in ContactSearch(writing.store.reading, query.filters, None, None).pages():
        pass


@given(st.sampled_from(["queue", "agent", "site", "customer", "reason", "id"]), st.text(min_size=1, max_size=20))
def test_no_name_is_an_error_of_the_database(writing: Writing, name: str, value: str) -> None:
    for _ in ContactSearch(writing.store.reading, [Filter(name, values=(value,))], None, None).pages():
        pass


def test_a_filter_of_an_unknown_name_is_an_error(writing: Writing) -> None:
    with pytest.raises(ValueError, match="no filter is named 'colour'"):
        list(ContactSearch(writing.store.reading, [Filter("colour", values=("red",))], None, None).pages())


def test_a_transfer_that_the_log_hides_is_flagged(tmp_path: Path) -> None:
    writing = open_writing(tmp_path / "ccm.db")
    told = [
        {"at": BEGAN + 100, "event": "queue_entered", "contact": "a", "queue": "sales"},
        {"at": BEGAN + 110, "event": "answered", "contact": "a", "queue": "sales", "agent": "ana"},
        {"at": BEGAN + 200, "event": "queue_entered", "contact": "b", "queue": "sales"},
        {"at": BEGAN + 210, "event": "answered", "contact": "b", "queue": "sales", "agent": "ana"},
        {"at": BEGAN + 250, "event": "completed", "contact": "b", "queue": "sales", "agent": "ana"},
        {"at": BEGAN + 300, "event": "completed", "contact": "a", "queue": "sales", "agent": "ana"},
        {"at": BEGAN + 400, "event": "answered", "contact": "c", "queue": "sales", "agent": "ana"},
    ]
    Feeder(writing, tmp_path / "log.jsonl").feed("".join(json.dumps(line) + "\n" for line in told).encode())
    assert [each.native_id for each in _search(writing, "flag:hidden_transfer")] == ["a"]
    assert [each.native_id for each in _search(writing, "flag:no_entry")] == ["c"]
    assert [each.native_id for each in _search(writing, "-flag:no_entry,hidden_transfer")] == ["b"]
    writing.store.close()


def test_lost_customers_stay_on_the_list_until_they_are_reached(tmp_path: Path) -> None:
    writing = open_writing(tmp_path / "ccm.db")
    feeder = Feeder(writing, tmp_path / "log.jsonl")

    def tell(*told: dict[str, object]) -> list[str]:
        feeder.feed("".join(json.dumps({"queue": "sales", **line}) + "\n" for line in told).encode())
        return [each.native_id for each in _search(writing, "flag:unreached")]

    def lost(contact: str, customer: str | None, at: int) -> tuple[dict[str, object], dict[str, object]]:
        return (
            {"at": BEGAN + at, "event": "queue_entered", "contact": contact, "customer": customer},
            {"at": BEGAN + at + 9, "event": "abandoned", "contact": contact},
        )

    assert tell(*lost("a1", "ann", 0), *lost("b1", "bob", 20), *lost("x", None, 30)) == ["b1", "a1"]
    assert tell(*lost("a2", "ann", 100)) == ["a2", "b1"], "once a customer, by the last attempt"
    back = {"contact": "a3", "customer": "ann"}
    assert tell({"at": BEGAN + 200, "event": "queue_entered", **back}) == ["b1"], "waits again: is about to be reached"
    assert tell({"at": BEGAN + 210, "event": "answered", "agent": "eve", **back}) == ["b1"]
    call = {"contact": "o1", "agent": "eve", "customer": "bob", "target": "bob"}
    assert tell({"at": BEGAN + 300, "event": "outbound", **call}) == ["b1"], "nobody picked up"
    assert tell({"at": BEGAN + 400, "event": "outbound", "talk_seconds": 30, **call, "contact": "o2"}) == []
    writing.store.close()


def test_the_whole_name_comes_before_its_parts(tmp_path: Path) -> None:
    writing = open_writing(tmp_path / "ccm.db")
    names = ("sales", "Sales", "eu/sales", "presales")
    told = [{"at": BEGAN + 1, "event": "queue_entered", "contact": name, "queue": name} for name in names]
    Feeder(writing, tmp_path / "log.jsonl").feed("".join(json.dumps(line) + "\n" for line in told).encode())

    def found(text: str) -> set[str]:
        return {each.native_id for each in _search(writing, text)}

    assert found("queue:sales") == {"sales"}
    assert found("queue:SALES") == {"sales", "Sales"}
    assert found("queue:*sales") == set(names)
    assert found("queue:eu/SALES") == {"eu/sales"}
    assert found("queue:resale") == {"presales"}
    writing.store.close()
