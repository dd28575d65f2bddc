"""Derives a ``FloorSnapshot`` from the store, live or as of a past instant by the same code."""

from dataclasses import replace

from ccm_tui.domain.intervals import IntervalLength, interval_at
from ccm_tui.ingest.lock import FollowerStatus
from ccm_tui.live.floor_agents import AgentsReader
from ccm_tui.live.floor_queues import QueuesReader
from ccm_tui.live.snapshot import FloorSnapshot, QueueRow
from ccm_tui.live.usual import UsualBook
from ccm_tui.settings.definitions import Definitions
from ccm_tui.store import events as event_store
from ccm_tui.store import floor as floor_store
from ccm_tui.store.engine import Store

HOLDS_MS = 5_000
"""For so long at most a floor is taken to be as it was because nothing was written."""


class FloorReader:
    """Reads the floor over one store; keeps what has not changed between two readings. One thread only."""

    def __init__(self, store: Store, definitions: Definitions) -> None:
        self._store = store
        self._definitions = definitions
        self._agents = AgentsReader(definitions)
        self._queues: dict[str, QueuesReader] = {}
        """By site."""
        self._last: FloorSnapshot | None = None
        self._holds_until_ms = 0
        self.usual = UsualBook(store, definitions)
        """What is usual, for whoever reads details on this thread."""

    def read(
        self, as_of_ms: int, follower: FollowerStatus, *, live: bool = True, written: bool = True
    ) -> FloorSnapshot:
        """The floor as of an instant; ``live`` allows keeping figures for the next reading.

        ``written`` False: nothing was written to the store since the last reading. Then an idle floor, on which nobody
        waits and no state ends by the clock, is not read again. The first live floor does not know yet who is usually
        here; the next one does.
        """
        if live and not written and self._last is not None and self._last.as_of_ms <= as_of_ms < self._holds_until_ms:
            return replace(self._last, as_of_ms=as_of_ms, follower=follower)
        # What is usual takes the longer to read the longer the history: the floor is on the screen before it
        is_first = live and self._last is None
        expected = {} if is_first else self.usual.expected(as_of_ms)
        with self._store.reading() as cursor:
            sites = floor_store.list_sites(cursor)
            days = {
                site: interval_at(
                    as_of_ms, IntervalLength.DAY, self._definitions.zone(site), self._definitions.day_starts_at(site)
                )
                for site in sites
            }
            day_starts = {site: day.start_ms for site, day in days.items()}
            agents = self._agents.read(cursor, day_starts, as_of_ms, expected, live=live)
            queues: list[QueueRow] = []
            for site, site_id in sites.items():
                reader = self._queues.get(site) if live else None
                if reader is None:
                    reader = QueuesReader(self._definitions, site, site_id)
                    if live:
                        self._queues[site] = reader
                ours = [row for row in agents if row.site == site]
                queues.extend(reader.read(cursor, day_starts[site], as_of_ms, ours))
            newest_at_ms = event_store.newest_at_ms(cursor)
        queues.sort(key=lambda row: (row.site, row.queue, row.channel))
        sees = self._definitions.viewer.sees_agent
        floor = FloorSnapshot(
            as_of_ms=as_of_ms,
            newest_at_ms=newest_at_ms,
            follower=follower,
            timezones={site: self._definitions.zone(site).key for site in sites},
            queues=tuple(queues),
            agents=tuple(row for row in agents if sees(row.agent)),
            others=tuple(row for row in agents if not sees(row.agent)),
        )
        if live:
            self._last = floor
            counting = any(reader.is_counting for reader in self._queues.values())
            ends = (self._agents.holds_until_ms, *(day.end_ms for day in days.values()))
            self._holds_until_ms = 0 if counting or is_first else min(as_of_ms + HOLDS_MS, *ends)
        return floor
