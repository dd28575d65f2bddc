"""Keys as people read them, and the bindings that are active just now."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from textual.binding import ActiveBinding
from textual.keys import key_to_character

from ccm_tui.widgets.hint_line import Hint

_NAMES = {
    "slash": "/",
    "tab": "tab",
    "enter": "enter",
    "escape": "esc",
    "pagedown": "pgdn",
    "pageup": "pgup",
    "delete": "del",
    "space": "space",
    "up": "up",
    "down": "down",
}

PLACES = "go."
"""Bindings with such an name lead to a screen."""


class Key(NamedTuple):
    """One thing a key does here."""

    id: str
    keys: tuple[str, ...]
    """As Textual names them, the first is the one that is shown."""
    words: str
    tooltip: str
    enabled: bool


def key_text(key: str) -> str:
    """``slash`` is ``/``, ``escape`` is ``esc``; a chord keeps its words."""
    if key in _NAMES:
        return _NAMES[key]
    *modifiers, last = key.split("+")
    if not modifiers:
        return key_to_character(key) or key
    if modifiers == ["shift"] and len(last) == 1:
        return last.upper()
    return "+".join((*modifiers, last))


def active_keys(bindings: Mapping[str, ActiveBinding]) -> dict[str, Key]:
    """What can be pressed, by binding name; those without an name are Textual's own and not for people."""
    found: dict[str, Key] = {}
    for key, (_, binding, enabled, tooltip) in bindings.items():
        if binding.id is None:
            continue
        known = found.get(binding.id)
        keys = (*known.keys, key) if known else (key,)
        found[binding.id] = Key(binding.id, keys, binding.description, tooltip, enabled)
    return found


def action_hints(keys: Mapping[str, Key], wanted: Iterable[tuple[str, str]]) -> list[Hint]:
    """Hints in the screen's own words; what has no key now is left out."""
    return [
        Hint(key_text(keys[name].keys[0]), words, keys[name].enabled, keys[name].keys[0])
        for name, words in wanted
        if name in keys
    ]


def place_hints(keys: Mapping[str, Key]) -> Sequence[Hint]:
    """The screens there are."""
    return [
        Hint(key_text(key.keys[0]), key.words, key.enabled, key.keys[0])
        for name, key in keys.items()
        if name.startswith(PLACES)
    ]
