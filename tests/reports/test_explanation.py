from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ccm_tui.domain.variants import KpiRules, OccupancyDef, SlCompare, SlVariant, UtilisationDef
from ccm_tui.reports.agent_explanation import AGENT_KEYS, add_presence_lines, explain_agents
from ccm_tui.reports.agent_report import read_agent_report
from ccm_tui.reports.definition_texts import definition_text
from ccm_tui.reports.event_rows import EventRows
from ccm_tui.reports.explanation import QUEUE_KEYS, Explanation, add_lines, explain_queues
from ccm_tui.reports.moments import Moment
from ccm_tui.reports.query import Query
from ccm_tui.reports.queue_report import read_queue_report
from ccm_tui.reports.shares import MAXIMA
from ccm_tui.settings import QueueSettings
from ccm_tui.settings.definitions import Definitions
from ccm_tui.store.engine import open_reader
from ccm_tui.store.history import agents_of_site
from tests.reports.databases import NOON_MS, call, database_of, in_order, left, settings_of

START_MS = 1_795_329_000_000
RUN1 = Query(START_MS + 1_500_000, Moment("from", at_ms=START_MS + 60_000), Moment("to", at_ms=START_MS + 1_000_000))
"""The middle of run1: contacts go on at its end."""
SETTINGS = settings_of({"sales": QueueSettings(cost_per_contact=2.5, threshold_seconds=10.0)})


def total(explanation: Explanation, part: str) -> float:
    return sum(row[part] or 0 for row in explanation.contacts)


@pytest.mark.parametrize("key", QUEUE_KEYS)
def test_the_contacts_of_a_queue_figure_add_up_to_it(key: str, real_database: Callable[[str], Path]) -> None:
    with open_reader(real_database("run1")) as store:
        definitions = Definitions(SETTINGS)
        rows = {row["queue"]: row for row in read_queue_report(store, definitions, RUN1).rows()}
        _, explanations = explain_queues(store, definitions, RUN1, key, None)
    assert [each.of["queue"] for each in explanations] == list(rows)
    for each in explanations:
        assert each.value == rows[each.of["queue"]][key]
        if each.share.denominator is not None:
            assert total(each, "numerator") == pytest.approx(each.share.numerator or 0)
            assert total(each, "denominator") == each.share.denominator
            recomputed = total(each, "numerator") / each.share.denominator if each.share.denominator else None
            assert (
                recomputed == (None if each.value is None else pytest.approx(each.value))
                or each.share.numerator is None
            )
        elif key in MAXIMA:
            assert each.value == max((row["numerator"] for row in each.contacts if row["numerator"]), default=None)
        elif key != "service_level_threshold_seconds":
            assert total(each, "numerator") == (each.value or 0)


@pytest.mark.parametrize("variant", SlVariant)
def test_so_do_those_of_every_variant_of_service_level(
    variant: SlVariant, real_database: Callable[[str], Path]
) -> None:
    with open_reader(real_database("run1")) as store:
        _, explanations = explain_queues(
            store, Definitions(SETTINGS, None, {"sl_variant": variant}), RUN1, "service_level", None
        )
    for each in explanations:
        assert (total(each, "numerator"), total(each, "denominator")) == each.share
        assert sum(each.exclusions.values()) == each.places["excluded"]


@pytest.mark.parametrize("overrides", [{"interval_anchor": "completion"}, {"aht_attribution": "start"}])
def test_and_those_counted_by_another_instant(overrides: dict[str, str], real_database: Callable[[str], Path]) -> None:
    definitions = Definitions(SETTINGS, None, overrides)
    with open_reader(real_database("run1")) as store:
        rows = {row["queue"]: row for row in read_queue_report(store, definitions, RUN1).rows()}
        _, explanations = explain_queues(store, definitions, RUN1, "average_handle_seconds", None)
    for each in explanations:
        assert each.value == rows[each.of["queue"]]["average_handle_seconds"]
        assert (total(each, "numerator"), total(each, "denominator")) == pytest.approx(each.share)


@pytest.mark.parametrize("key", AGENT_KEYS)
def test_the_contacts_of_an_agents_figure_add_up_to_it(key: str, real_database: Callable[[str], Path]) -> None:
    definitions = Definitions(SETTINGS)
    with open_reader(real_database("run1")) as store:
        rows = list(read_agent_report(store, definitions, RUN1).rows())
        _, explanations = explain_agents(store, definitions, RUN1, key, None)
    assert [each.of["agent"] for each in explanations] == [row["agent"] for row in rows]
    for each, row in zip(explanations, rows, strict=True):
        assert each.value == (sum(row[key].values()) if key == "pauses" else row[key])
        if each.contacts:
            presence = each.parts.get("presence_seconds", 0)
            assert total(each, "numerator") + presence == pytest.approx(each.share.numerator or 0)


@pytest.mark.parametrize(
    "overrides",
    [{"occupancy_def": each} for each in OccupancyDef] + [{"utilisation_def": each} for each in UtilisationDef],
)
def test_time_without_a_contact_is_what_the_definition_says(
    overrides: dict[str, str], real_database: Callable[[str], Path]
) -> None:
    key = next(iter(overrides)).removesuffix("_def")
    definitions = Definitions(SETTINGS, None, overrides)
    with open_reader(real_database("run1")) as store:
        _, explanations = explain_agents(store, definitions, RUN1, key, None)
    for each in explanations:
        assert each.share.numerator is not None
        presence = {
            "icmi2012": each.parts["pause_seconds"] - each.parts["on_contact_paused_seconds"],
            "contact_ready": each.parts["available_seconds"],
            "productive": each.parts["productive_pause_seconds"],
        }.get(overrides[f"{key}_def"], 0)
        assert each.parts["presence_seconds"] == pytest.approx(presence, abs=0.002)


def test_exclusions_are_said_in_words(tmp_path: Path) -> None:
    database = database_of(tmp_path, in_order(call(1, 0), left(2, 5), left(3, 9, "EXITWITHKEY"), left(4, 9, "FULL")))
    query = Query(NOON_MS + 3_600_000)
    with open_reader(database) as store:
        _, (explanation,) = explain_queues(store, Definitions(settings_of()), query, "service_level", None)
    assert explanation.definition == "answered within 20 s / (answered + abandoned)"
    assert dict(explanation.exclusions) == {"left by a key": 1, "refused at the door": 1}
    assert dict(explanation.places) == {"numerator": 1, "denominator": 1, "excluded": 2}


def test_contacts_whose_wait_nobody_knows_are_left_out_and_counted(tmp_path: Path) -> None:
    lines = [*call(1, 0), "+90|c.2|sales|NONE|ABANDON|1|1|", "+91|c.3|sales|ana|CONNECT||x.3|1", *left(4, 100, wait=9)]
    database = database_of(tmp_path, lines)
    query = Query(NOON_MS + 3_600_000)

    def explained(key: str) -> Explanation:
        with open_reader(database) as store:
            _, (explanation,) = explain_queues(store, Definitions(settings_of()), query, key, None)
        return explanation

    level, to_abandon = explained("service_level"), explained("average_abandon_seconds")
    assert (level.share, dict(level.exclusions)) == ((1, 3), {"answered, still talking, wait not known": 1})
    assert (to_abandon.value, to_abandon.share) == (9.0, (9.0, 1))
    assert to_abandon.exclusions["abandoned, wait not known"] == 1
    assert explained("short_abandoned").value == 0
    assert [row["wait_seconds"] for row in level.contacts] == [4.0, None, None, 9.0]


def test_a_score_opens_to_the_ratings(tmp_path: Path) -> None:
    settings = settings_of(custom_events={"SURVEY": {"nps": "p1"}})
    lines = [*call(1, 0), *call(2, 100), *call(3, 200), "+300|c.1|sales|ana|SURVEY|10", "+301|c.2|sales|ana|SURVEY|3"]
    with open_reader(database_of(tmp_path, lines, settings)) as store:
        _, (nps,) = explain_queues(store, Definitions(settings), Query(NOON_MS + 3_600_000), "nps", None)
    assert (nps.value, nps.share) == (0.0, (0, 2))
    assert [row["numerator"] for row in nps.contacts] == [100, -100, 0]
    assert dict(nps.exclusions) == {"answered": 1}


def test_what_is_short_is_said_as_it_is_counted() -> None:
    rules = KpiRules(sl_compare=SlCompare.LT, short_abandon_seconds=6)
    assert definition_text("short_abandoned", rules) == "abandoned after at most 6 s; counted as abandoned too"
    text = "answered within less than 20 s / (answered + abandoned, without those abandoned within 6 s)"
    assert definition_text("service_level", replace(rules, sl_variant=SlVariant.EX_SHORT)) == text


def test_every_listed_contact_has_its_log_lines(tmp_path: Path) -> None:
    lines = in_order(call(1, 0), left(2, 5))
    database = database_of(tmp_path, lines)
    definitions = Definitions(settings_of())
    with open_reader(database) as store:
        _, explanations = explain_queues(store, definitions, Query(NOON_MS + 3_600_000), "answered", 1)
        add_lines(store, explanations, EventRows(store, definitions))
    (row, _) = explanations[0].contacts
    assert [line["event"] for line in row["lines"]] == ["ENTERQUEUE", "CONNECT", "COMPLETECALLER"]
    stored = Path(row["lines"][2]["file"]).read_bytes()
    offset = row["lines"][2]["offset"]
    assert stored[offset : stored.index(b"\n", offset)].decode() == row["lines"][2]["line"]


def test_logins_and_pauses_have_their_log_lines(tmp_path: Path) -> None:
    lines = ["-600|NONE|sales|ana|ADDMEMBER|", *call(1, 0), "+100|NONE|sales|ana|PAUSE|break"]
    database = database_of(tmp_path, lines)
    definitions = Definitions(settings_of())
    with open_reader(database) as store:
        _, explanations = explain_agents(store, definitions, Query(NOON_MS + 3_600_000), "occupancy", 5)
        with store.reading() as cursor:
            ids = {("main", agent.name): agent.id for agent in agents_of_site(cursor, 1)}
        add_presence_lines(store, explanations, ids, EventRows(store, definitions))
    ready, paused = explanations[0].presence
    assert [line["event"] for line in ready["lines"]] == ["ADDMEMBER", "PAUSE"]
    assert (paused["reason"], paused["end_seen"], paused["seconds"]) == ("break", False, 3500.0)
