"""The signs that carry meaning without colour, and their ASCII stand-ins for terminals that cannot draw them.

All are one cell wide, and none needs a variation selector: terminals and tmux disagree about those.
"""

import os
import sys
from functools import lru_cache
from typing import NamedTuple

from ccm_tui.widgets.lines import Band


class Symbols(NamedTuple):
    """One set of signs."""

    warning: str = "!"
    breach: str = "▲"
    pointer: str = "▸"
    """Where the cursor is."""
    mark: str = "•"
    """A row marked with space."""
    ellipsis: str = "…"
    ascending: str = "▴"
    descending: str = "▾"
    changed: str = "↕"
    """The order has changed and will be shown when the hands rest."""
    rule: str = "─"
    live: str = "●"
    stale: str = "!"
    paused: str = "‖"
    loading: str = "…"
    better: str = "✓"
    """A figure that has gone the right way."""
    error: str = "▲"
    full: str = "█"
    """A pixel of a big figure."""
    bars: str = "▁▂▃▄▅▆▇█"
    """Eighths from the bottom; the last is full."""
    usual: str = "▁─▔"
    """A line at the foot, in the middle, at the head of its row."""
    gap: str = "·"
    talk: str = "━"
    acw: str = "┄"
    free: str = "╌"
    paused_span: str = "■"
    hold: str = "┅"
    wait: str = "─"
    ring: str = "≈"
    unanswered: str = "?"
    start: str = "├"
    end: str = "┤"
    now: str = "▏"

    def band(self, band: Band) -> str:
        """The sign of a band, one cell wide; a blank when all is well."""
        return {Band.NORMAL: " ", Band.WARNING: self.warning, Band.BREACH: self.breach}[band]


UNICODE = Symbols()
ASCII = Symbols(
    breach="#",
    pointer=">",
    mark="*",
    ellipsis="~",
    ascending="^",
    descending="v",
    changed="%",
    rule="-",
    live="*",
    paused="=",
    loading=".",
    better="*",
    error="#",
    full="#",
    bars=".:-=+*%#",
    usual="_-^",
    gap=".",
    talk="=",
    acw="~",
    free="-",
    paused_span="#",
    hold=":",
    wait=".",
    ring="!",
    start="|",
    end="|",
    now="|",
)


@lru_cache(maxsize=1)
def terminal_symbols() -> Symbols:
    """The set this process's terminal can show: UTF-8 and more glyphs than the Linux console's."""
    # Textual writes to stderr (its own reason: stdout may be a pipe)
    encoding = (getattr(sys.__stderr__, "encoding", "") or "").lower().replace("-", "")
    utf8 = encoding == "utf8" and os.environ.get("TERM") != "linux"
    return UNICODE if utf8 else ASCII
