"""The configuration as text: the commented file of ``config init``, and every key with its value and origin."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from ccm_tui.settings.keys import Key, KeyPath, Section, Shape, environment_name, keys_of
from ccm_tui.settings.layers import Origin
from ccm_tui.settings.load import Loaded
from ccm_tui.settings.model import SECTIONS

_HEAD = """\
# The configuration of ccm_tui. Every key stands here with its default: take away the # in front of one to change it.
# This file is found by --config, else CCM_CONFIG, else ./ccm.toml, else ~/.config/ccm_tui/ccm.toml.
# A variable comes before the file: CCM, section, key, such as CCM_KPI_SL_TARGET=0.9; with the name between where a
# section has one: CCM_QUEUE_BILLING_TARGET, CCM_SOURCE_1_PATH, CCM_CUSTOM_EVENTS_SURVEY. Lists: one,two.
# "ccm-tui config check" says what is wrong, "ccm-tui config show" what holds and why.
"""

_CUSTOM_EXAMPLES: Mapping[str, Mapping[str, str]] = {
    "SURVEY": {"csat": "p1"},
    "CALLBACK": {"callback": "p1"},
    "WRAPUPSTART": {"acw_seconds": "p1"},
    "INFO:reason": {"reason": "p2"},
}


class EffectiveKey(NamedTuple):
    """One key as it holds now."""

    path: KeyPath
    value: Any
    origin: Origin
    environment: str
    """The variable that would set it."""

    @property
    def name(self) -> str:
        """The key in full: ``queue.billing.target``, ``source.1.path`` (counted from 1)."""
        return ".".join(str(part + 1) if isinstance(part, int) else toml_key(part) for part in self.path)


def config_template() -> str:
    """A file with every key at its default, commented out."""
    parts = [_HEAD]
    for section in SECTIONS:
        parts.append("\n" + _comment(section.comment))
        parts.append(_template_heading(section))
        if section.shape is Shape.FREE:
            parts += [f"#{toml_key(name)} = {toml_value(value)}\n" for name, value in _CUSTOM_EXAMPLES.items()]
            continue
        for declared in keys_of(section.holds).values():
            parts.append(_comment(declared.comment) + f"#{declared.name} = {toml_value(_shown_default(declared))}\n")
    return "".join(parts)


def effective_keys(loaded: Loaded) -> Iterator[EffectiveKey]:
    """Every key that has a value, defaults too, in the order of the file."""
    for section in SECTIONS:
        held = getattr(loaded.settings, section.field)
        if section.shape is Shape.TABLE:
            yield from _keys_in(loaded, section, (section.name,), held)
        elif section.shape is Shape.LIST:
            for index, entry in enumerate(held):
                yield from _keys_in(loaded, section, (section.name, index), entry)
        elif section.shape is Shape.NAMED:
            for name, entry in held.items():
                yield from _keys_in(loaded, section, (section.name, name), entry)
        else:
            for name, value in held.items():
                path = (section.name, name)
                yield EffectiveKey(path, value, loaded.origin(*path), environment_name(*path))


def effective_text(loaded: Loaded) -> str:
    """All keys as a TOML file that says behind each where it comes from."""
    parts: list[str] = []
    table: KeyPath = ()
    for each in effective_keys(loaded):
        if each.path[:-1] != table:
            table = each.path[:-1]
            parts.append(f"\n{_heading(table)}" if parts else _heading(table))
        name = toml_key(str(each.path[-1]))
        where = toml_value(each.origin.where)[1:-1]
        parts.append(f"# {name} is not set" if each.value is None else f"{name} = {toml_value(each.value)}  # {where}")
    return "\n".join(parts) + "\n"


def toml_key(name: str) -> str:
    """A key as TOML writes it, in quotes when it must be."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else toml_value(name)


def toml_value(value: Any) -> str:
    """A value as TOML writes it, on one line and free of control characters."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return "".join(_escaped(char) for char in json.dumps(value, ensure_ascii=False))
    if isinstance(value, Mapping):
        inner = ", ".join(f"{toml_key(name)} = {toml_value(entry)}" for name, entry in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    entries = sorted(value) if isinstance(value, frozenset) else value
    return f"[{', '.join(toml_value(entry) for entry in entries)}]"


def _escaped(char: str) -> str:
    if char.isprintable():
        return char
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"


def _keys_in(loaded: Loaded, section: Section, path: KeyPath, held: Any) -> Iterator[EffectiveKey]:
    for name in keys_of(section.holds):
        at = (*path, name)
        yield EffectiveKey(at, getattr(held, name), loaded.origin(*at), environment_name(*at))


def _shown_default(declared: Key) -> Any:
    return declared.default if declared.example is None else declared.example


def _template_heading(section: Section) -> str:
    if section.shape is Shape.LIST:
        return f"#[[{section.name}]]\n"
    return (
        f"#[{section.name}.{toml_key(section.example_name)}]\n"
        if section.shape is Shape.NAMED
        else f"[{section.name}]\n"
    )


def _heading(table: KeyPath) -> str:
    if len(table) == 2 and isinstance(table[1], int):
        return f"[[{table[0]}]]"
    return f"[{'.'.join(toml_key(str(part)) for part in table)}]"


def _comment(text: str) -> str:
    return "".join(f"# {line}\n" for line in text.split("\n"))
