"""Promise 3: whoever was offered is accounted for, and so is every line; on every sample, per queue and interval."""

import os
from pathlib import Path

import pytest

from ccm_tui.domain.intervals import slot_of
from ccm_tui.domain.tally import QueueTally, tally_by
from ccm_tui.domain.variants import KpiRules
from ccm_tui.ingest.importer import ImportRequest, import_logs
from tests.conftest import GOLDEN
from tests.feeding import all_segments, open_writing

SHARED = Path(os.environ.get("CCM_SHARED_SAMPLES", Path(__file__).parents[3] / "shared" / "samples"))
"""Real logs without a licence to ship; read in place where they are."""

SHIPPED = [
    *sorted((GOLDEN / "real").glob("*/queue_log*")),
    *sorted((GOLDEN.parent.parent / "data" / "samples").glob("*/*")),
    *(
        path
        for folder in ("asterisk-queue-log", "pbxware-csv", "ccm-jsonl")
        for path in sorted((GOLDEN / folder).glob("*.log"))
    ),
]
IN_PLACE = sorted((SHARED / "asterisk-queue_log").glob("*/*log*")) if SHARED.is_dir() else []


@pytest.mark.parametrize("sample", SHIPPED + IN_PLACE, ids=lambda path: "/".join(path.parts[-2:]))
def test_contacts_and_lines_add_up(sample: Path, tmp_path: Path) -> None:
    writing = open_writing(tmp_path / "ccm.db")
    format_name = sample.parent.name if sample.parent.parent == GOLDEN else None
    counts = import_logs(writing, ImportRequest([str(sample)], "main", format_name, "UTC")).counts
    assert counts.lines == counts.records + counts.repeats + counts.quarantined + counts.blank
    segments = all_segments(writing)
    writing.store.close()
    by_slot: dict[tuple[str, int], QueueTally] = {}
    for queue in {segment.queue for segment in segments}:
        own = [segment for segment in segments if segment.queue == queue]
        for slot, tally in tally_by(own, KpiRules(), slot_of).items():
            by_slot[queue, slot] = tally
    for key, tally in by_slot.items():
        told = tally.answered + tally.abandoned + tally.flow_outs + tally.lost + tally.waiting
        assert tally.offered == told, key
    inbound = [s for s in segments if s.direction.value == "inbound"]
    refused = sum(tally.refused for tally in by_slot.values())
    assert sum(tally.offered for tally in by_slot.values()) + refused == len(inbound)
