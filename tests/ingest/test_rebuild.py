"""Folding everything anew gives what reading gave, whatever the lines and the order in which they were read."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccm_tui.ingest.importer import ImportRequest, import_logs
from ccm_tui.ingest.rebuild import rebuild
from tests.feeding import open_writing, store_content
from tests.ingest.following import new_database
from tests.ingest.test_set_true import LINE


@given(lines=st.lists(LINE, min_size=1, max_size=40), cut=st.integers(0, 40), newest_first=st.booleans())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_rebuild_changes_nothing(lines: list[str], cut: int, newest_first: bool) -> None:
    ordered = sorted(lines, key=lambda line: int(line.split("|")[0]))
    parts = [part for part in (ordered[:cut], ordered[cut:]) if part]
    with TemporaryDirectory() as name:
        writing = open_writing(new_database(Path(name) / "ccm.db"))
        for number, part in enumerate(reversed(parts) if newest_first else parts):
            log = Path(name) / str(number)
            log.write_text("".join(line + "\n" for line in part))
            import_logs(writing, ImportRequest([str(log)], "main"))
        before = store_content(writing)
        assert rebuild(writing) == len(before["events"])
        assert store_content(writing) == before
        writing.store.close()
