"""The layers of the configuration, laid one over the other: file, environment, flags; each key checked as it comes."""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from ccm_tui.domain.variants import DEFAULT_RULES
from ccm_tui.settings import environment, places
from ccm_tui.settings.environment import Given
from ccm_tui.settings.keys import KeyPath, Section, Shape, keys_of
from ccm_tui.settings.kinds import Kind, Rejected
from ccm_tui.settings.kpi import DEFAULT_PRESET, KpiSettings
from ccm_tui.settings.model import SECTIONS, Settings
from ccm_tui.settings.problems import Problem, nearest
from ccm_tui.settings.sections import CUSTOM_EVENT, DatabaseSettings, ExportSettings, check_event_name

_BY_NAME = {section.name: section for section in SECTIONS}
_FLAGS_FOR_EVERY_QUEUE = {
    "sl_target": "target",
    "sl_threshold_seconds": "threshold_seconds",
    "sl_variant": "sl_variant",
    "resolution_target_seconds": "resolution_target_seconds",
}


class OriginKind(StrEnum):
    """Which layer a value came from."""

    DEFAULT = "default"
    FILE = "file"
    ENVIRONMENT = "environment"
    FLAG = "flag"
    PRESET = "preset"


class Origin(NamedTuple):
    """Where a value came from."""

    kind: OriginKind
    where: str = "default"
    """``/etc/ccm.toml:12``, ``CCM_KPI_SL_TARGET``, ``--db``, ``preset genesys (/etc/ccm.toml:3)``."""
    line: int | None = None


class Entry(NamedTuple):
    """A value that was accepted, and where it came from."""

    value: Any
    origin: Origin


class Layers:
    """The layers read so far, the later ones over the earlier."""

    def __init__(self, environ: Mapping[str, str], cwd: Path) -> None:
        self.environ = environ
        self.cwd = cwd
        self.entries: dict[KeyPath, Entry] = {}
        self.problems: list[Problem] = []
        self.names: dict[str, dict[str | int, None]] = {section.name: {} for section in SECTIONS}
        """The tables of each section that may have many, in the order they came."""
        self._lines: Mapping[KeyPath, int] = {}
        self._file: Path | None = None

    # Layers

    def read_file(self, file: Path) -> None:
        """The keys of a TOML file."""
        from ccm_tui.settings.lines import key_lines

        self._file = file
        try:
            text = file.read_bytes().decode("utf-8-sig")
        except OSError as error:
            self.problems.append(Problem(str(file), "", f"cannot be read: {error.strerror or error}"))
            return
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            self.problems.append(Problem(f"{file}:{line}", "", "is not UTF-8", "save the file as UTF-8"))
            return
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            self.problems.append(_syntax_problem(file, text, error))
            return
        except RecursionError:
            self.problems.append(Problem(str(file), "", "is nested too deeply"))
            return
        self._lines = key_lines(text)
        layer: dict[KeyPath, Entry] = {}
        for name, value in data.items():
            self._read_section(name, value, layer)
        self._merge(layer)

    def read_environment(self) -> None:
        """The variables that begin with CCM_."""
        known = {name: [str(each) for each in held] for name, held in self.names.items()}
        given, problems = environment.given_in_environment(self.environ, known)
        self.problems += problems
        if self.environ.get("CCM_DB"):
            given.append(Given(("database", "path"), self.environ["CCM_DB"], "CCM_DB"))
        self._read_given(given, OriginKind.ENVIRONMENT)

    def read_flags(self, db: str | None, flags: Mapping[str, object]) -> None:
        """What the command line says."""
        given: list[Given] = []
        for name, value in flags.items():
            if value is None:
                continue
            path = environment.path_of_flag(name)
            if isinstance(path, str):
                self.problems.append(Problem("--set", name, path))
            else:
                given.append(Given(path, value, "--set"))
        if db:
            given.append(Given(("database", "path"), db, "--db"))
        self._read_given(given, OriginKind.FLAG)

    def settings(self) -> Settings:
        """All layers as one value."""
        held: dict[str, Any] = {}
        for section in SECTIONS:
            if section.shape is Shape.TABLE:
                held[section.field] = section.holds(**self._values(section, (section.name,)))
            elif section.shape is Shape.FREE:
                held[section.field] = self._values(section, (section.name,))
            elif section.shape is Shape.LIST:
                count = len(self.names[section.name])
                values = (self._values(section, (section.name, index)) for index in range(count))
                held[section.field] = tuple(section.holds(**each) for each in values)
            else:
                named = {str(name): self._values(section, (section.name, name)) for name in self.names[section.name]}
                if section.name == "csv":
                    named = {name: {"name": name, **values} for name, values in named.items()}
                held[section.field] = {name: section.holds(**values) for name, values in named.items()}
        if not held["database"].path:
            held["database"] = DatabaseSettings(path=places.default_database(self.environ))
        if not held["exports"].folder:
            held["exports"] = ExportSettings(folder=places.default_exports(self.environ))
        return Settings(**held)

    def where(self, path: KeyPath) -> str:
        """Where a key or an entry of it was set, else its table, for a message."""
        above = [path[:size] for size in range(len(path), 0, -1)]
        entry = next((self.entries[each] for each in above if each in self.entries), None)
        if entry is not None and (path in self.entries or entry.origin.kind is not OriginKind.FILE):
            return entry.origin.where
        line = next((self._lines[each] for each in above if each in self._lines), None)
        return _place(self._file, line) if self._file else "default"

    # Sections of the file

    def _read_section(self, name: str, value: Any, layer: dict[KeyPath, Entry]) -> None:
        section = _BY_NAME.get(name)
        if section is None:
            self._refuse_unknown((name,), "no such section" if isinstance(value, dict | list) else "no such key")
            return
        if section.shape is Shape.LIST:
            if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
                self._refuse((name,), f"[{name}]", "is a list of tables", f"write it as [[{name}]]")
                return
            for index, each in enumerate(value):
                self.names[name][index] = None
                self._read_keys(section, (name, index), each, layer)
            return
        if not isinstance(value, dict):
            self._refuse((name,), name, "is a section", f"write it as {_heading((name,), section)}")
            return
        if section.shape is not Shape.NAMED:
            self._read_keys(section, (name,), value, layer)
            return
        for table, each in value.items():
            if not isinstance(each, dict) or not table:
                hint = f"keys stand in {_heading((name, 'NAME'), section)}"
                self._refuse((name, table), f"[{name}] {table}", "is not a table", hint)
                continue
            self.names[name][table] = None
            self._read_keys(section, (name, table), each, layer)

    def _read_keys(self, section: Section, path: KeyPath, table: dict[str, Any], layer: dict[KeyPath, Entry]) -> None:
        for name, value in table.items():
            at = (*path, name)
            if section.shape is not Shape.FREE and name not in keys_of(section.holds):
                self._refuse_unknown(at, "no such key", section)
                continue
            origin = Origin(OriginKind.FILE, self.where(at), self._lines.get(at))
            self._accept(section, at, value, origin, layer)

    # Values

    def _read_given(self, given: list[Given], kind: OriginKind) -> None:
        layer: dict[KeyPath, Entry] = {}
        for each in given:
            section = _BY_NAME[str(each.path[0])]
            tables = self.names[section.name]
            if section.shape is Shape.LIST and int(each.path[1]) > len(tables):
                message = f"is number {int(each.path[1]) + 1}, and there are {len(tables)}"
                self.problems.append(Problem(each.where, _shown(each.path, section), message))
                continue
            try:
                value = _kind_of(section, each.path).read(each.value) if isinstance(each.value, str) else each.value
            except Rejected as error:
                self.problems.append(Problem(each.where, _shown(each.path, section), str(error), error.hint))
                continue
            accepted = self._accept(section, each.path, value, Origin(kind, each.where), layer)
            if accepted and section.shape in (Shape.NAMED, Shape.LIST):
                tables.setdefault(each.path[1])
        if kind is OriginKind.FLAG:
            self._speak_for_every_queue(layer)
        self._merge(layer)

    def _accept(self, section: Section, path: KeyPath, value: Any, origin: Origin, layer: dict[KeyPath, Entry]) -> bool:
        """Check one value and keep it in the layer; relative paths start at the file's folder, or at ours."""
        from_file = origin.kind is OriginKind.FILE and self._file is not None
        folder = self._file.parent if from_file and self._file else self.cwd
        try:
            if section.shape is Shape.FREE:
                check_event_name(str(path[1]))
            accepted = _kind_of(section, path).accept(value)
        except Rejected as error:
            where = self.where((*path, *error.inside)) if from_file else origin.where
            shown = ".".join((_shown(path, section), *(str(part) for part in error.inside if isinstance(part, str))))
            self.problems.append(Problem(where, shown, str(error), error.hint))
            return False
        if path == ("database", "path") and accepted:
            accepted = places.absolute_database(accepted, folder, self.environ)
        elif path in (("exports", "folder"), ("customers", "path")) and accepted:
            accepted = str(places.absolute(accepted, folder, self.environ))
        elif section.name == "source" and path[-1] == "path":
            accepted = tuple(str(places.absolute(each, folder, self.environ)) for each in accepted)
        layer[path] = Entry(accepted, origin)
        return True

    def _merge(self, layer: dict[KeyPath, Entry]) -> None:
        """Lay a layer over the others; a preset in it comes over their keys, and under its own."""
        chosen = layer.get(("kpi", "preset"))
        if chosen is not None:
            for path in [path for path, entry in self.entries.items() if entry.origin.kind is OriginKind.PRESET]:
                del self.entries[path]
            if chosen.value != DEFAULT_PRESET:
                self._lay_preset(chosen)
        self.entries.update(layer)

    def _lay_preset(self, chosen: Entry) -> None:
        """The preset's definitions; what describes the site (thresholds, targets) stays."""
        from ccm_tui.domain.rule_settings import with_preset

        below = {name: value for name, value in self._values(_BY_NAME["kpi"], ("kpi",)).items() if name != "preset"}
        rules = with_preset(replace(DEFAULT_RULES, **below), chosen.value)
        origin = Origin(OriginKind.PRESET, f"preset {chosen.value} ({chosen.origin.where})", chosen.origin.line)
        for name in keys_of(KpiSettings):
            value = getattr(rules, name, None)
            if name == "preset" or value == below.get(name, getattr(DEFAULT_RULES, name)):
                continue
            self.entries["kpi", name] = Entry(value, origin)

    def _speak_for_every_queue(self, layer: dict[KeyPath, Entry]) -> None:
        """A flag is asked for now: it comes before what the file says of single queues."""
        for of_kpi, of_queue in _FLAGS_FOR_EVERY_QUEUE.items():
            by_preset = of_kpi == "sl_variant" and ("kpi", "preset") in layer
            if ("kpi", of_kpi) in layer or by_preset:
                for path in [path for path in self.entries if path[0] == "queue" and path[-1] == of_queue]:
                    del self.entries[path]

    def _values(self, section: Section, prefix: KeyPath) -> dict[str, Any]:
        size = len(prefix)
        return {
            str(path[size]): entry.value
            for path, entry in self.entries.items()
            if path[:size] == prefix and len(path) == size + 1
        }

    # Refusals

    def _refuse(self, path: KeyPath, shown: str, message: str, hint: str = "") -> None:
        self.problems.append(Problem(self.where(path), shown, message, hint))

    def _refuse_unknown(self, path: KeyPath, message: str, section: Section | None = None) -> None:
        name = str(path[-1])
        known = keys_of(section.holds) if section else _BY_NAME
        elsewhere = [each for each in SECTIONS if each.shape is not Shape.FREE and name in keys_of(each.holds)]
        near = nearest(name, known)
        hint = f"did you mean {near}?" if near else ""
        if elsewhere and not near:
            hint = f"it belongs in {_heading((elsewhere[0].name, 'NAME'), elsewhere[0])}"
        self._refuse(path, _shown(path, section) if section else name, message, hint)


def _kind_of(section: Section, path: KeyPath) -> Kind:
    return CUSTOM_EVENT if section.shape is Shape.FREE else keys_of(section.holds)[str(path[-1])].kind


def _heading(path: KeyPath, section: Section) -> str:
    """A table's head as the file writes it."""
    if section.shape is Shape.LIST:
        return f"[[{path[0]}]]"
    return f"[{path[0]}.{path[1]}]" if section.shape is Shape.NAMED and len(path) > 1 else f"[{path[0]}]"


def _shown(path: KeyPath, section: Section) -> str:
    """A key as a message names it: ``[queue.billing] target``."""
    return f"{_heading(path, section)} {path[-1]}"


def _place(file: Path | None, line: int | None) -> str:
    return f"{file}:{line}" if line else str(file)


def _syntax_problem(file: Path, text: str, error: tomllib.TOMLDecodeError) -> Problem:
    """tomllib says ``... (at line 3, column 5)`` or ``(at end of document)``."""
    message, _at, position = str(error).rpartition(" (at ")
    words = position.rstrip(")").replace(",", "").split()
    line = int(words[1]) if words[:1] == ["line"] and words[1].isdecimal() else text.count("\n") + 1
    return Problem(
        f"{file}:{line}", "", message or str(error), "the file is read as TOML: key = value, texts in quotes"
    )
