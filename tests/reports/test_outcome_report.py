"""What became of customers on a small floor whose every number is worked out here by hand.

12:00 c-0  sales, voice: menu of 30 s, answered by ana, settled, csat 5, sounded 4
12:10 c-1  sales -> support: passed on by ana, answered by ben, cut off by the system; sounded -3
12:20 c-2  sales: left by a key for a callback; c-2b, which continues it: ben calls back and talks
12:30 c-3  sales: abandoned
12:40 c-4  served in the menu, 45 s
12:50 c-5  a call to a customer: reached, 40 s; 12:55 c-6 another: busy
13:00 c-7  mail to support: answered and resolved by ana
13:10 c-8  a callback that still waits
"""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from ccm_tui.domain.intervals import IntervalLength
from ccm_tui.ingest.writing import Writing
from ccm_tui.reports.agent_report import read_agent_report
from ccm_tui.reports.outcome_explanation import explain_outcomes
from ccm_tui.reports.outcome_figures import MENU_ONLY, By
from ccm_tui.reports.outcome_report import OUTCOME_KEYS, read_outcome_report
from ccm_tui.reports.query import Query
from ccm_tui.reports.queue_report import read_queue_report
from ccm_tui.settings.definitions import Definitions
from ccm_tui.settings.model import Settings
from ccm_tui.settings.sections import AgentSettings
from tests.feeding import Feeder, open_writing

NOON = 1_795_348_800
NOW_MS = (NOON + 2 * 3600) * 1000
LATER_MS = (NOON + 30 * 24 * 3600) * 1000
Row = dict[str, Any]


def _line(minute: float, event: str, contact: str, **more: object) -> Row:
    return {"at": NOON + minute * 60, "event": event, "contact": contact, **more}


def _answered(minute: float, contact: str, queue: str, agent: str, *, talk: float = 1, **more: object) -> list[Row]:
    return [
        _line(
            minute, "queue_entered", contact, queue=queue, customer=more.pop("customer", f"+1202555{contact[2:]:0>4}")
        ),
        _line(minute + 0.2, "answered", contact, queue=queue, agent=agent),
        _line(minute + 0.2 + talk, str(more.pop("end", "completed")), contact, queue=queue, agent=agent, **more),
    ]


LINES = [
    _line(0, "contact_started", "c-0", direction="inbound"),
    *_answered(0.5, "c-0", "sales", "ana"),
    _line(3, "described", "c-0", csat=5, data={"sentiment_customer": "4", "resolved": "yes"}),
    *_answered(10, "c-1", "sales", "ana", end="transferred", target="support"),
    *_answered(11.2, "c-1", "support", "ben", ended_by="system"),
    _line(13, "described", "c-1", data={"sentiment_customer": "-3", "resolved": "no"}),
    _line(20, "queue_entered", "c-2", queue="sales", customer="+12025550002"),
    _line(21, "exited_key", "c-2", queue="sales"),
    _line(21, "queue_entered", "c-2b", queue="callbacks", channel="callback", previous_contact="c-2",
          customer="+12025550002"),
    _line(25, "answered", "c-2b", queue="callbacks", agent="ben"),
    _line(27, "completed", "c-2b", queue="callbacks", agent="ben"),
    _line(30, "queue_entered", "c-3", queue="sales", customer="+12025550003"),
    _line(31, "abandoned", "c-3", queue="sales"),
    _line(40, "contact_started", "c-4", direction="inbound", customer="+12025550004"),
    _line(40.75, "contact_ended", "c-4"),
    _line(50, "outbound", "c-5", queue="sales", agent="ana", talk_seconds=40, reason="ANSWER"),
    _line(55, "outbound", "c-6", queue="sales", agent="ana", reason="BUSY"),
    _line(60, "queue_entered", "c-7", queue="support", channel="email", customer="dora@example.com"),
    _line(62, "agent_message", "c-7", queue="support", agent="ana"),
    _line(70, "resolved", "c-7", queue="support", agent="ana"),
    _line(70, "queue_entered", "c-8", queue="callbacks", channel="callback", customer="+12025550008"),
]  # fmt: skip


@pytest.fixture(scope="module")
def writing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Writing]:
    folder = tmp_path_factory.mktemp("outcomes")
    writing = open_writing(folder / "ccm.db")
    Feeder(writing, folder / "log.jsonl").feed("".join(json.dumps(line) + "\n" for line in LINES).encode())
    yield writing
    writing.store.close()


def _rows(writing: Writing, by: By, query: Query | None = None, **options: str) -> dict[str | None, Row]:
    settings = Settings(agents={"ana": AgentSettings(team="north"), "ben": AgentSettings(team="south")})
    report = read_outcome_report(writing.store, Definitions(settings, overrides=options), query or Query(NOW_MS), by)
    rows = list(report.rows())
    assert all(list(row) == report.names() for row in rows)
    return {row.get(by.value): row for row in rows}


def _of(rows: dict[str | None, Row], *names: str) -> dict[str | None, tuple[Any, ...]]:
    return {name: tuple(row[key] for key in names) for name, row in rows.items()}


def test_visits_count_for_their_queue_and_requests_for_the_first(writing: Writing) -> None:
    rows = _rows(writing, By.QUEUE)
    assert list(rows) == ["callbacks", "sales", "support", None]
    assert _of(rows, "contacts", "offered", "answered", "transferred", "transfer_rate") == {
        "callbacks": (1, 2, 1, 0, 0.0),
        "sales": (4, 4, 2, 1, 0.5),
        "support": (1, 2, 2, 0, 0.0),
        None: (1, 0, 0, 0, None),
    }


def test_a_conversation_that_the_system_ends_is_dropped(writing: Writing) -> None:
    assert _of(_rows(writing, By.QUEUE), "dropped", "dropped_rate") == {
        "callbacks": (0, 0.0),
        "sales": (0, 0.0),
        "support": (1, 1.0),
        None: (0, None),
    }


def test_requests_are_settled_by_the_last_of_their_conversations(writing: Writing) -> None:
    """c-0 72 s, c-2 with its callback 420 s, the mail 600 s; c-1 was dropped."""
    assert _of(_rows(writing, By.QUEUE), "resolved", "resolution_seconds") == {
        "callbacks": (0, None),
        "sales": (2, pytest.approx((72 + 420) / 2)),
        "support": (1, 600.0),
        None: (0, None),
    }
    agents = _of(_rows(writing, By.AGENT), "resolved", "resolution_seconds")
    assert agents == {"ana": (2, 336.0), "ben": (1, 420.0), None: (0, None)}


def test_callbacks_count_once_for_the_queue_that_owes_them(writing: Writing) -> None:
    names = ("requested", "attempted", "done", "failed", "open")
    rows = _rows(writing, By.QUEUE)
    assert _of(rows, *(f"callbacks_{name}" for name in names))["callbacks"] == (2, 1, 1, 0, 1)
    assert rows["callbacks"]["oldest_callback_seconds"] == 50 * 60
    assert sum(row["callbacks_requested"] for row in rows.values()) == 2


def test_calls_to_customers(writing: Writing) -> None:
    names = ("outbound_attempts", "outbound_reached", "reach_rate", "average_outbound_talk_seconds", "outbound_results")
    expected = (2, 1, 0.5, 40.0, {"ANSWER": 1, "BUSY": 1})
    assert _of(_rows(writing, By.QUEUE), *names)["sales"] == expected
    assert _of(_rows(writing, By.AGENT), *names)["ana"] == expected
    assert _of(_rows(writing, By.TEAM), *names)["north"] == expected


def test_menus_are_of_sites_and_channels(writing: Writing) -> None:
    names = ("menu_contacts", "self_service_contained", "containment_rate", "average_menu_seconds")
    (site,) = _rows(writing, By.SITE).values()
    assert tuple(site[name] for name in names) == (2, 1, 0.5, 37.5)
    assert _of(_rows(writing, By.CHANNEL), *names) == {
        "voice": (2, 1, 0.5, 37.5),
        "callback": (None, None, None, None),
        "email": (None, None, None, None),
    }
    assert _of(_rows(writing, By.QUEUE), *names)["sales"] == (1, None, None, 30.0)


def test_words_of_customers_count_for_the_last_answer(writing: Writing) -> None:
    names = ("csat", "csat_n", "surveys_answered", "response_rate", "sentiment", "negative_rate", "sentiment_n")
    assert _of(_rows(writing, By.AGENT), *names) == {
        "ana": (1.0, 1, 1, 0.5, 4.0, 0.0, 1),
        "ben": (None, 0, 0, 0.0, -3.0, 1.0, 1),
        None: (None, 0, 0, None, None, None, 0),
    }


def test_a_callback_is_no_coming_back(writing: Writing) -> None:
    """c-2 and its callback are one request, of the queue that answered it; judged a month later."""
    rows = _rows(writing, By.QUEUE, Query(LATER_MS))
    assert _of(rows, "first_contact_resolution", "first_contact_counted") == {
        "callbacks": (1.0, 1),
        "sales": (1.0, 2),
        "support": (1.0, 1),
        None: (None, 0),
    }


@pytest.mark.parametrize(("method", "expected"), [("agent_flag", (0.5, 2)), ("survey", (None, 0))])
def test_agent_or_customer_may_say_that_it_was_settled(
    writing: Writing, method: str, expected: tuple[float | None, int]
) -> None:
    (site,) = _rows(writing, By.SITE, fcr_method=method).values()
    assert (site["first_contact_resolution"], site["first_contact_counted"]) == expected


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"fcr_channels": "same"}, "did not come back on the same channel within 7 days"),
        (
            {"fcr_match": "customer_reason", "fcr_window_days": "3"},
            "customer and reason did not come back within 3 days",
        ),
        ({"fcr_method": "survey"}, "settled at once, as the customer says"),
    ],
)
def test_the_definition_says_how_coming_back_is_judged(writing: Writing, options: dict[str, str], words: str) -> None:
    definitions = Definitions(Settings(), overrides=options)
    key = "first_contact_resolution"
    _, found = explain_outcomes(writing.store, definitions, Query(LATER_MS), key, None, By.SITE)
    assert words in found[0].definition


def test_young_contacts_are_pending(writing: Writing) -> None:
    (site,) = _rows(writing, By.SITE).values()
    assert (site["first_contact_resolution"], site["first_contact_counted"], site["first_contact_pending"]) == (
        None,
        0,
        4,
    )


@pytest.mark.parametrize("by", [By.QUEUE, By.AGENT, By.TEAM, By.CHANNEL])
def test_groups_add_up_to_the_site(writing: Writing, by: By) -> None:
    (site,) = _rows(writing, By.SITE).values()
    rows = _rows(writing, by).values()
    for key in OUTCOME_KEYS:
        if isinstance(site[key], int) and key not in MENU_ONLY:
            assert sum(row[key] or 0 for row in rows) == site[key], key


def test_intervals_add_up_to_the_period(writing: Writing) -> None:
    query = Query(NOW_MS, interval=IntervalLength.HOUR)
    rows = list(read_outcome_report(writing.store, writing.definitions, query, By.SITE).rows())
    (site,) = _rows(writing, By.SITE).values()
    assert [row["contacts"] for row in rows] == [5, 2]
    for key in OUTCOME_KEYS:
        if isinstance(site[key], int):
            assert sum(row[key] or 0 for row in rows) == site[key], key


def test_what_other_reports_count_is_the_same_number(writing: Writing) -> None:
    definitions, query = writing.definitions, Query(NOW_MS)
    queues: Counter[tuple[str, str]] = Counter()
    for row in read_queue_report(writing.store, definitions, query).rows():
        for key in ("offered", "answered", "transferred"):
            queues[row["queue"], key] += row[key]
        queues[row["queue"], "outbound_attempts"] += row["outbound"]
    outcomes = _rows(writing, By.QUEUE)
    assert {name: outcomes[name[0]][name[1]] for name in queues} == dict(queues)
    agents = {row["agent"]: row["answered"] for row in read_agent_report(writing.store, definitions, query).rows()}
    mine = _rows(writing, By.AGENT)
    assert {agent: mine[agent]["answered"] for agent in agents} == agents


@pytest.mark.parametrize("by", [By.SITE, By.QUEUE, By.AGENT])
@pytest.mark.parametrize("key", OUTCOME_KEYS)
def test_the_contacts_behind_a_figure_add_up_to_it(writing: Writing, key: str, by: By) -> None:
    rows = read_outcome_report(writing.store, writing.definitions, Query(NOW_MS), by).rows()
    _, found = explain_outcomes(writing.store, writing.definitions, Query(NOW_MS), key, None, by)
    for row, explanation in zip(rows, found, strict=True):
        expected = row[key]
        value = sum(expected.values()) if isinstance(expected, dict) else expected
        assert explanation.value == value
        assert explanation.definition
        assert {name: explanation.of[name] for name in explanation.of} == {name: row[name] for name in explanation.of}
        above = [contact["numerator"] or 0 for contact in explanation.contacts]
        below = [contact["denominator"] or 0 for contact in explanation.contacts]
        if key == "oldest_callback_seconds":
            assert max(above, default=0) == (explanation.share.numerator or 0)
        elif key not in MENU_ONLY or by is By.SITE:
            assert sum(above) == pytest.approx(explanation.share.numerator or 0)
            assert sum(below) == pytest.approx(explanation.share.denominator or 0)


def test_only_what_is_asked_for_counts(writing: Writing) -> None:
    rows = _rows(writing, By.QUEUE, Query(NOW_MS, queues=frozenset({"support"})))
    assert list(rows) == ["support"]
    agents = _rows(writing, By.QUEUE, Query(NOW_MS, agents=frozenset({"ben"})))
    assert _of(agents, "answered", "resolved", "callbacks_done") == {
        "callbacks": (1, 0, 1),
        "sales": (0, 1, 0),
        "support": (1, 0, 0),
    }
    assert list(_rows(writing, By.CHANNEL, Query(NOW_MS, channels=frozenset({"email"})))) == ["email"]


def test_a_period_without_contacts_has_no_rows(writing: Writing) -> None:
    assert _rows(writing, By.QUEUE, Query(NOW_MS, sites=frozenset({"elsewhere"}))) == {}
