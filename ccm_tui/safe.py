"""The one sanitiser: what a log, a file or a person typed becomes text that can only be read.

Everything untrusted passes ``clean`` once, where it enters a screen or an export; the database keeps the original.
Cleaning removes what a terminal would obey or a reader could be fooled by: control characters and escapes (shown as
�), direction marks, invisible characters, towers of accents. It does not touch markup: a widget must be given the
result as ``Text`` or ``Content``, never as a bare string.
"""

import unicodedata

REPLACEMENT = "\ufffd"
DEFAULT_LIMIT = 2000
"""Characters shown of one value: layouts of 200,000 characters took half a second each."""
MAX_MARKS = 3
"""Combining marks in a row that written languages need; more are decoration that leaves its line."""

ZWNJ = "\u200c"
"""Separates letters in Persian and Indic scripts; dropping it misspells words."""

FORMULA_STARTS = frozenset("=+-@\t\r\n＝＋－＠")

_FIRST_COMBINING = "\u0300"


def clean(text: str, limit: int = DEFAULT_LIMIT, newlines: bool = False) -> str:
    """The text with nothing in it but visible characters and spaces, at most ``limit`` of them plus "…".

    Tabs and line ends become spaces; with ``newlines``, for transcripts and notes, line feeds stay.
    """
    if len(text) <= limit and text.isprintable() and (text.isascii() or max(text) < _FIRST_COMBINING):
        return text
    if newlines:
        text = text.replace("\r\n", "\n")
    shown: list[str] = []
    marks = 0
    cut = text[:limit]
    for place, char in enumerate(cut):
        if char in "\t\r\n":
            shown.append("\n" if newlines and char == "\n" else " ")
            marks = 0
            continue
        category = unicodedata.category(char)
        if category in ("Mn", "Me"):
            marks += 1
            if marks <= MAX_MARKS and not _is_variation_selector(char):
                shown.append(char)
            continue
        if category == "Cf":
            if char == ZWNJ and _joins_letters(shown, cut, place):
                shown.append(char)
            continue
        marks = 0
        if category in ("Cc", "Cs", "Co", "Cn"):
            shown.append(REPLACEMENT)
        elif category in ("Zl", "Zp"):
            shown.append(" ")
        else:
            shown.append(char)
    return "".join(shown) + ("…" if len(text) > limit else "")


def csv_safe(text: str) -> str:
    """The text so that a spreadsheet does not run it: a leading ``'`` when it could begin a formula.

    For text only: a number that we write ourselves, such as -3, must not pass here. Blanks and invisible characters in
    front are looked through, because some importers drop them.
    """
    for char in text:
        if char in FORMULA_STARTS:
            return "'" + text
        if char != " " and unicodedata.category(char) not in ("Cf", "Cc", "Zs"):
            break
    return text


def _is_variation_selector(char: str) -> bool:
    """Terminals disagree on how wide the character before it becomes."""
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"


def _joins_letters(shown: list[str], text: str, place: int) -> bool:
    before = bool(shown) and unicodedata.category(shown[-1])[0] in "LM"
    return before and place + 1 < len(text) and unicodedata.category(text[place + 1])[0] == "L"
