"""What every format of JSON records needs: a record's keys whatever their case, and values of the type they should be.

A key that is missing, null or of another type than documented says nothing; only what a record cannot do without makes
it be rejected.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from ccm_tui.sources.base import LineRejected, Sample
from ccm_tui.sources.json_records import cut_short, split_records

Keys = Mapping[str, Any]
"""An object's members under their names in lower case. Of two that differ by case only, the first counts."""

_UNREADABLE = (msgspec.DecodeError, UnicodeEncodeError, RecursionError)
_decode = msgspec.json.Decoder(dict[str, Any]).decode
_LONGEST_SECONDS = 1_000_000_000


def parse_object(text: str) -> dict[str, Any]:
    """The record as written. Raises LineRejected."""
    try:
        return _decode(text)
    except RecursionError:
        msg = "not JSON: nested too deeply"
        raise LineRejected(msg) from None
    except _UNREADABLE as error:
        msg = f"not a JSON object: {error}"
        raise LineRejected(msg) from None


def keys_of(value: object) -> Keys:
    """An object's members; none for anything else."""
    if not isinstance(value, dict):
        return {}
    keys = {key.lower(): member for key, member in value.items()}
    if len(keys) < len(value):
        keys = {key.lower(): member for key, member in reversed(value.items())}
    return keys


def text_of(value: object) -> str | None:
    """A text or a number as text; None for anything else, and for nothing but blanks."""
    if isinstance(value, str):
        return value if value.strip() else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return msgspec.json.encode(value).decode()
    return None


def milliseconds_of(seconds: object) -> int | None:
    """A duration in seconds, as a number or its text; None when it is none, or below 0."""
    if type(seconds) is int:  # as nearly always
        return seconds * 1000 if 0 <= seconds <= _LONGEST_SECONDS else None
    if isinstance(seconds, str):
        try:
            seconds = float(seconds)
        except ValueError:
            return None
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= _LONGEST_SECONDS:
        return None
    return round(seconds * 1000)


def flatten(value: object, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every member with a value as ``Outer.Inner`` and its text; lists as JSON."""
    if isinstance(value, dict):
        for key, member in value.items():
            yield from flatten(member, f"{prefix}.{key}" if prefix else key)
    elif value is not None and prefix:
        yield prefix, value if isinstance(value, str) else msgspec.json.encode(value).decode()


def sample_objects(sample: Sample) -> list[Keys]:
    """The first records of a sample; of a single one that is longer than the sample, as much as there is."""
    data = "\n".join(sample.lines).encode("utf-8", "replace")
    if not sample.unfinished:
        data += b"\n"
    found = split_records(data)
    pieces: list[bytes | None] = [data[begin:end] for begin, end in found.spans[:10]]
    if not pieces and found.consumed < len(data):
        pieces = [cut_short(data[found.consumed :])]
    objects: list[Keys] = []
    for piece in pieces:
        try:
            objects.append(keys_of(_decode(piece or b"")))
        except _UNREADABLE:
            continue
    return objects
