"""Lookups, digests, and that the declarations agree with what they stand for."""

import subprocess
import sys
from dataclasses import FrozenInstanceError, fields, replace
from pathlib import Path
from typing import Any

import pytest

from ccm_tui.domain.rule_settings import PRESETS
from ccm_tui.domain.variants import DEFAULT_RULES, KpiRules
from ccm_tui.settings import (
    AgentSettings,
    CsvSettings,
    FollowerSettings,
    KpiSettings,
    PauseSettings,
    QueueSettings,
    Settings,
    SiteSettings,
    SourceSettings,
    UiSettings,
    kpi_rules,
    load_settings,
)
from ccm_tui.settings.csv import CONTACT_COLUMNS, EVENT_COLUMNS
from ccm_tui.settings.keys import keys_of
from ccm_tui.settings.model import ANY_SITE, SECTIONS
from ccm_tui.settings.zones import system_zone
from ccm_tui.sources.base import CsvMapping
from ccm_tui.sources.mapped_csv import MappedCsv


def test_settings_do_not_change() -> None:
    settings = Settings()
    with pytest.raises(FrozenInstanceError):
        settings.kpi.sl_target = 1.0  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del settings.kpi
    with pytest.raises(TypeError):
        KpiSettings(sl_tarket=1)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        CsvSettings()  # type: ignore[call-arg]


def test_settings_compare_by_value_and_can_be_replaced() -> None:
    assert Settings() == Settings()
    changed = replace(Settings(), kpi=KpiSettings(sl_target=0.9))
    assert changed != Settings()
    assert changed.kpi.sl_target == 0.9
    assert repr(FollowerSettings()) == "FollowerSettings(age_limit_hours=24.0, no_sign_of_life_hours=24.0)"


def test_every_section_is_a_field_of_settings() -> None:
    assert {section.field for section in SECTIONS} == {entry.name for entry in fields(Settings) if entry.init}


# KPIs


def test_the_defaults_are_the_domains() -> None:
    assert kpi_rules(KpiSettings(), PauseSettings()) == DEFAULT_RULES


def test_every_kpi_option_can_be_configured() -> None:
    elsewhere = {"acw_pause_reasons", "productive_pause_reasons", "lost_after_seconds"}
    assert {entry.name for entry in fields(KpiRules)} == {*keys_of(KpiSettings), *elsewhere} - {"preset"}


def test_pause_reasons_reach_the_kpis_in_lower_case() -> None:
    rules = kpi_rules(KpiSettings(), PauseSettings(acw_reasons=("ACW ",), productive_reasons=("Training",)))
    assert rules.acw_pause_reasons == frozenset({"acw"})
    assert rules.productive_pause_reasons == frozenset({"training"})


def test_the_comment_of_presets_names_them_all() -> None:
    assert all(name in keys_of(KpiSettings)["preset"].comment for name in PRESETS)


@pytest.mark.parametrize("name", PRESETS)
def test_presets_are_the_domains(name: str, tmp_path: Path) -> None:
    settings = load_settings(flags={"kpi.preset": name}, environ={}, cwd=tmp_path)
    assert kpi_rules(settings.kpi, settings.pause) == PRESETS[name]


@pytest.mark.parametrize("name", ["sl_variant", "acw_source", "occupancy_def", "utilisation_def", "csat_method"])
def test_comments_name_every_answer(name: str) -> None:
    declared = keys_of(KpiSettings)[name]
    assert all(answer in declared.comment for answer in type(declared.default))


# Lookups


def settings_with_names() -> Settings:
    return Settings(
        queues={
            "sales": QueueSettings(aliases=("Vertrieb",), target=0.7),
            "sales-north": QueueSettings(site="north", aliases=("sales", "Vertrieb Nord")),
        },
        agents={"ana": AgentSettings(name="Ana López", aliases=("SIP/1127",)), "1127": AgentSettings(site="north")},
        sites={"north": SiteSettings(timezone="America/New_York", opening_hours={"mon": "08:00-09:00"})},
    )


def test_one_queue_has_several_names_and_a_site_its_own() -> None:
    settings = settings_with_names()
    assert settings.queue_name("main", "Vertrieb") == "sales"
    assert settings.queue_name("north", "Vertrieb") == "sales"
    assert settings.queue_name("north", "sales") == "sales-north"
    assert settings.queue_name("main", "sales") == "sales"
    assert settings.queue_name("main", "new") == "new"


def test_a_source_means_its_file_with_siblings_what_is_in_its_folder_and_what_matches_its_pattern() -> None:
    settings = Settings(
        sources=(SourceSettings(path=("/log/queue_log", "/srv/*.jsonl")), SourceSettings(path=("/in/",)))
    )
    for path in ("/log/queue_log", "/log/queue_log.1", "/log/queue_log-20260131.gz", "/srv/a.jsonl", "/in/x", "/in"):
        assert settings.follows(path), path
    for path in ("/log/queue_logs", "/log", "/srv/a.csv", "/inn/x"):
        assert not settings.follows(path), path


def test_one_person_has_several_identities() -> None:
    settings = settings_with_names()
    assert settings.agent_names[ANY_SITE, "SIP/1127"] == "ana"
    assert settings.agent_title("ana") == "Ana López"
    assert settings.agent_title("1127") == "1127"
    assert settings.agent_title("new") == "new"


def test_a_queues_rules_fall_back_to_the_site_and_the_kpis() -> None:
    settings = settings_with_names()
    rules = settings.queue_rules("main", "sales")
    assert (rules.target, rules.threshold_seconds, rules.sl_variant) == (0.7, 20.0, "offered")
    assert rules.resolution_target_seconds == 86_400
    assert rules.cost_per_contact is None
    assert settings.queue_rules("main", "sales-north").opening_hours == {}, "a queue of another site"
    assert settings.queue_rules("north", "sales-north").opening_hours == {"mon": "08:00-09:00"}


def test_a_site_has_a_time_zone() -> None:
    settings = settings_with_names()
    assert settings.site_zone("north").key == "America/New_York"
    assert settings.site_zone("elsewhere") == system_zone()


def test_pause_reasons_have_a_class() -> None:
    pause = PauseSettings(
        break_reasons=("Lunch",), acw_reasons=("ACW",), productive_reasons=("Training",), other_reasons="productive"
    )
    assert [pause.class_of(reason) for reason in ("lunch ", "acw", "TRAINING", "x", "", None)] == [
        "break",
        "acw",
        "productive",
        "productive",
        "productive",
        "productive",
    ]


# What changes the stored floor

FOLDED: list[dict[str, Any]] = [
    {"queues": {"q": QueueSettings(aliases=("r",))}},
    {"queues": {"q": QueueSettings(wrapup_seconds=5)}},
    {"queues": {"q": QueueSettings(channel="chat")}},
    {"agents": {"a": AgentSettings(aliases=("b",))}},
    {"custom_events": {"SURVEY": {"csat": "p1"}}},
    {"csv": {"c": CsvSettings(name="c", columns={"queue": "Q"})}},
    {"follower": FollowerSettings(age_limit_hours=12)},
    {"follower": FollowerSettings(no_sign_of_life_hours=12)},
    {"sites": {"s": SiteSettings(timezone="Europe/Berlin")}},
    {"sources": (SourceSettings(path=("/x",), timezone="UTC"),)},
]
COUNTED: list[dict[str, Any]] = [
    {"kpi": KpiSettings(sl_threshold_seconds=30)},
    {"kpi": KpiSettings(short_abandon_seconds=6)},
    {"queues": {"q": QueueSettings(threshold_seconds=30)}},
    {"queues": {"q": QueueSettings(opening_hours={"mon": "08:00-09:00"})}},
]
SHOWN: list[dict[str, Any]] = [
    {"kpi": KpiSettings(sl_target=0.9)},
    {"queues": {"q": QueueSettings(target=0.9, site="north", cost_per_contact=3.0, group="g")}},
    {"agents": {"a": AgentSettings(name="Ana", team="x", site="north")}},
    {"ui": UiSettings(low_bandwidth=True)},
    {"sources": (SourceSettings(path=("/x",)),)},
]


@pytest.mark.parametrize("change", FOLDED)
def test_what_folds_differently_changes_both_digests(change: dict[str, Any]) -> None:
    assert Settings(**change).fold_fingerprint() != Settings().fold_fingerprint()
    assert Settings(**change).event_fingerprint() != Settings().event_fingerprint()


@pytest.mark.parametrize("change", COUNTED)
def test_what_counts_differently_needs_no_new_fold(change: dict[str, Any]) -> None:
    assert Settings(**change).fold_fingerprint() != Settings().fold_fingerprint()
    assert Settings(**change).event_fingerprint() == Settings().event_fingerprint()


@pytest.mark.parametrize("change", SHOWN)
def test_what_only_shows_differently_changes_nothing(change: dict[str, Any]) -> None:
    assert Settings(**change).fold_fingerprint() == Settings().fold_fingerprint()


def test_the_digest_is_the_same_in_any_order_and_process() -> None:
    one = Settings(queues={"a": QueueSettings(aliases=("x", "y")), "b": QueueSettings(channel="chat")})
    two = Settings(queues={"b": QueueSettings(channel="chat"), "a": QueueSettings(aliases=("y", "x"))})
    assert one.fold_fingerprint() == two.fold_fingerprint()
    code = "from ccm_tui.settings import Settings; print(Settings().fold_fingerprint())"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert other == Settings().fold_fingerprint()


# CSV layouts


def test_a_csv_layout_has_every_option_of_the_reader() -> None:
    assert [entry.name for entry in fields(CsvSettings)] == [entry.name for entry in fields(CsvMapping)]
    layout = CsvSettings(name="calls", columns={"queue": "Queue"})
    assert CsvMapping(**layout.arguments()) == CsvMapping(name="calls", columns={"queue": "Queue"})


@pytest.mark.parametrize("column", CONTACT_COLUMNS)
def test_every_column_of_a_contact_is_known_to_the_reader(column: str) -> None:
    columns = {"contact": "A", "queue": "B", "offered_at": "C", "date": "E"} | {column: "D"}
    MappedCsv(CsvMapping(name="x", columns=columns, time_format="%H:%M"))


@pytest.mark.parametrize("column", EVENT_COLUMNS)
def test_every_column_of_an_event_is_known_to_the_reader(column: str) -> None:
    MappedCsv(CsvMapping(name="x", columns={"event": "A", "at": "B"} | {column: "C"}))


def test_settings_are_light_to_import() -> None:
    code = (
        "import sys, ccm_tui.settings; ccm_tui.settings.load_settings(environ={}); "
        "heavy = {'zoneinfo', 'difflib', 'json', 'hashlib', 'textual', 'rich', 'sqlmodel', 'pydantic'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path.cwd())
    assert ran.stdout.strip() == "[]"
