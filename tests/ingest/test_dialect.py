"""Custom events mapped to fields: what they come to in the store, whatever the order of reading."""

from collections.abc import Iterable
from itertools import permutations
from pathlib import Path

import pytest

from ccm_tui.domain.events import NO_DATA, Channel, Event, EventKind
from ccm_tui.domain.segments import Segment
from ccm_tui.ingest.dialect import Dialect, mapped
from ccm_tui.ingest.importer import ImportRequest, import_logs
from ccm_tui.settings import Settings
from ccm_tui.settings.definitions import Definitions
from ccm_tui.settings.sections import AgentSettings
from ccm_tui.store.facts import find_facts
from tests.feeding import all_segments, open_writing, store_content
from tests.reports.databases import UTC_SITE, absolute, call

MAPPED = Settings(
    sites=UTC_SITE,
    custom_events={
        "SURVEY": {"csat": "p1", "nps": "p2"},
        "DETAILS": {"customer": "p1", "channel": "p2", "target": "p3"},
        "TIMES": {"hold_seconds": "p1", "talk_seconds": "p2", "acw_seconds": "p3"},
        "NOTE": {"note": "rest"},
    },
)
CUSTOM = (
    "+90|c.1|sales|ana|SURVEY|4|9",
    "+2|c.1|NONE|NONE|DETAILS|5550777|chat|8100",
    "+91|c.1|sales|ana|TIMES|20|35|7",
)


def noted(name: str, **data: str) -> Event:
    return Event(EventKind.NOTED, 1000, name, "c.1", "sales", "ana", data=data or NO_DATA)


def read(folder: Path, files: Iterable[Iterable[str]]) -> tuple[list[Segment], object]:
    """The store after reading these files one after the other."""
    folder.mkdir()
    writing = open_writing(folder / "ccm.db", MAPPED)
    for number, lines in enumerate(files):
        log = folder / f"{number}.log"
        log.write_text("".join(f"{absolute(line)}\n" for line in lines))
        import_logs(writing, ImportRequest([str(log)], "main", "asterisk-queue-log"))
    found = all_segments(writing), store_content(writing)
    writing.store.close()
    return found


def test_mapped_fields_reach_the_contact(tmp_path: Path) -> None:
    ((segment,), _) = read(tmp_path / "one", [[*call(1, 0, talk=60), *CUSTOM]])
    assert (segment.customer, segment.channel, segment.target) == ("5550777", Channel.CHAT, "8100")
    assert (segment.hold_ms, segment.talk_ms, segment.acw_ms) == (20_000, 35_000, 7_000)
    assert (segment.csat_milli, segment.nps_milli, segment.ces_milli) == (4000, 9000, None)


def test_mapped_fields_do_not_depend_on_the_order_of_reading(tmp_path: Path) -> None:
    lines = [*call(1, 0, talk=60), *CUSTOM]
    _, whole = read(tmp_path / "whole", [sorted(lines, key=lambda line: int(line.split("|")[0]))])
    for number, order in enumerate(permutations(range(3))):
        files = [call(1, 0, talk=60), CUSTOM[:1], CUSTOM[1:2] + CUSTOM[2:]]
        _, parts = read(tmp_path / str(number), [files[each] for each in order])
        assert parts == whole


def test_a_custom_event_without_a_contact_or_a_visit_makes_none(tmp_path: Path) -> None:
    segments, _ = read(tmp_path / "none", [["+0|NONE|sales|ana|SURVEY|4|9", "+1|c.9|sales|ana|SURVEY|4|9"]])
    assert segments == []


def test_what_no_figure_needs_is_kept_under_our_name() -> None:
    (event,) = mapped(noted("NOTE", p1="call", p2="back"), {"note": "rest", "callback": "=yes"})
    assert event.data == {"p1": "call", "p2": "back", "note": "call|back", "callback": "yes"}


@pytest.mark.parametrize("figure", ["", "soon", "-5", "1e300", "nan"])
def test_a_figure_that_is_none_leaves_its_field_alone(figure: str) -> None:
    (event,) = mapped(noted("TIMES", p1=figure, p2="x"), {"hold_seconds": "p1", "acw_seconds": "p1", "reason": "p2"})
    assert (event.hold_ms, event.acw_ms, event.reason) == (None, None, "x")


def test_a_line_that_fills_no_field_is_noted() -> None:
    event = noted("SURVEY")
    assert mapped(event, {"csat": "p1"}) == (event,)


def test_fields_of_our_own_format_can_be_mapped() -> None:
    event = noted("BRIDGE")._replace(talk_ms=1500, reason="sold", target="8100")
    (described,) = mapped(event, {"hold_seconds": "talk_seconds", "note": "reason"})
    assert (described.hold_ms, described.data["note"], described.target) == (1500, "sold", "8100")


def test_what_is_said_of_an_agents_number_holds_for_all_names_made_from_it() -> None:
    known = {"ana": AgentSettings(aliases=("Agent/1127",))}
    dialect = Dialect(Definitions(Settings(agents=known)))
    named = [Event(EventKind.PAUSED, 1000, "PAUSE", agent=name) for name in ("Local/1127@floor/n", "Local/1128@floor")]
    assert [event.agent for event in dialect.understand("main", named)] == ["ana", "Local/1128@floor"]


def test_a_call_lines_parameters_may_say_whom_it_went_to(tmp_path: Path) -> None:
    settings = Settings(sites=UTC_SITE, custom_events={"OUTCALL": {"customer": "parameters"}})
    writing = open_writing(tmp_path / "ccm.db", settings)
    log = tmp_path / "log"
    log.write_text(absolute("+60|o.1|sales|ana|OUTCALL|ANSWER|40|5550777") + "\n")
    import_logs(writing, ImportRequest([str(log)], "main", "asterisk-queue-log"))
    (segment,) = all_segments(writing)
    assert (segment.customer, segment.talk_ms, segment.agent) == ("5550777", 40_000, "ana")
    with writing.store.reading() as cursor:
        facts = find_facts(cursor, 1)
    assert facts is not None
    assert (facts.customer, facts.said["result"], facts.reason) == ("5550777", "ANSWER", None)
    writing.store.close()
