"""Searching contacts while typing: how soon the first page is there, with a long history.

Run on demand: ``python -m tests.benchmarks.bench_search [CONTACTS]``. The contacts, as many turns of conversations, and
a note on every hundredth are put into the store by its own statements; a query is what somebody might type, a rare
thing or a common one.
"""

import random
import sqlite3
import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from ccm_tui.domain.events import Channel, Direction, EndedBy
from ccm_tui.domain.notes import Subject, SubjectKind, Version
from ccm_tui.domain.segments import Outcome
from ccm_tui.domain.turns import Speaker, Turn
from ccm_tui.domain.visits import Visit
from ccm_tui.reports.contact_query import parse_query
from ccm_tui.store.contact_search import ContactSearch
from ccm_tui.store.contacts import put_segments, segment_row
from ccm_tui.store.customers import replace_profiles
from ccm_tui.store.engine import Store, open_reader, open_writer
from ccm_tui.store.names import contact_public_id, insert_contacts
from ccm_tui.store.notes import add_version
from ccm_tui.store.turns import add_turns
from tests.benchmarks.table import show

PAGE_ROWS = 40
"""A screen full."""
TRIES = 5
DAYS = 365
QUEUES, AGENTS = 30, 200
CALLERS = 10_000
PROFILES = 100_000
"""Of customers; the first have called."""
NOW_MS = 1_795_420_800_000
SYLLABLES = ["ba", "ce", "di", "fo", "gu", "ha", "ki", "lo", "mu", "na", "pe", "ri", "so", "tu", "va", "we"]

QUERIES = (
    "",
    "queue:queue-07",
    "agent:agent-123",
    "-queue:queue-07 channel:chat",
    "outcome:abandoned wait:>60",
    "wait:>1190",
    "wait:>1190 agent:agent-123",
    "csat:<=1 queue:queue-07",
    "talk:<2 outcome:answered",
    "customer:+12025500123",
    "customer:0123",
    "id:c-777",
    "refund",
    "refund*",
    "zebra",
    "zebra crossing",
    "the",
    "the queue:queue-07 outcome:completed",
    '"of the"',
    "-the channel:chat",
    "nosuchword",
    "queue:nosuchqueue",
    "has:note",
    "has:note queue:queue-07 outcome:abandoned",
    "-has:note",
    "promised",
    "promised refund",
    "okapi",
    "wait:>99999",
    "reason:nosuch",
    "value:>1000",
    "value:>2500",
    "value:>1000 urgent:>0 outcome:abandoned",
    "purchases:>=3",
    "purchases:>28 channel:chat",
    "urgent:>0",
    "has:profile queue:queue-07",
    "-has:profile",
    "value:>99999",
    "customer:known-124@example.com",
    "flag:unreached",
)
NOTED_EVERY = 100
"""Ten thousand notes in a million contacts: 27 a day."""
TEXTS = frozenset(query for query in QUERIES if query and ":" not in query)


def main(contacts: int) -> None:
    """Print the figures."""
    with TemporaryDirectory() as folder:
        database = Path(folder) / "ccm.db"
        began = time.perf_counter()
        with open_writer(database) as store:
            _fill(store, contacts)
            _know(store, random.Random(2))
        size = database.stat().st_size / 1e6
        print(f"   {contacts:,} contacts and turns, {size:.0f} MB, made in {time.perf_counter() - began:.0f} s")
        with open_reader(database) as store:
            slowest = max(_first_page(store, query) for query in QUERIES)
            show(f"first page of a search in {contacts:,} contacts, slowest", slowest, 100, "ms")


def _first_page(store: Store, text: str) -> float:
    """Milliseconds, median, until a screen full or everything there is."""
    took, rows, whole = [], 0, False
    for _ in range(TRIES):
        began = time.perf_counter()
        search = ContactSearch(store.reading, parse_query(text).filters, None, None)
        rows = 0
        for page in search.pages():
            rows += len(page.found)
            whole = page.back_to_ms is None
            if rows >= PAGE_ROWS:
                break
        took.append((time.perf_counter() - began) * 1000)
    median = statistics.median(took)
    print(f"   {text or '(everything)':<42}{median:8.1f} ms  {rows:>6} rows{', all there are' if whole else ''}")
    return median


def _fill(store: Store, contacts: int) -> None:
    pick = random.Random(1)
    words = ["".join(pick.choices(SYLLABLES, k=3)) for _ in range(20_000)]
    step_ms = DAYS * 24 * 3600 * 1000 // contacts
    with store.writing() as cursor:
        cursor.execute("INSERT INTO site (id, name) VALUES (1, 'main')")
        names = [(number, 1, f"queue-{number:02}") for number in range(1, QUEUES + 1)]
        cursor.executemany("INSERT INTO queue (id, site_id, name) VALUES (?, ?, ?)", names)
        names = [(number, 1, f"agent-{number:03}") for number in range(1, AGENTS + 1)]
        cursor.executemany("INSERT INTO agent (id, site_id, name) VALUES (?, ?, ?)", names)
        columns = "site_id, path, format, timezone, device, inode, head_digest, head_length, tail_digest, offset"
        counts = "lines, records, repeats, quarantined, blank, flagged"
        cursor.execute(
            f"INSERT INTO file ({columns}, {counts}) VALUES (1, '', '', 'UTC', 0, 0, '', 0, '', 0, 0, 0, 0, 0, 0, 0)"
        )
    numbers = iter(range(contacts))
    while batch := [number for _, number in zip(range(20_000), numbers, strict=False)]:
        with store.writing() as cursor:
            ids = [(n + 1, 1, contact_public_id("main", f"c-{n}"), f"c-{n}") for n in batch]
            insert_contacts(cursor, ids)
            visits = [(n, _visit(pick, n, NOW_MS - (contacts - n) * step_ms)) for n in batch]
            put_segments(cursor, [segment_row(n + 1, visit, int(visit.queue), _agent(visit)) for n, visit in visits])
            _talk(cursor, pick, words, visits)


def _know(store: Store, pick: random.Random) -> None:
    """Profiles of half of those who called, and of many who never did."""
    numbers = [*range(0, CALLERS, 2), *range(CALLERS, PROFILES)]
    profiles = [
        (n + 1, f"C-{n}", None, round(pick.expovariate(1 / 300) * 1000), pick.randrange(30), int(pick.random() < 0.01))
        for n in numbers
    ]
    identities = [(f"1202550{n:04}", n + 1, f"+1202550{n:04}") for n in numbers]
    identities += [(f"known-{n}@example.com", n + 1, f"known-{n}@example.com") for n in numbers]
    with store.writing() as cursor:
        replace_profiles(cursor, profiles, sorted(identities))


def _visit(pick: random.Random, number: int, at_ms: int) -> Visit:
    customer = f"+1202550{pick.randrange(CALLERS):04}"
    channel = Channel.CHAT if pick.random() < 0.2 else Channel.VOICE
    visit = Visit(0, str(pick.randint(1, QUEUES)), channel, Direction.INBOUND, customer, at_ms, True, (1, number * 100))
    wait_ms = min(1_200_000, round(pick.expovariate(1 / 40)) * 1000)
    if pick.random() < 0.0001:
        wait_ms = 1_195_000
    visit.wait_ms = wait_ms
    if pick.random() < 0.1:
        visit.end(at_ms + wait_ms, Outcome.ABANDONED)
        visit.ended_by = EndedBy.CUSTOMER
        return visit
    visit.agent = str(pick.randint(1, AGENTS))
    visit.answered_at_ms = at_ms + wait_ms
    visit.talk_ms = pick.randrange(1_000, 900_000)
    visit.end(visit.answered_at_ms + visit.talk_ms, Outcome.COMPLETED)
    if pick.random() < 0.05:
        visit.csat_milli = pick.randint(1, 5) * 1000
        visit.rated_at_ms = visit.ended_at_ms
    return visit


def _agent(visit: Visit) -> int | None:
    return None if visit.agent is None else int(visit.agent)


def _talk(cursor: sqlite3.Cursor, pick: random.Random, words: list[str], visits: list[tuple[int, Visit]]) -> None:
    """A turn each, of words as rare and as common as words are."""
    for number, visit in visits:
        said = [words[min(len(words) - 1, int(pick.paretovariate(0.7)))] for _ in range(12)]
        said += ["of", "the"] if pick.random() < 0.6 else ["of"]
        if pick.random() < 0.02:
            said.append("refund")
        if number % 200_000 == 7:
            said.append("zebra crossing")
        turn = Turn(Speaker.CUSTOMER, None, " ".join(said), visit.entered_at_ms, None, None, False, False)
        add_turns(cursor, number + 1, 0, [turn], visit.entered_at_ms)
        if number % NOTED_EVERY == 0:
            subject = Subject(SubjectKind.CONTACT, "main", contact_public_id("main", f"c-{number}"))
            text = (
                f"promised {pick.choice(words)} of the {pick.choice(words)}{' okapi' if number % 100_000 == 0 else ''}"
            )
            add_version(cursor, number // NOTED_EVERY + 1, subject, Version(visit.entered_at_ms, "ana", text))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
