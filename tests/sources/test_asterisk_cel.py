import json
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccm_tui.domain.events import Direction, EndedBy, Event, EventKind
from ccm_tui.sources.asterisk_cel import AsteriskCel
from ccm_tui.sources.base import LineContext, LineRejected, Sample
from ccm_tui.sources.csv_rows import parse_row
from ccm_tui.sources.registry import FORMATS
from tests.sources.golden import GOLDEN, read_lines
from tests.sources.shared_samples import SHARED, needs_shared_samples

CEL = AsteriskCel()
ROWS = read_lines(GOLDEN / "asterisk-cel" / "events.log")


def parse(line: str, zone: str = "UTC") -> Event:
    (event,) = CEL.parse(line, LineContext(timezone=UTC if zone == "UTC" else ZoneInfo(zone)))
    return event


def row(event: str, *, leg: bool = False, **changes: str) -> str:
    """A row of the customer's channel, or of an agent's."""
    cells = {
        "eventtype": event, "eventtime": "1767258010.250000", "cidname": "Ana", "cidnum": "2025550101",
        "cidani": "", "cidrdnis": "", "ciddnid": "", "exten": "8005550120", "context": "from-trunk",
        "channame": "PJSIP/1002-3" if leg else "PJSIP/trunk-1", "appname": "", "appdata": "", "amaflags": "3",
        "acctcode": "", "uniqueid": "1767258005.3" if leg else "1767258000.1", "linkedid": "1767258000.1",
        "peer": "", "userfield": "", "usereventname": "", "extra": "",
    }  # fmt: skip
    return ",".join('"' + text.replace('"', '""') + '"' for text in (cells | changes).values())


MUSIC = '{"class":"default"}'


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (row("STREAM_BEGIN", extra=MUSIC), EventKind.HOLD_STARTED),
        (row("STREAM_END"), EventKind.HOLD_ENDED),
        (row("STREAM_BEGIN", extra='{"file":"beep"}'), EventKind.NOTED),
        (row("STREAM_BEGIN", leg=True, extra=MUSIC), EventKind.NOTED),
        (row("HOLD", leg=True), EventKind.HOLD_STARTED),
        (row("UNHOLD", leg=True), EventKind.HOLD_ENDED),
        (row("USER_DEFINED", leg=True, usereventname="hold"), EventKind.HOLD_STARTED),
        (row("HOLD"), EventKind.NOTED),
        (row("UNHOLD"), EventKind.NOTED),
        (row("PARK_START"), EventKind.NOTED),
        (row("BLINDTRANSFER"), EventKind.NOTED),
        (row("BLINDTRANSFER", leg=True), EventKind.DESCRIBED),
        (row("HANGUP", leg=True), EventKind.NOTED),
        (row("CHAN_START", leg=True), EventKind.NOTED),
        (row("APP_START", leg=True, appname="Queue", uniqueid="1767258007.9"), EventKind.CONTACT_STARTED),
        (row("HANGUP", leg=True, appname="Queue"), EventKind.CONTACT_ENDED),
    ],
)
def test_it_depends_on_whose_channel_it_is(line: str, kind: EventKind) -> None:
    assert parse(line).kind is kind


def test_hold_names_nobody_so_that_the_talk_of_the_moment_takes_it() -> None:
    hold = parse(row("HOLD", leg=True))
    assert (hold.contact, hold.queue, hold.agent, hold.at_ms) == ("1767258000.1", None, None, 1_767_258_010_250)


def test_the_customers_channel() -> None:
    started = parse(row("CHAN_START", acctcode="gold"))
    assert (started.direction, started.customer, started.customer_name) == (Direction.INBOUND, "2025550101", "Ana")
    assert dict(started.data) == {"did": "8005550120", "account": "gold"}
    assert dict(parse(row("CHAN_START", channame="Local/2025550101@dial-1;1")).data) == {}
    outbound = parse(row("CHAN_START", cidnum="1001"))
    assert (outbound.direction, outbound.customer, outbound.customer_name) == (Direction.OUTBOUND, "8005550120", None)
    assert (outbound.target, dict(outbound.data)) == ("8005550120", {})


@pytest.mark.parametrize(
    ("extra", "ended_by", "facts"),
    [
        ('{"hangupcause":16,"hangupsource":"PJSIP/trunk-1","dialstatus":""}', EndedBy.CUSTOMER, "PJSIP/trunk-1"),
        ('{"HangupCause":16,"hangupsource":"dialplan/builtin"}', EndedBy.SYSTEM, "dialplan/builtin"),
        ("16,dialplan/builtin,ANSWER", EndedBy.SYSTEM, "dialplan/builtin"),
        ('{"hangupcause":16,"hangupsource":"PJSIP/1002-3"}', None, "PJSIP/1002-3"),
        ("16,,", None, None),
        ("", None, None),
        ("[1]", None, None),
        ('{"hangupcause":null,"hangupsource":[]}', None, "[]"),
    ],
)
def test_who_hung_up(extra: str, ended_by: EndedBy | None, facts: str | None) -> None:
    ended = parse(row("HANGUP", extra=extra))
    assert (ended.kind, ended.ended_by, ended.reason) == (EventKind.CONTACT_ENDED, ended_by, None)
    assert ended.data.get("hangup_source") == facts
    assert ended.data.get("hangup_cause") == ("16" if "16" in extra else None)


def test_a_sites_own_event_is_kept_under_its_name() -> None:
    noted = parse(row("USER_DEFINED", usereventname="CHECKED", extra='{"extra":"birth date"}'))
    assert (noted.kind, noted.name, noted.data["extra"]) == (EventKind.NOTED, "CHECKED", "birth date")


def test_local_time_is_the_sites() -> None:
    local = row("ANSWER", eventtime="2026-01-01 10:00:10.250000")
    assert parse(local, "Europe/Berlin").at_ms == 1_767_258_010_250


def test_every_layout_reads_the_same() -> None:
    rows = ROWS[-5:]
    assert [len(parse_row(line)) for line in rows] == [13, 13, 21, 23, 24]
    assert len({str(parse(line)) for line in rows}) == 1
    for line in rows:
        assert [log_format.name for log_format in FORMATS if log_format.identify(Sample((line,)))] == ["asterisk-cel"]


@pytest.mark.parametrize(
    "lines", [(), ("",), ("a,b,c",), (",".join("x" * 20),), (",".join(["1", "1767258010", *"x" * 18]),), ("{}",)]
)
def test_other_csv_is_not_claimed(lines: tuple[str, ...]) -> None:
    assert not CEL.identify(Sample(lines))


@needs_shared_samples
def test_the_rows_of_an_old_version() -> None:
    lines = read_lines(SHARED / "asterisk-cdr" / "testsuite-cel-CELMaster1.csv")
    events = [parse(line) for line in lines]
    assert {event.contact for event in events} == {"1335310195.0"}
    kinds = [event.kind for event in events]
    assert (kinds.count(EventKind.CONTACT_STARTED), kinds.count(EventKind.CONTACT_ENDED)) == (1, 2)


def check(line: str) -> None:
    try:
        event = parse(line)
    except LineRejected as rejection:
        told = str(rejection)
        assert told
        return
    assert event.name
    assert all(isinstance(text, str) for pair in event.data.items() for text in pair)
    assert CEL.fields(line, LineContext())


junk = st.sampled_from(['"', '""', ",", '","', "{", "[[", "\0", "\x1b", "\udcff", "9" * 30, "2026-02-30 25:00:00", "é"])


@given(st.sampled_from(ROWS), st.integers(0, 300), st.integers(0, 40), junk | st.text(st.characters(), max_size=5))
def test_damaged_rows_are_read_or_rejected(line: str, at: int, length: int, text: str) -> None:
    check(line[:at] + text + line[at + length :])


@needs_shared_samples
def test_naughty_strings_through_every_column() -> None:
    naughty = json.loads((SHARED / "naughty-strings" / "blns.json").read_text(encoding="utf-8"))
    names = list(CEL.fields(row("x", cidani="1", cidrdnis="1", ciddnid="1"), LineContext()))
    for text in naughty:
        for name in (*names, "extra", "appname", "userfield", "usereventname"):
            if name != "eventtype":
                check(row("HANGUP", leg=False, **{name: text}))
        check(row(text))
