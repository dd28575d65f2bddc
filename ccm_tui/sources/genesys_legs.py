"""The parts of a Genesys Cloud conversation: who took part over which medium, and what he did when.

A participant's session is one leg here, its segments are stretches. Ids are as the source gives them; instants are
milliseconds since 1970 UTC, figures of time milliseconds, as Genesys measures them.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import tzinfo
from typing import NamedTuple

from ccm_tui.domain.events import Channel
from ccm_tui.sources.json_objects import Keys, keys_of, text_of
from ccm_tui.sources.timestamps import parse_iso

CHANNELS = {
    "voice": Channel.VOICE,
    "chat": Channel.CHAT,
    "callback": Channel.CALLBACK,
    "email": Channel.EMAIL,
    "message": Channel.MESSAGE,
}
"""Media that a customer reaches us over; of others (cobrowse, screenshare, ...) a conversation only makes use."""
CUSTOMERS = ("customer", "external")
AGENTS = ("agent", "user")
QUEUES = ("acd",)
_WITH_CUSTOMER = ("interact", "hold", "parked")
_LISTENING = ("monitoredparticipantid", "coachedparticipantid", "bargedparticipantid")
_SCHEMES = ("tel:", "sip:", "mailto:")
_LONGEST_MS = 100_000_000_000
"""Some three years; no figure reaches back before the times that are believed."""


class Stretch(NamedTuple):
    """One segment: what a participant did without a break."""

    kind: str
    """In lower case: system, ivr, delay, dialing, contacting, alert, interact, hold, wrapup, ..."""
    start_ms: int
    end_ms: int | None
    """None: it goes on."""
    keys: Keys

    @property
    def disconnect(self) -> str:
        """Why the leg ended with it, in lower case; empty where it did not."""
        return (text_of(self.keys.get("disconnecttype")) or "").lower().replace(".", "")


class Leg(NamedTuple):
    """One session of one participant."""

    participant: str
    purpose: str
    user: str | None
    """The agent's id; None of whoever is none."""
    name: str | None
    medium: str
    keys: Keys
    stretches: Sequence[Stretch]
    """By their beginning."""
    metrics: Mapping[str, Sequence[tuple[int | None, int]]]
    """Name in lower case -> when it was measured (None: not said), and the figure; in order of time."""

    def of_kind(self, *kinds: str) -> Iterator[Stretch]:
        """The stretches of these kinds."""
        return (stretch for stretch in self.stretches if stretch.kind in kinds)

    def figure(self, *names: str) -> int | None:
        """The sum of the first of these metrics that was measured; None: none was."""
        for name in names:
            if name in self.metrics:
                return sum(value for _, value in self.metrics[name])
        return None

    def measured(self, *names: str) -> Iterator[int]:
        """When these metrics were."""
        return (at_ms for name in names for at_ms, _ in self.metrics.get(name, ()) if at_ms is not None)

    @property
    def channel(self) -> Channel:
        return CHANNELS[self.medium]

    @property
    def queue(self) -> str | None:
        """The queue that it is for."""
        return next((queue for stretch in self.stretches if (queue := text_of(stretch.keys.get("queueid")))), None)

    @property
    def began_ms(self) -> int | None:
        """None: nothing says when."""
        if self.stretches:
            return self.stretches[0].start_ms
        return min(
            (
                at_ms - (value if name.startswith("t") else 0)
                for name, figures in self.metrics.items()
                for at_ms, value in figures
                if at_ms is not None
            ),
            default=None,
        )

    @property
    def answered_ms(self) -> int | None:
        """When the conversation began; None: there was none."""
        answer = next(self.of_kind("interact"), None)
        if answer is not None:
            return answer.start_ms
        return None if self.stretches else next(self.measured("tanswered"), None)

    @property
    def over_ms(self) -> int | None:
        """When the conversation ended; None: it goes on, or there was none."""
        talks = list(self.of_kind(*_WITH_CUSTOMER))
        if not talks:
            return max(self.measured("ttalkcomplete", "ttalk", "theldcomplete", "theld"), default=None)
        ends = [stretch.end_ms for stretch in talks if stretch.end_ms is not None]
        return max(ends) if len(ends) == len(talks) else None

    @property
    def ended_ms(self) -> int | None:
        """When the last stretch but wrap-up ended; None: it goes on, or nothing says when."""
        found = [stretch.end_ms for stretch in self.stretches if stretch.kind != "wrapup"]
        ends = [end_ms for end_ms in found if end_ms is not None]
        return max(ends, default=None) if len(ends) == len(found) else None

    @property
    def disconnect(self) -> str:
        """Why it ended, by its last stretch that says so; empty: not said."""
        return next((stretch.disconnect for stretch in reversed(self.stretches) if stretch.disconnect), "")

    @property
    def transferred(self) -> bool:
        """Whether whoever was on it passed the customer on."""
        if any("transfer" in stretch.disconnect for stretch in self.of_kind(*_WITH_CUSTOMER, "wrapup")):
            return True
        return bool(self.figure("nblindtransferred") or self.figure("nconsulttransferred"))

    @property
    def last_alert(self) -> Stretch | None:
        return next((stretch for stretch in reversed(self.stretches) if stretch.kind == "alert"), None)

    def ring_ms(self, answered_ms: int) -> int | None:
        """How long it rang before the answer; None: not told."""
        alerts = [stretch for stretch in self.of_kind("alert") if stretch.start_ms <= answered_ms]
        if alerts:
            return min(alerts[-1].end_ms or answered_ms, answered_ms) - alerts[-1].start_ms
        return self.figure("talert")

    @property
    def hold_ms(self) -> int | None:
        """0 where the stretches show none; None where only figures are told, and none of hold."""
        held_ms = self.figure("theld", "theldcomplete")
        if held_ms is None and self.stretches:
            held_ms = sum((hold.end_ms or hold.start_ms) - hold.start_ms for hold in self.of_kind("hold"))
        return held_ms

    @property
    def acw_ms(self) -> int | None:
        """None: none was told of, or it goes on."""
        acw_ms = self.figure("tacw")
        wrap_ups = [(stretch.start_ms, stretch.end_ms) for stretch in self.of_kind("wrapup")]
        if acw_ms is None and wrap_ups:
            ended = [end_ms - start_ms for start_ms, end_ms in wrap_ups if end_ms is not None]
            acw_ms = sum(ended) if len(ended) == len(wrap_ups) else None
        return acw_ms

    @property
    def wrap_up_code(self) -> str | None:
        """The last one given."""
        codes = [code for stretch in self.of_kind("wrapup") if (code := text_of(stretch.keys.get("wrapupcode")))]
        return codes[-1] if codes else None


def read_legs(record: Keys, zone: tzinfo) -> list[Leg]:
    """Every leg of a conversation over a medium that a customer uses, without those of listeners; where a conversation
    has ended, so has all of it. Raises LineRejected on a text that is no time."""
    ended_ms = instant(record, "conversationend", zone)
    return [
        leg
        for participant in _objects(record.get("participants"))
        for session in _objects(participant.get("sessions"))
        if (leg := _read_leg(participant, session, ended_ms, zone)).medium in CHANNELS
        and not any(text_of(session.get(name)) for name in _LISTENING)
    ]


def legs_of(legs: Collection[Leg], purposes: Collection[str]) -> list[Leg]:
    """Those of participants with one of these purposes that anything dates, by their beginning."""
    dated = [(began_ms, leg) for leg in legs if leg.purpose in purposes and (began_ms := leg.began_ms) is not None]
    return [leg for _, leg in sorted(dated, key=lambda pair: pair[0])]


def instant(keys: Keys, name: str, zone: tzinfo) -> int | None:
    """An instant; None where there is none. Raises LineRejected on a text that is none."""
    value = keys.get(name)
    return parse_iso(value, zone) if isinstance(value, str) and value.strip() else None


def address_of(value: object) -> str | None:
    """A number or address without its scheme; of several the first."""
    if isinstance(value, list):
        return next(filter(None, map(address_of, value)), None)
    text = text_of(value)
    if text is None:
        return None
    for scheme in _SCHEMES:
        if text.lower().startswith(scheme):
            text = text[len(scheme) :].partition(";")[0]
    return text if text.strip() else None


def latest_instant(record: Keys, legs: Collection[Leg], zone: tzinfo) -> int | None:
    """The newest thing that a record tells of: what makes it newer than another of its conversation."""
    instants = [instant(record, name, zone) for name in ("conversationstart", "conversationend")]
    for survey in _objects(record.get("surveys")):
        instants += [instant(survey, name, zone) for name in ("eventtime", "surveycompleteddate")]
    for leg in legs:
        instants += [at_ms for figures in leg.metrics.values() for at_ms, _ in figures]
        instants += [at_ms for stretch in leg.stretches for at_ms in (stretch.start_ms, stretch.end_ms)]
    return max((at_ms for at_ms in instants if at_ms is not None), default=None)


def _objects(value: object) -> Iterator[Keys]:
    return (keys_of(one) for one in value if isinstance(one, dict)) if isinstance(value, list) else iter(())


def _read_leg(participant: Keys, session: Keys, ended_ms: int | None, zone: tzinfo) -> Leg:
    return Leg(
        text_of(participant.get("participantid")) or "",
        (text_of(participant.get("purpose")) or "").lower(),
        text_of(participant.get("userid")),
        text_of(participant.get("participantname")),
        (text_of(session.get("mediatype")) or "").lower(),
        session,
        sorted(_read_stretches(session, ended_ms, zone), key=lambda stretch: stretch.start_ms),
        _read_metrics(session, zone),
    )


def _read_stretches(session: Keys, ended_ms: int | None, zone: tzinfo) -> Iterator[Stretch]:
    for keys in _objects(session.get("segments")):
        start_ms = instant(keys, "segmentstart", zone)
        if start_ms is None:
            continue
        end_ms = instant(keys, "segmentend", zone)
        end_ms = ended_ms if end_ms is None else end_ms
        kind = (text_of(keys.get("segmenttype")) or "").lower()
        yield Stretch(kind, start_ms, None if end_ms is None else max(start_ms, end_ms), keys)


def _read_metrics(session: Keys, zone: tzinfo) -> Mapping[str, Sequence[tuple[int | None, int]]]:
    metrics: dict[str, list[tuple[int | None, int]]] = {}
    for keys in _objects(session.get("metrics")):
        name, value = text_of(keys.get("name")), keys.get("value")
        if name is None or isinstance(value, bool) or not isinstance(value, int | float):
            continue
        if 0 <= value <= _LONGEST_MS:
            metrics.setdefault(name.lower(), []).append((instant(keys, "emitdate", zone), round(value)))
    return {name: sorted(figures, key=lambda pair: pair[0] or 0) for name, figures in metrics.items()}
