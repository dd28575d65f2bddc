"""An attended transfer into another queue, as asterisk/asterisk#759 describes it: three call ids' worth of lines, one
customer, two visits."""

from pathlib import Path

from ccm_tui.domain.segments import Outcome
from tests.feeding import Feeder, all_segments, open_writing

LINES = b"""\
1700000000|c1.1|sales|NONE|ENTERQUEUE||5550101|1
1700000005|c1.1|sales|SIP/1|CONNECT|5|x.1|3
1700000030|c2.1|billing|NONE|ENTERQUEUE||101|1
1700000040|c2.1|sales|SIP/1|ATTENDEDTRANSFER|BRIDGE|uuid|5|35|1
1700000045|c1.1|billing|SIP/2|CONNECT|15|x.2|3
1700000095|c1.1|billing|SIP/2|COMPLETECALLER|15|50|1
"""


def test_the_customer_is_offered_once_to_each_queue(tmp_path: Path) -> None:
    writing = open_writing(tmp_path / "ccm.db")
    Feeder(writing, tmp_path / "queue_log").feed(LINES)
    sales, billing = all_segments(writing)
    writing.store.close()
    assert (sales.queue, sales.agent, sales.outcome, sales.native_id) == ("sales", "SIP/1", Outcome.TRANSFERRED, "c1.1")
    assert (billing.queue, billing.agent, billing.outcome) == ("billing", "SIP/2", Outcome.COMPLETED)
    assert billing.entered_at_ms == 1_700_000_030_000
    assert not billing.entry_seen


def test_it_is_the_same_line_by_line(tmp_path: Path) -> None:
    whole, bit_by_bit = open_writing(tmp_path / "a.db"), open_writing(tmp_path / "b.db")
    Feeder(whole, tmp_path / "a").feed(LINES)
    feeder = Feeder(bit_by_bit, tmp_path / "b")
    for line in LINES.splitlines(keepends=True):
        feeder.feed(line)
    assert all_segments(whole) == all_segments(bit_by_bit)
    whole.store.close()
    bit_by_bit.store.close()


def test_a_first_agents_own_end_corrects_the_inferred_one(tmp_path: Path) -> None:
    writing = open_writing(tmp_path / "ccm.db")
    Feeder(writing, tmp_path / "queue_log").feed(LINES + b"1700000096|c1.1|sales|SIP/1|COMPLETEAGENT|5|91|1\n")
    sales = all_segments(writing)[0]
    writing.store.close()
    assert (sales.outcome, sales.talk_ms) == (Outcome.COMPLETED, 91_000)
