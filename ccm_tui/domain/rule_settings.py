"""Reads ``KpiRules`` from text: ``--set KEY=VALUE``, ``--preset NAME`` and the tables of ``ccm.toml``.

The fields of ``KpiRules`` are the only table of keys; types decide how a value is read.
"""

import difflib
import math
import typing
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from enum import StrEnum
from functools import cache
from typing import Any

from ccm_tui.domain.variants import (
    AhtAttribution,
    ComponentAvgOver,
    FlowOut,
    IntervalAnchor,
    KpiRules,
    OccupancyDef,
    SlVariant,
    TransferDenominator,
)
from ccm_tui.errors import CcmError, UsageError

_TRUE = ("true", "yes", "on", "1")
_FALSE = ("false", "no", "off", "0")
_UNITS = {"ms": 0.001, "s": 1.0, "sec": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86_400.0}

_PRESET_CHANGES: dict[str, dict[str, Any]] = {
    "asterisk": {
        "sl_variant": SlVariant.ANSWERED,
        "abandon_includes": frozenset({FlowOut.TIMEOUT, FlowOut.EMPTY, FlowOut.WITHDRAWN}),
    },
    "amazon_connect": {
        "sl_variant": SlVariant.REMOVED_FROM_QUEUE,
        "interval_anchor": IntervalAnchor.COMPLETION,
        "aht_attribution": AhtAttribution.COMPLETION,
        "component_avg_over": ComponentAvgOver.HAVING,
        "occupancy_def": OccupancyDef.WALLCLOCK,
    },
    "genesys": {
        "sl_variant": SlVariant.OFFERED,
        "interval_anchor": IntervalAnchor.COMPLETION,
        "aht_attribution": AhtAttribution.COMPLETION,
        "component_avg_over": ComponentAvgOver.HAVING,
        "occupancy_def": OccupancyDef.ONQUEUE,
        "transfer_denominator": TransferDenominator.HANDLED,
    },
    "cisco": {
        "sl_variant": SlVariant.EX_FAST_ABANDON,
        "interval_anchor": IntervalAnchor.EVENT,
    },
    "wazo": {
        "sl_variant": SlVariant.ANSWERED,
        "offered_includes_refused": True,
    },
    "guide": {
        "sl_variant": SlVariant.RECEIVED,
        "transfer_denominator": TransferDenominator.HANDLED,
        "fcr_count_abandons": True,
    },
}
"""In what each product, or a management guide, differs from our defaults."""

DEFAULT_PRESET = "default"
"""Our own definitions, whatever the configuration says."""

PRESETS: Mapping[str, KpiRules] = {
    DEFAULT_PRESET: KpiRules(),
    **{name: replace(KpiRules(), **changes) for name, changes in _PRESET_CHANGES.items()},
}


_SITE_FACTS = (
    "sl_threshold_seconds",
    "sl_target",
    "short_abandon_seconds",
    "aht_exclude_under_seconds",
    "acw_source",
    "acw_pause_reasons",
    "productive_pause_reasons",
    "fcr_window_days",
    "resolution_target_seconds",
    "lost_after_seconds",
    "csat_scale",
    "ces_scale",
    "ces_direction",
    "score_min_n",
    "min_n",
)
"""Options that describe the site rather than a definition: a preset leaves them alone."""


def with_preset(rules: KpiRules, name: str, error: type[CcmError] = UsageError) -> KpiRules:
    """The preset's definitions with the thresholds, reasons and targets of ``rules``."""
    wanted = name.strip().lower().replace("-", "_")
    if wanted not in PRESETS:
        raise error(f"there is no preset {name!r}", _nearest(wanted, PRESETS, "presets are"))
    return replace(PRESETS[wanted], **{key: getattr(rules, key) for key in _SITE_FACTS})


def with_settings(rules: KpiRules, settings: Mapping[str, str], error: type[CcmError] = UsageError) -> KpiRules:
    """The rules with these options changed.

    Keys are the fields of ``KpiRules``; hyphens and a short ``_s`` for ``_seconds`` are understood. Raises ``error``
    naming the key, the allowed values and the nearest right one; nothing is half-applied.
    """
    changes: dict[str, Any] = {}
    for key, value in settings.items():
        name = _field_name(key, error)
        changes[name] = _parse(name, _types()[name], value.strip(), error)
    return replace(rules, **changes)


def allowed_values(key: str) -> str:
    """What an option can be set to, in words; raises KeyError for an unknown one."""
    kind = _types()[key]
    if kind is bool:
        return "true or false"
    if kind is int:
        return "a whole number"
    if kind is float:
        return "a share from 0 to 1" if key == "sl_target" else "a number" + (" of seconds" * key.endswith("_seconds"))
    if _is_set(kind):
        item = typing.get_args(kind)[0]
        return "none, or several of " + ", ".join(item) if item is not str else "none, or words with commas between"
    return "one of " + ", ".join(kind)


@cache
def _types() -> dict[str, Any]:
    return {field.name: typing.get_type_hints(KpiRules)[field.name] for field in fields(KpiRules)}


def _is_set(kind: object) -> bool:
    return typing.get_origin(kind) is frozenset


def _field_name(key: str, error: type[CcmError]) -> str:
    name = key.strip().lower().replace("-", "_")
    for candidate in (name, name.removesuffix("_s") + "_seconds"):
        if candidate in _types():
            return candidate
    raise error(f"there is no option {key!r}", _nearest(name, _types(), "options are"))


def _parse(name: str, kind: Any, text: str, error: type[CcmError]) -> object:
    if kind is bool:
        if text.lower() in _TRUE + _FALSE:
            return text.lower() in _TRUE
    elif kind is int:
        if text.isascii() and text.isdigit() and len(text) < 10:
            return int(text)
    elif kind is float:
        number = _number(text, name)
        if number is not None:
            return number
    elif _is_set(kind):
        return _parse_set(name, typing.get_args(kind)[0], text, error)
    elif text.lower().replace("-", "_") in list(kind):
        return kind(text.lower().replace("-", "_"))
    raise _refusal(name, kind, text, error)


def _number(text: str, name: str) -> float | None:
    """``20``, ``0.8``, ``80%``; for seconds also ``20s``, ``1m``, ``24h``."""
    lowered = text.lower()
    scale = 1.0
    if name == "sl_target" and lowered.endswith("%"):
        lowered, scale = lowered[:-1], 0.01
    elif name.endswith("_seconds"):
        digits = lowered.rstrip("abcdefghijklmnopqrstuvwxyz")
        lowered, scale = digits, _UNITS.get(lowered[len(digits) :], math.nan) if digits != lowered else 1.0
    try:
        number = float(lowered) * scale
    except ValueError:
        return None
    limit = 1.0 if name == "sl_target" else math.inf
    return number if math.isfinite(number) and 0 <= number <= limit else None


def _parse_set(name: str, item: Any, text: str, error: type[CcmError]) -> frozenset[Any]:
    words = [word.strip().lower() for word in text.split(",")]
    if words in (["none"], [""]):
        return frozenset()
    if item is str:
        return frozenset(word for word in words if word)
    for word in words:
        if word not in list(item):
            raise _refusal(name, item, word, error)
    return frozenset(item(word) for word in words)


def _refusal(name: str, kind: Any, text: str, error: type[CcmError]) -> CcmError:
    near = []
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        near = difflib.get_close_matches(text.lower(), list(kind), n=1)
    hint = f"{name} takes {allowed_values(name)}" + (f"; did you mean {near[0]}?" if near else "")
    return error(f"{name} cannot be {text!r}", hint)


def _nearest(wanted: str, names: Iterable[str], intro: str) -> str:
    known = list(names)
    near = difflib.get_close_matches(wanted, known, n=1, cutoff=0.5)
    if near:
        return f"did you mean {near[0]}? {intro} {', '.join(known)}"
    return f"{intro} {', '.join(known)}"
