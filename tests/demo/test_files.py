"""The files of a floor: what Asterisk would write, rotated, whole lines, the same bytes for the same seed."""

import gzip
from datetime import date, datetime
from pathlib import Path
from threading import Event as Signal
from zoneinfo import ZoneInfo

import pytest

from ccm_tui.demo.configuration import demo_config_toml
from ccm_tui.demo.floor import PROGRESS_FILE, DemoFloor
from ccm_tui.demo.model import FloorModel
from ccm_tui.demo.people import CHAT, MAIL, list_agents
from ccm_tui.demo.records import Record, VoiceLine
from ccm_tui.demo.seasons import DAY_MS, FloorClock
from ccm_tui.demo.writers import CHAT_LOG, MAIL_LOG, PastDay, queue_log_line
from ccm_tui.domain.events import EventKind
from ccm_tui.errors import UsageError
from ccm_tui.ingest.discovery import Discovery
from ccm_tui.settings.load import load_settings
from ccm_tui.sources.asterisk_queue_log import AsteriskQueueLog
from ccm_tui.sources.base import LineContext
from ccm_tui.sources.ccm_jsonl import CcmJsonl, encode
from tests.demo.conftest import NOW_MS

CUSTOM = {"DID", "INFO", "SURVEY", "CALLBACK"}


class TimeMachine:
    """A clock that moves only when told."""

    def __init__(self) -> None:
        self.seconds = NOW_MS / 1000

    def __call__(self) -> float:
        return self.seconds


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def written(folder: Path, seed: int = 3, days: int = 0, clock: TimeMachine | None = None) -> DemoFloor:
    floor = DemoFloor(folder, seed=seed, days=days, now_ms=NOW_MS, clock=clock or TimeMachine())
    floor.write_today()
    list(floor.write_history())
    return floor


def lines_of(model: FloorModel, to_ms: int) -> dict[str, str]:
    lines: dict[str, list[str]] = {"queue_log": [], CHAT_LOG: [], MAIL_LOG: []}
    for record in model.advance(to_ms):
        if isinstance(record, VoiceLine):
            lines["queue_log"].append(queue_log_line(record))
        else:
            lines[{CHAT: CHAT_LOG, MAIL: MAIL_LOG}[record.queue or ""]].append(encode(record) + "\n")
    return {log: "".join(of_log) for log, of_log in lines.items()}


def run_until_idle(floor: DemoFloor) -> None:
    """Write what is due; the clock stands, so the next nap ends it."""

    class Once(Signal):
        def wait(self, timeout: float | None = None) -> bool:
            self.set()
            return True

    floor.run(Once())


def test_lines_are_as_asterisk_writes_them() -> None:
    connect = VoiceLine(1795329021999, "1795329019.16", "support", "Ben Okafor", "CONNECT", (2, "1795329019.28", 2))
    assert queue_log_line(connect) == "1795329021|1795329019.16|support|Ben Okafor|CONNECT|2|1795329019.28|2\n"
    reload = VoiceLine(1795329196000, "NONE", "NONE", "NONE", "CONFIGRELOAD")
    assert queue_log_line(reload) == "1795329196|NONE|NONE|NONE|CONFIGRELOAD|\n"


def test_every_line_is_understood(week: tuple[FloorModel, list[Record]]) -> None:
    asterisk, jsonl, context = AsteriskQueueLog(), CcmJsonl(), LineContext()
    for record in week[1]:
        if isinstance(record, VoiceLine):
            (event,) = asterisk.parse(queue_log_line(record)[:-1], context)
            assert (event.kind is EventKind.NOTED) == (record.event in CUSTOM), record
            assert event.at_ms == record.at_ms // 1000 * 1000
        else:
            assert jsonl.parse(encode(record), context) == (record,)


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        written(tmp_path / name, seed=seed, days=2)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    assert contents(tmp_path / "a") != contents(tmp_path / "c")


def test_days_are_rotated_and_hold_what_began_on_them(tmp_path: Path) -> None:
    written(tmp_path, days=3)
    assert [path.name for path in sorted(tmp_path.iterdir())] == [
        ".history",
        *(f"chat.jsonl{suffix}" for suffix in ("", "-20261121", "-20261122", "-20261123")),
        *(f"mail.jsonl{suffix}" for suffix in ("", "-20261121", "-20261122", "-20261123")),
        *(f"queue_log{suffix}" for suffix in ("", "-20261121", "-20261122", "-20261123")),
    ]
    for days_ago, suffix in enumerate(("", "-20261123", "-20261122", "-20261121")):
        content = {log: (tmp_path / f"{log}{suffix}").read_text() for log in ("queue_log", CHAT_LOG, MAIL_LOG)}
        assert content == lines_of(FloorModel(3, NOW_MS, days_ago), NOW_MS)
        assert "|CONFIGRELOAD|" in content["queue_log"].splitlines()[0]


def test_the_last_days_of_a_long_history_are_compressed(tmp_path: Path) -> None:
    day = PastDay(tmp_path, date(2026, 11, 21), compressed=True)
    day.add([VoiceLine(NOW_MS, "NONE", "NONE", "NONE", "QUEUESTART"), VoiceLine(NOW_MS + 5000, "1.2", "q", "a", "X")])
    assert not list(tmp_path.iterdir())
    day.place()
    (path,) = tmp_path.iterdir()
    assert path.name == "queue_log-20261121.gz"
    assert gzip.decompress(path.read_bytes()).count(b"\n") == 2
    assert path.stat().st_mtime == (NOW_MS + 5000) / 1000


def test_history_does_not_depend_on_how_much_of_it_there_is_nor_on_its_turn(tmp_path: Path) -> None:
    first = DemoFloor(tmp_path / "first", seed=3, days=1, now_ms=NOW_MS, clock=TimeMachine())
    pieces = first.write_history()
    next(pieces)
    first.write_today()
    assert not (tmp_path / "first" / "queue_log-20261123").exists()
    list(pieces)
    written(tmp_path / "second", days=2)
    several, more = contents(tmp_path / "first"), contents(tmp_path / "second")
    assert several.items() <= more.items()
    assert set(more) - set(several) == {f"{log}-20261122" for log in ("queue_log", CHAT_LOG, MAIL_LOG)}


def test_a_follower_takes_the_days_for_rotated_siblings(tmp_path: Path) -> None:
    written(tmp_path, days=2)
    PastDay(tmp_path, date(2026, 11, 1), compressed=True).place()
    for named in ([str(tmp_path)], [str(tmp_path / log) for log in ("queue_log", CHAT_LOG, MAIL_LOG)]):
        files = Discovery(named).rescan().files
        assert {file.path.name for file in files if file.live} == {"queue_log", CHAT_LOG, MAIL_LOG}
        rotated = [file.path.name for file in files if not file.live]
        assert len(rotated) == 6
        assert [name[-8:] for name in rotated] == ["20261122"] * 3 + ["20261123"] * 3  # oldest first


def test_live_goes_on_where_today_ended(tmp_path: Path) -> None:
    clock = TimeMachine()
    floor = written(tmp_path, clock=clock)
    for _ in range(30):
        clock.seconds += 7.3
        run_until_idle(floor)
    expected = lines_of(FloorModel(3, NOW_MS), floor.simulated_ms())
    assert {log: (tmp_path / log).read_text() for log in expected} == expected


def test_live_rotates_at_the_floors_midnight(tmp_path: Path) -> None:
    clock = TimeMachine()
    floor = written(tmp_path, clock=clock)
    clock.seconds += DAY_MS / 1000
    for _ in range(30):
        run_until_idle(floor)
    logs = ("queue_log", CHAT_LOG, MAIL_LOG)
    assert set(contents(tmp_path)) == {*logs, *(f"{log}-20261124" for log in logs)}
    assert (tmp_path / "queue_log").read_bytes().splitlines()[0].endswith(b"|CONFIGRELOAD|")


def test_speed_only_changes_how_fast_time_passes(tmp_path: Path) -> None:
    clocks = TimeMachine(), TimeMachine()
    slow = DemoFloor(tmp_path / "slow", seed=2, days=0, now_ms=NOW_MS, clock=clocks[0])
    fast = DemoFloor(tmp_path / "fast", seed=2, days=0, speed=20, now_ms=NOW_MS, clock=clocks[1])
    slow.write_today()
    fast.write_today()
    clocks[0].seconds += 600
    clocks[1].seconds += 30
    run_until_idle(slow)
    run_until_idle(fast)
    assert contents(tmp_path / "slow") == contents(tmp_path / "fast")


def test_progress_goes_up_to_one(tmp_path: Path) -> None:
    shares = list(DemoFloor(tmp_path, days=2, now_ms=NOW_MS, clock=TimeMachine()).write_history())
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert (tmp_path / PROGRESS_FILE).read_text() == "1.000\n"


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    (tmp_path / "queue_log").write_text("1795329014|NONE|NONE|NONE|QUEUESTART|\n")
    with pytest.raises(UsageError, match="already holds"):
        DemoFloor(tmp_path)
    with pytest.raises(UsageError, match="speed"):
        DemoFloor(tmp_path / "new", speed=0)


def test_the_configuration_is_accepted(tmp_path: Path) -> None:
    file = tmp_path / "ccm.toml"
    clock = FloorClock.busy_at(NOW_MS)
    file.write_text(demo_config_toml(clock, str(tmp_path / "a \\ \"folder'")), encoding="utf-8")
    settings = load_settings(file, environ={}, cwd=tmp_path)
    assert settings.queues["billing"].target == 0.8
    assert settings.queues["chat-eu"].channel == "chat"
    assert {settings.agents[agent.name].team for agent in list_agents()} == settings.teams.keys()
    assert settings.sites["main"].timezone == clock.zone
    assert settings.pause.class_of("acw") == "acw"
    assert load_settings(None, environ={}, cwd=tmp_path)


def test_zones_show_the_floors_clock() -> None:
    for hours in range(-11, 13):
        zone = ZoneInfo(FloorClock(hours).zone)
        for at_ms in (NOW_MS, NOW_MS + 180 * DAY_MS):
            offset = zone.utcoffset(datetime.fromtimestamp(at_ms / 1000, zone))
            assert offset is not None
            assert offset.total_seconds() == hours * 3600
