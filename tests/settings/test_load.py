"""Layers, refusals with file and line, and what holds when nothing is configured."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import pytest

from ccm_tui.errors import ConfigError, ExitCode
from ccm_tui.settings import Loaded, OriginKind, Settings, load_settings, read_settings


class Reading(Protocol):
    """Reads a configuration given as text."""

    def __call__(
        self, text: str = "", environ: Mapping[str, str] | None = None, flags: Mapping[str, object] | None = None
    ) -> Loaded: ...


@pytest.fixture
def reading(tmp_path: Path) -> Reading:
    def read(
        text: str = "", environ: Mapping[str, str] | None = None, flags: Mapping[str, object] | None = None
    ) -> Loaded:
        (tmp_path / "ccm.toml").write_text(text, encoding="utf-8")
        return read_settings(environ={"HOME": "/home/ana", **(environ or {})}, cwd=tmp_path, flags=flags)

    return read


@pytest.fixture
def complaints(reading: Reading, tmp_path: Path) -> Callable[[str], list[str]]:
    def read(text: str) -> list[str]:
        return [str(problem).replace(f"{tmp_path}/", "") for problem in reading(text).problems]

    return read


# Finding the file and the database


def test_without_a_file_the_defaults_hold(tmp_path: Path) -> None:
    loaded = read_settings(environ={"HOME": "/home/ana"}, cwd=tmp_path)
    assert loaded.file is None
    assert loaded.problems == ()
    assert loaded.settings.database.path == "/home/ana/.local/share/ccm_tui/ccm.db"
    assert loaded.settings.kpi == Settings().kpi


def test_the_file_is_the_flags_else_the_variables_else_the_folders_else_the_users(tmp_path: Path) -> None:
    home = tmp_path / "home"
    user = home / ".config" / "ccm_tui" / "ccm.toml"
    user.parent.mkdir(parents=True)
    named = tmp_path / "named.toml"
    flagged = tmp_path / "flagged.toml"
    for place, file in enumerate((user, tmp_path / "ccm.toml", named, flagged), 1):
        file.write_text(f"[kpi]\nmin_n = {place}\n", encoding="utf-8")
    environ = {"HOME": str(home)}

    def min_n(**given: str) -> int:
        config = given.pop("config", None)
        return load_settings(config, environ={**environ, **given}, cwd=tmp_path).kpi.min_n

    assert min_n(CCM_CONFIG="named.toml", config=str(flagged)) == 4
    assert min_n(CCM_CONFIG="named.toml") == 3
    assert min_n() == 2
    (tmp_path / "ccm.toml").unlink()
    assert min_n() == 1
    assert min_n(XDG_CONFIG_HOME=str(tmp_path / "nowhere")) == 10
    assert min_n(XDG_CONFIG_HOME="relative/is/ignored") == 1


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml: cannot be read: No such file"):
        load_settings("none.toml", environ={}, cwd=tmp_path)


def test_the_database_is_the_flags_else_the_variables_else_the_files_else_the_users(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "ccm.toml").write_text('[database]\npath = "floor.db"\n', encoding="utf-8")

    def path(db: str | None = None, config: str | None = "sub/ccm.toml", **environ: str) -> str:
        return load_settings(config, db, environ={"HOME": "/home/ana", **environ}, cwd=tmp_path).database.path

    assert path("x.db", CCM_DB="y.db") == str(tmp_path / "x.db")
    assert path(CCM_DB="y.db", CCM_DATABASE_PATH="z.db") == str(tmp_path / "y.db")
    assert path(CCM_DATABASE_PATH="z.db") == str(tmp_path / "z.db")
    assert path() == str(tmp_path / "sub" / "floor.db")
    assert path(config=None, XDG_DATA_HOME="/data") == "/data/ccm_tui/ccm.db"
    assert path("~/x.db") == "/home/ana/x.db"
    assert path("postgresql://host/ccm") == "postgresql://host/ccm"


# Layers


def test_flags_come_before_variables_before_the_file_before_defaults(reading: Reading) -> None:
    text = "[kpi]\nsl_target = 0.7\n"
    assert reading("").settings.kpi.sl_target == 0.8
    assert reading(text).settings.kpi.sl_target == 0.7
    assert reading(text, {"CCM_KPI_SL_TARGET": "0.6"}).settings.kpi.sl_target == 0.6
    assert reading(text, {"CCM_KPI_SL_TARGET": "0.6"}, {"kpi.sl_target": 0.5}).settings.kpi.sl_target == 0.5
    assert reading(text, flags={"sl_target": "0.5", "csat_scale": None}).settings.kpi.sl_target == 0.5


def test_every_value_says_where_it_comes_from(reading: Reading, tmp_path: Path) -> None:
    loaded = reading(
        '[kpi]\npreset = "cisco"\nsl_target = 0.7\n[queue."a b"]\n\ntarget = 0.5\n',
        {"CCM_KPI_MIN_N": "3"},
        {"kpi.csat_scale": 7},
    )
    file = tmp_path / "ccm.toml"
    assert loaded.origin("kpi", "sl_target").where == f"{file}:3"
    assert loaded.origin("kpi", "sl_variant").where == f"preset cisco ({file}:2)"
    assert loaded.origin("queue", "a b", "target").line == 6
    assert loaded.origin("kpi", "min_n").where == "CCM_KPI_MIN_N"
    assert loaded.origin("kpi", "csat_scale").kind is OriginKind.FLAG
    assert loaded.origin("kpi", "ces_scale").where == "default"


def test_keys_beside_a_preset_win(reading: Reading) -> None:
    kpi = reading('[kpi]\nsl_variant = "answered"\npreset = "genesys"\n').settings.kpi
    assert (kpi.sl_variant, kpi.occupancy_def) == ("answered", "onqueue")


def test_a_preset_comes_over_the_definitions_of_lower_layers(reading: Reading) -> None:
    text = '[kpi]\npreset = "genesys"\nsl_variant = "received"\nsl_threshold_seconds = 30\n'
    kpi = reading(text, {"CCM_KPI_PRESET": "wazo"}).settings.kpi
    assert (kpi.sl_variant, kpi.occupancy_def, kpi.offered_includes_refused) == ("answered", "wallclock", True)
    assert kpi.sl_threshold_seconds == 30, "what describes the site stays"
    kpi = reading(text, {"CCM_KPI_PRESET": "default"}).settings.kpi
    assert (kpi.sl_variant, kpi.occupancy_def) == ("received", "wallclock")


def test_a_service_level_flag_holds_for_every_queue(reading: Reading) -> None:
    text = '[queue.vip]\ntarget = 0.95\nthreshold_seconds = 10\nsl_variant = "answered"\n'
    rules = reading(text, flags={"kpi.sl_threshold_seconds": 30}).settings.queue_rules("main", "vip")
    assert (rules.threshold_seconds, rules.target, rules.sl_variant) == (30, 0.95, "answered")
    rules = reading(text, flags={"kpi.preset": "cisco"}).settings.queue_rules("main", "vip")
    assert (rules.threshold_seconds, rules.target, rules.sl_variant) == (10, 0.95, "ex_fast_abandon")


# Sections


def test_the_folder_of_exports_is_relative_to_the_file_too(reading: Reading, tmp_path: Path) -> None:
    assert reading('[exports]\nfolder = "saved"').settings.exports.folder == str(tmp_path / "saved")
    assert reading("").settings.exports.folder == "/home/ana/.local/share/ccm_tui/exports"


def test_sources_are_relative_to_the_file(reading: Reading, tmp_path: Path) -> None:
    loaded = reading('[[source]]\npath = "logs/queue_log*"\n[[source]]\npath = ["~/a", "/var/b"]\nsite = "north"\n')
    first, second = loaded.settings.sources
    assert first.path == (str(tmp_path / "logs/queue_log*"),)
    assert (first.site, first.format) == ("main", "auto")
    assert second.path == ("/home/ana/a", "/var/b")
    assert second.site == "north"


def test_opening_hours_and_holidays_are_those_of_the_queue_else_the_site(reading: Reading) -> None:
    settings = reading(
        '[site.main]\nopening_hours = { "mon-fri" = "08:00-18:00" }\nholidays = [2026-12-25, "2026-12-24"]\n'
        '[queue.vip]\nopening_hours = "00:00-24:00"\n'
    ).settings
    assert settings.queue_rules("main", "sales").opening_hours == {"mon-fri": "08:00-18:00"}
    assert settings.queue_rules("main", "vip").opening_hours == {"mon-sun": "00:00-24:00"}
    assert [day.isoformat() for day in settings.queue_rules("main", "vip").holidays] == ["2026-12-24", "2026-12-25"]
    assert settings.queue_rules("other", "sales").opening_hours == {}


def test_custom_events_and_csv_layouts(reading: Reading) -> None:
    loaded = reading(
        '[custom_events]\nSURVEY = { csat = "p1" }\n"INFO:reason" = { reason = "rest", channel = "=chat" }\n'
        '[csv.calls]\ndelimiter = "\\t"\ncolumns = { queue = "Queue", "data.x" = "X" }\n'
        'outcomes = { NO = "abandoned" }\n'
    )
    assert loaded.problems == ()
    assert loaded.settings.custom_events["INFO:reason"] == {"reason": "rest", "channel": "=chat"}
    assert loaded.settings.csv["calls"].name == "calls"
    assert loaded.settings.csv["calls"].delimiter == "\t"


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    (tmp_path / "ccm.toml").write_bytes(b"\xef\xbb\xbf[kpi]\r\n\r\nmin_n = 0\r\n")
    loaded = read_settings(environ={}, cwd=tmp_path)
    assert [problem.where for problem in loaded.problems] == [f"{tmp_path}/ccm.toml:3"]


# Refusals


def test_everything_wrong_is_said_at_once_with_its_line(complaints: Callable[[str], list[str]]) -> None:
    said = complaints(
        """\
[kpi]
sl_treshold_seconds = 20
sl_target = 80
preset = "genesis"
abandon_includes = ["key", "timout"]
fcr_window_days = true
[queue."a b"]
target = "0.8"
aliases = [
  "x",
  3,
]
opening_hours = { "mon-fr" = "8:00-18:00" }
[queue.mail]
sl_target = 0.9
channel = "mail"
[[source]]
path = "logs/*"
timezone = "Berlin"
[site.n]
timezone = "Europe/Berln"
day_starts_at = "6am"
holidays = ["2026-13-01"]
[custom_events]
SURVEY = { csta = "p1" }
"X|Y" = { csat = "p1" }
[follower]
age_limit_hours = 0
[ui]
low_bandwidth = "no"
[alerts]
wait_warning_seconds = 100
[queues]
"""
    )
    assert said == [
        "ccm.toml:2: [kpi] sl_treshold_seconds: no such key; did you mean sl_threshold_seconds?",
        "ccm.toml:3: [kpi] sl_target: 80 is not a rate from 0 to 1; did you mean 0.8?",
        "ccm.toml:4: [kpi] preset: 'genesis' is not one of default, asterisk, amazon_connect, genesys, cisco, wazo, "
        "guide; did you mean genesys?",
        "ccm.toml:5: [kpi] abandon_includes: 'timout' is not one of timeout, key, empty, withdrawn; "
        "did you mean timeout?",
        "ccm.toml:6: [kpi] fcr_window_days: True is not a number of days",
        "ccm.toml:8: [queue.a b] target: '0.8' is not a rate; write it without quotes",
        'ccm.toml:11: [queue.a b] aliases: 3 is not a text; write it in quotes: "3"',
        "ccm.toml:13: [queue.a b] opening_hours.mon-fr: 'fr' in days 'mon-fr' is not a day of the week; days are mon, "
        "tue, wed, thu, fri, sat, sun, ranges are mon-fri; did you mean fri?",
        "ccm.toml:15: [queue.mail] sl_target: no such key; did you mean target?",
        "ccm.toml:16: [queue.mail] channel: 'mail' is not one of \"\", voice, chat, email, message, callback, task; "
        "did you mean email?",
        "ccm.toml:19: [[source]] timezone: 'Berlin' is not a time zone; did you mean Europe/Berlin?",
        "ccm.toml:21: [site.n] timezone: 'Europe/Berln' is not a time zone; did you mean Europe/Berlin?",
        "ccm.toml:22: [site.n] day_starts_at: '6am' is not a time of day; write it as 06:00, from 00:00 to 23:45",
        "ccm.toml:23: [site.n] holidays: '2026-13-01' is not a day; write it as 2026-12-25",
        "ccm.toml:25: [custom_events] SURVEY.csta: 'csta' is not a field; did you mean csat?",
        "ccm.toml:26: [custom_events] X|Y: 'X|Y' is not the name of an event",
        "ccm.toml:28: [follower] age_limit_hours: 0 is not a number of hours from 0.1 to 8760",
        "ccm.toml:30: [ui] low_bandwidth: 'no' is not true or false; write it without quotes",
        "ccm.toml:33: queues: no such section; did you mean queue?",
        "ccm.toml:32: [alerts] wait_warning_seconds: 100 is more than wait_breach_seconds, 60",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sl_target = 0.8", "ccm.toml:1: sl_target: no such key; it belongs in [kpi]"),
        ("[kpi]\nthreshold = 1\nmask = true", "ccm.toml:3: [kpi] mask: no such key; it belongs in [privacy]"),
        ("kpi = 1", "ccm.toml:1: kpi: is a section; write it as [kpi]"),
        ("[queue]\ntarget = 0.8", "ccm.toml:2: [queue] target: is not a table; keys stand in [queue.NAME]"),
        ('[source]\npath = "x"', "ccm.toml:1: [source]: is a list of tables; write it as [[source]]"),
        ("[[queue]]\n", "ccm.toml:1: queue: is a section; write it as [queue]"),
        ("[kpi]\nmin_n = 1\nmin_n = 2", "ccm.toml:3: Cannot overwrite a value;"),
        ("[kpi\n", "ccm.toml:1: Expected ']' at the end of a table declaration;"),
        ("[kpi]\n\nx = \n", "ccm.toml:3: Invalid value;"),
        ('[kpi]\nx = """', "ccm.toml:2: Unterminated string;"),
        ('[custom_events]\nX = { csat = "p0" }', "ccm.toml:2: [custom_events] X.csat: 'p0' is not p1, p2, "),
        ("[[source]]\n[kpi]", 'ccm.toml:1: [[source]] path: is missing; path = "/var/log/..."'),
        ("[csv.x]", 'ccm.toml:1: [csv.x] columns: is missing; columns = { queue = "Queue" }'),
    ],
)
def test_typical_mistakes(complaints: Callable[[str], list[str]], text: str, said: str) -> None:
    assert any(complaint.startswith(said) for complaint in complaints(text)), complaints(text)


def test_a_file_that_is_not_utf8_names_the_line(tmp_path: Path) -> None:
    (tmp_path / "ccm.toml").write_bytes(b"[kpi]\nx = 1\n# M\xfcller\n")
    assert [problem.where for problem in read_settings(environ={}, cwd=tmp_path).problems] == [f"{tmp_path}/ccm.toml:3"]


def test_absurd_nesting_is_refused(complaints: Callable[[str], list[str]]) -> None:
    assert complaints("x = " + "[" * 5000) == ["ccm.toml: is nested too deeply"]


def test_one_identity_has_one_owner(complaints: Callable[[str], list[str]]) -> None:
    said = complaints(
        '[agent.ana]\naliases = ["SIP/1", "SIP/2"]\n[agent.ben]\naliases = ["SIP/2"]\n'
        '[queue.a]\nsite = "north"\naliases = ["b"]\n[queue.b]\n[queue.c]\naliases = ["b"]\n'
    )
    assert said == [
        "ccm.toml:10: [queue.c] aliases: 'b' is already queue b",
        "ccm.toml:4: [agent.ben] aliases: 'SIP/2' is already agent ana",
    ]


def test_names_of_sites_and_teams_must_exist_once_any_is_configured(complaints: Callable[[str], list[str]]) -> None:
    assert complaints('[queue.a]\nsite = "nroth"\n[agent.x]\nteam = "y"\n') == []
    assert complaints('[site.north]\n[team.blue]\n[queue.a]\nsite = "nroth"\n[agent.x]\nteam = "bleu"\n') == [
        "ccm.toml:4: [queue.a] site: there is no site 'nroth'; did you mean north?",
        "ccm.toml:6: [agent.x] team: there is no team 'bleu'; did you mean blue?",
    ]


def test_formats_are_checked_when_known(tmp_path: Path) -> None:
    file = tmp_path / "ccm.toml"
    file.write_text(
        '[[source]]\npath = "a"\nformat = "asterix"\n[[source]]\npath = "a"\nformat = "calls"\n'
        '[csv.calls]\ncolumns = { queue = "Q" }\n',
        encoding="utf-8",
    )
    problems = read_settings(environ={}, cwd=tmp_path, formats=("asterisk", "ccm-jsonl")).problems
    assert [str(problem) for problem in problems] == [
        f"{file}:3: [[source]] format: 'asterix' is no format; did you mean asterisk?"
    ]


def test_a_refused_value_leaves_the_layer_below(reading: Reading) -> None:
    loaded = reading("[kpi]\nsl_target = 0.7\n", {"CCM_KPI_SL_TARGET": "7"})
    assert loaded.settings.kpi.sl_target == 0.7
    assert [problem.where for problem in loaded.problems] == ["CCM_KPI_SL_TARGET"]


def test_load_settings_raises_with_all_problems(tmp_path: Path) -> None:
    (tmp_path / "ccm.toml").write_text("[kpi]\na = 1\nb = 2\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_settings(environ={}, cwd=tmp_path)
    assert str(caught.value).count("\n") == 1
    assert caught.value.exit_code is ExitCode.CONFIG
    assert "config check" in caught.value.hint
