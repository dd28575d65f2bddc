"""What was ever read of a site, found by a log's bytes: an import of thousands of files asks for each of them.

Remembered while nobody else writes, so that a file costs the same however many were read before it.
"""

from collections import defaultdict

from ccm_tui.ingest.checkpoint import Checkpoint, CheckpointBook, ResumeFrom
from ccm_tui.ingest.content import LogContent
from ccm_tui.ingest.writing import Writing, checkpoint_of_row
from ccm_tui.store.files import FileRow, get_file


class KnownFiles:
    """The stored files of one site. ``note`` tells of every file that this process reads on."""

    def __init__(self, writing: Writing, site: str) -> None:
        self._writing = writing
        self._site = site
        self._version: int | None = None
        self._books: dict[tuple[str, str], CheckpointBook] = {}
        """Format and zone -> checkpoints: read as another format, a log is another log."""
        self._places: dict[tuple[str, str, Checkpoint], int] = {}
        """Whose each checkpoint is; the first, where several read the same."""
        self._by_path: defaultdict[str, set[int]] = defaultdict(set)

    def find(self, content: LogContent, log_format: str, timezone: str) -> FileRow | None:
        """The stored file that this log continues, or is; None: it is new."""
        self._refresh()
        book = self._books.get((log_format, timezone))
        place = None if book is None else book.find(content)
        if not isinstance(place, ResumeFrom) or place.known_as is None:
            return None
        return self._get(self._places[log_format, timezone, place.known_as])

    def at_path(self, path: str) -> list[FileRow]:
        """The files that were read from a path, oldest first."""
        self._refresh()
        return [self._get(file_id) for file_id in sorted(self._by_path.get(path, ()))]

    def note(self, file_id: int) -> None:
        """A file was registered or read on."""
        self._add(self._get(file_id))

    def _refresh(self) -> None:
        version = self._writing.store.data_version()
        if version == self._version:
            return
        self._version = version
        self._books.clear()
        self._places.clear()
        self._by_path.clear()
        for file in self._writing.known_files(self._site):
            self._add(file)

    def _add(self, file: FileRow) -> None:
        checkpoint = checkpoint_of_row(file)
        self._books.setdefault((file.format, file.timezone), CheckpointBook()).record(file.id, checkpoint)
        place = (file.format, file.timezone, checkpoint)
        self._places[place] = min(file.id, self._places.get(place, file.id))
        self._by_path[file.path].add(file.id)

    def _get(self, file_id: int) -> FileRow:
        with self._writing.store.reading() as cursor:
            return get_file(cursor, file_id)
