"""Keys as declared: each field of a settings class carries its kind and its comment, and that is the only list of keys.

Reading, checking, ``config init`` and ``config show`` all walk the same declarations.
"""

import re
from collections.abc import Hashable, Mapping
from dataclasses import MISSING, FrozenInstanceError, dataclass, field, fields
from enum import IntEnum, StrEnum
from functools import cache
from typing import Any, NamedTuple, TypeVar, cast, dataclass_transform

from ccm_tui.settings.kinds import Kind

KeyPath = tuple[str | int, ...]
"""Keys from the top; list entries by their index from 0: ``("source", 1, "path")``."""

T = TypeVar("T")
_META = "ccm"


class Shape(StrEnum):
    """How a section is written in the file."""

    TABLE = "table"
    """``[kpi]``"""
    NAMED = "named"
    """``[queue.NAME]``, any number."""
    LIST = "list"
    """``[[source]]``, any number."""
    FREE = "free"
    """``[custom_events]``, whose keys are the site's own words."""


class Effect(IntEnum):
    """How far into the stored floor a changed key reaches."""

    SHOWS = 0
    """Only into how numbers are formed and shown."""
    COUNTS = 1
    """Into the interval rollups: they are counted again from the segments."""
    FOLDS = 2
    """Into contacts and agents: they are folded again from the events."""


class Key(NamedTuple):
    """One key of a section."""

    name: str
    kind: Kind
    default: Any
    comment: str
    example: Any
    """What ``config init`` shows for sections that may occur many times; None: the default."""
    effect: Effect


class _KeyNote(NamedTuple):
    kind: Kind
    comment: str
    example: Any
    effect: Effect


class Section(NamedTuple):
    """One section of the file and the class that holds it."""

    name: str
    field: str
    """Where ``Settings`` holds it."""
    shape: Shape
    holds: type
    comment: str
    example_name: str = ""
    """The NAME that ``config init`` shows."""
    only_shows: bool = False
    """Nothing in it ever reaches the stored floor. It is left out of the fingerprints, so that a section which comes
    with a new version has no database folded anew."""


def key(*, default: T, kind: Kind, comment: str, example: Any = None, effect: Effect = Effect.SHOWS) -> T:
    """A dataclass field that is a key of the configuration."""
    metadata = {_META: _KeyNote(kind, comment, example, effect)}
    if isinstance(default, Mapping):
        return field(default_factory=lambda: default, metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(key, field))
def settings_class(holds: type[T]) -> type[T]:
    """A frozen dataclass whose methods are shared: generating them for each class took 30 ms of every start."""
    made: Any = dataclass(init=False, repr=False, eq=False)(holds)
    made.__init__ = _init
    made.__eq__ = _equal
    made.__hash__ = None
    made.__repr__ = _repr
    made.__setattr__ = made.__delattr__ = _refuse_change
    return cast(type[T], made)


def _init(self: Any, **values: Any) -> None:
    for declared in fields(self):
        name = declared.name
        if declared.init and name in values:
            value = values.pop(name)
        elif declared.default is not MISSING:
            value = declared.default
        elif declared.default_factory is not MISSING:
            value = declared.default_factory()
        elif not declared.init:
            continue
        else:
            raise TypeError(f"{type(self).__name__} needs {name}")
        object.__setattr__(self, name, value)
    if values:
        raise TypeError(f"{type(self).__name__} has no {', '.join(values)}")
    if hasattr(self, "__post_init__"):
        self.__post_init__()


def _compared(held: Any) -> dict[str, Any]:
    return {declared.name: getattr(held, declared.name) for declared in fields(held) if declared.compare}


def _equal(self: Any, other: object) -> bool:
    return _compared(self) == _compared(other) if type(other) is type(self) else NotImplemented


def _repr(self: Any) -> str:
    shown = (f"{each.name}={getattr(self, each.name)!r}" for each in fields(self) if each.repr)
    return f"{type(self).__name__}({', '.join(shown)})"


def _refuse_change(_self: Any, name: str, *_value: Any) -> None:
    raise FrozenInstanceError(f"settings do not change: {name}")


@cache
def keys_of(holds: Hashable) -> dict[str, Key]:
    """The keys a settings class declares, by name, in the order of the file."""
    found: dict[str, Key] = {}
    for declared in fields(cast(Any, holds)):
        note = declared.metadata.get(_META)
        if note is None:
            continue
        default = declared.default if declared.default is not MISSING else cast(Any, declared.default_factory)()
        found[declared.name] = Key(declared.name, note.kind, default, note.comment, note.example, note.effect)
    return found


def environment_token(name: str) -> str:
    """A name as it stands in an environment variable: ``a b-c`` is ``A_B_C``."""
    return re.sub(r"[^A-Z0-9]", "_", name.upper())


def environment_name(*path: str | int) -> str:
    """The variable for a key: CCM_KPI_SL_TARGET, CCM_QUEUE_BILLING_TARGET, CCM_SOURCE_1_PATH (they count from 1)."""
    parts = (str(part + 1) if isinstance(part, int) else environment_token(part) for part in path)
    return "_".join(("CCM", *parts))
