"""Whether there is a terminal to draw on, and an environment safe to draw in. Comes first: imports no Textual."""

import os
import sys
from collections.abc import MutableMapping
from typing import TextIO

from ccm_tui.errors import UsageError

WITHOUT_SCREEN = "ccm-tui board shows the floor without a screen."

KEPT = frozenset(
    {
        "TEXTUAL_ANIMATIONS",
        "TEXTUAL_COLOR_SYSTEM",
        "TEXTUAL_DIM_FACTOR",
        "TEXTUAL_DISABLE_KITTY_KEY",
        "TEXTUAL_FILTERS",
        "TEXTUAL_FPS",
        "TEXTUAL_SMOOTH_SCROLL",
        "TEXTUAL_SPEEDUPS",
    }
)
"""Textual's switches that only change how something looks. Others import code, write files or press keys."""
PROGRAMS = ("BROWSER", "EDITOR", "VISUAL", "PAGER", "DEBUG")
PYTHON = ("PYTHONSTARTUP", "PYTHONINSPECT", "PYTHONBREAKPOINT", "PYTHONASYNCIODEBUG", "PYTHONDEVMODE")


def check_terminal(environ: MutableMapping[str, str]) -> None:
    """Raises UsageError unless a person sits at a terminal that can move its cursor.

    Without one Textual would draw 80x25 into a pipe, and spin on the end of standard input for ever.
    """
    for stream, name in ((sys.__stdin__, "input"), (sys.__stderr__, "error")):
        if not _is_terminal(stream):
            raise UsageError(f"the console needs a terminal, and standard {name} is none", WITHOUT_SCREEN)
    term = environ.get("TERM", "")
    if term in ("", "dumb", "unknown"):
        said = f"TERM is {term!r}" if term else "TERM is not set"
        raise UsageError(f"the console needs a terminal that can move its cursor, and {said}", WITHOUT_SCREEN)


def _is_terminal(stream: TextIO | None) -> bool:
    try:
        return stream is not None and os.isatty(stream.fileno())
    except (OSError, ValueError):  # closed, or no file at all
        return False


def scrub(environ: MutableMapping[str, str]) -> None:
    """Take out what would make Textual load code, write files or start programs; before it is imported."""
    for name in list(environ):
        if (name.startswith("TEXTUAL") and name not in KEPT) or name in PROGRAMS or name in PYTHON:
            del environ[name]
