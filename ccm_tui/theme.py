"""The palette and its semantic names; the only place with colour values.

Quiet when all is well: normal text is the terminal's own foreground on its own background, and good is silent.
Colour means deviation (amber, then bold orange), blue means focus and links. One table a palette feeds both worlds:
Textual's CSS variables (``$sla-breach``) and the Rich styles of line-rendered widgets (``Look``). Colours are numbers
of the 256-colour table, so SSH sessions without COLORTERM see the same, and a span costs fewer bytes than truecolour.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from rich.color import Color
from rich.style import Style
from textual.app import App
from textual.theme import Theme


class Tone(StrEnum):
    """What a piece of text means; how that looks is the palette's matter. The value is the CSS variable's name."""

    NORMAL = "normal"
    DIM = "dim"
    STRONG = "strong"
    HEAD = "head"
    """Column titles and labels."""
    RULE = "rule"
    WARNING = "sla-warning"
    BREACH = "sla-breach"
    FOCUS = "focus"
    LINK = "link"
    BAR = "bar"
    BAR_WARNING = "bar-warning"
    BAR_BREACH = "bar-breach"
    BAR_LINE = "bar-line"
    """A line drawn inside a bar."""
    USUAL = "usual"
    """The usual day behind today's bars."""
    STATE_FREE = "state-free"
    STATE_CONTACT = "state-contact"
    STATE_ACW = "state-acw"
    STATE_PAUSED = "state-paused"
    STATE_NO_ANSWER = "state-no-answer"
    STATE_NOT_IN = "state-not-in"
    STATE_OUT = "state-out"


class Depth(StrEnum):
    """How many colours there are to speak with."""

    MONOCHROME = "monochrome"
    SIXTEEN = "sixteen"
    FULL = "full"


class Ink(NamedTuple):
    """A foreground and its attributes. ``color`` is a number of the 256-colour table; None: the terminal's own."""

    color: int | None = None
    bold: bool = False
    dim: bool = False
    reverse: bool = False
    underline: bool = False
    on: int | None = None
    """Background, likewise."""

    @property
    def style(self) -> Style:
        """For line-rendered widgets; only what differs from the terminal's own is set: plain text costs no bytes."""
        return Style(
            color=None if self.color is None else Color.from_ansi(self.color),
            bgcolor=None if self.on is None else Color.from_ansi(self.on),
            bold=self.bold or None,
            dim=self.dim or None,
            reverse=self.reverse or None,
            underline=self.underline or None,
        )


PLAIN = Ink()

_DARK = {
    Tone.NORMAL: PLAIN,
    Tone.DIM: Ink(245),
    Tone.STRONG: Ink(bold=True),
    Tone.HEAD: Ink(245),
    Tone.RULE: Ink(239),
    Tone.WARNING: Ink(179),
    Tone.BREACH: Ink(208, bold=True),
    Tone.FOCUS: Ink(75, bold=True),
    Tone.LINK: Ink(75),
    Tone.BAR: Ink(241),
    Tone.BAR_WARNING: Ink(179),
    Tone.BAR_BREACH: Ink(208),
    Tone.BAR_LINE: Ink(241, reverse=True),
    Tone.USUAL: Ink(247),
}
_LIGHT = {
    **_DARK,
    Tone.DIM: Ink(242),
    Tone.HEAD: Ink(242),
    Tone.RULE: Ink(250),
    Tone.WARNING: Ink(94),
    Tone.BREACH: Ink(166, bold=True),
    Tone.FOCUS: Ink(26, bold=True),
    Tone.LINK: Ink(26),
    Tone.BAR: Ink(249),
    Tone.BAR_WARNING: Ink(94),
    Tone.BAR_BREACH: Ink(166),
    Tone.BAR_LINE: Ink(249, reverse=True),
    Tone.USUAL: Ink(241),
}
_SIXTEEN_DARK = {
    **_DARK,
    Tone.DIM: Ink(dim=True),
    Tone.HEAD: Ink(dim=True),
    Tone.RULE: Ink(dim=True),
    Tone.WARNING: Ink(3),
    # No orange among sixteen; bold bright red keeps its distance to yellow by weight, symbol and word
    Tone.BREACH: Ink(9, bold=True),
    Tone.FOCUS: Ink(12, bold=True),
    Tone.LINK: Ink(12),
    Tone.BAR: Ink(dim=True),
    Tone.BAR_WARNING: Ink(3),
    Tone.BAR_BREACH: Ink(9),
    Tone.BAR_LINE: Ink(dim=True, reverse=True),
    Tone.USUAL: PLAIN,
}
_SIXTEEN_LIGHT = {
    **_SIXTEEN_DARK,
    # Yellow on white cannot be read: magenta is the nearest that can
    Tone.WARNING: Ink(5),
    Tone.BREACH: Ink(1, bold=True),
    Tone.BAR_WARNING: Ink(5),
    Tone.BAR_BREACH: Ink(1),
    Tone.FOCUS: Ink(4, bold=True),
    Tone.LINK: Ink(4),
}
_MONOCHROME = {
    **_SIXTEEN_DARK,
    Tone.WARNING: Ink(bold=True),
    Tone.BREACH: Ink(bold=True, reverse=True),
    Tone.FOCUS: Ink(bold=True),
    Tone.LINK: Ink(underline=True),
    # A reversed block would vanish: the bars of a breach stand out by not being dim
    Tone.BAR_WARNING: PLAIN,
    Tone.BAR_BREACH: Ink(bold=True),
}
_STATES = {
    Tone.STATE_FREE: Tone.NORMAL,
    Tone.STATE_CONTACT: Tone.NORMAL,
    Tone.STATE_ACW: Tone.NORMAL,
    Tone.STATE_PAUSED: Tone.DIM,
    Tone.STATE_NO_ANSWER: Tone.WARNING,
    Tone.STATE_NOT_IN: Tone.WARNING,
    Tone.STATE_OUT: Tone.DIM,
}
"""States speak by symbol and word; only those that need someone are coloured."""

_CURSOR = {
    (Depth.FULL, True): Ink(on=236),
    (Depth.FULL, False): Ink(on=254),
    # A grey background cannot be relied on among sixteen, and reverse would swallow the colour of a breach
    (Depth.SIXTEEN, True): Ink(underline=True),
    (Depth.SIXTEEN, False): Ink(underline=True),
    (Depth.MONOCHROME, True): Ink(underline=True),
    (Depth.MONOCHROME, False): Ink(underline=True),
}


def _inks(depth: Depth, dark: bool) -> Mapping[Tone, Ink]:
    if depth is Depth.MONOCHROME:
        table = _MONOCHROME
    elif depth is Depth.SIXTEEN:
        table = _SIXTEEN_DARK if dark else _SIXTEEN_LIGHT
    else:
        table = _DARK if dark else _LIGHT
    return {**table, **{state: table[tone] for state, tone in _STATES.items()}}


class Look:
    """A Rich style for every tone, for line-rendered widgets."""

    def __init__(self, depth: Depth, dark: bool) -> None:
        self.depth = depth
        self.dark = dark
        self._styles = {tone: ink.style for tone, ink in _inks(depth, dark).items()}
        self.cursor = _CURSOR[depth, dark].style
        """Laid over the row that has the cursor, while the widget has the focus."""
        self.stale = Style(dim=True)
        """Laid over figures that are no longer kept up to date."""

    def __getitem__(self, tone: Tone | None) -> Style:
        return self._styles[tone or Tone.NORMAL]


@lru_cache(maxsize=8)
def look(depth: Depth = Depth.FULL, dark: bool = True) -> Look:
    """The one look for these abilities."""
    return Look(depth, dark)


def depth_of(app: App[object]) -> Depth:
    """How many colours this session has: NO_COLOR first, then a 16-colour theme or terminal."""
    if app.no_color:
        return Depth.MONOCHROME
    if app.theme in ("ansi-dark", "ansi-light") or app.console.color_system == "standard":
        return Depth.SIXTEEN
    return Depth.FULL


def look_of(app: App[object]) -> Look:
    """The look that fits the session's theme and terminal. Cheap enough to be asked for every line."""
    return look(depth_of(app), app.current_theme.dark)


def _hex(number: int | None) -> str:
    return "ansi_default" if number is None else Color.from_ansi(number).get_truecolor().hex


_ANSI_NAMES = {1: "red", 3: "yellow", 4: "blue", 5: "magenta", 9: "bright_red", 12: "bright_blue"}


def variable_defaults(theme: Theme) -> dict[str, str]:
    """Our semantic CSS variables for a theme that does not define them; for ``App.get_theme_variable_defaults``."""
    if theme.name not in ("ansi-dark", "ansi-light"):
        return {tone.value: _hex(ink.color) for tone, ink in _inks(Depth.FULL, theme.dark).items()}
    inks = _inks(Depth.SIXTEEN, theme.dark)
    return {
        tone.value: "ansi_default" if ink.color is None else f"ansi_{_ANSI_NAMES[ink.color]}"
        for tone, ink in inks.items()
    }


def _theme(name: str, dark: bool) -> Theme:
    inks = _inks(Depth.FULL, dark)
    link, warning, breach = (_hex(inks[tone].color) for tone in (Tone.LINK, Tone.WARNING, Tone.BREACH))
    dim, rule = _hex(inks[Tone.DIM].color), _hex(inks[Tone.RULE].color)
    cursor = _hex(_CURSOR[Depth.FULL, dark].on)
    return Theme(
        name=name,
        # The terminal's own colours reach the terminal untranslated; ours are given by value beside them
        ansi=True,
        dark=dark,
        primary=link,
        secondary=link,
        accent=link,
        warning=warning,
        error=breach,
        success="ansi_default",
        foreground="ansi_default",
        background="ansi_default",
        surface="ansi_default",
        panel="ansi_default",
        boost="ansi_default",
        variables={
            **{tone.value: _hex(ink.color) for tone, ink in inks.items()},
            "ansi-background": "ansi_black" if dark else "ansi_bright_white",
            "ansi-foreground": "ansi_white" if dark else "ansi_black",
            "text-muted": dim,
            "text-disabled": dim,
            "foreground-muted": dim,
            "border": link,
            "border-blurred": rule,
            "block-cursor-foreground": "ansi_default",
            "block-cursor-background": cursor,
            "block-cursor-text-style": "bold",
            "block-cursor-blurred-foreground": "ansi_default",
            "block-cursor-blurred-background": cursor,
            "block-hover-background": cursor,
            "input-cursor-background": link,
            "input-cursor-foreground": "ansi_black" if dark else "ansi_bright_white",
            "input-cursor-text-style": "none",
            "input-selection-background": cursor,
            "input-selection-foreground": "ansi_default",
            "screen-selection-background": cursor,
            "screen-selection-foreground": "ansi_default",
            "link-color": link,
            "link-color-hover": link,
            "link-background-hover": cursor,
            "scrollbar": rule,
            "scrollbar-hover": dim,
            "scrollbar-active": link,
            "scrollbar-background": "ansi_default",
            "scrollbar-background-hover": "ansi_default",
            "scrollbar-background-active": "ansi_default",
            "scrollbar-corner-color": "ansi_default",
            "footer-key-foreground": link,
        },
    )


CCM_DARK = _theme("ccm-dark", dark=True)
CCM_LIGHT = _theme("ccm-light", dark=False)
THEMES = (CCM_DARK, CCM_LIGHT)
OFFERED = frozenset({CCM_DARK.name, CCM_LIGHT.name, "ansi-dark", "ansi-light"})
"""Ours, and the terminal's own sixteen colours."""


def suggested_theme(environ: Mapping[str, str]) -> str:
    """The theme's name for a terminal that says its background in COLORFGBG ("15;0"); dark when it does not."""
    background = environ.get("COLORFGBG", "").rpartition(";")[2]
    light = background.isdecimal() and int(background) in (7, 15)
    return CCM_LIGHT.name if light else CCM_DARK.name
