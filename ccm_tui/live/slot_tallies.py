"""One queue's tallies by 15 minutes, as of an instant: from rollups where they hold, else from segments."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ccm_tui.domain.events import Channel
from ccm_tui.domain.intervals import SLOT_MS, slot_of
from ccm_tui.domain.segments import Segment
from ccm_tui.domain.tally import QueueTally, pool, tally_segments
from ccm_tui.settings.definitions import Definitions
from ccm_tui.store import usual as usual_store


class StoredQueue(NamedTuple):
    """A queue with its row."""

    id: int
    site: str
    queue: str
    channel: Channel


def slots_between(from_ms: int, to_ms: int) -> list[int]:
    """The slots that touch [from, to)."""
    return list(range(slot_of(from_ms), to_ms, SLOT_MS))


def read_slot_tallies(
    cursor: sqlite3.Cursor, definitions: Definitions, queue: StoredQueue, slots: Sequence[int], as_of_ms: int
) -> dict[int, QueueTally]:
    """Slot -> what became of the contacts that entered in it, as far as was known at ``as_of_ms``.

    A slot with nothing to say is missing. Slots must rise. Of deferred contacts older than two age limits the replies
    and ends are as they stand now; that they were offered is the same at any instant.
    """
    slots = [slot for slot in slots if slot <= as_of_ms]
    if not slots:
        return {}
    rules = definitions.rules(queue.site, queue.queue)
    open_time = definitions.open_time(queue.site, queue.queue)
    channel = queue.channel.value
    recounted = usual_store.dirty_slots_of_queue(cursor, queue.id, slots)
    recent_ms = as_of_ms - 2 * rules.lost_after_ms
    recent = [slot for slot in slots if slot >= recent_ms]
    if recent:
        recounted |= usual_store.slots_ended_after(
            cursor, queue.id, channel, recent[0], as_of_ms, 2 * rules.lost_after_ms
        )
        recounted.add(slot_of(as_of_ms))
    tallies = {
        slot: tally
        for slot, tally in usual_store.rollups_of_queue(cursor, queue.id, channel, slots).items()
        if slot not in recounted
    }
    piles: dict[int, list[Segment]] = {}
    for slot in slots:
        if slot in recounted:
            _pile(piles, usual_store.segments_of_queue(cursor, queue.id, channel, slot, slot + SLOT_MS))
    still_open = usual_store.open_segments_of_queue(cursor, queue.id, channel, slots[0], slots[-1] + SLOT_MS)
    wanted = set(slots) - recounted
    _pile(piles, (segment for segment in still_open if slot_of(segment.entered_at_ms) in wanted))
    for slot, pile in piles.items():
        counted = tally_segments(pile, rules, as_of_ms, open_time)
        tallies[slot] = pool((tallies[slot], counted)) if slot in tallies else counted
    return tallies


def _pile(piles: dict[int, list[Segment]], segments: Iterable[Segment]) -> None:
    for segment in segments:
        piles.setdefault(slot_of(segment.entered_at_ms), []).append(segment)
