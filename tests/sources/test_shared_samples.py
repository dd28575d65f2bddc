import json
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

from ccm_tui.domain.events import EventKind
from ccm_tui.sources.base import LineContext, LineRejected, Sample
from ccm_tui.sources.registry import FORMATS, identify
from tests.sources.golden import read_lines, sample_of
from tests.sources.shared_samples import SHARED, needs_shared_samples

pytestmark = needs_shared_samples
QUEUE_LOGS = sorted(SHARED.glob("asterisk-queue_log/real/*/queue_log*")) if SHARED.is_dir() else []
NATIVE = sorted(SHARED.glob("asterisk-queue_log/native/*.queue_log")) if SHARED.is_dir() else []


@pytest.mark.parametrize("path", [*QUEUE_LOGS, *NATIVE], ids=lambda path: f"{path.parent.name}-{path.name}")
def test_queue_logs_are_recognised_and_read_whole(path: Path) -> None:
    lines = read_lines(path)
    log_format = identify(sample_of(lines), FORMATS, path.name)
    assert log_format is not None
    assert log_format.name == "asterisk-queue-log"
    names = Counter(log_format.parse(line, LineContext())[0].name for line in lines)
    assert names == Counter(line.split("|")[4] for line in lines)


COMPLETED = {EventKind.COMPLETED, EventKind.TRANSFERRED}
ABANDONED = {EventKind.ABANDONED, EventKind.EXITED_TIMEOUT, EventKind.EXITED_EMPTY, EventKind.WITHDRAWN}


def test_events_add_up_to_what_the_server_counted() -> None:
    folder = SHARED / "asterisk-queue_log" / "real" / "run4"
    completed: Counter[str | None] = Counter()
    abandoned: Counter[str | None] = Counter()
    for path in sorted(folder.glob("queue_log*")):
        for line in read_lines(path):
            (event,) = FORMATS[0].parse(line, LineContext())
            answered_outbound = event.kind is EventKind.OUTBOUND and event.reason == "ANSWER"
            completed[event.queue] += event.kind in COMPLETED or answered_outbound
            abandoned[event.queue] += event.kind in ABANDONED or (
                event.kind is EventKind.OUTBOUND and not answered_outbound
            )
    (window,) = json.loads((folder / "ground-truth.json").read_text(encoding="utf-8"))["windows"]
    assert window["quiet_end"]
    for name, queue in window["queues"].items():
        assert completed[name] == int(queue["asterisk"]["Completed"])
        assert abandoned[name] == int(queue["asterisk"]["Abandoned"])


def test_pbxware_export_reads_whole() -> None:
    (path,) = SHARED.glob("asterisk-queue_log/pbxware-csv/*.csv")
    lines = read_lines(path)
    log_format = identify(sample_of(lines), FORMATS, path.name)
    assert log_format is not None
    assert log_format.name == "pbxware-csv"
    events = [event for line in lines[1:] for event in log_format.parse(line, LineContext())]
    kinds = Counter(event.kind for event in events)
    assert len(events) == 755
    assert (kinds[EventKind.QUEUE_ENTERED], kinds[EventKind.ANSWERED], kinds[EventKind.OUTBOUND]) == (74, 66, 61)
    assert not any(event.agent.startswith("Local/") for event in events if event.agent)


def test_other_vendors_files_are_claimed_by_nobody() -> None:
    ours = (
        "amazon-connect/contact-event-",
        "amazon-connect/contact-lens-",
        "amazon-connect/ctr-",
        "asterisk-cdr/",
        "asterisk-queue_log/",
        "chatwoot/webhook-message_created-attachment",
        "freeswitch/cdr_csv-",
        "freeswitch/mod_callcenter-event-",
        "genesys-cloud/",
        "twilio-taskrouter/events-",
        "naughty-strings/",
        "transcripts/",
    )
    for path in sorted(SHARED.rglob("*")):
        if path.is_file() and path.suffix != ".gz" and not str(path.relative_to(SHARED)).startswith(ours):
            lines = tuple(path.read_text("utf-8", "replace").split("\n")[:50])
            assert [log_format.name for log_format in FORMATS if log_format.identify(Sample(lines))] == [], path


def test_every_line_of_every_sample_parses_or_is_rejected() -> None:
    for path in sorted(SHARED.rglob("*")):
        if not path.is_file() or path.suffix == ".gz" or path in QUEUE_LOGS:
            continue
        for line in path.read_text("utf-8", "replace").split("\n")[:300]:
            for log_format in FORMATS:
                with suppress(LineRejected):
                    assert log_format.parse(line, LineContext())
