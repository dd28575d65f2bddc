import copy
import json
from contextlib import suppress
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccm_tui.domain.events import Event
from ccm_tui.ingest.rebuild import rebuild
from ccm_tui.ingest.writing import Writing
from ccm_tui.sources.base import LineContext, LineRejected, Sample
from ccm_tui.sources.genesys_cloud_users import GenesysCloudUsers
from ccm_tui.sources.registry import FORMATS
from tests.feeding import Feeder, open_writing, store_content
from tests.sources.golden import GOLDEN, read_lines

USERS = GOLDEN / "genesys-cloud-users" / "users.log"
LINES = read_lines(USERS)
RECORDS: list[dict[str, Any]] = [json.loads(line) for line in LINES]
MINUTE_MS = 60_000
NINE_MS = 1_772_442_000_000


def _parse(record: dict[str, Any]) -> list[Event]:
    return list(GenesysCloudUsers().parse(json.dumps(record), LineContext()))


def _statuses(writing: Writing) -> list[tuple[str, str | None, int, int | None]]:
    """(agent, pause reason, from, until) of every status, in minutes since nine."""
    with writing.store.reading() as cursor:
        rows = cursor.execute(
            "SELECT agent.name, reason, start_at_ms, end_at_ms FROM span JOIN agent ON agent.id = agent_id"
            " WHERE kind = 'status' AND (end_at_ms IS NULL OR end_at_ms > start_at_ms) ORDER BY agent.name, start_at_ms"
        ).fetchall()
    return [
        (agent, reason, (start - NINE_MS) // MINUTE_MS, None if end is None else (end - NINE_MS) // MINUTE_MS)
        for agent, reason, start, end in rows
    ]


STATUSES = [
    ("u-ana", "AVAILABLE", -60, 0),
    ("u-ana", None, 0, 120),
    ("u-ana", "MEAL", 120, 150),
    ("u-ana", None, 150, 240),
    ("u-ben", None, 0, None),
    ("u-cleo", None, 0, 43),
    ("u-cleo", "NOT_RESPONDING", 43, 45),
    ("u-cleo", None, 45, 148),
    ("u-cleo", "NOT_RESPONDING", 148, 150),
    ("u-cleo", "AWAY", 150, None),
]


@pytest.mark.parametrize("layout", ["lines", "envelope"])
def test_what_histories_come_to(tmp_path: Path, layout: str) -> None:
    writing = open_writing(tmp_path / "ccm.db")
    text = json.dumps({"userDetails": RECORDS, "totalHits": 3}, indent=2 if layout == "envelope" else None)
    feeder = Feeder(writing, tmp_path / "users.json")
    feeder.feed((text if layout == "envelope" else "\n".join(LINES)).encode() + b"\n")
    assert (feeder.counts.records, feeder.counts.quarantined) == (3, 0)
    assert _statuses(writing) == STATUSES
    rebuild(writing)
    assert _statuses(writing) == STATUSES
    writing.store.close()


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_histories_that_overlap_are_one(tmp_path: Path, order: tuple[int, ...]) -> None:
    """Asked at ten, at noon and at the end: what still held then had no end yet."""
    whole = RECORDS[0]
    at_ten, at_noon = copy.deepcopy(whole), copy.deepcopy(whole)
    at_ten["primaryPresence"] = at_ten["primaryPresence"][:2]
    at_noon["primaryPresence"] = at_noon["primaryPresence"][1:4]
    for record in (at_ten, at_noon):
        record["primaryPresence"][-1].pop("endTime")
    versions = [at_ten, at_noon, whole]
    contents: list[dict[str, Any]] = []
    for numbers in ((0, 1, 2), order):
        folder = tmp_path / str(len(contents))
        folder.mkdir()
        writing = open_writing(folder / "ccm.db")
        for number in numbers:
            Feeder(writing, folder / f"{number}.json").feed(json.dumps(versions[number]).encode() + b"\n")
        assert _statuses(writing) == [status for status in STATUSES if status[0] == "u-ana"]
        contents.append(store_content(writing))
        writing.store.close()
    assert contents[0] == contents[1]


def test_only_user_details_are_claimed() -> None:
    log_format = GenesysCloudUsers()
    assert log_format.identify(Sample(tuple(LINES)))
    assert log_format.identify(Sample(tuple(json.dumps({"userDetails": RECORDS}, indent=2).split("\n")[:50])))
    for line in ('{"userId":"1"}', '{"userId":"1","primaryPresence":{"id":"x"},"routingStatus":{"status":"IDLE"}}', ""):
        assert not log_format.identify(Sample((line,)))
    for path in GOLDEN.glob("*/*.log"):
        claims = [one.name for one in FORMATS if one.identify(Sample(tuple(read_lines(path)[:50])))]
        assert ("genesys-cloud-users" in claims) == (path.parent.name == "genesys-cloud-users"), path


def test_keys_in_another_case_are_the_same() -> None:
    text = LINES[1].replace("primaryPresence", "PRIMARYPRESENCE").replace("startTime", "starttime")
    assert list(GenesysCloudUsers().parse(text, LineContext())) == _parse(RECORDS[1])


NAUGHTY: list[Any] = [
    None, "", " ", 0, 10**30, True, [], [None], {}, "2026-03-02T09:00:00Z", "9999-12-31T23:59:59Z", "\x1b[31m",
    "\u202e", "OFFLINE", "NOT_RESPONDING", "=1+1",
]  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(data=st.data(), record=st.sampled_from(RECORDS))
def test_no_damage_breaks_it(data: st.DataObject, record: dict[str, Any]) -> None:
    damaged = copy.deepcopy(record)
    for _ in range(data.draw(st.integers(1, 4))):
        holder: Any = damaged
        if isinstance(damaged.get("primaryPresence"), list) and damaged["primaryPresence"]:
            holder = data.draw(st.sampled_from([damaged, *damaged["primaryPresence"]]))
        if isinstance(holder, dict) and holder:
            holder[data.draw(st.sampled_from(sorted(holder)))] = data.draw(st.sampled_from(NAUGHTY))
    events: list[Event] = []
    with suppress(LineRejected):
        events = _parse(damaged)
        assert events
    assert [event.at_ms for event in events] == sorted(event.at_ms for event in events)
    assert all(isinstance(event.agent, str) and event.name for event in events)


def test_a_history_of_nobody_or_of_no_time_is_rejected() -> None:
    for text in ("{}", '{"userId":"1"}', '{"userId":"1","primaryPresence":[{"systemPresence":"BUSY"}]}'):
        with pytest.raises(LineRejected):
            GenesysCloudUsers().parse(text, LineContext())


@pytest.mark.parametrize("names", list(permutations(("genesys-cloud-users/users", "genesys-cloud/conversations"))))
def test_contacts_of_a_day_that_is_told_whole_do_not_outlive_its_logout(tmp_path: Path, names: tuple[str, ...]) -> None:
    """The history's line stands before those of the contacts, which are of the time that it tells of."""
    writing = open_writing(tmp_path / "ccm.db")
    for name in names:
        path = GOLDEN / f"{name}.log"
        Feeder(writing, tmp_path / path.name).feed(path.read_bytes())
    assert _statuses(writing) == STATUSES
    before = store_content(writing)
    rebuild(writing)
    assert store_content(writing) == before
    writing.store.close()


def test_presences_that_overlap_give_events_in_order() -> None:
    record = {
        "userId": "u",
        "primaryPresence": [
            {"startTime": "2026-03-02T09:00:00Z", "endTime": "2026-03-02T11:30:00Z", "systemPresence": "ON_QUEUE"},
            {"startTime": "2026-03-02T10:00:00Z", "systemPresence": "AWAY"},
        ],
        "routingStatus": [
            {"startTime": "2026-03-02T11:00:00Z", "endTime": "2026-03-02T11:10:00Z", "routingStatus": "NOT_RESPONDING"}
        ],
    }
    events = GenesysCloudUsers().parse(json.dumps(record), LineContext())
    times = [event.at_ms for event in events]
    assert times == sorted(times)
    assert len(times) == 6
