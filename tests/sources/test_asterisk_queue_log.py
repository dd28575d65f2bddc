import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccm_tui.domain.events import Event, EventKind
from ccm_tui.sources.asterisk_events import HANDLERS
from ccm_tui.sources.asterisk_names import NO_CONTACT, agent_identity
from ccm_tui.sources.asterisk_queue_log import AsteriskQueueLog
from ccm_tui.sources.base import LineContext, LineRejected, Sample

QUEUE_LOG = AsteriskQueueLog()
CONTEXT = LineContext()
CONNECT = "1767258102|1767258085.10|sales|Ana Ruiz|CONNECT|12|1767258098.12|4"


def parse(line: str) -> Event:
    (event,) = QUEUE_LOG.parse(line, CONTEXT)
    return event


def test_call_ids_are_text() -> None:
    first, second = (parse(f"1767258102|{callid}|sales|NONE|ENTERQUEUE||1|1") for callid in ("925.1", "925.10"))
    assert first.contact != second.contact


@pytest.mark.parametrize("callid", sorted(NO_CONTACT))
def test_call_ids_that_name_no_call(callid: str) -> None:
    assert parse(f"1767258102|{callid}|sales|Ana|INFO|x").contact is None


@pytest.mark.parametrize("name", ["ADDMEMBER", "REMOVEMEMBER", "PAUSE", "UNPAUSE", "PAUSEALL", "UNPAUSEALL", "PENALTY",
                                  "RINGINUSE", "AGENTLOGIN", "AGENTLOGOFF", "AGENTCALLBACKLOGIN",
                                  "AGENTCALLBACKLOGOFF"])  # fmt: skip
def test_membership_belongs_to_no_contact(name: str) -> None:
    assert parse(f"1767258102|1767258085.10|sales|Ana Ruiz|{name}|").contact is None


def test_agent_of_an_abandon_is_no_sign_of_an_answer() -> None:
    event = parse("1767258220|1767258205.21|sales|Ana Ruiz|ABANDON|2|4|10")
    assert (event.agent, event.data) == (None, {"agent": "Ana Ruiz"})


def test_ring_times_alone_are_milliseconds() -> None:
    assert parse("1767258102|1.1|sales|Ana|RINGNOANSWER|6000").ring_ms == 6000
    assert parse("1767258102|1.1|sales|Ana|RINGCANCELED|1740").ring_ms == 1740
    assert parse(CONNECT).ring_ms == 4000


def test_attended_transfer_is_counted_from_the_right() -> None:
    for data in ("BRIDGE|57688543", "LINK|PJSIP/1-1|PJSIP/2-2", "APP|VoiceMail", "NEW|a|b|c|d"):
        event = parse(f"1767258251|1.1|vip|Ana|ATTENDEDTRANSFER|{data}|3|12|4")
        assert (event.wait_ms, event.talk_ms, event.position) == (3000, 12_000, 4)


def test_one_person_under_the_callback_alias() -> None:
    assert agent_identity("Local/1127@callback-agent/n") == agent_identity("Local/1127@callback-agent") == "Agent/1127"
    assert agent_identity("Local/1127@agents") == "Local/1127@agents"
    assert agent_identity("Ana") != agent_identity("ana")


def test_padding_of_a_truncated_file_is_skipped() -> None:
    assert parse("\0" * 4096 + CONNECT) == parse(CONNECT) == parse("\ufeff" + CONNECT) == parse(CONNECT + "\r")


def test_fields_hold_what_the_line_holds() -> None:
    event = parse("1767258102|a\0b|sa\x1b[31mles|A\u202ena|CONNECT|12")
    assert (event.contact, event.queue, event.agent) == ("a\0b", "sa\x1b[31mles", "A\u202ena")


def test_separators_in_a_name_do_not_hide_the_event() -> None:
    line = "1767258102|1767258085.10|sales|Ana Ruiz|Front Desk|CONNECT|12|1767258098.12|4"
    assert parse(line) == parse(CONNECT)._replace(agent="Ana Ruiz|Front Desk")
    assert QUEUE_LOG.fields(line, CONTEXT) == QUEUE_LOG.fields(CONNECT, CONTEXT)


def test_a_line_of_separators_stays_small() -> None:
    event = parse("1767258102|1.1|sales|NONE|INFO" + "|" * 1_000_000 + "x")
    assert len(event.data) < 100
    assert sum(map(len, event.data.values())) == 1_000_000 - 65 + 1


def test_a_rejection_does_not_repeat_a_megabyte() -> None:
    with pytest.raises(LineRejected) as rejection:
        parse("x" * 1_000_000)
    assert len(str(rejection.value)) < 200


def test_every_event_has_all_fields_of_its_type() -> None:
    for name in HANDLERS:
        for tail in ("", "|", "|1|2|3|4|5|6|7"):
            event = parse(f"1767258102|1.1|sales|Ana|{name}{tail}")
            assert len(event) == len(Event._fields)
            assert event == Event(**event._asdict())


@given(name=st.sampled_from(sorted(HANDLERS)), params=st.lists(st.text(), max_size=8))
def test_parameters_never_cost_the_line(name: str, params: list[str]) -> None:
    event = parse("|".join(["1767258102", "1.1", "sales", "Ana", name, *params]))
    figures = (event.wait_ms, event.talk_ms, event.ring_ms, event.login_ms, event.acw_ms, event.position)
    assert all(figure is None or 0 <= figure < 10**12 for figure in figures)
    assert event.kind in EventKind


@pytest.mark.parametrize(
    "lines",
    [
        (CONNECT,),
        ("", "\0\0\0", "8.12|4", CONNECT),
        ("PUSE|lunch", CONNECT, CONNECT, "17672581", CONNECT),
        ("1767258102|NONE|NONE|NONE|CONFIGRELOAD|\r",),
        ("1767258102|1.1|sales|NONE|DID",),
    ],
)
def test_recognised_in_spite_of_damage(lines: tuple[str, ...]) -> None:
    assert QUEUE_LOG.identify(Sample(lines))


@pytest.mark.parametrize(
    "lines",
    [
        (),
        ("",),
        ("garbage",),
        ("garbage", "garbage", CONNECT),
        ('{"at": 1767258102, "event": "noted"}',),
        ("uid,date_time,callid,queue_name,type,event", "1,1543527289,NONE,NONE,NONE,QUEUESTART"),
        ("2026-01-01 09:00:00|1.1|sales|NONE|DID|1",),
        ("1767258102|1.1|sales|NONE|4711|",),
    ],
)
def test_other_texts_are_not_claimed(lines: tuple[str, ...]) -> None:
    assert not QUEUE_LOG.identify(Sample(lines))


def test_any_number_of_carriage_returns_ends_a_line() -> None:
    line = "1767258100|1.1|vip|NONE|NEWEVENT;" + "\r" * 5000
    assert QUEUE_LOG.parse(line, CONTEXT)[0].name == "NEWEVENT;"
    assert QUEUE_LOG.fields(line, CONTEXT) == {}
