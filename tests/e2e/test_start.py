"""Soon a first frame: what is slow to import is not imported before it."""

import json
from pathlib import Path

import pytest

from tests.e2e.floors import QUEUES, real_log
from tests.e2e.terminal import Place, until

pytestmark = pytest.mark.e2e

SLOW = ("sqlmodel", "sqlalchemy", "alembic", "pydantic", "watchfiles", "msgspec")

# Runs in every Python that has its folder on the path; writes down what was imported when the first frame was written.
NOTE_TAKER = """
import os, sys, threading, json
notes = os.environ.get("NOTES")
if notes and "open" in sys.argv or notes and "open" in getattr(sys, "orig_argv", []):
    def watch():
        import time
        while True:
            module = sys.modules.get("textual.drivers._writer_thread")
            if module is not None and hasattr(module, "WriterThread"):
                break
            time.sleep(0.001)
        before = module.WriterThread.write
        def write(self, text):
            before(self, text)
            if "Queues" in text and not os.path.exists(notes):
                with open(notes, "w") as file:
                    json.dump(sorted(sys.modules), file)
        module.WriterThread.write = write
    threading.Thread(target=watch, daemon=True).start()
"""


def test_nothing_slow_is_imported_before_the_first_frame(place: Place, tmp_path: Path) -> None:
    real_log(place)
    taker, notes = tmp_path / "taker", tmp_path / "modules.json"
    taker.mkdir()
    (taker / "sitecustomize.py").write_text(NOTE_TAKER)
    environment = {"PYTHONPATH": f"{taker}:{place.environment['PYTHONPATH']}", "NOTES": str(notes)}
    with place.console(str(place.log), environment=environment) as console:
        console.see(*QUEUES, "live")
        until(notes.exists, "the note of the first frame")
        at_first_frame = set(json.loads(notes.read_text()))
        assert "textual.app" in at_first_frame
        assert not at_first_frame & set(SLOW)
        # and the console itself never needs them: it reads with plain SQL
        for key, word in (("2", "Chose"), ("9", "Site"), ("1", "SLday"), ("\r", "esc back")):
            console.send(key)
            console.see(word)
        loaded = [line.split()[-1] for line in Path(f"/proc/{console.pid}/maps").read_text().splitlines()]
        for name in ("sqlalchemy", "pydantic_core", "watchfiles"):
            assert not any(f"/{name}/" in path for path in loaded), name
        console.send("\x11")
        assert console.wait() == 0
