"""Where JSON objects begin and end in a stream of bytes, wherever its lines end.

Systems write them one a line, one after another without anything between, as arrays, as the list in an envelope, pretty
printed or not. A record is one object of these; brackets, commas, the envelope's other members and the ``Content-...:``
headers with which an event socket announces an object are framing. Damage
is contained: a record that breaks off ends with its line, and the next one stands.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

ENVELOPE_LISTS = frozenset(
    (b"conversations", b"userdetails", b"events", b"records", b"items", b"payload", b"results", b"surveys")
)
"""Members of an outermost object that, when they hold a list, make it an envelope of that list's records (without
regard to case): Genesys ``conversations`` and ``userDetails``, Twilio ``events``, Amazon's ``Records``, Chatwoot's
``payload``."""
_RECORD_KEYS = frozenset((b"conversationid",))
"""Members that make an object a record whatever lists follow: a conversation of Genesys has ``surveys`` of its own."""
_ENVELOPE_WITHIN = 1 << 16
"""An envelope's list begins this early; what comes later is a member of a record."""

_STRING = rb'"(?:[^"\\\n]++|\\.)*+"'
_next_bracket = re.compile(rb'(?:[^"{}\[\]]++|' + _STRING + rb")*+[{}\[\]]").match
_next_mark = re.compile(rb'(?:[^"{}\[\],]++|' + _STRING + rb")*+[{}\[\],]").match
_up_to_bracket = re.compile(rb'(?:[^"{}\[\]]++|' + _STRING + rb")*+").match
_framing = re.compile(rb"(?:[\s,\[\]}\x00\xef\xbb\xbf]++|Content-[\w-]+:[^\n]*+\n)*+").match
_member = re.compile(rb'"((?:[^"\\\n]++|\\.)*+)"\s*+:\s*+').match
_scalar = re.compile(rb"(?:" + _STRING + rb"|[-+\w.]++)(?=\s*+[,}\]])").match
_listed = re.compile(rb'"(' + b"|".join(sorted(ENVELOPE_LISTS)) + rb')"\s*+:\s*+\[', re.IGNORECASE)
_look_through = msgspec.json.Decoder(msgspec.Raw).decode
_identified = re.compile(rb'"(?:' + b"|".join(sorted(_RECORD_KEYS)) + rb')"\s*+:', re.IGNORECASE)
_OPENING = b"{["
_CLOSERS = {0x7B: 0x7D, 0x5B: 0x5D}
_COMMA = 0x2C
_outside_text = re.compile(rb'["{}\[\]]').search
_inside_text = re.compile(rb'["\\\n]').search


class Unfinished(NamedTuple):
    """How far a record was looked through that has no end yet."""

    position: int
    """In the bytes from its beginning."""
    depth: int


NOT_BEGUN = Unfinished(0, 0)


class Records(NamedTuple):
    """What a piece of the stream holds."""

    spans: list[tuple[int, int]]
    """Beginning and end of each record that is whole."""
    consumed: int
    """Everything before is framing or in ``spans``; the next piece begins with what is left."""
    unfinished: Unfinished
    """Of the record that begins at ``consumed``; give it back with the next piece."""


def split_records(data: bytes, unfinished: Unfinished = NOT_BEGUN) -> Records:
    """The records of ``data``, which begins where a record or framing may begin."""
    spans: list[tuple[int, int]] = []
    place = 0
    while True:
        if unfinished is NOT_BEGUN:
            found = _framing(data, place)
            place = found.end() if found else place
            if place == len(data):
                return Records(spans, place, NOT_BEGUN)
            if data[place] != 0x7B:
                end = _skip_member(data, place)
                if end is None:
                    end = data.find(b"\n", place)  # no JSON: the line is somebody's to look at
                    if end < 0:
                        return Records(spans, place, NOT_BEGUN)
                    spans.append((place, end))
                elif end < 0:
                    return Records(spans, place, NOT_BEGUN)
                place = end
                continue
            line_end = _whole_line(data, place)
            if line_end:
                spans.append((place, line_end))
                place = line_end
                continue
        inside = _envelope(data, place)
        if inside:
            place, unfinished = inside, NOT_BEGUN
            continue
        end, unfinished = _find_end(data, place, unfinished)
        if end is None:
            return Records(spans, place, unfinished)
        spans.append((place, end))
        place = end


def iter_records(data: bytes) -> Iterator[bytes]:
    """The whole records of ``data``."""
    for begin, end in split_records(data).spans:
        yield data[begin:end]


def cut_short(data: bytes) -> bytes | None:
    """A record of which only the beginning is there, ended after its last whole member or element, however deep that
    lies, and closed; None when it has none."""
    place, last = 0, 0
    closers: list[int] = []
    left_open = b""
    while found := _next_mark(data, place):
        place = found.end()
        mark = data[place - 1]
        if mark in _OPENING:
            closers.append(_CLOSERS[mark])
            continue
        if mark == _COMMA:
            last = place - 1
        else:
            if closers:
                closers.pop()
            last = place
        left_open = bytes(reversed(closers))
    return data[:last] + left_open if last > 1 else None


def _whole_line(data: bytes, place: int) -> int:
    """The end of the record that begins here and is all of its line; 0 when that is not sure at a glance."""
    line_end = data.find(b"\n", place)
    if line_end < 0:
        return 0
    line = data[place:line_end].rstrip(b" \t\r,")
    if not line.endswith(b"}") or _holds_listed(line[:_ENVELOPE_WITHIN]):
        return 0
    try:
        _look_through(line)
    except (msgspec.DecodeError, RecursionError):
        return 0
    return place + len(line)


def _holds_listed(line: bytes) -> bool:
    """Whether ``_listed`` is in the line. From its brackets, which are few: looking at every quote takes ten times as
    long, and every line is looked through."""
    for before in line.split(b"[")[:-1]:
        name = before.rstrip()
        if name.endswith(b":"):
            name = name[:-1].rstrip()
            if name.endswith(b'"') and name[name.rfind(b'"', 0, -1) + 1 : -1].lower() in ENVELOPE_LISTS:
                return True
    return False


def _envelope(data: bytes, place: int) -> int:
    """Where the list of the envelope that begins here begins; 0 when it is none."""
    depth, reached = 0, place
    for found in _listed.finditer(data, place, place + _ENVELOPE_WITHIN):
        while (bracket := _next_bracket(data, reached)) and bracket.end() < found.end():
            depth += 1 if data[bracket.end() - 1] in _OPENING else -1
            reached = bracket.end()
        if bracket and bracket.end() == found.end() and depth == 1:
            return 0 if _identified.search(data, place, found.start()) else found.end()
    return 0


def _skip_member(data: bytes, place: int) -> int | None:
    """Past one more member of the envelope, or up to its records; -1: more must come first, None: this is none."""
    name = _member(data, place)
    if name is None:
        return -1 if data[place : place + 1] == b'"' and data.find(b"\n", place) < 0 else None
    value = name.end()
    if value == len(data):
        return -1
    if data[value] == 0x5B and name[1].lower() in ENVELOPE_LISTS:
        return value + 1
    if data[value] in _OPENING:
        end, _ = _find_end(data, value, NOT_BEGUN)
        return -1 if end is None else end
    scalar = _scalar(data, value)
    if scalar is not None:
        return scalar.end()
    return None if data.find(b"\n", value) >= 0 else -1


def _find_end(data: bytes, begin: int, unfinished: Unfinished) -> tuple[int | None, Unfinished]:
    """The end of the object or list that begins at ``begin``; None and how far it was looked through."""
    place, depth = begin + unfinished.position, unfinished.depth
    while found := _next_bracket(data, place):
        bracket = found.end() - 1
        if data[bracket] in _OPENING:
            if depth and data[bracket - 1] == 0x0A and data[bracket] == 0x7B:
                if data.find(b"\n", bracket) < 0:  # that line must be whole before it can tell
                    return None, Unfinished(place - begin, depth)
                if _breaks_off(data, begin, bracket):
                    return bracket - 1, NOT_BEGUN
            depth += 1
        else:
            depth -= 1
        place = bracket + 1
        if depth <= 0:
            return place, NOT_BEGUN
    held = _up_to_bracket(data, place)
    quote = held.end() if held else place
    if quote < len(data):
        line_end = data.find(b"\n", quote)
        if line_end >= 0:  # no text runs over the end of a line: it broke off there
            return line_end, NOT_BEGUN
    return None, Unfinished(place - begin, depth)


def _breaks_off(data: bytes, begin: int, bracket: int) -> bool:
    """Whether the record at ``begin`` was cut off before ``bracket``, the first byte of a line: printers give what is
    inside a record an indent, or write all of it on one line."""
    line_end = data.find(b"\n", begin)
    is_compact = bool(data[begin + 1 : line_end].strip())
    if is_compact and _whole_line(data, bracket):
        return True
    stands_alone = not data[bracket + 1 : data.find(b"\n", bracket)].strip()
    return stands_alone and (is_compact or data[line_end + 1 : line_end + 2] in (b" ", b"\t"))


class Skimming:
    """Finds where a record ends that is too long to hold, piece by piece."""

    def __init__(self) -> None:
        self._depth = 0
        self._in_text = False
        self._escaped = False

    def take(self, piece: bytes) -> tuple[bytes, bytes | None]:
        """What is the record's, and what follows its end; None: it has not ended yet."""
        end = self.find_end(piece)
        return (piece, None) if end is None else (piece[:end], piece[end:])

    def find_end(self, piece: bytes) -> int | None:
        """Where in this piece the record ends, or breaks off at the end of a line; None: not in it."""
        place = 1 if self._escaped else 0
        self._escaped = False
        while found := (_inside_text if self._in_text else _outside_text)(piece, place):
            place = found.end()
            match found[0]:
                case b'"':
                    self._in_text = not self._in_text
                case b"\\":
                    self._escaped = place == len(piece)
                    place += 1
                case b"\n":
                    return place - 1
                case b"{" | b"[":
                    self._depth += 1
                case _:
                    self._depth -= 1
                    if self._depth <= 0:
                        return place
        return None
