import pytest

from ccm_tui.errors import SourceError, UsageError
from ccm_tui.sources.base import CsvMapping, Sample
from ccm_tui.sources.registry import FORMATS, SHORT_NAMES, get_format, identify, list_formats

CALLS = CsvMapping(name="calls", columns={"offered_at": "start"}, queue="q")
CHATS = CsvMapping(name="chats", columns={"offered_at": "begin"}, queue="q")
QUEUE_LOG_LINE = "1767258102|1767258085.10|sales|Ana Ruiz|CONNECT|12|1767258098.12|4"


def test_formats_are_found_by_their_names() -> None:
    for log_format in FORMATS:
        assert get_format(log_format.name) is log_format
        assert get_format(log_format.name.upper()) is log_format
    for short, name in SHORT_NAMES.items():
        assert get_format(short).name == name


def test_every_format_says_what_it_is() -> None:
    for log_format in list_formats([CALLS]):
        assert log_format.title
        assert log_format.reference_url.startswith("https://")
        assert log_format.max_line_bytes >= 1 << 20


def test_an_unknown_name_gets_the_nearest() -> None:
    with pytest.raises(UsageError) as error:
        get_format("asterix")
    assert "asterisk" in error.value.hint


def test_csv_is_the_only_mapping_or_a_named_one() -> None:
    assert get_format("csv", [CALLS]).name == "csv:calls"
    assert get_format("csv:chats", [CALLS, CHATS]).name == "csv:chats"
    assert get_format("chats", [CALLS, CHATS]).name == "csv:chats"
    with pytest.raises(UsageError, match="several"):
        get_format("csv", [CALLS, CHATS])
    with pytest.raises(UsageError, match="no CSV mapping"):
        get_format("csv")


@pytest.mark.parametrize("lines", [(), ("",), ("", "\0\0\0", "  ", "\ufeff")])
def test_nothing_written_is_not_yet_known(lines: tuple[str, ...]) -> None:
    assert identify(Sample(lines), FORMATS, "queue_log") is None


def test_half_a_first_line_is_not_yet_known() -> None:
    assert identify(Sample(("17672581",), unfinished=True), FORMATS, "queue_log") is None
    found = identify(Sample((QUEUE_LOG_LINE,), unfinished=True), FORMATS, "queue_log")
    assert found is not None
    assert found.name == "asterisk-queue-log"


def test_an_unclaimed_file_is_named_with_what_was_tried() -> None:
    with pytest.raises(SourceError) as error:
        identify(Sample(("Dear diary,",)), FORMATS, "/var/log/diary.txt")
    assert "/var/log/diary.txt" in str(error.value)
    assert all(log_format.name in str(error.value) for log_format in FORMATS)
    assert "--source" in error.value.hint


def test_two_claims_are_an_error() -> None:
    twin = CsvMapping(name="twin", columns={"offered_at": "START"}, queue="q")
    with pytest.raises(SourceError, match="csv:calls and csv:twin") as error:
        identify(Sample(("start,end",)), list_formats([CALLS, twin]), "calls.csv")
    assert "--source" in error.value.hint
