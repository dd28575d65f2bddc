"""A search for contacts under way: what was typed becomes filters and a period, what is found comes in portions."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from sqlite3 import Cursor
from time import perf_counter
from typing import NamedTuple

from ccm_tui.domain.intervals import IntervalLength, interval_at
from ccm_tui.domain.segment_time import segment_as_of
from ccm_tui.domain.wall_clock import DAY_MS, Shift, day_shifts, hour_shifts
from ccm_tui.reports.contact_query import ContactQuery, QueryError
from ccm_tui.reports.moments import Moment
from ccm_tui.settings.definitions import Definitions
from ccm_tui.settings.sections import DEFAULT_SITE
from ccm_tui.store.contact_search import ContactSearch, Found
from ccm_tui.store.engine import Store, open_reader
from ccm_tui.store.search_conditions import Aged, Filter, SiteClock

_YEAR_MS = 366 * DAY_MS

PORTION_SECONDS = 0.08
"""So long at most until what is found is handed over, were it nothing."""


class SharedStore:
    """A database that several threads read, one at a time. Opened at the first reading."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._store: Store | None = None

    @contextmanager
    def reading(self) -> Iterator[Cursor]:
        """One consistent view. Raises StoreError."""
        with self._lock:
            if self._store is None:
                self._store = open_reader(self._database)
            with self._store.reading() as cursor:
                yield cursor

    def close(self) -> None:
        """Let go of the database."""
        with self._lock:
            if self._store is not None:
                self._store.close()
                self._store = None


class Portion(NamedTuple):
    """What was found since the last one, newest first."""

    found: tuple[Found, ...]
    back_to_ms: int | None
    """Everything from here on has been looked at."""
    whole: bool
    """Nothing is left to look at."""
    unmatched: tuple[Filter, ...]
    """Filters by a name that nobody has."""


class ContactFinder:
    """One search. ``more`` may be called from any thread, one at a time."""

    def __init__(
        self,
        reading: Callable[[], AbstractContextManager[Cursor]],
        definitions: Definitions,
        query: ContactQuery,
        now_ms: int,
    ) -> None:
        from_ms, to_ms = period_of(query, definitions, now_ms)
        filters = [_as_stored(definitions, each, now_ms) for each in query.filters]
        self._search = ContactSearch(reading, filters, from_ms, to_ms)
        self._pages = self._search.pages()
        self._viewer = definitions.viewer
        self._aged = _aged(definitions, now_ms)
        self._waiting: tuple[Found, ...] = ()
        self._whole = False
        self._back_to_ms: int | None = None
        self._lock = threading.Lock()

    def more(self, limit: int) -> Portion:
        """Up to ``limit`` more; fewer, or none, when it takes long or there are no more. Raises StoreError."""
        with self._lock:
            began = perf_counter()
            while len(self._waiting) < limit and not self._whole:
                page = next(self._pages)
                sees = self._viewer.sees_agent
                seen = (self._by_now(each) for each in page.found)
                self._waiting += tuple(each for each in seen if each.segment is None or sees(each.segment.agent))
                self._whole = page.back_to_ms is None
                self._back_to_ms = page.back_to_ms
                if perf_counter() - began > PORTION_SECONDS:
                    break
            found, self._waiting = self._waiting[:limit], self._waiting[limit:]
            whole = self._whole and not self._waiting
            return Portion(found, self._back_to_ms, whole, tuple(self._search.unmatched))

    def _by_now(self, each: Found) -> Found:
        """As it stands now: what is open for too long is lost."""
        segment = each.segment
        if segment is None or segment.ended_at_ms is not None:
            return each
        return each._replace(segment=segment_as_of(segment, *self._aged) or segment)


def period_of(query: ContactQuery, definitions: Definitions, now_ms: int) -> tuple[int | None, int | None]:
    """The period a query bounds, on the clock of the site it names, else of the first: [from, to)."""
    named = [each.values[0] for each in query.filters if each.name == "site" and not each.negated]
    site = named[0] if named and named[0] in definitions.settings.sites else DEFAULT_SITE
    zone, starts_at = definitions.zone(site), definitions.day_starts_at(site)

    def at(moment: Moment | None) -> int | None:
        return None if moment is None else moment.resolve(zone, starts_at, now_ms)

    from_ms, to_ms = at(query.start), at(query.end)
    day_ms = at(query.day)
    if day_ms is not None:
        day = interval_at(day_ms, IntervalLength.DAY, zone, starts_at)
        from_ms = day.start_ms if from_ms is None else max(from_ms, day.start_ms)
        to_ms = day.end_ms if to_ms is None else min(to_ms, day.end_ms)
    return from_ms, to_ms


def _as_stored(definitions: Definitions, each: Filter, now_ms: int) -> Filter:
    """As the store has it: titles of agents as their names, a team as the agents in it, hours by the sites' clocks.

    Raises QueryError for a team that nobody is in.
    """
    settings = definitions.settings
    wanted = {value.casefold() for value in each.values}
    if each.name == "agent":
        titled = (name for name, agent in settings.agents.items() if agent.name.casefold() in wanted)
        return each._replace(values=(*each.values, *titled))
    if each.name in ("outcome", "flag"):
        return each._replace(aged=_aged(definitions, now_ms))
    if each.name in ("hour", "weekday"):
        return each._replace(clocks=_clocks(definitions, each.name, now_ms))
    if each.name != "team":
        return each
    titles = {team.name.casefold(): name.casefold() for name, team in settings.teams.items() if team.name}
    keys = {titles.get(name, name) for name in wanted}
    agents = tuple(
        name for name, agent in settings.agents.items() if agent.team and ("*" in keys or agent.team.casefold() in keys)
    )
    if not agents and "*" not in keys:
        raise QueryError(f"nobody is in team {', '.join(each.values)}", "teams are set in ccm.toml", *each.place)
    return each._replace(name="agent", values=agents)


def _aged(definitions: Definitions, now_ms: int) -> Aged:
    return Aged(now_ms, definitions.rules(DEFAULT_SITE, "").lost_after_ms)


def _clocks(definitions: Definitions, name: str, now_ms: int) -> tuple[SiteClock, ...]:
    """Of sites whose clock is not the usual one, and the usual one last."""
    until_ms = now_ms - now_ms % _YEAR_MS + 2 * _YEAR_MS  # the same all year: looked up once

    def shifts(site: str) -> tuple[Shift, ...]:
        zone = definitions.zone(site)
        return (
            day_shifts(zone, definitions.day_starts_at(site), until_ms)
            if name == "weekday"
            else hour_shifts(zone, until_ms)
        )

    usual = shifts("")
    own = ((site, shifts(site)) for site in definitions.settings.sites)
    return (*(SiteClock(site, each) for site, each in own if each != usual), SiteClock(None, usual))
