"""The contacts behind a figure add up to the figure of the board, and open to their own lines."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ccm_tui.domain import agent_time, kpi
from ccm_tui.domain.events import Channel
from ccm_tui.errors import UsageError
from ccm_tui.screens.behind import FLOW_OUTS, PRESENCE, AgentFigure, QueueFigure
from ccm_tui.screens.lines_sheet import log_lines
from ccm_tui.screens.readers import StoreReaders
from ccm_tui.settings.definitions import Definitions
from ccm_tui.settings.model import Settings
from tests.feeding import Feeder, open_writing
from tests.live.floors import Floor, Log, at

NOW = at("9:40")
DAY = at("0:00")


@pytest.fixture
def floor(tmp_path: Path) -> Floor:
    """A morning with something of everything."""
    log = Log()
    log.comes(at("8:00"), "ben", "billing")
    log.comes(at("8:01"), "caro", "billing")
    for minute in range(10):
        log.call(at(f"8:{10 + minute}"), "billing", "ben", wait=5 + 4 * minute, customer=f"4930100{minute:04d}")
    log.pauses(at("8:30"), "ben", "billing")
    log.resumes(at("8:50"), "ben", "billing")
    log.abandons(at("9:00"), "billing", wait=3)
    log.abandons(at("9:15"), "billing", wait=50)
    left = log.waits(at("9:16"), "billing")
    log.add(at("9:17"), left, "billing", "NONE", "EXITWITHKEY", "1", 1, 60)
    missed = log.waits(at("9:20"), "billing")
    log.misses(at("9:20:20"), "caro", "billing", missed)
    log.talks(at("9:30"), "billing", "caro", wait=12)
    log.waits(at("9:39"), "billing")
    log.waits(at("9:39:50"), "billing")
    return Floor(tmp_path).feed(log.data())


@pytest.fixture
def readers(floor: Floor) -> StoreReaders:
    return StoreReaders(floor.writing.store.path, floor.definitions)


def of_billing(key: str, from_ms: int = DAY) -> QueueFigure:
    return QueueFigure("main", "billing", Channel.VOICE, key, from_ms, NOW)


@pytest.mark.parametrize("key", [key for key in kpi.RATIOS if "response" not in key])
def test_shares_add_up_to_the_figure_of_the_board(floor: Floor, readers: StoreReaders, key: str) -> None:
    (row,) = floor.snapshot(NOW).queues
    for tally, from_ms in ((row.day, DAY), (row.recent, NOW - 30 * 60_000)):
        found = readers.queue_contacts(of_billing(key, from_ms))
        ratio = (
            kpi.service_level_ratio(tally, row.rules, live=True)
            if key == "service_level"
            else kpi.RATIOS[key](tally, row.rules)
        )
        scale = 1000 if key.endswith("_seconds") else 1
        assert tuple(found.share) == (ratio.numerator / scale, ratio.denominator)
        assert sum(each.numerator or 0 for each in found.rows) == pytest.approx(found.share.numerator)
        assert sum(each.denominator or 0 for each in found.rows) == found.share.denominator
        times = [each.at_ms for each in found.rows]
        assert times == sorted(times, reverse=True)


@pytest.mark.parametrize(
    ("key", "share"),
    [
        ("dropped_rate", (0, 10)),
        ("resolution_seconds", (sum(5 + 4 * minute + 120 for minute in range(10)), 10)),
        ("callbacks_requested", (0, None)),
        ("reach_rate", (0, 0)),
        ("response_rate", (0, 10)),
    ],
)
def test_what_became_of_customers_opens_too(readers: StoreReaders, key: str, share: tuple[float, float | None]) -> None:
    found = readers.outcome_contacts(of_billing(key))
    assert tuple(found.share) == pytest.approx(share)
    assert sum(each.numerator or 0 for each in found.rows) == pytest.approx(share[0])
    assert sum(each.denominator or 0 for each in found.rows) == (share[1] or 0)
    nobody = QueueFigure("main", "nosuch", Channel.VOICE, key, DAY, NOW)
    assert readers.outcome_contacts(nobody).rows == ()


def test_each_says_why_it_counts(readers: StoreReaders) -> None:
    found = readers.queue_contacts(of_billing("service_level"))
    said = {(each.why or each.what, each.place) for each in found.rows}
    assert ("in time: answered", "numerator") in said
    assert ("too late: answered", "denominator") in said
    assert ("too late: still waiting", "denominator") in said
    assert ("abandoned", "denominator") in said
    assert ("still waiting", "excluded") in said, "ten seconds are no miss yet"
    assert found.exclusions["left by a key"] == 1
    exits = readers.queue_contacts(of_billing(FLOW_OUTS))
    assert tuple(exits.share) == (1, None)
    assert [each.what for each in exits.rows if each.place == "numerator"] == ["left by a key"]


def test_a_contact_opens_to_its_own_lines_masked(readers: StoreReaders) -> None:
    found = readers.queue_contacts(of_billing("answered"))
    oldest = found.rows[-1]
    assert oldest.customer == "49301000000"
    lines = readers.contact_lines(oldest.contact)
    assert [each.event for each in lines] == ["ENTERQUEUE", "CONNECT", "COMPLETECALLER"]
    assert all(oldest.native_id in each.line for each in lines)
    assert lines[0].offset > 0
    assert lines[0].file.endswith("queue_log")
    assert not any("49301000000" in each.line for each in lines)


def test_a_line_that_does_not_say_when_has_no_time(tmp_path: Path) -> None:
    writing = open_writing(tmp_path / "undated.db")
    log = b'{"convo_id": 7, "scenario": {}, "original": [["agent", "Hi!"]]}\n'
    Feeder(writing, tmp_path / "a.json").feed(log)
    with writing.store.reading() as cursor:
        (contact,) = cursor.execute("SELECT public_id FROM contact").fetchone()
    lines = StoreReaders(writing.store.path, Definitions(Settings())).contact_lines(contact)
    assert [(each.at_ms, each.event) for each in lines] == [(None, "scenario")]
    assert not any("1970" in str(each) for each in log_lines(lines, ZoneInfo("UTC"), 80))
    writing.store.close()


def test_a_contact_that_a_rebuild_took_away_is_an_error_in_words(readers: StoreReaders) -> None:
    with pytest.raises(UsageError, match="not stored"):
        readers.contact_lines("nothing")


def test_an_agents_time_opens_to_contacts_logins_and_pauses(floor: Floor, readers: StoreReaders) -> None:
    row = next(each for each in floor.snapshot(NOW).agents if each.agent == "ben")
    found = readers.agent_contacts(AgentFigure("main", "ben", "occupancy", DAY, NOW))
    ratio = agent_time.occupancy_ratio(row.day, floor.definitions.agent_rules("main"))
    assert found.share.numerator == pytest.approx(ratio.numerator / 1000, abs=0.01)
    assert found.share.denominator == pytest.approx(ratio.denominator / 1000, abs=0.01)
    assert sum(found.places.values()) == 10
    pause = next(each for each in found.rows if each.what == "paused, lunch")
    assert pause.place == PRESENCE
    lines = readers.agent_lines("main", "ben", pause.instants)
    assert [each.event for each in lines] == ["PAUSE", "UNPAUSE"]


def test_a_missed_offer_is_one_of_the_missed(readers: StoreReaders) -> None:
    found = readers.agent_contacts(AgentFigure("main", "caro", "ring_no_answer", DAY, NOW))
    assert found.share.numerator == 1
    (offer,) = found.rows
    assert (offer.what, offer.queue, offer.wait_seconds) == ("missed", "billing", 15)
    assert [each.event for each in readers.agent_lines("main", "caro", offer.instants)] == ["RINGNOANSWER"]


def test_nobody_and_nothing_are_empty(readers: StoreReaders) -> None:
    assert readers.agent_contacts(AgentFigure("main", "nobody", "answered", DAY, NOW)).rows == ()
    assert readers.queue_contacts(of_billing("offered")._replace(queue="none")).rows == ()
    assert readers.queue_contacts(of_billing("offered", NOW)).rows == ()
