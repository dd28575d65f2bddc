"""Prose in lines: nothing is lost, nothing is wider than it may be."""

from hypothesis import given
from hypothesis import strategies as st

from ccm_tui.theme import Tone
from ccm_tui.widgets.lines import line, plain, width_of
from ccm_tui.widgets.wrapping import wrapped, wrapped_spans


@given(st.text(max_size=200), st.integers(12, 80))
def test_no_line_is_wider_than_the_room(text: str, width: int) -> None:
    assert all(width_of(each) <= width for each in wrapped(text, width, indent=2))
    assert all(width_of(each) <= width for each in wrapped_spans(line(text), width, indent=2))


def test_a_path_is_broken_where_the_line_ends() -> None:
    lines = wrapped_spans(line("/var/log/asterisk/queue_log"), 12)
    assert "".join(plain(each) for each in lines) == "/var/log/asterisk/queue_log"
    assert max(width_of(each) for each in lines) == 12


def test_the_head_stands_in_the_first_line_and_tones_stay() -> None:
    head = line(" ", ("billing", Tone.BREACH), "  ")
    lines = wrapped_spans(line(("oldest 1:12, over 1:00", Tone.BREACH)), 20, indent=3, head=head)
    assert [plain(each) for each in lines] == [" billing  oldest", "   1:12, over 1:00"]
    assert lines[1][1].tone is Tone.BREACH
