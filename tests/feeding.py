"""Feeds log bytes into a database the way the follower does, step by step."""

from pathlib import Path

from ccm_tui.domain.segments import Segment
from ccm_tui.ingest.checkpoint import checkpoint_of
from ccm_tui.ingest.content import open_content
from ccm_tui.ingest.parsing import Counts, Part
from ccm_tui.ingest.writing import Writing, open_reader, with_checkpoint
from ccm_tui.settings.definitions import Definitions
from ccm_tui.settings.model import Settings
from ccm_tui.store.blocks import LAST_MS, read_lines
from ccm_tui.store.care import FOLDED
from ccm_tui.store.contacts import READ_SEGMENT, to_segment
from ccm_tui.store.engine import open_writer
from ccm_tui.store.files import FileRow


def open_writing(database: Path, settings: Settings | None = None) -> Writing:
    """A writer over a database of the test's own."""
    return Writing(open_writer(database), Definitions(settings or Settings()))


class Feeder:
    """One growing log: ``feed`` appends to it and lets what is complete be read and committed."""

    def __init__(self, writing: Writing, path: Path, site: str = "main", max_lines: int = 500) -> None:
        self.writing = writing
        self.path = path
        self.counts = Counts()
        self._max_lines = max_lines
        path.touch()
        self._content = open_content(path)
        self._reader = open_reader(self._content, None)
        self._site = site
        self._file: FileRow | None = None

    def feed(self, data: bytes) -> None:
        """Append, read to the last complete line, and settle as a follower does when it has caught up."""
        self._read(data)
        self.writing.settle_all()

    def _read(self, data: bytes) -> None:
        with self.path.open("ab") as log:
            log.write(data)
        while True:
            if self._file is None:
                log_format = self.writing.recognise(self._content, None)
                if log_format is None:
                    return
                self._file = self.writing.new_file(self._content, log_format, self._site, "UTC")
                self._reader = open_reader(self._content, log_format)
            batch = self._reader.read_batch(1 << 20, self._max_lines)
            if batch.end == batch.start:
                return
            moved = with_checkpoint(self._file, checkpoint_of(self._content, self._reader), str(self.path), 0)
            header_line = batch.start == 0 and moved.header is not None
            ((self._file, counts),) = self.writing.pipeline.ingest([Part(moved, batch, header_line=header_line)])
            self.counts.add(counts)


def all_segments(writing: Writing) -> list[Segment]:
    """Every stored segment, by entry."""
    with writing.store.reading() as cursor:
        query = f"{READ_SEGMENT} ORDER BY segment.entered_at_ms, contact.public_id, segment.visit"
        return [to_segment(row) for row in cursor.execute(query)]


def store_content(writing: Writing) -> dict[str, list[tuple[object, ...]]]:
    """Everything derived, without file places, internal keys and repeat counts: what promise 1 speaks of."""
    with writing.store.reading() as cursor:
        segments = [to_segment(row) for row in cursor.execute(READ_SEGMENT)]
        spans = cursor.execute(
            "SELECT site.name, agent.name, span.kind, queue.name, span.reason, span.start_at_ms, span.end_at_ms,"
            " span.start_seen, span.end_seen, span.confirmed_at_ms, span.number FROM span"
            " JOIN agent ON agent.id = span.agent_id JOIN site ON site.id = agent.site_id"
            " LEFT JOIN queue ON queue.id = span.queue_id"
        ).fetchall()
        events = [row[:2] for row in read_lines(cursor, 0, LAST_MS)]
        columns = [row[1] for row in cursor.execute("PRAGMA table_info(rollup)")][3:]
        rollups = cursor.execute(
            f"SELECT site.name, queue.name, slot_ms, channel, {', '.join(columns)} FROM rollup"
            " JOIN queue ON queue.id = rollup.queue_id JOIN site ON site.id = queue.site_id"
        ).fetchall()
        whole = {what: cursor.execute(FOLDED[what]).fetchall() for what in ("facts", "turns")}
        odd = cursor.execute("SELECT public_id, contradictions, repeated_ends FROM contact").fetchall()
    return {
        "segments": sorted(segments, key=repr),
        "spans": sorted(spans, key=repr),
        "events": sorted(events),
        "rollups": sorted(rollups, key=repr),
        "contacts": sorted(odd),
        **whole,
    }
