"""Small floors for tests: queue_log lines by hand, Mondays full of history, and the database they give."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from ccm_tui.domain.intervals import to_ms
from ccm_tui.ingest.lock import FollowerStatus
from ccm_tui.ingest.writing import Writing
from ccm_tui.live.floor import FloorReader
from ccm_tui.live.snapshot import FloorSnapshot
from ccm_tui.settings.definitions import Definitions
from ccm_tui.settings.model import Settings
from ccm_tui.settings.sections import SiteSettings
from tests.feeding import Feeder, open_writing

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
"""The day on which the tests look."""
LOOKED = FollowerStatus()


def settings(**sections: object) -> Settings:
    """Settings of a floor in UTC."""
    return Settings(**{"sites": {"main": SiteSettings(timezone="UTC")}, **sections})  # type: ignore[arg-type]


def at(clock: str, weeks_ago: int = 0, day: datetime = MONDAY) -> int:
    """The instant at which the clock showed ``9:05`` or ``9:05:30`` on the Monday so many weeks ago."""
    parts = [int(part) for part in clock.split(":")]
    hours, minutes, seconds = (*parts, 0)[:3]
    there = day - timedelta(days=7 * weeks_ago)
    return to_ms(there + timedelta(hours=hours, minutes=minutes, seconds=seconds))


class Log:
    """A queue_log in the making; lines may be added in any order."""

    def __init__(self) -> None:
        self._lines: list[tuple[int, int, str]] = []
        self._calls = 0

    def add(self, at_ms: int, call: str, queue: str, agent: str, event: str, *parameters: object) -> None:
        """One line."""
        fields = (at_ms // 1000, call, queue, agent, event, *parameters)
        self._lines.append((at_ms, len(self._lines), "|".join(str(field) for field in fields)))

    def waits(self, at_ms: int, queue: str, customer: str = "") -> str:
        """Somebody enters; gives the call."""
        self._calls += 1
        call = f"{at_ms // 1000}.{self._calls}"
        self.add(at_ms, call, queue, "NONE", "ENTERQUEUE", "", customer or f"49700{self._calls:07d}", 1)
        return call

    def talks(self, at_ms: int, queue: str, agent: str, wait: int = 10, customer: str = "") -> str:
        """Somebody enters and is answered."""
        call = self.waits(at_ms, queue, customer)
        self.add(at_ms + wait * 1000, call, queue, agent, "CONNECT", wait, "x", min(wait, 3))
        return call

    def call(self, at_ms: int, queue: str, agent: str, wait: int = 10, talk: int = 120, customer: str = "") -> str:
        """A whole call."""
        call = self.talks(at_ms, queue, agent, wait, customer)
        self.add(at_ms + (wait + talk) * 1000, call, queue, agent, "COMPLETECALLER", wait, talk, 1)
        return call

    def abandons(self, at_ms: int, queue: str, wait: int = 30, customer: str = "") -> str:
        """Somebody enters and hangs up."""
        call = self.waits(at_ms, queue, customer)
        self.add(at_ms + wait * 1000, call, queue, "NONE", "ABANDON", 1, 1, wait)
        return call

    def comes(self, at_ms: int, agent: str, *queues: str) -> None:
        """An agent logs in to queues."""
        for queue in queues:
            self.add(at_ms, "NONE", queue, agent, "ADDMEMBER", "")

    def goes(self, at_ms: int, agent: str, *queues: str) -> None:
        """An agent logs out of queues."""
        for queue in queues:
            self.add(at_ms, "NONE", queue, agent, "REMOVEMEMBER", "")

    def pauses(self, at_ms: int, agent: str, queue: str, reason: str = "lunch") -> None:
        """An agent pauses in a queue."""
        self.add(at_ms, "NONE", queue, agent, "PAUSE", reason)

    def resumes(self, at_ms: int, agent: str, queue: str) -> None:
        """A pause ends."""
        self.add(at_ms, "NONE", queue, agent, "UNPAUSE", "")

    def misses(self, at_ms: int, agent: str, queue: str, call: str, rang: int = 15) -> None:
        """An offer is not answered."""
        self.add(at_ms, call, queue, agent, "RINGNOANSWER", rang * 1000)

    def data(self, until_ms: int | None = None) -> bytes:
        """The lines in the order of time, those after an instant left out."""
        kept = [line for at_ms, _, line in sorted(self._lines) if until_ms is None or at_ms <= until_ms]
        return "".join(f"{line}\n" for line in kept).encode()


class Floor:
    """A database with one log in it."""

    def __init__(self, folder: Path, configured: Settings | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.configured = configured or settings()
        self.writing: Writing = open_writing(folder / "ccm.db", self.configured)
        self.definitions: Definitions = self.writing.definitions
        self._feeder = Feeder(self.writing, folder / "queue_log")

    def feed(self, data: bytes) -> "Floor":
        """Reads more of the log."""
        self._feeder.feed(data)
        return self

    def with_dirty_rollups(self) -> "Floor":
        """No rollup holds any more, and each says nonsense."""
        with self.writing.store.writing() as cursor:
            cursor.execute("INSERT OR IGNORE INTO rollup_dirty SELECT DISTINCT slot_ms, queue_id FROM rollup")
            cursor.execute("UPDATE rollup SET offered = 999, talk_ms = 999, talk_n = 1")
        return self

    def reader(self) -> FloorReader:
        """A new reader with a usual book of its own."""
        return FloorReader(self.writing.store, self.definitions)

    def snapshot(self, as_of_ms: int) -> FloorSnapshot:
        """The floor as of an instant."""
        return self.reader().read(as_of_ms, LOOKED, live=False)


def monday_history(log: Log, weeks: int = 4, calls: int = 20) -> None:
    """Four Mondays: ben, caro and femke take billing calls of two minutes, so many in each half hour of 9 to 12; femke
    is in sales too. They come at 8 and go at 17."""
    agents = ("ben", "caro", "femke")
    for week in range(1, weeks + 1):
        for number, agent in enumerate(agents):
            log.comes(at(f"8:0{number}", week), agent, "billing", *(["sales"] if agent == "femke" else []))
            log.goes(at("17:00", week), agent, "billing", *(["sales"] if agent == "femke" else []))
        for half_hour in range(6):
            for number in range(calls):
                start = at("9:00", week) + half_hour * 1_800_000 + number * (1_800_000 // calls) + 1000
                log.call(start, "billing", agents[number % 3], customer=f"49800{week}{half_hour}{number:03d}")
