"""Import of contact records against the limit: the same fields by msgspec into one plain table, in one run.

Run on demand: ``python -m tests.benchmarks.bench_contact_records [RECORDS]``. The peer decodes each record by type, and
``executemany`` puts what we read of it into a table with one index: no names, no folding, no line kept.
"""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.benchmarks.bench_import import timed
from tests.benchmarks.contact_records import write_contact_records
from tests.benchmarks.table import show

PEER = """
import sqlite3, sys
from typing import Any
import msgspec

class Endpoint(msgspec.Struct, rename="pascal"):
    address: str | None = None
class Location(msgspec.Struct, rename="pascal"):
    location: str | None = None
class Queue(msgspec.Struct, rename="pascal"):
    name: str | None = None
    enqueue_timestamp: str | None = None
    dequeue_timestamp: str | None = None
    duration: int | None = None
class Agent(msgspec.Struct, rename="pascal"):
    username: str | None = None
    connected_to_agent_timestamp: str | None = None
    agent_interaction_duration: int | None = None
    customer_hold_duration: int | None = None
    after_contact_work_duration: int | None = None
class Record(msgspec.Struct, rename="pascal"):
    contact_id: str
    channel: str | None = None
    initiation_method: str | None = None
    disconnect_reason: str | None = None
    initiation_timestamp: str | None = None
    connected_to_system_timestamp: str | None = None
    disconnect_timestamp: str | None = None
    last_update_timestamp: str | None = None
    initial_contact_id: str | None = None
    previous_contact_id: str | None = None
    next_contact_id: str | None = None
    customer_endpoint: Endpoint | None = None
    transferred_to_endpoint: Endpoint | None = None
    recording: Location | None = None
    queue: Queue | None = None
    agent: Agent | None = None
    attributes: dict[str, Any] | None = None

connection = sqlite3.connect(sys.argv[2])
connection.execute("PRAGMA journal_mode=WAL"); connection.execute("PRAGMA synchronous=NORMAL")
columns = [f"c{number}" for number in range(24)]
connection.execute(f"CREATE TABLE contact ({', '.join(columns)})")
connection.execute("CREATE INDEX by_contact ON contact (c0)")
def rows():
    decode, encode = msgspec.json.Decoder(Record).decode, msgspec.json.encode
    no_queue, no_agent, no_endpoint, no_location = Queue(), Agent(), Endpoint(), Location()
    with open(sys.argv[1], "rb") as log:
        for line in log:
            r = decode(line)
            q, a = r.queue or no_queue, r.agent or no_agent
            yield (
                r.contact_id, r.channel, r.initiation_method, r.disconnect_reason, r.initiation_timestamp,
                r.connected_to_system_timestamp, r.disconnect_timestamp, r.last_update_timestamp, r.initial_contact_id,
                r.previous_contact_id, r.next_contact_id, (r.customer_endpoint or no_endpoint).address,
                (r.transferred_to_endpoint or no_endpoint).address, (r.recording or no_location).location,
                q.name, q.enqueue_timestamp, q.dequeue_timestamp, q.duration, a.username,
                a.connected_to_agent_timestamp, a.agent_interaction_duration, a.customer_hold_duration,
                a.after_contact_work_duration, encode(r.attributes) if r.attributes else None,
            )
connection.executemany(f"INSERT INTO contact VALUES ({', '.join('?' * 24)})", rows())
connection.commit()
"""


def main(records: int) -> None:
    """Print the figures."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        log, empty, script = folder / "records.json", folder / "empty", folder / "peer.py"
        empty.touch()
        script.write_text(PEER)
        write_contact_records(log, records)

        def ours(database: str, path: Path) -> list[str]:
            return [sys.executable, "-m", "ccm_tui", "--db", str(folder / database), "import", str(path)]

        start, _ = timed(ours("none.db", empty))
        peer, _ = timed([sys.executable, str(script), str(log), str(folder / "peer.db")])
        whole, peak = timed(ours("ccm.db", log))
        print(f"   {records:,} records, {log.stat().st_size / 1e6:.0f} MB; the start takes {start:.1f} s of the import")
        show("contact records a second, the import", records / whole, unit="1/s")
        show("contact records a second, msgspec and executemany", records / peer, unit="1/s")
        show("import : msgspec and executemany", whole / peer, 1 / 0.3)
        show("peak memory of the import", peak, 200, "MiB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
