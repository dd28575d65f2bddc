"""Every key has a name in the environment, and wrong names are refused without minding other programs' variables."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ccm_tui.settings import Loaded, read_settings
from ccm_tui.settings.environment import path_of_flag
from ccm_tui.settings.listing import effective_keys, toml_value

FILE = """\
[[source]]
path = "logs"
[queue."a b"]
[queue.Sales]
[agent.ana]
[custom_events]
SURVEY = { csat = "p1" }
[csv.calls]
columns = { queue = "Queue" }
"""


@pytest.fixture
def reading(tmp_path: Path) -> Callable[..., Loaded]:
    def read(text: str = FILE, **environ: str) -> Loaded:
        (tmp_path / "ccm.toml").write_text(text, encoding="utf-8")
        return read_settings(environ={"HOME": "/home/ana", **environ}, cwd=tmp_path)

    return read


def test_keys_of_sections(reading: Callable[..., Loaded]) -> None:
    loaded = reading(
        CCM_KPI_SL_THRESHOLD_SECONDS="30",
        CCM_KPI_ABANDON_INCLUDES="timeout, empty",
        CCM_PRIVACY_MASK="false",
        CCM_UI_MY_QUEUES='["a,b", "c"]',
        CCM_UI_KEYMAP='{ "board.open" = "enter,o" }',
    )
    assert loaded.problems == ()
    settings = loaded.settings
    assert settings.kpi.sl_threshold_seconds == 30
    assert settings.kpi.abandon_includes == {"timeout", "empty"}
    assert settings.privacy.mask is False
    assert settings.ui.my_queues == ("a,b", "c")
    assert settings.ui.keymap == {"board.open": "enter,o"}


def test_keys_of_named_tables_find_the_files_names(reading: Callable[..., Loaded]) -> None:
    settings = reading(
        CCM_QUEUE_A_B_TARGET="0.9", CCM_QUEUE_SALES_SL_VARIANT="answered", CCM_QUEUE_VIP_TARGET="0.95"
    ).settings
    assert settings.queues["a b"].target == 0.9
    assert settings.queues["Sales"].sl_variant == "answered"
    assert settings.queues["vip"].target == 0.95, "a name the file lacks is taken in lower case"


def test_keys_of_sources_count_from_one_and_may_add_one(reading: Callable[..., Loaded], tmp_path: Path) -> None:
    settings = reading(CCM_SOURCE_1_SITE="north", CCM_SOURCE_2_PATH="more", CCM_SOURCE_3_PATH="/x,/y").settings
    assert [source.path for source in settings.sources] == [
        (str(tmp_path / "logs"),),
        (str(tmp_path / "more"),),
        ("/x", "/y"),
    ]
    assert settings.sources[0].site == "north"


def test_a_gap_between_sources_is_refused(reading: Callable[..., Loaded]) -> None:
    loaded = reading(CCM_SOURCE_3_PATH="x")
    assert [str(problem) for problem in loaded.problems] == [
        "CCM_SOURCE_3_PATH: [[source]] path: is number 3, and there are 1"
    ]


def test_custom_events(reading: Callable[..., Loaded]) -> None:
    settings = reading(
        CCM_CUSTOM_EVENTS_SURVEY='{ nps = "p2" }', CCM_CUSTOM_EVENTS_CALLBACK='{ callback = "p1" }'
    ).settings
    assert settings.custom_events == {"SURVEY": {"nps": "p2"}, "CALLBACK": {"callback": "p1"}}


def test_opening_hours_may_be_one_text(reading: Callable[..., Loaded]) -> None:
    settings = reading(
        CCM_SITE_MAIN_OPENING_HOURS="08:00-18:00", CCM_SITE_MAIN_HOLIDAYS="2026-12-25,2026-12-24"
    ).settings
    assert settings.sites["main"].opening_hours == {"mon-sun": "08:00-18:00"}
    assert len(settings.sites["main"].holidays) == 2


def test_an_empty_variable_is_as_good_as_none(reading: Callable[..., Loaded]) -> None:
    assert reading(CCM_KPI_SL_TARGET="", CCM_DB="", CCM_CONFIG="").problems == ()


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("CCM_KPI_SL_TRESHOLD_SECONDS", "1", "no such key in [kpi]; did you mean CCM_KPI_SL_THRESHOLD_SECONDS?"),
        ("CCM_QUEUE_BILLING_TARGT", "1", "no such key in [queue.NAME]; did you mean CCM_QUEUE_BILLING_TARGET?"),
        ("CCM_SOURCE_PATH", "x", "no such key in [[source]]"),
        ("CCM_SOURCE_0_PATH", "x", "sources count from 1"),
        ("CCM_PRIVACI_MASK", "x", "no such setting; did you mean CCM_PRIVACY_MASK?"),
        ("CCM_KPI_SL_TARGET", "high", "[kpi] sl_target: 'high' is not a rate"),
        ("CCM_PRIVACY_MASK", "maybe", "[privacy] mask: 'maybe' is not true or false"),
        ("CCM_UI_KEYMAP", "{ x", "[ui] keymap: '{ x' is not TOML"),
        ("CCM_UI_MY_QUEUES", '["a"]\ninjected = 1', "[ui] my_queues: '[\"a\"]\\ninjected = 1' is more than one value"),
    ],
)
def test_wrong_variables_are_refused(reading: Callable[..., Loaded], variable: str, value: str, said: str) -> None:
    assert any(str(problem).startswith(f"{variable}: {said}") for problem in reading(**{variable: value}).problems)


def test_variables_of_other_programs_are_left_alone(reading: Callable[..., Loaded]) -> None:
    assert reading(CCM_CONFIG_DIR="/x", CCM_MAX_HEAP_SIZE="1", CCMODE="1", CCM_="").problems == ()


def test_every_key_can_be_set_by_its_variable(reading: Callable[..., Loaded], tmp_path: Path) -> None:
    for each in list(effective_keys(reading())):
        if each.value is None or each.value == "" or each.value == ():
            continue
        text = each.value if isinstance(each.value, str) else toml_value(each.value)
        loaded = reading(**{each.environment: text})
        assert loaded.problems == (), each.environment
        assert loaded.origin(*each.path).where == each.environment
        again = {key.path: key.value for key in effective_keys(loaded)}
        assert again[each.path] == each.value


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("sl_target", ("kpi", "sl_target")),
        ("kpi.sl_target", ("kpi", "sl_target")),
        ("queue.a.b.target", ("queue", "a.b", "target")),
        ("source.2.path", ("source", 1, "path")),
        ("custom_events.SURVEY", ("custom_events", "SURVEY")),
    ],
)
def test_flags_name_keys_with_dots(name: str, path: tuple[str | int, ...]) -> None:
    assert path_of_flag(name) == path


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("sl_tarket", "no such key; did you mean sl_target?"),
        ("kpis.sl_target", "no section kpis; did you mean kpi?"),
        ("queue.target", "no such key"),
        ("kpi.x.sl_target", "no such key"),
        ("source.0.path", "entries count from 1"),
    ],
)
def test_wrong_flags_say_what_is_wrong(name: str, said: str) -> None:
    answer = path_of_flag(name)
    assert isinstance(answer, str)
    assert answer.startswith(said)
