"""The written configuration loads back to what it describes."""

import re
import tomllib
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from ccm_tui.settings import Settings, read_settings
from ccm_tui.settings.keys import Shape, keys_of
from ccm_tui.settings.listing import config_template, effective_keys, effective_text, toml_key, toml_value
from ccm_tui.settings.model import SECTIONS

EXAMPLE = """\
[[source]]
path = ["/a", "/b"]
[[source]]
path = "/c"
timezone = "Europe/Berlin"
[site."north 1"]
opening_hours = { "mon-fri" = "08:00-18:00" }
holidays = [2026-12-25]
[queue."a \\"b\\" é"]
target = 0.875
aliases = ["\\u001b[31m", "x\\ty"]
[kpi]
abandon_includes = ["timeout", "empty"]
[custom_events]
"INFO:reason" = { reason = "p2" }
[csv.calls]
delimiter = "\\t"
columns = { queue = "Queue" }
"""


def write(folder: Path, text: str) -> Path:
    file = folder / "ccm.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_the_template_loads_to_the_defaults(tmp_path: Path) -> None:
    loaded = read_settings(write(tmp_path, config_template()), environ={"XDG_DATA_HOME": "/data"}, cwd=tmp_path)
    assert loaded.problems == ()
    assert loaded.origins == {}
    of_the_user = {("database", "path"), ("exports", "folder")}
    assert [key for key in effective_keys(loaded) if key.path not in of_the_user] == [
        key for key in effective_keys(read_settings(environ={}, cwd=tmp_path / "none")) if key.path not in of_the_user
    ]


def test_the_template_without_its_marks_is_valid_and_names_every_key(tmp_path: Path) -> None:
    text = re.sub(r"(?m)^#(?! )", "", config_template())
    loaded = read_settings(write(tmp_path, text), environ={}, cwd=tmp_path)
    assert loaded.problems == ()
    document = tomllib.loads(text)
    for section in SECTIONS:
        tables = document[section.name]
        if section.shape is Shape.FREE:
            assert tables
            continue
        table = tables[0] if section.shape is Shape.LIST else tables
        table = table[section.example_name] if section.shape is Shape.NAMED else table
        assert list(table) == list(keys_of(section.holds)), section.name
        if section.shape is Shape.TABLE and section.name not in ("database", "exports"):  # of the user's folders
            assert getattr(loaded.settings, section.field) == getattr(Settings(), section.field)


def test_every_key_has_a_comment() -> None:
    for section in SECTIONS:
        assert section.comment
        if section.shape is not Shape.FREE:
            assert all(declared.comment.rstrip().endswith(".") for declared in keys_of(section.holds).values())


def test_a_limit_that_needs_another_key_says_so() -> None:
    """Without break_reasons no pause is known to be a break, and long_break_seconds marks nothing."""
    comment = config_template().partition("#long_break_seconds")[0].rpartition("\n#long_acw_seconds")[2]
    assert "break_reasons of [pause]" in comment


def test_no_line_of_the_template_is_too_long() -> None:
    assert max(map(len, config_template().splitlines())) <= 120


def test_what_is_shown_loads_back_to_the_same_settings(tmp_path: Path) -> None:
    first = read_settings(write(tmp_path, EXAMPLE), environ={"CCM_KPI_MIN_N": "3", "HOME": "/x"}, cwd=tmp_path)
    assert first.problems == ()
    shown = effective_text(first)
    assert shown.isprintable() or set(shown) - {"\n"} == {char for char in shown if char.isprintable()}
    again = read_settings(write(tmp_path, shown), environ={"HOME": "/x"}, cwd=tmp_path)
    assert again.problems == ()
    assert again.settings == first.settings
    assert again.settings.fold_fingerprint() == first.settings.fold_fingerprint()


def test_keys_are_named_in_full(tmp_path: Path) -> None:
    names = {key.name: key for key in effective_keys(read_settings(write(tmp_path, EXAMPLE), environ={}, cwd=tmp_path))}
    assert names["source.2.timezone"].environment == "CCM_SOURCE_2_TIMEZONE"
    assert names['site."north 1".holidays'].environment == "CCM_SITE_NORTH_1_HOLIDAYS"
    assert names['custom_events."INFO:reason"'].environment == "CCM_CUSTOM_EVENTS_INFO_REASON"


@given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8")))
def test_any_text_can_be_written(name: str, value: str) -> None:
    line = f"{toml_key(name)} = {toml_value(value)}"
    assert line.isprintable()
    assert tomllib.loads(line) == {name: value}


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_number_can_be_written(value: float) -> None:
    assert tomllib.loads(f"x = {toml_value(value)}")["x"] == value
