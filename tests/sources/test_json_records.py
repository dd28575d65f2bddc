import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccm_tui.sources.json_records import (
    NOT_BEGUN,
    Skimming,
    _holds_listed,
    _listed,
    cut_short,
    iter_records,
    split_records,
)

_texts = st.text(max_size=12) | st.sampled_from(['"', "\\", "}{", "[{", '"events": [', "},{", "\n{", "\\\\"])
_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | _texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_texts, inner, max_size=3),
    max_leaves=8,
)
_objects = st.lists(st.dictionaries(st.text(max_size=4).map("k".__add__), _values, max_size=4), min_size=1, max_size=5)
_layouts = st.sampled_from(["lines", "concatenated", "array", "array of lines", "envelope", "crlf"])
_indents = st.sampled_from([None, 1, 4])


def _write(objects: list[dict[str, Any]], layout: str, indent: int | None) -> bytes:
    texts = [json.dumps(one, indent=indent) for one in objects]
    match layout:
        case "concatenated":
            text = "".join(texts)
        case "array":
            text = f"[{','.join(texts)}]\n"
        case "array of lines":
            text = "[\n" + ",\n".join(texts) + "\n]\n"
        case "envelope":
            inside = ", ".join(texts)
            text = f'{{"meta": {{"page": [1, {{"x": 2}}]}}, "events": [{inside}], "total": 3, "more": [{{"y": 1}}]}}\n'
        case "crlf":
            text = "\r\n".join(texts) + "\r\n"
        case _:
            text = "\n".join(texts) + "\n"
    return text.encode()


def _split_by(data: bytes, cuts: list[int]) -> tuple[list[bytes], bytes]:
    """The records of a stream that comes in pieces, and what is left."""
    found: list[bytes] = []
    rest, unfinished, begin = b"", NOT_BEGUN, 0
    for end in [*sorted(cut % (len(data) + 1) for cut in cuts), len(data)]:
        piece, begin = rest + data[begin:end], end
        records = split_records(piece, unfinished)
        found += [piece[first:last] for first, last in records.spans]
        rest, unfinished = piece[records.consumed :], records.unfinished
    return found, rest


@given(_objects, _layouts, _indents, st.lists(st.integers(0, 5000), max_size=12))
def test_records_are_found_however_they_are_written_and_cut(
    objects: list[dict[str, Any]], layout: str, indent: int | None, cuts: list[int]
) -> None:
    found, rest = _split_by(_write(objects, layout, indent), cuts)
    assert [json.loads(record) for record in found] == objects
    assert rest == b""


@given(_objects, _indents, st.lists(st.integers(0, 5000), max_size=12))
def test_the_end_of_a_record_too_long_to_hold_is_found(
    objects: list[dict[str, Any]], indent: int | None, cuts: list[int]
) -> None:
    first = json.dumps(objects[0], indent=indent).encode()
    # Line ends are cut off before they get here, as JSON has none inside its texts
    data = first.replace(b"\n", b" ") + b"\n" + json.dumps(objects).encode()
    skimming, begin = Skimming(), 0
    for end in [*sorted(cut % (len(data) + 1) for cut in cuts), len(data)]:
        place = skimming.find_end(data[begin:end])
        if place is not None:
            assert begin + place == len(first)
            return
        begin = end
    pytest.fail("no end found")


@pytest.mark.parametrize("step", [1, 3, 7, 1000])
@pytest.mark.parametrize(
    ("damaged", "records"),
    [
        (b'{"a": "cut o\n{"b":1}\n{"c":2}\n', [b'{"a": "cut o', b'{"b":1}', b'{"c":2}']),
        (b'{"a": 1, "b":\n{"b":1}\n{"c":2}\n', [b'{"a": 1, "b":', b'{"b":1}', b'{"c":2}']),
        (b'{\n  "a": 1,\n{\n  "b": 1\n}\n{"c":2}\n', [b'{\n  "a": 1,', b'{\n  "b": 1\n}', b'{"c":2}']),
        (b'no JSON\n{"b":1}\n} ] \nERR {"x":1} y\n{"c":2}', [b"no JSON", b'{"b":1}', b'ERR {"x":1} y', b'{"c":2}']),
    ],
)
def test_damage_ends_with_its_record(damaged: bytes, records: list[bytes], step: int) -> None:
    assert _split_by(damaged, list(range(step, len(damaged), step))) == (records, b"")


def test_an_unfinished_record_waits() -> None:
    found, rest = _split_by(b'{"a":1}{"b": {"c":1', [])
    assert (found, rest) == ([b'{"a":1}'], b'{"b": {"c":1')
    assert list(iter_records(b'\xef\xbb\xbf{"a":1} {"b"')) == [b'{"a":1}']


@pytest.mark.parametrize("step", [1, 3, 7, 1000])
def test_what_an_event_socket_says_between_records_is_framing(step: int) -> None:
    stream = b'Content-Length: 7\nContent-Type: text/event-json\n\n{"a":1}Content-Length: 7\r\n\r\n{"b":2}\nContent'
    found, rest = _split_by(stream, list(range(step, len(stream), step)))
    assert (found, rest) == ([b'{"a":1}', b'{"b":2}'], b"Content")


def test_a_key_inside_a_record_makes_no_envelope() -> None:
    record = b'{"a": {"events": [{"b": 1}]}, "t": "\\"events\\": [{"}'
    assert list(iter_records(record)) == [record]


def test_a_bracket_in_a_text_is_none() -> None:
    assert list(iter_records(b'{"n":1,"records":[{"k{":null}]}\n{"a":"}{"}\n')) == [b'{"k{":null}', b'{"a":"}{"}']


def test_a_list_of_what_has_an_id_of_its_own_makes_no_envelope() -> None:
    record = b'{"conversationId":"1","participants":[],"surveys":[{"surveyId":"2"}]}'
    envelope = b'{"conversations":[' + record + b"," + record + b'],"totalHits":2}\n'
    assert list(iter_records(record)) == [record]
    assert list(iter_records(envelope)) == [record, record]


def test_the_whole_members_of_a_record_that_is_cut_short() -> None:
    assert cut_short(b'{"a":1,"b":{"c":[1,2]},"d":[{"x') == b'{"a":1,"b":{"c":[1,2]}}'
    assert cut_short(b'{"a":1,"b":2,"c') == b'{"a":1,"b":2}'
    assert cut_short(b'{"a":1,"b":[{"c":1},{"d":2,') == b'{"a":1,"b":[{"c":1},{"d":2}]}'
    assert cut_short(b'{"a":[1],"b":2,"c":[{"d":3,"e') == b'{"a":[1],"b":2,"c":[{"d":3}]}'
    assert cut_short(b'{"a":[{"b":1,"c') == b'{"a":[{"b":1}]}'
    assert cut_short(b'{"a":1') is None
    assert cut_short(b'{"a":[{"b":"x, y"},{"c":[1,{"d":"e, ') == b'{"a":[{"b":"x, y"},{"c":[1]}]}'


names = st.sampled_from(["records", "Events", "PAYLOAD", "Recordings", "items2", "it ems", 'x\\"items', ""])
blanks = st.sampled_from(["", " ", "\t ", "\r"])
members = st.builds(
    lambda name, before, after, value: f'"{name}"{before}:{after}{value}',
    names,
    blanks,
    blanks,
    st.sampled_from(["[", "[]", '"["', '"items":[', "{", "1", "[[{"]),
)


@given(st.lists(members | blanks | st.sampled_from(["[", '"', ":", ","]), max_size=6).map("".join))
def test_an_envelopes_list_is_seen_from_its_bracket(text: str) -> None:
    assert _holds_listed(text.encode()) == bool(_listed.search(text.encode()))


@given(_objects, _indents, st.data())
def test_a_record_that_is_cut_anywhere_is_json_as_far_as_it_goes(
    objects: list[dict[str, Any]], indent: int | None, data: st.DataObject
) -> None:
    text = json.dumps(objects[0], indent=indent).encode()
    cut = cut_short(text[: data.draw(st.integers(1, len(text)))])
    if cut is not None:
        found = json.loads(cut)
        assert found.keys() <= objects[0].keys()
