"""The line on which each key of a TOML text stands, which ``tomllib`` does not tell.

Knows TOML's grammar just far enough to skip values; it is only given texts that ``tomllib`` has accepted.
"""

import re
import tomllib
from bisect import bisect_right

from ccm_tui.settings.keys import KeyPath

_BLANK = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\]|\\.)*"|\'[^\']*\'',
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]}\n#]*")


def key_lines(text: str) -> dict[KeyPath, int]:
    """Every key, table and list entry of a valid TOML text, with its line counted from 1."""
    return _Scanner(text.replace("\r\n", "\n")).lines_of_document()


class _Scanner:
    """One pass over a text, from the first character to the last."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self._found: dict[KeyPath, int] = {}
        self._tables: dict[KeyPath, int] = {}
        """``[[name]]`` -> how many there were so far."""

    def lines_of_document(self) -> dict[KeyPath, int]:
        table: KeyPath = ()
        self._skip(_BLANK)
        while self._at < len(self._text):
            if self._peek("["):
                table = self._header()
            else:
                self._pair(table)
            self._skip(_BLANK)
        return self._found

    def _header(self) -> KeyPath:
        """``[a.b]`` or ``[[a.b]]``; the path that the keys below it belong to."""
        line = self._line()
        of_list = self._peek("[[")
        self._at += 2 if of_list else 1
        parts = self._key()
        self._at += 2 if of_list else 1
        path: KeyPath = ()
        for place, part in enumerate(parts, 1):
            path = (*path, part)
            self._found.setdefault(path, line)
            if of_list and place == len(parts):
                self._tables[path] = self._tables.get(path, 0) + 1
            if path in self._tables:
                path = (*path, self._tables[path] - 1)
                self._found.setdefault(path, line)
        # a table named before only as another's parent begins where it is written itself
        self._found[path] = line
        return path

    def _pair(self, table: KeyPath) -> None:
        line = self._line()
        path = table
        for part in self._key():
            path = (*path, part)
            self._found.setdefault(path, line)
        self._at += 1  # the equals sign
        self._skip(_SPACE)
        self._value(path)

    def _key(self) -> list[str]:
        """A key and its dotted parts, and the space after it."""
        parts: list[str] = []
        while True:
            self._skip(_SPACE)
            quoted = _STRING.match(self._text, self._at)
            if quoted:
                parts.append(tomllib.loads(f"key = {quoted[0]}")["key"])
                self._at = quoted.end()
            else:
                parts.append(self._skip(_BARE_KEY))
            self._skip(_SPACE)
            if not self._peek("."):
                return parts
            self._at += 1

    def _value(self, path: KeyPath) -> None:
        if self._peek("["):
            self._list(path)
        elif self._peek("{"):
            self._inline_table(path)
        elif self._peek('"') or self._peek("'"):
            self._skip(_STRING)
        else:
            self._skip(_SCALAR)

    def _list(self, path: KeyPath) -> None:
        self._at += 1
        index = 0
        self._skip(_BLANK)
        while not self._peek("]"):
            self._found[(*path, index)] = self._line()
            self._value((*path, index))
            self._next_entry()
            index += 1
        self._at += 1

    def _inline_table(self, path: KeyPath) -> None:
        self._at += 1
        self._skip(_BLANK)
        while not self._peek("}"):
            self._pair(path)
            self._next_entry()
        self._at += 1

    def _next_entry(self) -> None:
        self._skip(_BLANK)
        if self._peek(","):
            self._at += 1
            self._skip(_BLANK)

    def _peek(self, start: str) -> bool:
        return self._text.startswith(start, self._at)

    def _skip(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self._text, self._at)
        if match is None:  # tomllib has accepted the text, so this scanner is what is wrong
            raise AssertionError(f"unexpected TOML at line {self._line()}")
        self._at = match.end()
        return match[0]

    def _line(self) -> int:
        return bisect_right(self._starts, self._at)
