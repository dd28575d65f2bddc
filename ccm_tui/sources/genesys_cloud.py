"""Genesys Cloud conversation details: one JSON object a conversation, whole, and again whenever it is asked for.

    {"conversationId": "...", "conversationStart": "2026-03-02T09:00:00.000Z", "originatingDirection": "inbound",
     "participants": [{"purpose": "acd", "sessions": [{"mediaType": "voice", "segments": [...], "metrics": [...]}]}]}

The answer of a conversation detail query or job, ``{"conversations": [...]}``, holds many. A conversation that is still
open has no ``conversationEnd``; of several records of one, the one that tells of the newest instant counts. Queues,
agents and wrap-up codes are ids: what they are called is the configuration's to say.

Reference: https://developer.genesys.cloud/analyticsdatamanagement/analytics/detail/conversation-query , the members in
https://github.com/MyPureCloud/platform-client-sdk-python (AnalyticsConversation, AnalyticsSession,
AnalyticsConversationSegment), https://help.mypurecloud.com/articles/disconnect-reasons and
https://help.mypurecloud.com/articles/metric-definitions .
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo
from typing import Any

from ccm_tui.domain.events import NO_DATA, Channel, Direction, Event, EventKind
from ccm_tui.domain.facts import RECORDING, SURVEY
from ccm_tui.sources.base import LineContext, LineRejected, RecordKind, Sample
from ccm_tui.sources.genesys_legs import AGENTS, CUSTOMERS, Leg, address_of, instant, latest_instant, legs_of, read_legs
from ccm_tui.sources.genesys_visits import events_of_legs
from ccm_tui.sources.json_objects import Keys, flatten, keys_of, parse_object, sample_objects, text_of

_RECORDINGS = "/api/v2/conversations/{}/recordings"
"""Where the platform's interface has the recordings of a conversation; the details only say that there are some."""
_FACTS = {
    "messagetype": "message_type",
    "outboundcampaignid": "campaign",
    "callbackscheduledtime": "callback_scheduled",
    "provider": "provider",
}
"""What the customer's legs tell of the whole: member of a session -> fact."""


class GenesysCloud:
    """Conversation details of Genesys Cloud's analytics."""

    name = "genesys-cloud"
    title = "Genesys Cloud conversation details"
    reference_url = "https://developer.genesys.cloud/analyticsdatamanagement/analytics/detail/conversation-query"
    max_line_bytes = 16 << 20
    record_kind = RecordKind.JSON_OBJECTS

    def identify(self, sample: Sample) -> bool:
        """By content: objects with ``conversationId`` and ``conversationStart``, which no other system has."""
        return any(map(_is_conversation, sample_objects(sample)))

    def header(self, first_line: str) -> tuple[str, ...] | None:
        """None: the format has no header."""
        return None

    def parse(self, line: str, context: LineContext) -> Sequence[Event]:
        """The conversation from its beginning to its end. Raises LineRejected."""
        record = keys_of(parse_object(line))
        contact = text_of(record.get("conversationid"))
        if contact is None:
            msg = "no conversationId"
            raise LineRejected(msg)
        return _Conversation(record, contact, context.timezone).events()

    def fields(self, line: str, context: LineContext) -> Mapping[str, str]:
        """Every member that has a value, ``outer.inner``; lists as JSON."""
        return dict(flatten(parse_object(line)))


def _is_conversation(record: Keys) -> bool:
    return text_of(record.get("conversationid")) is not None and text_of(record.get("conversationstart")) is not None


class _Conversation:
    """One record, on its way to events."""

    def __init__(self, record: Keys, contact: str, zone: tzinfo) -> None:
        self._record = record
        self._zone = zone
        self._legs = read_legs(record, zone)
        self._customers = legs_of(self._legs, CUSTOMERS)
        newest_ms = latest_instant(record, self._legs, zone)
        if newest_ms is None:
            msg = "no time in the conversation"
            raise LineRejected(msg)
        self._newest_ms = newest_ms
        self._ended_ms = instant(record, "conversationend", zone)
        self._is_outbound = self._began_outbound()
        customer = self._customer()
        name = next((leg.name for leg in self._customers if leg.name), None)
        self._common: dict[str, Any] = {
            "contact": contact,
            "customer": customer,
            "customer_name": None if name == customer else name,
            # The end alone may be news: of two records with the same newest instant, the closed one is the newer
            "revision": newest_ms + (self._ended_ms is not None),
        }

    def events(self) -> Sequence[Event]:
        if not self._legs:
            return (self._noted(),)
        visits = events_of_legs(self._legs, is_outbound=self._is_outbound, common=self._common)
        began_ms = self._began_ms(visits)
        began = Event(
            EventKind.CONTACT_STARTED,
            began_ms,
            "conversationStart",
            channel=(self._customers or self._legs)[0].channel,
            direction=Direction.OUTBOUND if self._is_outbound else Direction.INBOUND,
            data=self._facts(),
            **self._common,
        )
        rest = [*visits, *self._ratings(began_ms)]
        gone_ms = self._gone_ms()
        if gone_ms is not None:
            rest.append(Event(EventKind.CONTACT_ENDED, max(gone_ms, began_ms), "conversationEnd", **self._common))
        return (began, *sorted(rest, key=lambda event: event.at_ms))

    def _noted(self) -> Event:
        """A conversation over media that no customer reaches us by."""
        at_ms = instant(self._record, "conversationstart", self._zone)
        return Event(EventKind.NOTED, self._newest_ms if at_ms is None else at_ms, "conversation", **self._common)

    def _began_ms(self, visits: Sequence[Event]) -> int:
        """The conversation's start, unless something in it is dated before; the first of everything without one."""
        at_ms = instant(self._record, "conversationstart", self._zone)
        found = [event.at_ms for event in visits[:1]] if at_ms is None else [at_ms, *(e.at_ms for e in visits[:1])]
        if at_ms is None:
            found += [began_ms for leg in self._legs if (began_ms := leg.began_ms) is not None]
        return min(found, default=self._newest_ms)

    def _gone_ms(self) -> int | None:
        """When the customer had gone: on a line before the wrap-up ends, in writing with the conversation. None: he is
        still here."""
        direct = [leg for leg in self._customers if not leg.channel.deferred]
        ends = [leg.ended_ms for leg in direct if leg.disconnect]
        known = [ended_ms for ended_ms in ends if ended_ms is not None]
        if direct and len(known) == len(self._customers):
            return max(known)
        return self._ended_ms

    def _began_outbound(self) -> bool:
        """Whether we began it: a campaign or an agent. A callback that no campaign makes is the customer's wish."""
        if any(text_of(leg.keys.get("outboundcampaignid")) for leg in self._legs):
            return True
        if any(leg.channel is Channel.CALLBACK for leg in self._legs):
            return False
        return (text_of(self._record.get("originatingdirection")) or "").lower() == "outbound"

    # -- who and what ------------------------------------------------------------------------------------------------

    def _customer(self) -> str | None:
        """Number or address of the customer: as his own legs tell it, else as those of agents see the other side."""
        dialled, calling = ("dnis", "addressto"), ("ani", "addressfrom")
        own = (*(dialled if self._is_outbound else calling), "addressself", "callbacknumbers", "remote")
        others = ("addressother", *(dialled if self._is_outbound else calling), "callbacknumbers", "remote")
        for legs, names in ((self._customers, own), (legs_of(self._legs, AGENTS), others)):
            for name in names:
                for leg in legs:
                    address = address_of(leg.keys.get(name))
                    if address is not None:
                        return address
        return None

    def _facts(self) -> Mapping[str, str]:
        record = self._record
        facts: dict[str, str | None] = {
            "flow": next((flow for leg in self._legs if leg.purpose == "ivr" and (flow := _flow(leg))), None),
            "dialled": None if self._is_outbound else self._first("dnis"),
            "subject": self._first_of_stretches("subject"),
            "note": self._notes(),
            "external_tag": text_of(record.get("externaltag")),
        }
        facts |= {fact: self._first(name) for name, fact in _FACTS.items()}
        if any(leg.keys.get("recording") is True for leg in self._legs):
            facts[RECORDING] = _RECORDINGS.format(self._common["contact"])
        found = {name: text for name, text in facts.items() if text is not None}
        found.update(self._attributes())
        return found or NO_DATA

    def _first(self, name: str) -> str | None:
        return next((text for leg in self._customers if (text := address_of(leg.keys.get(name)))), None)

    def _first_of_stretches(self, name: str) -> str | None:
        stretches = (stretch for leg in self._legs for stretch in leg.stretches)
        return next((text for stretch in stretches if (text := text_of(stretch.keys.get(name)))), None)

    def _notes(self) -> str | None:
        """What agents noted at wrap-up, a line each, in order."""
        wrap_ups = [stretch for leg in legs_of(self._legs, AGENTS) for stretch in leg.of_kind("wrapup")]
        notes = [note for stretch in wrap_ups if (note := text_of(stretch.keys.get("wrapupnote")))]
        return "\n".join(dict.fromkeys(notes)) or None

    def _attributes(self) -> Iterator[tuple[str, str]]:
        """The site's own data of the customer's side, which jobs give."""
        participants = self._record.get("participants")
        for participant in participants if isinstance(participants, list) else ():
            keys = keys_of(participant)
            attributes = keys.get("attributes")
            if isinstance(attributes, dict) and (text_of(keys.get("purpose")) or "").lower() in CUSTOMERS:
                yield from flatten(attributes, "attributes")

    def _ratings(self, began_ms: int) -> Iterator[Event]:
        """What the customer answered when asked afterwards: whether he recommends us, and the whole score."""
        surveys = self._record.get("surveys")
        for survey in map(keys_of, surveys if isinstance(surveys, list) else ()):
            at_ms = instant(survey, "surveycompleteddate", self._zone)
            told = {
                "nps": text_of(survey.get("surveypromoterscore")),
                f"{SURVEY}total_score": text_of(survey.get("osurveytotalscore")),
            }
            data = {name: text for name, text in told.items() if text is not None}
            if at_ms is not None and data:
                yield Event(
                    EventKind.DESCRIBED,
                    max(at_ms, began_ms),
                    "survey",
                    queue=text_of(survey.get("queueid")),
                    agent=text_of(survey.get("userid")),
                    data=data,
                    **self._common,
                )


def _flow(leg: Leg) -> str | None:
    flow = keys_of(leg.keys.get("flow"))
    return text_of(flow.get("flowname")) or text_of(flow.get("flowid")) or leg.name
