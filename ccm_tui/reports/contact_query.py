"""The query language of the Contacts screen: what is typed, taken apart, with the place of whatever is wrong.

    queue:sales -agent:1127 channel:chat,email outcome:abandoned wait:>60 talk:30..90 csat:<=2 from:yesterday refund*

Terms stand between blanks and all must hold; ``-`` or ``!`` before one turns it round; a comma means either. What has
no field is looked for in conversations and notes: words in any order, "exact words" together, ``word*`` the beginning
of a word. A number alone is a customer's or a contact's.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from difflib import get_close_matches
from typing import NamedTuple

from ccm_tui.domain.events import Channel, Direction, EndedBy
from ccm_tui.domain.opening import parse_days
from ccm_tui.domain.segments import Outcome
from ccm_tui.domain.turns import Sentiment
from ccm_tui.errors import UsageError
from ccm_tui.reports.moments import Moment, parse_moment
from ccm_tui.store.search_conditions import ANSWERED, Filter


class QueryError(UsageError):
    """What is wrong with a query, and where: ``text[start:end]``."""

    def __init__(self, what: str, hint: str, start: int, end: int) -> None:
        super().__init__(what, hint)
        self.start = start
        self.end = end


class ContactQuery(NamedTuple):
    """What is looked for. All filters must hold."""

    filters: tuple[Filter, ...] = ()
    start: Moment | None = None
    end: Moment | None = None
    day: Moment | None = None
    """``on:``: one day, instead of start and end."""


class _Token(NamedTuple):
    start: int
    end: int
    negated: bool
    field: str
    """Lower case; empty for a word without a field."""
    field_end: int
    value: str
    quoted: bool


# -word  field:value  field:"two words"  "two words"; a quote left open reaches to the end
_TOKEN = re.compile(r'(?P<not>[-!])?(?:(?P<field>[A-Za-z_]+):)?(?P<value>(?:"[^"]*(?:"|$)|[^\s"])*)')
_NUMBER_LIKE = re.compile(r"\+?[\d][\d .()/-]{3,}\d|\+?\d{4,}(?:\.\d+)?", re.ASCII)
_CLOCK = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{2})", re.ASCII)
_SECONDS = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|min|h)?", re.ASCII)
_HOURS = re.compile(r"(\d{1,2})(?:(?:\.\.|-)(\d{1,2}))?", re.ASCII)
_UNITS = {None: 1000, "ms": 1, "s": 1000, "m": 60_000, "min": 60_000, "h": 3_600_000}
_COMPARED = re.compile(r"(>=|<=|>|<|=)?(.*)", re.DOTALL)

_ALIASES = {
    "q": "queue",
    "a": "agent",
    "ch": "channel",
    "dir": "direction",
    "ended": "ended_by",
    "c": "customer",
    "contact": "id",
    "since": "from",
    "after": "from",
    "until": "to",
    "before": "to",
    "urgent_issues": "urgent",
    "s": "sentiment",
}
_NAMED = ("queue", "agent", "team", "site", "customer", "id", "reason")
"""Fields whose values are names in the logs: ``*`` stands for any text in them."""
_DURATIONS = ("wait", "talk", "hold", "acw", "handle")
_RATINGS = ("csat", "nps", "ces")
_COUNTS = ("purchases", "urgent")
_AMOUNTS = ("value",)
_DATES = ("from", "to", "on")
_CLOCKED = ("hour", "weekday")
"""By the site's clock, the day of the week being that of the business day."""
HAS = ("transcript", "note", "recording", "survey", "link", "reason", "profile")
FLAGS = ("unreached", "no_end", "no_entry", "hidden_transfer")
OUTCOME_WORDS: Mapping[str, str] = {
    "timeout": "exited_timeout",
    "key": "exited_key",
    "empty": "exited_empty",
    "moved": "transferred_out",
    "talking": "in_progress",
}
"""Short words for some outcomes, as the screen shows them too."""
_WORDS: Mapping[str, Mapping[str, str]] = {
    "channel": {each.value: each.value for each in Channel} | {"mail": "email", "phone": "voice", "call": "voice"},
    "direction": {each.value: each.value for each in Direction} | {"in": "inbound", "out": "outbound"},
    "outcome": {each.value: each.value for each in Outcome} | {ANSWERED: ANSWERED, **OUTCOME_WORDS},
    "ended_by": {each.value: each.value for each in EndedBy},
    "sentiment": {each.value: each.value for each in Sentiment} | {"neg": "negative", "pos": "positive"},
    "has": {each: each for each in HAS},
    "flag": {each: each for each in FLAGS},
}
"""Fields with few values, and what is written for each."""
FIELDS = (*_NAMED, *_WORDS, *_DURATIONS, *_RATINGS, *_AMOUNTS, *_COUNTS, *_DATES, *_CLOCKED)


def parse_query(text: str) -> ContactQuery:
    """What a text looks for; nothing but blanks: every contact. Raises QueryError."""
    filters: list[Filter] = []
    moments: dict[str, Moment] = {}
    for token in _tokens(text):
        if not token.field:
            filters.append(_word(token))
        elif token.field in _DATES:
            moments[token.field] = _moment(token)
        else:
            filters.append(_READERS[token.field](token))
    return ContactQuery(tuple(filters), moments.get("from"), moments.get("to"), moments.get("on"))


def _tokens(text: str) -> Iterator[_Token]:
    for found in _TOKEN.finditer(text):
        if not found[0]:
            continue
        written, value = found["field"], found["value"]
        negated = found["not"] is not None
        quoted = '"' in value
        if not written:
            if value.strip('"').strip():
                yield _Token(found.start(), found.end(), negated, "", found.start("value"), value, quoted)
            continue
        field = _ALIASES.get(written.lower(), written.lower())
        if field not in FIELDS:
            if value.startswith("//"):  # an address, not a field
                yield _Token(found.start(), found.end(), negated, "", found.start(), f"{written}:{value}", quoted)
                continue
            near = get_close_matches(field, [*FIELDS, *_ALIASES], n=1)
            hint = f"did you mean {near[0]}:" if near else f"fields: {', '.join(FIELDS)}"
            raise QueryError(f"no field {written}:", hint, found.start("field"), found.end("field") + 1)
        if not value.strip('"').strip():
            raise QueryError(f"{written}: what?", _example(field), found.start(), found.end())
        yield _Token(found.start(), found.end(), negated, field, found.start("value"), value, quoted)


def _example(field: str) -> str:
    if field in _WORDS:
        return ", ".join(_WORDS[field])
    if field in _DURATIONS:
        return f"{field}:>60  {field}:<1:30  {field}:2m..5m"
    if field in _RATINGS:
        return f"{field}:<=2  {field}:5"
    if field in _AMOUNTS:
        return f"{field}:>1000  {field}:50..99.50"
    if field in _COUNTS:
        return f"{field}:>0  {field}:>=3  {field}:1..5"
    if field == "hour":
        return "hour:9  hour:9..11  hour:22..5"
    if field == "weekday":
        return "weekday:mon  weekday:mon-fri  weekday:sat,sun"
    if field in _DATES:
        return f"{field}:yesterday  {field}:2026-11-22  {field}:2026-11-22T14:30"
    return f"{field}:name  {field}:name,other  {field}:begin*"


def _alternatives(token: _Token) -> Iterator[tuple[int, int, str]]:
    """What stands between commas, with its place: (start, end, text). A comma in quotes is text."""
    for part in re.finditer(r'(?:"[^"]*(?:"|$)|[^,"])+', token.value):
        text = part[0].replace('"', "").strip()
        if text:
            yield token.field_end + part.start(), token.field_end + part.end(), text


def _word(token: _Token) -> Filter:
    text = token.value.replace('"', "").strip()
    if not token.quoted and _NUMBER_LIKE.fullmatch(text):
        return Filter("number", token.negated, (text,), place=(token.start, token.end))
    name = "phrase" if token.quoted else "word"
    if not any(character.isalnum() for character in text):
        raise QueryError(f"{text} is no word", "words are letters and digits", token.start, token.end)
    return Filter(name, token.negated, (text,), place=(token.start, token.end))


def _named(token: _Token) -> Filter:
    values = tuple(text for _, _, text in _alternatives(token))
    return Filter(token.field, token.negated, values, place=(token.start, token.end))


def _one_of(token: _Token) -> Filter:
    known = _WORDS[token.field]
    values = []
    for start, end, text in _alternatives(token):
        word = text.lower().replace("-", "_")
        begun = [each for each in known if each.startswith(word)]
        if word not in known and len({known[each] for each in begun}) == 1:
            word = begun[0]
        if word not in known:
            near = get_close_matches(word, known, n=1)
            hint = f"did you mean {near[0]}?" if near else ", ".join(known)
            raise QueryError(f"{token.field} cannot be {text}", hint, start, end)
        values.append(known[word])
    return Filter(token.field, token.negated, tuple(values), place=(token.start, token.end))


def _duration(text: str) -> int | None:
    """Milliseconds; None when it is no duration."""
    clock = _CLOCK.fullmatch(text)
    if clock is not None:
        return ((int(clock[1] or 0) * 60 + int(clock[2])) * 60 + int(clock[3])) * 1000
    seconds = _SECONDS.fullmatch(text)
    return None if seconds is None or len(text) > 12 else round(float(seconds[1]) * _UNITS[seconds[2]])


def _rating(text: str) -> int | None:
    """Thousandths; None when it is no rating."""
    found = re.fullmatch(r"\d{1,3}(?:[.,]\d{1,3})?", text, re.ASCII)
    return None if found is None else round(float(text.replace(",", ".")) * 1000)


def _amount(text: str) -> int | None:
    """Thousandths; None when it is no amount."""
    found = re.fullmatch(r"-?\d{1,12}(?:[.,]\d{1,3})?", text, re.ASCII)
    return None if found is None else round(Decimal(text.replace(",", ".")) * 1000)


def _count(text: str) -> int | None:
    return int(text) if re.fullmatch(r"\d{1,9}", text, re.ASCII) else None


def _compared(token: _Token, read: Callable[[str], int | None], step: int, what: str) -> Filter:
    """``>60``, ``<=2``, ``30..60`` (both ends in), ``60``. Low is in, high is not."""
    text = token.value.replace('"', "").strip()
    first, dots, second = text.partition("..")
    if dots:
        ends = (read(first), read(second))
        low, last = ends
        if low is not None and last is not None:
            return Filter(token.field, token.negated, low=low, high=last + step, place=(token.start, token.end))
    found = _COMPARED.fullmatch(text)
    value = None if found is None or dots else read(found[2].strip())
    if found is None or value is None:
        raise QueryError(
            f"{token.field} cannot be {text}", f"{what}: {_example(token.field)}", token.field_end, token.end
        )
    low_high = {
        ">": (value + 1, None),
        ">=": (value, None),
        "<": (None, value),
        "<=": (None, value + 1),
    }.get(found[1] or "=", (value, value + step))
    return Filter(token.field, token.negated, low=low_high[0], high=low_high[1], place=(token.start, token.end))


def _compare_duration(token: _Token) -> Filter:
    return _compared(token, _duration, 1000, "seconds, minutes:seconds or 2m")


def _compare_rating(token: _Token) -> Filter:
    return _compared(token, _rating, 1, "a number")


def _compare_amount(token: _Token) -> Filter:
    return _compared(token, _amount, 1, "a number")


def _compare_count(token: _Token) -> Filter:
    return _compared(token, _count, 1, "a whole number")


def _hours(token: _Token) -> Filter:
    """``9``: from 9:00 to 9:59; ``9..11``: to 11:59; ``22..5``: over midnight."""
    hours: set[int] = set()
    for start, end, text in _alternatives(token):
        found = _HOURS.fullmatch(text)
        first, last = (int(found[1]), int(found[2] or found[1])) if found else (24, 24)
        if first > 23 or last > 23:
            raise QueryError(f"hour cannot be {text}", f"0 to 23: {_example('hour')}", start, end)
        hours.update((first + step) % 24 for step in range((last - first) % 24 + 1))
    return Filter("hour", token.negated, tuple(map(str, sorted(hours))), place=(token.start, token.end))


def _weekdays(token: _Token) -> Filter:
    days: set[int] = set()
    for start, end, text in _alternatives(token):
        try:
            days |= parse_days(text.replace("..", "-"))
        except UsageError as error:
            raise QueryError(str(error), error.hint, start, end) from None
    return Filter("weekday", token.negated, tuple(map(str, sorted(days))), place=(token.start, token.end))


def _moment(token: _Token) -> Moment:
    if token.negated:
        raise QueryError(
            f"{token.field}: cannot be turned round", "from: and to: bound a period", token.start, token.end
        )
    try:
        return parse_moment(token.value.replace('"', ""), token.field)
    except UsageError as error:
        raise QueryError(str(error), error.hint, token.field_end, token.end) from None


_READERS: Mapping[str, Callable[[_Token], Filter]] = {
    **dict.fromkeys(_NAMED, _named),
    **dict.fromkeys(_WORDS, _one_of),
    **dict.fromkeys(_DURATIONS, _compare_duration),
    **dict.fromkeys(_RATINGS, _compare_rating),
    **dict.fromkeys(_AMOUNTS, _compare_amount),
    **dict.fromkeys(_COUNTS, _compare_count),
    "hour": _hours,
    "weekday": _weekdays,
}
