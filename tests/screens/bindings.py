"""What the app, its screens and panes bind, and which of it is active at the same time."""

from typing import Any

from textual.binding import Binding
from textual.dom import DOMNode

from ccm_tui.screens import (
    agent_day,
    agents,
    contact,
    contacts,
    explain,
    feeds,
    follow_ups,
    help,  # noqa: A004
    lines_sheet,
    note_sheet,
    queue,
    queues,
    reports,
    wallboard,
)
from ccm_tui.screens.base import FloorScreen
from ccm_tui.screens.note_editor import NoteEditor
from ccm_tui.screens.pick import Pick
from ccm_tui.screens.saved_searches import SavedSearches
from ccm_tui.screens.sheet import Sheet
from ccm_tui.settings.keymap import normal_key
from ccm_tui.widgets.board import Board
from ccm_tui.widgets.confirm import Confirm
from ccm_tui.widgets.detail_pane import DetailPane
from ccm_tui.widgets.prompt import Prompt

EVERY_SCREEN = (
    agent_day,
    agents,
    contact,
    contacts,
    explain,
    feeds,
    follow_ups,
    help,
    lines_sheet,
    note_sheet,
    queue,
    queues,
    reports,
    wallboard,
)
"""Imported so that ``screens_of`` finds their classes."""


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
    found.append((Pick.__name__, {**bindings_of(Pick), **bindings_of(Board)}))
    found.append((SavedSearches.__name__, {**bindings_of(SavedSearches), **bindings_of(Board)}))
    found.append((NoteEditor.__name__, bindings_of(NoteEditor)))
    found.append((Prompt.__name__, bindings_of(Prompt)))
    return [*found, (Confirm.__name__, bindings_of(Confirm))]


def keys_of(binding: Binding) -> list[str]:
    """The keys of a binding, as Textual names them."""
    return [normal_key(key) for key in binding.key.split(",")]
