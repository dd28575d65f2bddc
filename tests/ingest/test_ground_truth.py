"""The real logs against what the Asterisk that wrote them counted and reported: every window, every snapshot."""

import math
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ccm_tui.domain.agent_state import AgentActivity
from ccm_tui.domain.events import Direction
from ccm_tui.domain.kpi import service_level
from ccm_tui.domain.segments import Outcome, Segment
from ccm_tui.domain.tally import tally_segments
from ccm_tui.domain.variants import FlowOut, KpiRules, SlVariant
from ccm_tui.ingest.lock import FollowerStatus
from ccm_tui.live.floor import FloorReader
from ccm_tui.live.snapshot import FloorSnapshot
from tests.conftest import RealRun
from tests.feeding import Feeder, all_segments, open_writing

ANNOUNCED = {("run1", "billing")}
"""Queues with an announcement to the agent: Asterisk compares the wait before it, the log's includes it."""

ENDED = {Outcome.COMPLETED, Outcome.TRANSFERRED}
ABANDONED_AS_ASTERISK_COUNTS = {
    Outcome.ABANDONED,
    Outcome.EXITED_TIMEOUT,
    Outcome.EXITED_EMPTY,
    Outcome.WITHDRAWN,
}

REDIRECTED = {
    ("run1", "Mo Farah-Smith", "1795329217.1688"),
    ("run1", "Femi Adeyemi", "1795329502.4054"),
    ("run1", "Kai", "1795330242.482"),
    ("run4", "Local/4005@agents", "1795329548.8230"),
    ("run4", "Agent 4007", "1795329686.11238"),
    ("run4", "Agent 4024", "1795329750.12794"),
    ("run4", "Agent 4030", "1795330158.23786"),
    ("run4", "Local/4047@agents", "1795330134.23010"),
    ("run4", "Agent 4048", "1795330202.25034"),
}
"""Talking callers whom the manager pulled away (AMI Redirect): the agent is free, the log says so much later."""

RUNS = ("run1", "run4")


def _is_abandoned_for_asterisk(segment: Segment) -> bool:
    """Asterisk adds a call that nobody answered to the queue's Abandoned, also one that we made."""
    if segment.direction is Direction.OUTBOUND:
        return segment.answered_at_ms is None
    return segment.outcome in ABANDONED_AS_ASTERISK_COUNTS


@pytest.fixture(scope="module", params=RUNS)
def windows(
    request: pytest.FixtureRequest, real_run: Callable[[str], RealRun], tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, RealRun, dict[str, list[Segment]]]:
    """For each window the segments as they stood when the log had reached its end."""
    run = real_run(request.param)
    folder = tmp_path_factory.mktemp(request.param)
    writing = open_writing(folder / "ccm.db")
    feeder = Feeder(writing, folder / "queue_log")
    log, done = run.log, 0
    found: dict[str, list[Segment]] = {}
    for window in run.ground_truth["windows"]:
        feeder.feed(log[done : window["end_log_offset"]])
        done = window["end_log_offset"]
        began_ms = int(window["start_epoch"]) * 1000
        found[window["label"]] = [s for s in all_segments(writing) if s.entered_at_ms >= began_ms]
    writing.store.close()
    return request.param, run, found


def test_completed_and_abandoned_agree_in_every_quiet_window(
    windows: tuple[str, RealRun, dict[str, list[Segment]]],
) -> None:
    _, run, found = windows
    for window in run.ground_truth["windows"]:
        if not window["quiet_end"]:
            continue
        for queue, truth in window["queues"].items():
            segments = [s for s in found[window["label"]] if s.queue == queue]
            completed = sum(s.outcome in ENDED for s in segments)
            abandoned = sum(_is_abandoned_for_asterisk(s) for s in segments)
            said = truth["asterisk"]
            assert (completed, abandoned) == (int(said["Completed"]), int(said["Abandoned"])), (window["label"], queue)


def test_what_the_lines_say_is_counted_in_every_window(windows: tuple[str, RealRun, dict[str, list[Segment]]]) -> None:
    _, run, found = windows
    for window in run.ground_truth["windows"]:
        for queue, truth in window["queues"].items():
            lines = truth["from_queue_log"]
            segments = [s for s in found[window["label"]] if s.queue == queue and s.direction is Direction.INBOUND]
            outcomes = Counter(s.outcome for s in segments)
            assert sum(s.outcome is not Outcome.REFUSED for s in segments) == lines["enter_lines"]
            assert sum(s.answered_at_ms is not None for s in segments) == lines["connect_lines"]
            assert outcomes[Outcome.ABANDONED] == lines["abandon_lines"]
            assert outcomes[Outcome.EXITED_TIMEOUT] == lines["exit_timeout_lines"]
            assert outcomes[Outcome.EXITED_EMPTY] == lines["exit_empty_lines"]
            assert outcomes[Outcome.EXITED_KEY] == lines["exit_key_lines"]
            assert outcomes[Outcome.WITHDRAWN] == lines["withdraw_lines"]


def test_service_levels_agree_in_every_quiet_window(windows: tuple[str, RealRun, dict[str, list[Segment]]]) -> None:
    name, run, found = windows
    counted = 0
    for window in run.ground_truth["windows"]:
        if not window["quiet_end"]:
            continue
        for queue, truth in window["queues"].items():
            if (name, queue) in ANNOUNCED:
                continue
            said = truth["asterisk"]
            rules = KpiRules(
                sl_variant=SlVariant.ANSWERED,
                sl_threshold_seconds=float(said["ServiceLevel"]),
                abandon_includes=frozenset({FlowOut.TIMEOUT, FlowOut.EMPTY, FlowOut.WITHDRAWN}),
            )
            credit = KpiRules(
                sl_variant=SlVariant.CREDIT_FAST_ABANDON,
                sl_threshold_seconds=rules.sl_threshold_seconds,
                abandon_includes=rules.abandon_includes,
            )
            tally = tally_segments([s for s in found[window["label"]] if s.queue == queue], rules)
            for rule, key in ((rules, "ServicelevelPerf"), (credit, "ServicelevelPerf2")):
                value = service_level(tally, rule)
                assert said[key] == ("0.0" if value is None else f"{value * 100:.1f}"), (window["label"], queue, key)
                counted += value is not None
    assert counted >= 8


def test_every_member_took_as_many_calls_as_asterisk_says(
    windows: tuple[str, RealRun, dict[str, list[Segment]]],
) -> None:
    _, run, found = windows
    for window in run.ground_truth["windows"]:
        if not window["quiet_end"]:
            continue
        for queue, truth in window["queues"].items():
            for member in truth["members"]:
                # A member who left and came back counts from anew.
                since_ms = int(member["LoginTime"]) * 1000
                taken = [
                    s
                    for s in found[window["label"]]
                    if s.queue == queue
                    and s.agent == member["Name"]
                    and s.outcome in ENDED
                    and s.answered_at_ms is not None
                    and s.answered_at_ms >= since_ms
                ]
                if queue != "outbound":
                    assert len(taken) == int(member["CallsTaken"]), (window["label"], queue, member)


@pytest.fixture(params=RUNS)
def replayed(
    request: pytest.FixtureRequest, real_run: Callable[[str], RealRun], tmp_path: Path
) -> tuple[str, list[tuple[dict[str, Any], FloorSnapshot, FloorSnapshot | None]]]:
    """Each snapshot with the live board at its offset, and the board as of the same second from the whole log.

    The latter is None where lines of the same second stand behind the offset: no second tells those apart.
    """
    run = real_run(request.param)
    writing = open_writing(tmp_path / "ccm.db")
    feeder = Feeder(writing, tmp_path / "queue_log")
    reader = FloorReader(writing.store, writing.definitions)
    log, done = run.log, 0
    live = []
    for snapshot in run.snapshots:
        feeder.feed(log[done : snapshot["log_offset_after"]])
        done = max(done, snapshot["log_offset_after"])
        live.append(reader.read(round(snapshot["epoch"] * 1000), FollowerStatus()))
    feeder.feed(log[done:])
    writing.settle_all()
    found = []
    for snapshot, board in zip(run.snapshots, live, strict=True):
        second = int(snapshot["epoch"])
        behind = log[snapshot["log_offset_after"] :].split(b"\n", 1)[0]
        later = None
        if not behind or int(behind.split(b"|")[0]) > second:
            past = FloorReader(writing.store, writing.definitions)
            later = past.read(round(snapshot["epoch"] * 1000), FollowerStatus(), live=False)
        found.append((snapshot, board, later))
    writing.store.close()
    return request.param, found


def test_who_waits_in_which_order_and_how_long(
    replayed: tuple[str, list[tuple[dict[str, Any], FloorSnapshot, FloorSnapshot | None]]],
) -> None:
    compared = 0
    for snapshot, live, as_of in replayed[1]:
        if snapshot["log_offset_before"] != snapshot["log_offset_after"]:
            continue
        for board in filter(None, (live, as_of)):
            waiting = {row.queue: row.waiting for row in board.queues}
            for queue, said in snapshot["queues"].items():
                ours = waiting.get(queue, ())
                assert [w.native_id for w in ours] == [w["Uniqueid"] for w in said["waiting"]], queue
                for our, their in zip(ours, said["waiting"], strict=True):
                    assert abs(our.wait_ms / 1000 - int(their["Wait"])) <= 2
                    assert our.position == int(their["Position"])
                    compared += 1
    assert compared > 200


def test_members_are_there_and_paused_as_asterisk_says(
    replayed: tuple[str, list[tuple[dict[str, Any], FloorSnapshot, FloorSnapshot | None]]],
) -> None:
    compared = 0
    for snapshot, live, as_of in replayed[1]:
        for board in filter(None, (live, as_of)):
            states = {row.agent: row.state for row in board.agents}
            ours = {(q.queue, agent): q for agent, state in states.items() for q in state.queues}
            theirs = {(queue, m["Name"]): m for queue, said in snapshot["queues"].items() for m in said["members"]}
            assert ours.keys() <= theirs.keys(), "a member that Asterisk does not know"
            for key, membership in ours.items():
                if membership.confirmed:
                    assert membership.paused == (theirs[key]["Paused"] == "1"), key
                    if membership.paused:
                        assert membership.reason == theirs[key]["PausedReason"], key
                compared += 1
    assert compared > 500


def _known_since_ms(snapshot: dict[str, Any], queue: str, agent: str) -> float:
    """Since when Asterisk has this member; for one who left during a call it says nothing of that call any more, nor
    for one who came back (its new entry has taken no call, though the phone is in use)."""
    members = snapshot["queues"][queue]["members"]
    return next((int(m["LoginTime"]) * 1000 for m in members if m["Name"] == agent), math.inf)


def test_in_call_states_differ_only_for_redirected_callers(
    replayed: tuple[str, list[tuple[dict[str, Any], FloorSnapshot, FloorSnapshot | None]]],
) -> None:
    name, snapshots = replayed
    talking = (AgentActivity.TALKING, AgentActivity.HOLD)
    compared = 0
    for snapshot, live, as_of in snapshots:
        if snapshot["log_offset_before"] != snapshot["log_offset_after"]:
            continue
        theirs = {
            m["Name"]: queue
            for queue, said in snapshot["queues"].items()
            for m in said["members"]
            if m["InCall"] == "1"
        }
        for board in filter(None, (live, as_of)):
            for row in board.agents:
                on = row.state.segments[0] if row.state.activity in talking else None
                compared += 1
                if (None if on is None else on.queue) != theirs.get(row.agent):
                    assert on is not None, f"{row.agent} is in a call that we do not see"
                    if _known_since_ms(snapshot, on.queue, row.agent) <= (on.answered_at_ms or 0):
                        assert (name, row.agent, on.native_id) in REDIRECTED
    assert compared > 400
