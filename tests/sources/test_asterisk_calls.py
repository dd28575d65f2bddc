"""Queue log, call detail records and channel events of one call are one contact, in whatever order they are read."""

import csv
import gzip
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import UTC, tzinfo
from itertools import permutations
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccm_tui.domain.contacts import CONTACT_KINDS, ContactFold
from ccm_tui.domain.events import Direction, Event, EventKind
from ccm_tui.domain.segments import Outcome, Segment
from ccm_tui.domain.visit_fold import ContactRules
from ccm_tui.sources.asterisk_calls import (
    born_at_ms,
    clock_of,
    contact_of,
    direction_of,
    parse_cells,
    recording_in,
)
from ccm_tui.sources.base import LineContext, LineRejected, LogFormat, Sample
from ccm_tui.sources.registry import FORMATS, identify
from ccm_tui.sources.timestamps import SecondHour, parse_iso
from tests.feeding import Feeder, all_segments, open_writing, store_content
from tests.sources.golden import GOLDEN
from tests.sources.shared_samples import SHARED, needs_shared_samples

RUN1 = SHARED / "asterisk-queue_log" / "real" / "run1"

# -- a call in all three logs ------------------------------------------------------------------------------------------

QUEUE_LOG = b"""\
1767258004|1767258000.1|sales|NONE|ENTERQUEUE||2025550101|1
1767258016|1767258000.1|sales|Ben|CONNECT|12|1767258012.3|4
1767258061|1767258061.6|billing|NONE|ENTERQUEUE||1002|1
1767258080|1767258061.6|billing|NONE|ABANDON|1|1|19
1767258130|1767258000.1|sales|Ben|BLINDTRANSFER|8101|from-internal|12|114|1
"""
CDR = (GOLDEN / "asterisk-cdr" / "rows.log").read_bytes()
CEL = (GOLDEN / "asterisk-cel" / "events.log").read_bytes()
LOGS = {"queue_log": QUEUE_LOG, "cdr.csv": CDR, "cel.csv": CEL}


def store(folder: Path, logs: Iterable[tuple[str, bytes]]) -> tuple[list[Segment], dict[str, list[tuple[object, ...]]]]:
    """What the logs come to, read one after another."""
    writing = open_writing(folder / "ccm.db")
    try:
        for name, data in logs:
            Feeder(writing, folder / name).feed(data)
        return all_segments(writing), store_content(writing)
    finally:
        writing.store.close()


@pytest.mark.parametrize("order", list(permutations(LOGS)), ids=" ".join)
def test_three_logs_of_a_call_are_one_contact_in_every_order(tmp_path: Path, order: tuple[str, ...]) -> None:
    (first, second), content = store(tmp_path, ((name, LOGS[name]) for name in order))
    assert (first.native_id, first.queue, first.agent, first.outcome) == (
        "1767258000.1", "sales", "Ben", Outcome.TRANSFERRED,
    )  # fmt: skip
    assert (first.wait_ms, first.hold_ms, first.talk_ms) == (12_000, 20_000, 94_000)
    assert (second.native_id, second.outcome, second.wait_ms) == ("1767258061.6", Outcome.ABANDONED, 19_000)
    assert [row for row in content["contacts"] if any(row[1:])] == []  # the talk that includes the hold is no misfit
    (tmp_path / "again").mkdir()
    assert store(tmp_path / "again", LOGS.items())[1] == content


def test_without_channel_events_hold_is_not_known(tmp_path: Path) -> None:
    (first, _), _ = store(tmp_path, (("queue_log", QUEUE_LOG), ("cdr.csv", CDR)))
    assert (first.hold_ms, first.talk_ms) == (None, 114_000)


def fold_all(logs: Iterable[tuple[LogFormat, Sequence[str]]]) -> dict[str, ContactFold]:
    """Contacts by native id, folded in order of time."""
    events: defaultdict[str, list[tuple[int, int, int, Event]]] = defaultdict(list)
    for file, (log_format, lines) in enumerate(logs):
        for offset, line in enumerate(lines):
            parsed = log_format.parse(line, LineContext())
            for event in parsed:
                if event.contact is not None and event.kind in CONTACT_KINDS:
                    events[event.contact].append((parsed[0].at_ms, file, offset, event))
    folds = {}
    for contact, found in events.items():
        folds[contact] = ContactFold(ContactRules())
        for _, file, offset, event in sorted(found, key=lambda each: each[:3]):
            folds[contact].apply(event, (file, offset))
    return folds


def get_format(name: str) -> LogFormat:
    return next(log_format for log_format in FORMATS if log_format.name == name)


def test_facts_of_a_call() -> None:
    folds = fold_all(
        (get_format(name), data.decode().splitlines())
        for name, data in (("asterisk-queue-log", QUEUE_LOG), ("asterisk-cdr", CDR), ("asterisk-cel", CEL))
    )
    facts = folds["1767258000.1"].facts
    assert (facts.started_at_ms, facts.ended_at_ms) == (1_767_258_000_000, 1_767_258_140_300)
    assert facts.reason is None
    assert facts.said == {
        "account": "gold",
        "did": "8005550120",
        "destination": "400",
        "recording": "2026/01/01/q-400-1.wav",
        "hangup_cause": "16",
        "hangup_source": "PJSIP/trunk-00000001",
        "transferred_at": "2026-01-01T09:02:10+00:00",
        "transferred_to": "8101",
    }
    assert folds["1767258061.6"].facts.previous_contact == "1767258000.1"


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_a_call_ends_with_its_last_row_in_whatever_order_they_come(order: tuple[int, ...]) -> None:
    rows = CDR.decode().splitlines()[:4]
    folds = fold_all([(get_format("asterisk-cdr"), [rows[number] for number in order])])
    facts = folds["1767258000.1"].facts
    assert (facts.started_at_ms, facts.ended_at_ms) == (1_767_258_000_000, 1_767_258_130_000)


# -- whose row it is, and when -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unique", "linked", "application", "contact"),
    [
        ("1767258000.1", "1767258000.1", "Dial", "1767258000.1"),
        ("1767258012.3", "1767258000.1", "AppQueue", "1767258000.1"),
        ("1767258061.6", "1767258000.1", "Queue", "1767258061.6"),
        ("1767258061.6", "", "", "1767258061.6"),
        ("", "1767258000.1", "Queue", "1767258000.1"),
        ("", "", "Queue", None),
    ],
)
def test_a_row_is_of_its_linked_call_but_of_its_own_in_a_queue(
    unique: str, linked: str, application: str, contact: str | None
) -> None:
    assert contact_of(unique, linked, application) == contact


@pytest.mark.parametrize(
    ("text", "born"),
    [
        ("1767258000.1", 1_767_258_000_000),
        ("main-server-1767258000.20", 1_767_258_000_000),
        ("api_5953fbe40aaec", None),
        ("1767258000", None),
        ("0000000001.1", None),
        ("١٧٦٧٢٥٨٠٠٠.١", None),
        ("", None),
    ],
)
def test_the_birth_of_a_channel(text: str, born: int | None) -> None:
    assert born_at_ms(text) == born


BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")


def _instant(text: str, zone: tzinfo, unique_id: str) -> int:
    return parse_iso(text, clock_of(text, zone, unique_id, maybe_utc=True))


@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK, UTC], ids=str)
def test_times_in_utc_are_told_by_the_birth_of_the_channel(zone: tzinfo) -> None:
    assert _instant("2026-01-01 09:00:00", zone, "1767258000.1") == 1_767_258_000_000


@pytest.mark.parametrize(("zone", "text"), [(BERLIN, "2026-01-01 10:00:02"), (NEW_YORK, "2026-01-01 04:00:02")])
def test_local_times_are_told_by_the_birth_of_the_channel(zone: tzinfo, text: str) -> None:
    assert _instant(text, zone, "pbx-1767258000.1") == 1_767_258_002_000
    assert clock_of(text, zone, "no epoch") is zone


def test_the_repeated_hour_is_told_by_the_birth_of_the_channel() -> None:
    first, second = 1_792_888_200, 1_792_891_800  # 02:30 in Berlin twice, 2026-10-25
    assert _instant("2026-10-25 02:30:00", BERLIN, f"{first}.1") == first * 1000
    assert _instant("2026-10-25 02:30:00", BERLIN, f"{second}.1") == second * 1000
    assert isinstance(clock_of("2026-10-25 02:30:00", BERLIN, f"{second}.1"), SecondHour)


def test_a_birth_that_fits_no_reading_leaves_the_zone() -> None:
    assert clock_of("2026-01-01 10:00:00", BERLIN, "1798794000.1", maybe_utc=True) is BERLIN
    with pytest.raises(LineRejected):
        clock_of("soon", BERLIN, "1767258000.1")


@pytest.mark.parametrize(
    ("caller", "dialled", "direction"),
    [
        ("2025550101", "400", Direction.INBOUND),
        ("+49 30 555-0101", "s", Direction.INBOUND),
        ("1001", "08005550199", Direction.OUTBOUND),
        ("1001", "1002", None),
        ("", "08005550199", None),
        ("anonymous", "s", None),
    ],
)
def test_who_began_a_direct_call(caller: str, dialled: str, direction: Direction | None) -> None:
    assert direction_of(caller, dialled) is direction


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("/rec/q-1.wav,ab,cmd ^{X}", "/rec/q-1.wav"),
        ("audio:20260101-call.WAV", "20260101-call.WAV"),
        ("2026/a b.mp3", "2026/a b.mp3"),
        ("did-8005550120", None),
        ("wav", None),
        ("", None),
    ],
)
def test_recordings_are_told_by_their_names(text: str, name: str | None) -> None:
    assert recording_in(text) == name


def test_quotes_that_nobody_doubled_are_read_as_they_stand() -> None:
    assert parse_cells('""Ana" E" <1>","2"') == ['Ana" E" <1>"', "2"]
    with pytest.raises(LineRejected, match="not CSV"):
        parse_cells("a\rb")
    assert parse_cells("") == []


@given(st.text(st.characters()))
def test_any_text_is_cells_or_rejected(text: str) -> None:
    with suppress(LineRejected):
        assert all(isinstance(cell, str) for cell in parse_cells(text))


# -- the same calls, written by a running server -----------------------------------------------------------------------


def _read_shared(path: Path) -> list[str]:
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return data.decode("utf-8", "replace").removesuffix("\n").split("\n")


def _queue_log() -> list[str]:
    return [line for name in ("queue_log.0", "queue_log.1", "queue_log") for line in _read_shared(RUN1 / name)]


@needs_shared_samples
@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("asterisk-cdr/lab-pjsip-Master.csv", "asterisk-cdr"),
        ("asterisk-cdr/testsuite-good.csv", "asterisk-cdr"),
        ("asterisk-cdr/testsuite-cel-CELMaster1.csv", "asterisk-cel"),
        ("asterisk-queue_log/real/run1/Master.csv", "asterisk-cdr"),
        ("asterisk-queue_log/real/run1/cel-Master.csv.gz", "asterisk-cel"),
        ("asterisk-queue_log/real/run1/queue_log", "asterisk-queue-log"),
        ("asterisk-queue_log/real/run4/Master.csv.gz", "asterisk-cdr"),
        ("asterisk-queue_log/real/run4/cel-Master.csv.gz", "asterisk-cel"),
    ],
)
def test_logs_of_one_folder_are_told_apart_by_content(path: str, name: str) -> None:
    lines = _read_shared(SHARED / path)[:50]
    found = identify(Sample(tuple(lines), truncated=True), FORMATS, path)
    assert found is not None
    assert found.name == name
    assert all(found.parse(line, LineContext()) for line in lines)


@needs_shared_samples
def test_a_real_days_visits_are_as_the_queue_log_alone_tells_them() -> None:
    """One deviation is meant: who was turned away at the door has a number, which queue_log does not know."""
    queue_log, cdr, cel = _queue_log(), _read_shared(RUN1 / "Master.csv"), _read_shared(RUN1 / "cel-Master.csv.gz")
    logs = [
        (get_format("asterisk-queue-log"), queue_log),
        (get_format("asterisk-cdr"), cdr),
        (get_format("asterisk-cel"), cel),
    ]
    alone, together = fold_all(logs[:1]), fold_all(logs)
    numbers_learnt = 0
    for contact, before in alone.items():
        after = together[contact]
        pairs = list(zip(before.visits, after.visits, strict=True))
        segments = [(old.segment("c", "s", contact), new.segment("c", "s", contact)) for old, new in pairs]
        for old, new in segments:
            learnt = old.customer is None and new.customer is not None
            numbers_learnt += learnt
            assert not learnt or old.outcome is Outcome.REFUSED
            assert new._replace(customer=old.customer) == old
        assert (after.contradictions, after.repeated_ends) == (before.contradictions, before.repeated_ends)
    assert numbers_learnt == 52

    entered: dict[str, int] = {}
    for line in queue_log:
        at, contact, _, _, name, *_ = line.split("|")
        if name == "ENTERQUEUE":
            entered.setdefault(contact, int(at) * 1000)
    assert len(entered) == 2371
    for contact, at_ms in entered.items():
        started_at_ms = together[contact].facts.started_at_ms
        assert started_at_ms is not None
        assert started_at_ms <= at_ms

    # A contact more for each call that no queue had, none for a leg
    roots = {row[9] for row in csv.reader(cel) if row[0] == "CHAN_START" and row[9] == row[10]}
    assert together.keys() - alone.keys() <= roots
    assert {contact for contact, fold in together.items() if fold.visits} == {
        contact for contact, fold in alone.items() if fold.visits
    }

    # The server's own transfers, as the queue log has them
    handed_on = {
        line.split("|")[1] for line in queue_log if line.split("|")[4] in ("BLINDTRANSFER", "ATTENDEDTRANSFER")
    }
    told = {contact for contact, fold in together.items() if "transferred_at" in fold.facts.said}
    assert handed_on == told


@needs_shared_samples
@pytest.mark.parametrize("order", list(permutations(("queue_log", "cdr.csv", "cel.csv"))), ids=" ".join)
def test_the_first_real_calls_are_the_same_in_every_order(tmp_path: Path, order: tuple[str, ...]) -> None:
    """Through the store: segments, presence and rollups, which the reports read, as from queue_log alone."""
    queue_log = _queue_log()[:700]
    calls = {line.split("|")[1] for line in queue_log if line.split("|")[4] == "ENTERQUEUE"}
    kept = sorted(calls)[:60]
    ours = {*kept}
    logs = {
        "queue_log": [line for line in queue_log if line.split("|")[1] in ours or line.split("|")[1] not in calls],
        "cdr.csv": [line for line in _read_shared(RUN1 / "Master.csv")[:800] if ours & {*line.split('"')}],
        "cel.csv": [line for line in _read_shared(RUN1 / "cel-Master.csv.gz")[:6000] if ours & {*line.split('"')}],
    }
    assert all(len(lines) > 60 for lines in logs.values())
    data = {name: "\n".join([*lines, ""]).encode() for name, lines in logs.items()}
    (tmp_path / "alone").mkdir()
    _, alone = store(tmp_path / "alone", [("queue_log", data["queue_log"])])
    _, together = store(tmp_path, [(name, data[name]) for name in order])
    for table in ("segments", "spans", "rollups"):
        assert together[table] == alone[table]
    assert len(together["contacts"]) - len(alone["contacts"]) == 0


@needs_shared_samples
def test_every_row_of_the_real_channel_events_says_what_it_means() -> None:
    cel = get_format("asterisk-cel")
    kinds: defaultdict[str, set[EventKind]] = defaultdict(set)
    for line in _read_shared(RUN1 / "cel-Master.csv.gz"):
        (event,) = cel.parse(line, LineContext())
        kinds[event.name].add(event.kind)
        assert (event.agent, event.queue, event.channel) == (None, None, None)
    assert json.dumps({name: sorted(found) for name, found in sorted(kinds.items())}) == json.dumps(
        {
            "ANSWER": ["noted"],
            "APP_START": ["contact_started"],
            "ATTENDEDTRANSFER": ["described"],
            "BLINDTRANSFER": ["described"],
            "BRIDGE_ENTER": ["noted"],
            "BRIDGE_EXIT": ["noted"],
            "CHAN_START": ["contact_started", "noted"],
            "HANGUP": ["contact_ended", "noted"],
        }
    )
