"""How one user left the console: last screen, theme, each screen's order and filter. A convenience, never a duty.

A file that is missing, damaged or of another version is as good as none; one that cannot be written is let be.
"""

import contextlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from ccm_tui.safe import clean
from ccm_tui.settings.places import FOLDER

VERSION = 1
FILE_NAME = "view.json"
LIMIT_BYTES = 64 * 1024
TEXT_LIMIT = 200


class ScreenView(NamedTuple):
    """How one screen was left."""

    sort: tuple[str, bool] | None = None
    """(column, descending); None is the screen's own order."""
    filter: str = ""
    choices: Mapping[str, str] = {}
    """What else was chosen on it, by names of its own."""


@dataclass
class ViewState:
    """All that is remembered between two sessions."""

    screen: str = ""
    theme: str = ""
    screens: dict[str, ScreenView] = field(default_factory=dict)
    searches: list[str] = field(default_factory=list)
    """Searches for contacts that were kept, the latest first."""


def state_path(environ: Mapping[str, str]) -> Path:
    """The file in the user's state folder (XDG; a relative XDG_STATE_HOME is to be ignored)."""
    given = Path(environ.get("XDG_STATE_HOME", ""))
    base = given if given.is_absolute() else Path(environ.get("HOME") or Path.home()) / ".local" / "state"
    return base / FOLDER / FILE_NAME


def load_view_state(path: Path) -> ViewState:
    """What was remembered; the defaults when nothing usable was."""
    try:
        if path.stat().st_size > LIMIT_BYTES:
            return ViewState()
        held = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return ViewState()
    if not isinstance(held, dict) or held.get("version") != VERSION:
        return ViewState()
    screens = held.get("screens")
    return ViewState(
        screen=_text(held.get("screen")),
        theme=_text(held.get("theme")),
        screens={
            _text(name): _screen_view(view)
            for name, view in (screens.items() if isinstance(screens, dict) else ())
            if isinstance(view, dict)
        },
        searches=[text for text in map(_text, _list(held.get("searches"))) if text],
    )


def save_view_state(path: Path, state: ViewState) -> bool:
    """Remember it, for the owner's eyes only, whole or not at all; whether that was possible."""
    held = {
        "version": VERSION,
        "screen": state.screen,
        "theme": state.theme,
        "screens": {
            name: {"sort": view.sort, "filter": view.filter, "choices": dict(view.choices)}
            for name, view in state.screens.items()
        },
        "searches": state.searches,
    }
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".view-")  # made with mode 0600
    except OSError:
        return False
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(held, file)
        Path(name).replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        return False
    return True


def _screen_view(view: dict[str, Any]) -> ScreenView:
    sort = view.get("sort")
    text = _text(view.get("filter"))
    held = view.get("choices")
    choices = {_text(name): _text(chosen) for name, chosen in held.items()} if isinstance(held, dict) else {}
    match sort:
        case [str(column), bool(descending)]:
            return ScreenView((_text(column), descending), text, choices)
        case _:
            return ScreenView(None, text, choices)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return clean(value, TEXT_LIMIT) if isinstance(value, str) else ""
