"""Settings given as text under a name: variables of the environment, and ``--set KEY=VALUE``.

A variable is CCM, the section and the key: CCM_KPI_SL_TARGET. In sections that occur many times the name stands
between: CCM_QUEUE_BILLING_TARGET, CCM_SOURCE_1_PATH (counted from 1), CCM_CUSTOM_EVENTS_SURVEY. An empty variable is
as good as none.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ccm_tui.settings.keys import KeyPath, Section, Shape, environment_name, environment_token, keys_of
from ccm_tui.settings.model import SECTIONS
from ccm_tui.settings.problems import Problem, nearest

NOT_SETTINGS = ("CCM_CONFIG", "CCM_DB", "CCM_AS")
"""Read before the settings: which file, which database, and who looks."""


class Given(NamedTuple):
    """A value somebody gave for a key, as text or as a value, not yet checked."""

    path: KeyPath
    value: object
    where: str


def given_in_environment(
    environ: Mapping[str, str], known: Mapping[str, list[str]]
) -> tuple[list[Given], list[Problem]]:
    """What variables say. ``known``: the names each section has so far."""
    given: list[Given] = []
    problems: list[Problem] = []
    for variable in sorted(environ, key=_in_order):
        if not variable.startswith("CCM_") or variable in NOT_SETTINGS or not environ[variable]:
            continue
        section = next((each for each in SECTIONS if variable.startswith(environment_name(each.name) + "_")), None)
        if section is None:
            problems += _mistyped(variable)
            continue
        rest = variable.removeprefix(environment_name(section.name) + "_")
        found = _path_of(section, rest, known.get(section.name, []))
        if isinstance(found, str):
            near = nearest(variable, _possible(section, variable))
            problems.append(Problem(variable, "", found, f"did you mean {near}?" if near else ""))
            continue
        given.append(Given(found, environ[variable], variable))
    return given, problems


def path_of_flag(name: str) -> KeyPath | str:
    """The key that a dotted name means, ``queue.billing.target``; a bare one is of ``[kpi]``. Else what is wrong."""
    section_name, dot, rest = name.partition(".")
    if not dot:
        section_name, rest = "kpi", name
    section = next((each for each in SECTIONS if each.name == section_name), None)
    if section is None:
        near = nearest(section_name, (each.name for each in SECTIONS))
        return f"no section {section_name}" + (f"; did you mean {near}?" if near else "")
    if section.shape is Shape.FREE:
        return (section.name, rest)
    table, _dot, last = rest.rpartition(".")
    if last not in keys_of(section.holds) or bool(table) is (section.shape is Shape.TABLE):
        near = nearest(last, keys_of(section.holds))
        return "no such key" + (f"; did you mean {near}?" if near else "")
    if section.shape is Shape.TABLE:
        return (section.name, last)
    if section.shape is Shape.LIST:
        return (section.name, int(table) - 1, last) if table.isdecimal() and int(table) else "entries count from 1"
    return (section.name, table, last)


def _in_order(variable: str) -> tuple[str | int, ...]:
    """Names in order, with their numbers as numbers: CCM_SOURCE_2_PATH before CCM_SOURCE_10_PATH."""
    return tuple(f"{int(part):09}" if part.isdecimal() else part for part in re.split(r"(\d+)", variable))


def _path_of(section: Section, rest: str, known: list[str]) -> KeyPath | str:
    """The key, or what is wrong with the variable."""
    if section.shape is Shape.FREE:
        name = _name_of(rest, known)
        return (section.name, name or rest)
    keys = {environment_token(name): name for name in keys_of(section.holds)}
    if section.shape is Shape.TABLE:
        return (section.name, keys[rest]) if rest in keys else f"no such key in [{section.name}]"
    table, token = _split(rest, keys)
    if not table or not token:
        return f"no such key in [{section.name}.NAME]" if section.shape is Shape.NAMED else "no such key in [[source]]"
    if section.shape is Shape.NAMED:
        name = _name_of(table, known)
        return (section.name, table.lower() if name is None else name, keys[token])
    if not table.isdecimal() or not int(table):
        return "sources count from 1"
    return (section.name, int(table) - 1, keys[token])


def _split(rest: str, keys: Mapping[str, str]) -> tuple[str, str]:
    """The table's part and the key's; the longest key that fits."""
    for token in sorted(keys, key=len, reverse=True):
        if rest.endswith(f"_{token}"):
            return rest[: -len(token) - 1], token
    return rest, ""


def _name_of(token: str, known: list[str]) -> str | None:
    """The known name that reads like this in a variable; None when none does."""
    return next((name for name in known if environment_token(name) == token), None)


def _possible(section: Section, variable: str) -> Iterator[str]:
    if section.shape is Shape.FREE:
        return
    middle = "" if section.shape is Shape.TABLE else variable.split("_")[2] + "_"
    for name in keys_of(section.holds):
        yield f"{environment_name(section.name)}_{middle}{environment_token(name)}"


def _mistyped(variable: str) -> Iterator[Problem]:
    """Other programs have variables that begin with CCM_ too: only what is nearly one of ours is refused."""
    import difflib

    ours = [*NOT_SETTINGS]
    for section in SECTIONS:
        if section.shape is Shape.TABLE:
            ours += [environment_name(section.name, name) for name in keys_of(section.holds)]
    if near := difflib.get_close_matches(variable, ours, n=1, cutoff=0.88):
        yield Problem(variable, "", "no such setting", f"did you mean {near[0]}?")
