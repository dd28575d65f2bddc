"""ABCD, the Action-Based Conversations Dataset: role-played support chats, one JSON object a conversation.

    {"convo_id": 3592, "scenario": {"personal": {...}, "flow": "product_defect", "subflow": "return_size"},
     "original": [["agent", "Hi!"], ["action", "Account has been pulled up."], ...]}

Turns have an order and no time. Who the customer is stands in the scenario: invented, but handled as if it were true.
The whole set comes as one object with ``train``, ``dev`` and ``test``; ``jq '.train, .dev, .test'`` gives the lists.

Reference: https://github.com/asappresearch/abcd
"""

from collections.abc import Iterator, Mapping, Sequence

from ccm_tui.domain.events import UNDATED_MS, Channel, Event, EventKind
from ccm_tui.domain.turns import Speaker, turn_data
from ccm_tui.sources.base import LineContext, LineRejected, RecordKind, Sample
from ccm_tui.sources.json_objects import Keys, flatten, keys_of, parse_object, sample_objects, text_of

_SPEAKERS = {"agent": Speaker.AGENT, "customer": Speaker.CUSTOMER, "action": Speaker.SYSTEM}
_IDENTITIES = ("phone", "email", "username", "customer_name")
"""What the customer is known by, the best first."""
_NAME = "customer_name"


class Abcd:
    """Conversations of the ABCD data set."""

    name = "abcd"
    title = "ABCD dialogues"
    reference_url = "https://github.com/asappresearch/abcd"
    max_line_bytes = 16 << 20
    record_kind = RecordKind.JSON_OBJECTS

    def identify(self, sample: Sample) -> bool:
        """By content: objects with ``convo_id`` and an ``original`` conversation or a ``scenario``."""
        return any(
            "convo_id" in record and (isinstance(record.get("original"), list) or "scenario" in record)
            for record in sample_objects(sample)
        )

    def header(self, first_line: str) -> tuple[str, ...] | None:
        """None: the format has no header."""
        return None

    def parse(self, line: str, context: LineContext) -> Sequence[Event]:
        """Who came why, and each turn. Raises LineRejected."""
        record = keys_of(parse_object(line))
        contact = text_of(record.get("convo_id"))
        if contact is None:
            msg = "no convo_id"
            raise LineRejected(msg)
        return [*_described(keys_of(record.get("scenario")), contact), *_said(record.get("original"), contact)]

    def fields(self, line: str, context: LineContext) -> Mapping[str, str]:
        """Every member that has a value, ``outer.inner``; lists as JSON."""
        return dict(flatten(parse_object(line)))


def _described(scenario: Keys, contact: str) -> Iterator[Event]:
    personal = keys_of(scenario.get("personal"))
    known = [text for name in _IDENTITIES if (text := text_of(personal.get(name)))]
    reasons = (text_of(scenario.get(name)) for name in ("flow", "subflow"))
    level = text_of(personal.get("member_level"))
    yield Event(
        EventKind.DESCRIBED,
        UNDATED_MS,
        "scenario",
        contact,
        channel=Channel.CHAT,
        customer=next(iter(known), None),
        customer_name=text_of(personal.get(_NAME)),
        reason="/".join(filter(None, reasons)) or None,
        data={} if level is None else {"member_level": level},
    )
    for identity in known[1:]:
        # A contact has one customer; named here, the same person is masked under the other names too
        yield Event(EventKind.NOTED, UNDATED_MS, "personal", contact, customer=identity)


def _said(turns: object, contact: str) -> Iterator[Event]:
    for turn in turns if isinstance(turns, list) else ():
        if not isinstance(turn, list) or len(turn) < 2:
            continue
        label, text = (text_of(each) for each in turn[:2])
        if text is None:
            continue
        speaker = _SPEAKERS.get((label or "").strip().lower(), Speaker.UNKNOWN)
        data = turn_data(text, speaker, name=label)
        yield Event(EventKind.SAID, UNDATED_MS, "original", contact, data=data, revision=0)
