"""The user's own keys: ``[ui] keymap`` checked before Textual sees it, which would let unknown ids and clashes pass.

Textual reports no clash between two overrides (8.2.8), so what is active at the same time is laid side by side here.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import Keys, _character_to_key

from ccm_tui.errors import ConfigError
from ccm_tui.screens import agent_day, agents, explain, feeds, help, queue, queues, wallboard  # noqa: A004
from ccm_tui.screens.base import FloorScreen
from ccm_tui.screens.sheet import Sheet
from ccm_tui.settings.problems import nearest
from ccm_tui.widgets.board import Board
from ccm_tui.widgets.board_model import sort_letters
from ccm_tui.widgets.confirm import Confirm
from ccm_tui.widgets.detail_pane import DetailPane

WHERE = "[ui] keymap"
EVERY_SCREEN = (agent_day, agents, explain, feeds, help, queue, queues, wallboard)
"""Imported so that ``screens_of`` finds their classes."""
MODIFIERS = frozenset({"ctrl", "shift", "alt", "super", "hyper", "meta"})
_KNOWN_KEYS = frozenset(key.value for key in Keys) | {_character_to_key(chr(code)) for code in range(33, 127)}


def bindings_of(holder: type[DOMNode]) -> dict[str, Binding]:
    """A class's bindings and those it inherits, by name, each with all its keys."""
    found: dict[str, Binding] = {}
    for base in reversed(holder.__mro__):
        if not issubclass(base, DOMNode):
            continue
        if "BINDINGS" in vars(base) and not base.__dict__.get("_inherit_bindings", True):
            found = {}
        for binding in vars(base).get("BINDINGS", ()):
            if isinstance(binding, Binding) and binding.id is not None:
                found[binding.id] = binding
    return found


def screens_of(base: type[Any]) -> list[type[Any]]:
    """Every screen class that descends from this one, itself included."""
    return [base, *(each for child in base.__subclasses__() for each in screens_of(child))]


def contexts(app: type[DOMNode]) -> list[tuple[str, dict[str, Binding]]]:
    """What is active at the same time: the app, one screen, and the pane that has the focus."""
    everywhere = bindings_of(app)
    found = []
    for screen in screens_of(FloorScreen):
        for pane in (Board, DetailPane):
            found.append((screen.__name__, {**everywhere, **bindings_of(screen), **bindings_of(pane)}))
    found += [(sheet.__name__, {**bindings_of(sheet), **bindings_of(DetailPane)}) for sheet in screens_of(Sheet)]
    return [*found, (Confirm.__name__, bindings_of(Confirm))]


def normal_key(key: str) -> str:
    """The name Textual uses: ``/`` is ``slash``; modifiers in its own order of writing."""
    key = key.strip()
    return _character_to_key(key) if len(key) == 1 else key


def keys_of(binding: Binding) -> list[str]:
    """The keys of a binding, as Textual names them."""
    return [normal_key(key) for key in binding.key.split(",")]


def checked_keymap(keymap: Mapping[str, str], app: type[DOMNode]) -> dict[str, str]:
    """The keymap, if every name exists, every key can be pressed, and no key means two things at once.

    Raises ConfigError, saying what would be right.
    """
    if not keymap:
        return {}
    active = contexts(app)
    ids = {name for _, bindings in active for name in bindings}
    for name, keys in keymap.items():
        _check_id(name, ids)
        for key in keys.split(","):
            _check_key(name, key)
    for _, bindings in active:
        _check_clashes(bindings, keymap)
    return {name: ",".join(normal_key(key) for key in keys.split(",")) for name, keys in keymap.items()}


def _check_id(name: str, known: Iterable[str]) -> None:
    if name in known:
        return
    near = nearest(name, known)
    hint = f"did you mean {near!r}?" if near else "the names are in the ? help, in brackets"
    raise ConfigError(f"{WHERE}: there is no action {name!r}", hint)


def _check_key(name: str, key: str) -> None:
    *modifiers, last = normal_key(key).split("+")
    usable = last in _KNOWN_KEYS or (len(key.strip()) == 1 and key.strip().isprintable())
    if last and usable and set(modifiers) <= MODIFIERS:
        if len(last) == 1 and last.isupper() and not modifiers and name != "board.last":
            raise ConfigError(
                f"{WHERE}: {name} = {key!r}: capital letters order tables",
                f"take {last.lower()!r} or 'ctrl+{last.lower()}'",
            )
        return
    near = nearest(last, _KNOWN_KEYS)
    hint = f"did you mean {'+'.join((*modifiers, near))!r}?" if near and set(modifiers) <= MODIFIERS else ""
    raise ConfigError(
        f"{WHERE}: {name}: there is no key {key!r}", hint or "keys are written like x, enter, f5, ctrl+r or shift+tab"
    )


def _check_clashes(bindings: Mapping[str, Binding], keymap: Mapping[str, str]) -> None:
    owner: dict[str, str] = {}
    # What was not remapped keeps its keys; so a clash is always put down to a line of the user's
    for name in sorted(bindings, key=lambda name: name in keymap):
        keys = [normal_key(key) for key in keymap[name].split(",")] if name in keymap else keys_of(bindings[name])
        for key in keys:
            other = owner.setdefault(key, name)
            if other != name and name in keymap:
                what = bindings[other].description or other
                raise ConfigError(
                    f"{WHERE}: {name} = {keymap[name]!r}: {key} already means {what} ({other})",
                    f'take another key, or give {other} another one in the same table: "{other}" = "..."',
                )


def letters_taken(screen: type[Any]) -> set[str]:
    """Capital letters that a screen's table listens to."""
    return set(sort_letters(getattr(screen, "COLUMNS", ())))
