"""A queue of mail in detail: its backlog and its age, and nothing that only a voice queue has."""

from pathlib import Path

from ccm_tui.domain.events import Channel, Event, EventKind
from ccm_tui.domain.thresholds import Level
from ccm_tui.live.alerts import AlertBook
from ccm_tui.live.queue_alerts import calm_words
from ccm_tui.live.queue_detail import QueueDetail, read_queue_detail
from ccm_tui.settings.sections import QueueSettings
from ccm_tui.sources.ccm_jsonl import encode
from tests.live.floors import Floor, at, settings

NOW = at("10:30")
OFFICE = QueueSettings(opening_hours={"mon-fri": "08:00-18:00"}, resolution_target_seconds=4 * 3600.0)


def mail(kind: EventKind, at_ms: int, contact: str, customer: str = "", agent: str = "") -> Event:
    return Event(
        kind, at_ms, kind.value, contact, "mail", agent or None, channel=Channel.EMAIL, customer=customer or None
    )


def detail_of(folder: Path, events: list[Event]) -> tuple[Floor, QueueDetail]:
    lines = "".join(f"{encode(event)}\n" for event in sorted(events, key=lambda event: event.at_ms))
    floor = Floor(folder, settings(queues={"mail": OFFICE})).feed(lines.encode())
    reader = floor.reader()
    store, snapshot = floor.writing.store, floor.snapshot(NOW)
    return floor, read_queue_detail(store, floor.definitions, reader.usual, snapshot, "main", "mail", Channel.EMAIL)


ENTERED = EventKind.QUEUE_ENTERED


def test_backlog_instead_of_service_level(tmp_path: Path) -> None:
    friday = at("17:00") - 3 * 86_400_000
    events = [mail(ENTERED, at("9:00"), "m1", "a@example.org"), mail(ENTERED, friday, "m2", "b@example.org")]
    events.append(mail(EventKind.AGENT_MESSAGE, at("9:30"), "m1", agent="ben"))
    floor, found = detail_of(tmp_path, events)
    assert [(w.contact.customer, w.level) for w in found.waiting] == [("b@example.org", Level.NORMAL)]
    nine = found.intervals[18]
    assert (nine.offered, nine.answered, nine.service_level, nine.asa_seconds) == (1, 1, None, None)
    alert = AlertBook(floor.definitions).judge(floor.snapshot(NOW)).queues["main", "mail", "email"]
    assert (alert.level, alert.words) == (Level.WARNING, "oldest owed 3h30, target 4h00 · backlog 1")


def test_mail_in_time_is_quiet(tmp_path: Path) -> None:
    floor, found = detail_of(tmp_path, [mail(ENTERED, at("9:00"), "m1", "a@example.org")])
    assert AlertBook(floor.definitions).judge(floor.snapshot(NOW)).queues == {}
    assert calm_words(found.row) == "backlog 1"


def test_a_second_mail_is_marked(tmp_path: Path) -> None:
    events = [mail(ENTERED, at(clock), clock, "a@example.org") for clock in ("8:30", "9:00")]
    _, found = detail_of(tmp_path, events)
    assert [w.mark for w in found.waiting] == ["", "2nd mail"]


def test_whoever_has_been_owed_a_reply_for_longest_is_next(tmp_path: Path) -> None:
    events = [mail(ENTERED, at("8:00"), "m1", "a@example.org"), mail(ENTERED, at("9:00"), "m2", "b@example.org")]
    events.append(mail(EventKind.AGENT_MESSAGE, at("8:30"), "m1", agent="ben"))
    events.append(mail(EventKind.CUSTOMER_MESSAGE, at("10:00"), "m1", "a@example.org"))
    floor, _ = detail_of(tmp_path, events)
    (row,) = floor.snapshot(NOW).queues
    assert [(waits.customer, waits.position) for waits in row.waiting] == [("b@example.org", 1), ("a@example.org", 2)]
