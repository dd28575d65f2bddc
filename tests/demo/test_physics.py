"""What cannot happen on a real floor does not happen on this one."""

from collections import Counter

from ccm_tui.demo.model import FloorModel
from ccm_tui.demo.people import NIGHT, list_agents
from ccm_tui.demo.records import NONE, Record, VoiceLine
from ccm_tui.demo.roster import CHAT_AT_ONCE
from ccm_tui.domain.events import Channel, EventKind
from tests.demo.conftest import NOW_MS

Week = tuple[FloorModel, list[Record]]

UNANSWERED_ENDS = {"ABANDON", "EXITWITHTIMEOUT", "EXITWITHKEY", "EXITEMPTY"}
ANSWERED_ENDS = {"COMPLETEAGENT", "COMPLETECALLER", "BLINDTRANSFER", "ATTENDEDTRANSFER"}


def voice(week: Week) -> list[VoiceLine]:
    return [record for record in week[1] if isinstance(record, VoiceLine)]


def test_a_visit_has_one_answer_at_most_and_one_end(week: Week) -> None:
    waiting: dict[tuple[str, str], VoiceLine] = {}
    talking: dict[tuple[str, str], tuple[VoiceLine, VoiceLine]] = {}
    for line in voice(week):
        key = (line.callid, line.queue)
        if line.event == "ENTERQUEUE":
            assert key not in waiting
            assert key not in talking
            assert int(line.parameters[2]) >= 1
            waiting[key] = line
        elif line.event == "CONNECT":
            entry = waiting.pop(key)
            assert line.parameters[0] == line.at_ms // 1000 - entry.at_ms // 1000
            assert int(line.parameters[2]) <= int(line.parameters[0]) + 1
            talking[key] = (entry, line)
        elif line.event in UNANSWERED_ENDS:
            entry = waiting.pop(key)
            position, at_entry, waited = line.parameters[-3:]
            assert waited == line.at_ms // 1000 - entry.at_ms // 1000
            assert at_entry == entry.parameters[2]
            assert 1 <= int(position) <= int(at_entry)
        elif line.event in ANSWERED_ENDS:
            entry, answer = talking.pop(key)
            waited, talked, at_entry = line.parameters[-3:]
            assert (line.agent, waited) == (answer.agent, answer.parameters[0])
            assert talked == line.at_ms // 1000 - answer.at_ms // 1000
            assert at_entry == entry.parameters[2]
    assert len(waiting) < 40
    assert all(NOW_MS - entry.at_ms < 15 * 60_000 for entry in waiting.values())
    assert len(talking) < 50


def test_no_agent_is_in_two_calls_or_answers_while_away(week: Week) -> None:
    on_call: dict[str, str] = {}
    member: set[tuple[str, str]] = set()
    paused: set[tuple[str, str]] = set()
    for line in voice(week):
        agent, place = line.agent, (line.agent, line.queue)
        if line.event == "ADDMEMBER":
            assert place not in member
            member.add(place)
        elif line.event == "REMOVEMEMBER":
            assert agent not in on_call
            member.remove(place)
            paused.discard(place)
        elif line.event == "PAUSE":
            assert place in member
            paused.add(place)
        elif line.event == "UNPAUSE":
            paused.discard(place)
        elif line.event == "CONNECT":
            assert agent not in on_call
            assert place in member
            assert place not in paused
            on_call[agent] = line.callid
        elif line.event in ANSWERED_ENDS:
            assert on_call.pop(agent) == line.callid
        elif line.event == "RINGNOANSWER":
            assert place in member


def test_pauseall_comes_with_a_line_for_every_queue(week: Week) -> None:
    lines = voice(week)
    queues: dict[str, list[str]] = {}
    for index, line in enumerate(lines):
        if line.event == "ADDMEMBER":
            queues.setdefault(line.agent, []).append(line.queue)
        elif line.event == "REMOVEMEMBER":
            queues[line.agent].remove(line.queue)
        elif line.event in ("PAUSEALL", "UNPAUSEALL"):
            assert line.queue == NONE
            following = lines[index + 1 : index + 1 + len(queues[line.agent])]
            assert {each.event for each in following} == {line.event.removesuffix("ALL")}
            assert [each.queue for each in following] == queues[line.agent]


def test_call_ids_are_unique_and_old_enough(week: Week) -> None:
    seen: set[str] = set()
    starts = 0
    for line in voice(week):
        if line.event == "QUEUESTART":
            starts += 1
        if line.event == "DID":
            assert line.callid not in seen
            seen.add(line.callid)
            assert 0 <= line.at_ms // 1000 - int(line.callid.split(".")[0]) < 60
    assert starts == 1


def test_no_call_is_cut_by_the_restart(week: Week) -> None:
    open_calls: set[tuple[str, str]] = set()
    for line in voice(week):
        if line.event == "ENTERQUEUE":
            open_calls.add((line.callid, line.queue))
        elif line.event in UNANSWERED_ENDS | ANSWERED_ENDS:
            open_calls.remove((line.callid, line.queue))
        elif line.event == "QUEUESTART":
            assert not open_calls


def test_every_kind_of_line_occurs(week: Week) -> None:
    counts = Counter(line.event for line in voice(week))
    expected = UNANSWERED_ENDS | ANSWERED_ENDS
    expected |= {"RINGNOANSWER", "RINGCANCELED", "DID", "PAUSEALL", "SURVEY", "CONFIGRELOAD", "CALLBACK", "OUTCALL"}
    assert expected - {"EXITEMPTY"} <= counts.keys()
    reasons = {str(line.parameters[0]) for line in voice(week) if line.event == "PAUSE"}
    assert {"break", "lunch", "training", "ACW", "Auto-Pause"} <= reasons


def test_calls_are_passed_on_under_their_own_id(week: Week) -> None:
    queues: dict[str, list[str]] = {}
    for line in voice(week):
        if line.event == "ENTERQUEUE":
            queues.setdefault(line.callid, []).append(line.queue)
    assert any(len(visited) > 1 for visited in queues.values())


def test_customers_call_again(week: Week) -> None:
    callers = Counter(line.parameters[1] for line in voice(week) if line.event == "ENTERQUEUE")
    del callers["anonymous"]
    assert sum(count > 1 for count in callers.values()) > 500
    assert all("55501" in str(number) for number in callers)


def test_chats_are_held_within_the_limit(week: Week) -> None:
    in_hand: Counter[str] = Counter()
    most = 0
    for record in week[1]:
        if isinstance(record, VoiceLine) or record.channel is not Channel.CHAT or record.agent is None:
            continue
        if record.kind is EventKind.ANSWERED:
            in_hand[record.agent] += 1
            most = max(most, in_hand[record.agent])
        elif record.kind is EventKind.COMPLETED:
            in_hand[record.agent] -= 1
        elif record.kind is EventKind.MEMBER_REMOVED:
            assert in_hand[record.agent] == 0
    assert most == CHAT_AT_ONCE


def test_every_letter_is_owed_an_answer_until_it_has_one(week: Week) -> None:
    owed: dict[str, int] = {}
    for record in week[1]:
        if isinstance(record, VoiceLine) or record.channel is not Channel.EMAIL or record.contact is None:
            continue
        if record.kind is EventKind.CUSTOMER_MESSAGE:
            assert record.contact not in owed
            owed[record.contact] = record.at_ms
        elif record.kind is EventKind.AGENT_MESSAGE:
            del owed[record.contact]
    assert 0 < len(owed) < 250


def test_the_night_line_works_at_night(week: Week) -> None:
    night = {agent.name for agent in list_agents() if agent.group == NIGHT}
    model = week[0]
    for line in voice(week):
        if line.event == "CONNECT" and line.agent in night:
            hour = (line.at_ms - model.clock.midnight_ms(model.clock.day(line.at_ms))) / 3_600_000
            assert hour > 17.5 or hour < 9
