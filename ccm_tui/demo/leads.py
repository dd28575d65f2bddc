# ruff: noqa: S311 - a simulation, not a secret
"""The simulated leads: what they did about customers who gave a bad rating, and what they wrote about contacts. Some
follow-ups are taken, some done, some forgotten.

What they do is no line of a log: it goes into the demo's database, by the seed and each contact's id alone.
"""

import contextlib
import random
from collections.abc import Iterable
from pathlib import Path

from ccm_tui.demo.notes import Written, notes_about
from ccm_tui.demo.records import Record, VoiceLine
from ccm_tui.demo.seasons import HOUR_MS, MINUTE_MS
from ccm_tui.domain.events import EventKind
from ccm_tui.domain.follow_ups import Act, Answer, Change, FollowUpRule, Ratings, Step
from ccm_tui.domain.notes import Subject, SubjectKind
from ccm_tui.domain.surveys import parse_rating
from ccm_tui.errors import StoreError

LEADS = ("Marta Lund", "Ravi Shah", "Petra Vogel")
_NOTES = (
    "called back: the parcel was with the neighbours, all is well",
    "apologised, 10 EUR credit agreed",
    "wrong tariff corrected, customer confirmed",
    "called twice, then wrote: answered, and content",
    "explained the invoice, sends a new one to accounting",
)
_REASONS = ("answered the survey twice", "complaint is with legal already", "rating meant the carrier, not us")
_SITE = "main"

Kept = tuple[str, Act]
"""(native id, act)."""


def rating_of(record: Record) -> tuple[str, Answer] | None:
    """The contact that a record rates, and how, to the second where the log says no more."""
    if isinstance(record, VoiceLine):
        text, at_ms = str(record.parameters[0]), record.at_ms // 1000 * 1000
        contact = record.callid if record.event == "SURVEY" else None
    else:
        text, at_ms, contact = record.data.get("csat", ""), record.at_ms, record.contact
    rating = parse_rating(text)
    return None if contact is None or rating is None else (contact, Answer(Ratings(csat_milli=rating), at_ms))


def acts_about(contact: str, answer: Answer, seed: str, now_ms: int) -> list[Kept]:
    """What was done by now about a rating; nothing about one that is not bad."""
    if answer.given_at_ms is None or not FollowUpRule().bad(answer.ratings):
        return []
    dice = random.Random(f"{seed}/{contact}/lead")
    who, other = dice.sample(LEADS, 2)
    begun_ms = answer.given_at_ms + dice.randint(20 * MINUTE_MS, 9 * HOUR_MS)
    ended_ms = begun_ms + dice.randint(10 * MINUTE_MS, 20 * HOUR_MS)
    fate = dice.random()
    changes: list[tuple[int, str, Change]] = []
    if fate < 0.12:
        changes.append((begun_ms, who, Change(Step.ASSIGN, owner=other)))
    elif fate < 0.95:
        changes.append((begun_ms, who, Change(Step.TAKE)))
    if fate < 0.76:
        changes.append((ended_ms, other if fate < 0.12 else who, Change(Step.DONE, note=dice.choice(_NOTES))))
    elif fate < 0.88:
        changes.append((ended_ms, who, Change(Step.DISMISS, note=dice.choice(_REASONS))))
    return [(contact, Act(at_ms, by, change, answer)) for at_ms, by, change in changes if at_ms <= now_ms]


def begun_by(record: Record) -> tuple[str, int] | None:
    """The contact that a record brings into a queue, and when, as the log has it."""
    if isinstance(record, VoiceLine):
        return (record.callid, record.at_ms // 1000 * 1000) if record.event == "ENTERQUEUE" else None
    if record.kind is not EventKind.QUEUE_ENTERED or record.contact is None:
        return None
    return record.contact, record.at_ms


class Leads:
    """Watches what is logged, and keeps what the leads did about it."""

    def __init__(self, database: Path, seed: int, now_ms: int) -> None:
        self._database, self._seed, self._now_ms = database, str(seed), now_ms
        self._acts: list[Kept] = []
        self._notes: list[Written] = []
        self._began: dict[str, int] = {}

    def see(self, records: Iterable[Record]) -> None:
        """Take note of what was rated."""
        for record in records:
            begun = begun_by(record)
            if begun is not None:
                self._began.setdefault(*begun)
            rated = rating_of(record)
            if rated is None:
                continue
            contact, answer = rated
            self._acts += acts_about(contact, answer, self._seed, self._now_ms)
            began_at_ms = self._began.get(contact)
            if began_at_ms is not None:
                self._notes += notes_about(contact, began_at_ms, answer, LEADS, self._seed, self._now_ms)

    def write(self) -> None:
        """Into the database, which is made when this is the first to come."""
        from ccm_tui.store.engine import open_writer
        from ccm_tui.store.follow_ups import add_act
        from ccm_tui.store.names import contact_public_id
        from ccm_tui.store.notes import add_version, next_number

        acts, self._acts = self._acts, []
        notes, self._notes = self._notes, []
        self._began.clear()
        if not (acts or notes) or not self._database.parent.exists():
            return
        # The console was just left, or the disk is full: the floor has nothing to do with it, and goes on
        with contextlib.suppress(StoreError), open_writer(self._database) as store, store.writing() as cursor:
            for native_id, act in acts:
                add_act(cursor, _SITE, contact_public_id(_SITE, native_id), act)
            for contact, began_at_ms, versions in notes:
                number = next_number(cursor)
                subject = Subject(SubjectKind.CONTACT, _SITE, contact_public_id(_SITE, contact))
                for version in versions:
                    add_version(cursor, number, subject, version, began_at_ms=began_at_ms)
