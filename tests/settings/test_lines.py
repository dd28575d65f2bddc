"""Every key of a TOML text is found on its own line."""

import tomllib
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ccm_tui.settings.keys import KeyPath
from ccm_tui.settings.lines import key_lines
from ccm_tui.settings.listing import toml_key, toml_value


def test_keys_of_tables_and_lists_of_tables() -> None:
    found = key_lines(
        """\
top = 1  # comment
[kpi]

sl_target = 0.8
[[source]]
path = "a"
[[source]]
  path = [
    "b", # first
    'c',
  ]
[source.inner]
x = 1
[[source.deep]]
y = 1
[[source.deep]]
y = 2
[queue."a b".more]
z = 1
[queue."a b"]
target = 1
"""
    )
    assert found[("top",)] == 1
    assert found[("kpi",)] == 2
    assert found["kpi", "sl_target"] == 4
    assert found["source", 0, "path"] == 6
    assert found["source", 1] == 7
    assert found["source", 1, "path"] == 8
    assert found["source", 1, "path", 1] == 10
    assert found["source", 1, "inner", "x"] == 13
    assert found["source", 1, "deep", 1, "y"] == 17
    assert found["queue", "a b", "more", "z"] == 19
    assert found["queue", "a b"] == 20
    assert found["queue", "a b", "target"] == 21


def test_dotted_keys_inline_tables_and_lists_of_them() -> None:
    found = key_lines('a . "b.c" . d = 1\nt = { x = 1, y.z = [1, { w = "}" }] }\nu = [\n  { v = 1 },\n  { v = 2 } ]\n')
    assert found["a", "b.c", "d"] == 1
    assert found["t", "y", "z", 1, "w"] == 2
    assert found["u", 1, "v"] == 5


def test_values_that_look_like_keys_are_skipped() -> None:
    found = key_lines(
        'a = """\n[kpi]\nx = 1 \\""" y = 2\n"""\n'
        "b = '''\n[no]\n'''\n"
        'c = "# [no] \\" x = 1" # d = 1\n'
        "d = '\\' # e = 1\n"
        'e = """a""""\nf = 1979-05-27 07:32:00\ng = -inf\r\nh = ""\n'
    )
    assert {path[0]: line for path, line in found.items()} == {
        "a": 1,
        "b": 5,
        "c": 8,
        "d": 9,
        "e": 10,
        "f": 11,
        "g": 12,
        "h": 13,
    }


texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8)
names = st.one_of(st.from_regex(r"[A-Za-z0-9_-]{1,6}", fullmatch=True), texts)
scalars = st.one_of(
    texts, st.integers(-9, 9), st.booleans(), st.dates(), st.floats(allow_nan=False, allow_infinity=False)
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(names, inner, max_size=3)),
    max_leaves=6,
)


@given(st.dictionaries(names, st.dictionaries(names, values, max_size=4), max_size=4), st.data())
def test_every_key_of_any_document_is_found_on_its_line(
    document: dict[str, dict[str, Any]], data: st.DataObject
) -> None:
    lines: list[str] = []
    expected: dict[KeyPath, int] = {}
    for table, pairs in document.items():
        lines.append(f"[{toml_key(table)}]" + data.draw(st.sampled_from(["", " # [x]", "\n", "\n# y = 1"])))
        lines = "\n".join(lines).split("\n")
        for name, value in pairs.items():
            lines.append(f"{toml_key(name)}{data.draw(st.sampled_from([' = ', '=', ' =  ']))}{toml_value(value)}")
            expected[table, name] = len(lines)
    text = "\n".join(lines)
    found = key_lines(text)
    assert {path: found[path] for path in expected} == expected
    assert set(paths(tomllib.loads(text))) == set(found)


def paths(value: Any, path: KeyPath = ()) -> Iterator[KeyPath]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in inner:
        yield (*path, name)
        yield from paths(each, (*path, name))
