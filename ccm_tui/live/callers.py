"""Who of those waiting has been here before: how many contacts the same customer made in the days before this one."""

from collections.abc import Sequence
from typing import NamedTuple

from ccm_tui.domain.events import Channel
from ccm_tui.formatting.masking import NO_IDENTITY
from ccm_tui.live.snapshot import WaitingContact
from ccm_tui.store import usual as usual_store
from ccm_tui.store.customers import names_in_logs, profiles_of
from ccm_tui.store.engine import Store
from ccm_tui.store.usual import EarlierContact

REPEAT_MS = 7 * 24 * 3600 * 1000
LOOKED_AT = 50
"""So many of a queue's contacts are looked at, from the one served next: a screen shows no more."""
_KEPT = 5000

NOUNS = {
    Channel.VOICE: "call",
    Channel.CHAT: "chat",
    Channel.EMAIL: "mail",
    Channel.MESSAGE: "message",
    Channel.CALLBACK: "callback",
    Channel.TASK: "task",
}


class Earlier(NamedTuple):
    """Contacts of the same customer before this one, on any channel, in any queue, by any number of his profile."""

    week: int = 0
    """In the seven days before it."""
    today: int = 0
    """Of those: since the day began."""
    same_channel: bool = True
    """Whether all of them were of this one's channel."""

    def mark(self, channel: Channel) -> str:
        """``2nd call``: which one this is within seven days; empty for the first."""
        return f"{ordinal(self.week + 1)} {NOUNS[channel] if self.same_channel else 'contact'}" if self.week else ""


class Callers:
    """Remembers what it found: what came before a contact's entry does not change while it waits."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[tuple[str, int], Earlier] = {}

    def earlier(self, waiting: Sequence[WaitingContact], channel: Channel, day_ms: int) -> dict[str, Earlier]:
        """Contact -> what came before it, for the first of those waiting; ``day_ms`` is when the day began."""
        asked = waiting[:LOOKED_AT]
        new = [w for w in asked if (w.contact, day_ms) not in self._known]
        if new:
            if len(self._known) > _KEPT:
                self._known.clear()
            self._read(new, channel, day_ms)
        return {w.contact: self._known.get((w.contact, day_ms), Earlier()) for w in asked}

    def _read(self, waiting: Sequence[WaitingContact], channel: Channel, day_ms: int) -> None:
        named = [w for w in waiting if w.customer and w.customer.strip().casefold() not in NO_IDENTITY]
        names: dict[str, set[str]] = {}
        by_name: dict[str, list[EarlierContact]] = {}
        if named:
            from_ms = min(w.entered_at_ms for w in named) - REPEAT_MS
            to_ms = max(w.entered_at_ms for w in named)
            customers = sorted({w.customer for w in named if w.customer})
            with self._store.reading() as cursor:
                profiles = profiles_of(cursor, customers)
                for each in customers:
                    names[each] = {each, *(names_in_logs(cursor, profiles[each]) if each in profiles else ())}
                for found in usual_store.contacts_of_customers(cursor, set().union(*names.values()), from_ms, to_ms):
                    by_name.setdefault(found.customer, []).append(found)
        for w in waiting:
            contacts = {c.contact: c for name in names.get(w.customer or "", ()) for c in by_name.get(name, ())}
            before = [
                c
                for c in contacts.values()
                if c.contact != w.contact and w.entered_at_ms - REPEAT_MS <= c.entered_at_ms < w.entered_at_ms
            ]
            self._known[w.contact, day_ms] = Earlier(
                len(before),
                sum(c.entered_at_ms >= day_ms for c in before),
                all(c.channel == channel.value for c in before),
            )


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th, 21st."""
    if number % 100 in (11, 12, 13):
        return f"{number}th"
    return f"{number}{({1: 'st', 2: 'nd', 3: 'rd'}).get(number % 10, 'th')}"
