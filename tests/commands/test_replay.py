"""``ccm-tui replay``: an old log as if it happened now, with the same outcomes."""

import gzip
import json
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

from tests.conftest import GOLDEN
from tests.feeding import all_segments, open_writing
from tests.ingest.following import append, calls, wait_until
from tests.program import command, program

REAL = GOLDEN / "real" / "run1" / "queue_log.0"
JSONL = GOLDEN / "ccm-jsonl" / "events.log"


def _outcomes(database: Path) -> Counter[tuple[object, ...]]:
    """What became of the contacts, without their times: the last ones lie ahead of our clock."""
    writing = open_writing(database)
    segments = all_segments(writing)
    writing.store.close()
    return Counter((s.queue, s.channel, s.outcome, s.agent, s.wait_ms, s.talk_ms, s.visit) for s in segments)


def test_a_replayed_log_has_the_same_outcomes(tmp_path: Path) -> None:
    source = append(tmp_path / "old_log", REAL.read_bytes().splitlines()[:1200])
    ended = program(None, "replay", "--speed", "100000", "--into", tmp_path / "now", source)
    assert (ended.code, ended.out) == (0, f"1200 lines written to {tmp_path}/now/queue_log\n")
    replayed = tmp_path / "now" / "queue_log"
    first = int(replayed.read_bytes().split(b"|")[0])
    assert abs(first - time.time()) < 60
    for log, database in ((source, tmp_path / "then.db"), (replayed, tmp_path / "now.db")):
        summary = program(database, "import", "--format", "json", log).json
        assert (summary["lines"], summary["quarantined"]) == (1200, 0)
    assert _outcomes(tmp_path / "now.db") == _outcomes(tmp_path / "then.db")


def test_our_jsonl_too_and_compressed(tmp_path: Path) -> None:
    packed = tmp_path / "events.jsonl.gz"
    packed.write_bytes(gzip.compress(JSONL.read_bytes()))
    ended = program(None, "replay", "--speed", "100000", "--into", tmp_path / "now", packed)
    assert ended.code == 0, ended.err
    for log, database in ((packed, tmp_path / "then.db"), (tmp_path / "now" / "events.jsonl", tmp_path / "now.db")):
        assert program(database, "import", log).code == 0
    assert _outcomes(tmp_path / "now.db") == _outcomes(tmp_path / "then.db")


def test_lines_come_when_they_are_due_until_told_to_stop(tmp_path: Path) -> None:
    source = append(tmp_path / "old_log", calls(0, 100))
    with subprocess.Popen(
        command(None, "replay", "--speed", "20", "--into", tmp_path / "now", source),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as child:
        target = tmp_path / "now" / "queue_log"
        wait_until(lambda: target.exists() and target.read_bytes().count(b"\n") >= 3, "it writes")
        child.send_signal(signal.SIGTERM)
        out, _ = child.communicate(timeout=5)
        assert child.returncode == 130
    assert out == b"%d lines written to %s\n" % (target.read_bytes().count(b"\n"), str(target).encode())
    assert target.read_bytes().count(b"\n") < 600


def test_what_cannot_be_replayed_is_said(tmp_path: Path) -> None:
    source = append(tmp_path / "queue_log", calls(0, 1))
    before = source.read_bytes()
    for words, what in (
        ([str(source), "--into", str(tmp_path)], "that is the log itself"),
        ([str(tmp_path / "nowhere")], "cannot be read: No such file"),
        ([str(source), "--into", str(source)], f"{source}/queue_log: cannot be written: File exists"),
        ([str(source), "--into", str(source / "now")], "cannot be written: Not a directory"),
        ([str(source), "--speed", "0"], "is no speed"),
        ([str(source), "--speed", "fast"], "is no speed"),
    ):
        ended = program(None, "replay", *words, cwd=tmp_path)
        assert (ended.code, what in ended.err) == (2, True), ended
    assert source.read_bytes() == before
    broken = tmp_path / "broken.gz"
    broken.write_bytes(gzip.compress(json.dumps({"x": list(range(9999))}).encode())[:100])
    ended = program(None, "replay", broken, "--into", tmp_path / "now")
    assert (ended.code, "broken gzip data" in ended.err) == (2, True), ended
