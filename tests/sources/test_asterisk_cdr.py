import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccm_tui.domain.events import Direction, Event, EventKind
from ccm_tui.sources.asterisk_cdr import AsteriskCdr
from ccm_tui.sources.base import LineContext, LineRejected, Sample
from ccm_tui.sources.registry import FORMATS
from tests.sources.golden import GOLDEN, read_lines
from tests.sources.shared_samples import SHARED, needs_shared_samples

CDR = AsteriskCdr()
ROWS = read_lines(GOLDEN / "asterisk-cdr" / "rows.log")
QUEUED, _, LEG, CONSULTATION, OUTBOUND, INBOUND, INTERNAL, HIDDEN = ROWS[:8]


def parse(line: str) -> tuple[Event, ...]:
    return tuple(CDR.parse(line, LineContext()))


@pytest.mark.parametrize(
    ("row", "columns", "identified"),
    [(ROWS[0], 21, True), (ROWS[4], 18, True), (ROWS[9], 17, True), (ROWS[10], 17, False), (ROWS[11], 16, False),
     (ROWS[12], 20, True), (ROWS[13], 19, False), (ROWS[14], 19, True), (ROWS[15], 22, True), (ROWS[16], 20, True)],
)  # fmt: skip
def test_layouts_are_told_by_where_the_times_stand(row: str, columns: int, identified: bool) -> None:
    fields = CDR.fields(row, LineContext())
    assert (fields["dst"], fields["amaflags"]) in {("400", "DOCUMENTATION"), ("08005550199", "DOCUMENTATION")}
    assert row.count('","') + row.count(",") >= columns - 1
    kinds = [event.kind for event in parse(row)]
    assert kinds == ([EventKind.CONTACT_STARTED, EventKind.CONTACT_ENDED] if identified else [EventKind.NOTED])


def test_a_leg_adds_nothing_and_makes_no_contact() -> None:
    (leg,) = parse(LEG)
    assert (leg.kind, leg.contact) == (EventKind.NOTED, "1767258000.1")
    (alone,) = parse(ROWS[8])  # a layout without linkedid
    assert (alone.kind, alone.contact) == (EventKind.NOTED, None)


def test_a_consultation_in_a_queue_is_a_contact_of_its_own() -> None:
    started, ended = parse(CONSULTATION)
    assert (started.contact, ended.contact) == ("1767258061.6", "1767258061.6")


@pytest.mark.parametrize(
    ("row", "direction", "customer", "facts"),
    [
        (QUEUED, Direction.INBOUND, "2025550101", {"account": "gold", "destination": "400"}),
        (
            OUTBOUND,
            Direction.OUTBOUND,
            "08005550199",
            {
                "destination": "08005550199",
                "userfield": "rec:no",
                "disposition": "ANSWERED",
                "rang": "PJSIP/trunk-0000000a",
                "answered_at": "2026-01-01T09:05:08+00:00",
            },
        ),
        (INBOUND, Direction.INBOUND, "+12025550102", {"disposition": "NO ANSWER", "rang": "PJSIP/1001-0000000c"}),
        (INTERNAL, None, "1001", {"destination": "1002", "disposition": "BUSY", "rang": "PJSIP/1002-0000000e"}),
        (HIDDEN, None, None, {"disposition": "CONGESTION"}),
    ],
    ids=["queued", "outbound", "inbound", "internal", "hidden"],
)
def test_who_called_whom(row: str, direction: Direction | None, customer: str | None, facts: dict[str, str]) -> None:
    started, ended = parse(row)
    assert (started.direction, started.customer, dict(started.data)) == (direction, customer, facts)
    assert (started.queue, started.agent, started.channel, ended.reason) == (None, None, None, None)


def test_the_end_is_never_before_the_start() -> None:
    back = QUEUED.replace("2026-01-01 09:00:12", "2026-01-01 08:00:12")
    assert [event.at_ms for event in parse(back)] == [1_767_258_000_000, 1_767_258_012_000]


@pytest.mark.parametrize(
    "lines",
    [
        (),
        ("",),
        ("a,b,c",),
        ("2026-01-01 09:00:00,,2026-01-01 09:00:01,1,1,ANSWERED,BILLING",),
        tuple(ROWS[0].split(",,")),
    ],
)
def test_other_csv_is_not_claimed(lines: tuple[str, ...]) -> None:
    assert not CDR.identify(Sample(lines))


def test_nobody_else_claims_its_rows() -> None:
    for row in ROWS:
        assert [log_format.name for log_format in FORMATS if log_format.identify(Sample((row,)))] == ["asterisk-cdr"]


@needs_shared_samples
@pytest.mark.parametrize(
    ("name", "contacts", "facts"),
    [
        ("lab-pjsip-Master.csv", 14, {"ANSWERED": 11, "NO ANSWER": 3}),
        ("testsuite-good.csv", 1, {"ANSWERED": 2, "FAILED": 1, "NO ANSWER": 1, "BUSY": 1}),
    ],
)
def test_real_rows(name: str, contacts: int, facts: dict[str, int]) -> None:
    events = [parse(line) for line in (SHARED / "asterisk-cdr" / name).read_text("utf-8").splitlines()]
    assert len({started.contact for started, _ in events}) == contacts
    said = [started.data["disposition"] for started, _ in events]
    assert {word: said.count(word) for word in said} == facts


def check(line: str) -> None:
    try:
        events = parse(line)
    except LineRejected as rejection:
        told = str(rejection)
        assert told
        return
    assert [event.at_ms for event in events] == sorted(event.at_ms for event in events)
    assert CDR.fields(line, LineContext())


junk = st.sampled_from(['"', '""', ",", '","', "<", "\0", "\x1b", "\udcff", "9" * 30, "2026-02-30 25:00:00", "-1", "é"])


@given(st.sampled_from(ROWS), st.integers(0, 300), st.integers(0, 40), junk | st.text(st.characters(), max_size=5))
def test_damaged_rows_are_read_or_rejected(row: str, at: int, length: int, text: str) -> None:
    check(row[:at] + text + row[at + length :])


@needs_shared_samples
def test_naughty_strings_through_every_column() -> None:
    naughty = json.loads((SHARED / "naughty-strings" / "blns.json").read_text(encoding="utf-8"))
    cells = [cell.strip('"') for cell in ROWS[0].replace('"sales,t,,,45"', '"sales"').split(",")]
    assert len(cells) == 21
    for text in naughty:
        quoted = '"' + text.replace('"', '""') + '"'
        for place in range(len(cells)):
            check(",".join(quoted if number == place else f'"{cell}"' for number, cell in enumerate(cells)))


def test_a_row_whose_times_hold_a_line_end_is_rejected() -> None:
    times = '"2026-01-01 09:12:00","2026-01-01 09:12:00","\n2026-01-01 09:12:30",30,30,"FAILED","DOCUMENTATION"'
    caller = '"","20255"20255"2025550103","400","from-trunk","""C"" <2025550103>","SIP/trunk-3",""'
    for lastapp in ('"Hangup"', '"Hangup",""'):
        with pytest.raises(LineRejected):
            parse(f"{caller},{lastapp},{times}")
