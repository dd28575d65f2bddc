"""Which stored file a log continues, while files come and others write."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ccm_tui.ingest.content import open_content
from ccm_tui.ingest.importer import ImportRequest, import_logs
from ccm_tui.ingest.known_files import KnownFiles
from ccm_tui.ingest.writing import Writing
from tests.feeding import open_writing

LINE = "1795330073|call-{0}|sales|NONE|ENTERQUEUE||+1202555{0:04}|1\n"
FORMAT, ZONE = "asterisk-queue-log", "UTC"


@pytest.fixture
def writing(tmp_path: Path) -> Iterator[Writing]:
    writing = open_writing(tmp_path / "ccm.db")
    yield writing
    writing.store.close()


def _log(folder: Path, number: int) -> Path:
    folder.mkdir(exist_ok=True)
    log = folder / f"queue_log.{number}"
    log.write_text(LINE.format(number))
    return log


def _found(known: KnownFiles, log: Path, log_format: str = FORMAT, zone: str = ZONE) -> str | None:
    content = open_content(log)
    try:
        file = known.find(content, log_format, zone)
        return None if file is None else Path(file.path).name
    finally:
        content.close()


def _read(writing: Writing, path: Path) -> tuple[int, int]:
    counts = import_logs(writing, ImportRequest([str(path)], "main", timezone=ZONE)).counts
    return counts.records, counts.repeats


def test_each_file_of_a_folder_is_known_again_by_its_bytes(writing: Writing, tmp_path: Path) -> None:
    logs = [_log(tmp_path / "logs", number) for number in range(30)]
    assert _read(writing, tmp_path / "logs") == (30, 0)
    known = KnownFiles(writing, "main")
    for log in logs:
        renamed = log.rename(tmp_path / f"old-{log.name}")
        assert _found(known, renamed) == log.name
    assert _found(known, _log(tmp_path, 99)) is None


def test_a_copy_in_the_same_folder_is_all_repeats(writing: Writing, tmp_path: Path) -> None:
    log = _log(tmp_path / "logs", 1)
    (log.parent / "copy").write_bytes(log.read_bytes())
    assert _read(writing, log.parent) == (1, 1)
    assert len(writing.known_files("main")) == 1


def test_a_log_read_in_another_way_is_another_log(writing: Writing, tmp_path: Path) -> None:
    log = _log(tmp_path / "logs", 1)
    _read(writing, log)
    known = KnownFiles(writing, "main")
    assert _found(known, log) == log.name
    assert _found(known, log, zone="Europe/London") is None
    assert _found(known, log, log_format="ccm-jsonl") is None
    assert _found(KnownFiles(writing, "other"), log) is None


def test_what_another_process_has_read_is_known(writing: Writing, tmp_path: Path) -> None:
    known, log = KnownFiles(writing, "main"), _log(tmp_path / "logs", 1)
    assert _found(known, log) is None
    other = open_writing(tmp_path / "ccm.db")
    _read(other, log)
    other.store.close()
    assert _found(known, log) == log.name
    assert [file.path for file in known.at_path(str(log))] == [str(log)]
