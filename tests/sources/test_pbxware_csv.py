import pytest

from ccm_tui.domain.events import Event, EventKind
from ccm_tui.sources.base import LineContext, Sample
from ccm_tui.sources.pbxware_csv import PbxwareCsv

PBXWARE = PbxwareCsv()
HEADER = "uid,date_time,callid,queue_name,type,event,param1,param2,param3,entpos,expos,htime,ttime,time"
RINGING = '15,1767258110,1767258099.6,Help,Agent/1141,RINGNOANSWER,2025550123,,,1,1,10000,0,"2026-01-01 04:01:51"'


def parse(line: str) -> Event:
    (event,) = PBXWARE.parse(line, LineContext())
    return event


def test_ring_time_alone_is_milliseconds() -> None:
    assert parse(RINGING).ring_ms == 10_000


def test_a_call_over_several_trunks_is_one_outbound_contact() -> None:
    row = '{},1767258010,1767258009.2,NONE,Agent/1127,{},2025550142,{},,0,0,9,51,"2026-01-01 04:00:10"'
    tries = [("OUTDIAL", ""), ("OUTCONGESTION", ""), ("OUTDIAL", ""), ("OUTANSWER", "COMPLETEAGENT")]
    events = [parse(row.format(uid, name, how)) for uid, (name, how) in enumerate(tries)]
    assert [event.kind for event in events].count(EventKind.OUTBOUND) == 1
    assert {event.queue for event in events} == {None}


def test_the_instant_is_the_epoch_not_the_wall_clock() -> None:
    assert parse(RINGING).at_ms == 1_767_258_110_000


def test_a_part_without_its_header_reads_the_same() -> None:
    assert PBXWARE.identify(Sample((RINGING,)))
    assert PBXWARE.identify(Sample((HEADER,)))
    assert PBXWARE.header(RINGING) is None
    assert PBXWARE.header("\ufeff" + HEADER + "\r") == tuple(HEADER.split(","))


@pytest.mark.parametrize("lines", [(), ("",), ("call_id,date",), ("1,1767258110,a,b,c,EVENT,",)])
def test_other_csv_is_not_claimed(lines: tuple[str, ...]) -> None:
    assert not PBXWARE.identify(Sample(lines))
