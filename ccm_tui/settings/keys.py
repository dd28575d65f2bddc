"""Keys as declared: each field of a settings class carries its kind and its comment, and that is the only list of keys.

Reading, checking, ``config init`` and ``config show`` all walk the same declarations.
"""

import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, cast

from ccm_tui.settings.kinds import Kind

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


@dataclass(frozen=True)
class Key:
    """One key of a section."""

    name: str
    kind: Kind
    default: Any
    comment: str
    example: Any
    """What ``config init`` shows for sections that may occur many times; None: the default."""
    folds: bool
    """Changing it changes what is folded from the events, not only how numbers are shown."""


@dataclass(frozen=True)
class _KeyNote:
    kind: Kind
    comment: str
    example: Any
    folds: bool


@dataclass(frozen=True)
class Section:
    """One section of the file and the class that holds it."""

    name: str
    field: str
    """Where ``Settings`` holds it."""
    shape: Shape
    holds: type
    comment: str
    example_name: str = ""
    """The NAME that ``config init`` shows."""


def key(default: T, kind: Kind, comment: str, *, example: Any = None, folds: bool = False) -> T:
    """A dataclass field that is a key of the configuration."""
    metadata = {_META: _KeyNote(kind, comment, example, folds)}
    if isinstance(default, Mapping):
        return field(default_factory=lambda: default, metadata=metadata)
    return field(default=default, metadata=metadata)


@cache
def keys_of(holds: type) -> dict[str, Key]:
    """The keys a settings class declares, by name, in the order of the file."""
    found: dict[str, Key] = {}
    for declared in fields(holds):
        note = declared.metadata.get(_META)
        if note is None:
            continue
        default = declared.default if declared.default is not MISSING else cast(Any, declared.default_factory)()
        found[declared.name] = Key(declared.name, note.kind, default, note.comment, note.example, note.folds)
    return found


def environment_token(name: str) -> str:
    """A name as it stands in an environment variable: ``a b-c`` is ``A_B_C``."""
    return re.sub(r"[^A-Z0-9]", "_", name.upper())


def environment_name(*path: str | int) -> str:
    """The variable for a key: CCM_KPI_SL_TARGET, CCM_QUEUE_BILLING_TARGET, CCM_SOURCE_1_PATH (they count from 1)."""
    parts = (str(part + 1) if isinstance(part, int) else environment_token(part) for part in path)
    return "_".join(("CCM", *parts))
