from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from ccm_tui.domain.contacts import ContactFold
from ccm_tui.domain.events import UNDATED_MS, Event, EventKind
from ccm_tui.domain.turns import Sentiment, Speaker, Turn, TurnVersion, turn_data, turn_of, version_of
from ccm_tui.domain.visit_fold import ContactRules


def _said(at_ms: int, text: str, revision: int | None = None) -> Event:
    return Event(EventKind.SAID, at_ms, "said", "c", data=turn_data(text, Speaker.CUSTOMER), revision=revision)


def _texts(*events: tuple[Event, int]) -> list[str]:
    fold = ContactFold(ContactRules())
    for event, line in events:
        fold.apply(event, (1, line))
    return [turn.text for turn in fold.turns]


@given(
    st.text(),
    st.sampled_from(Speaker),
    st.text(),
    st.none() | st.integers(0, 10**9),
    st.none() | st.sampled_from(Sentiment),
    st.booleans(),
    st.booleans(),
    st.integers(0, 10**13),
)
def test_a_turn_reads_as_it_was_written(
    text: str,
    speaker: Speaker,
    name: str,
    offset_ms: int | None,
    sentiment: Sentiment | None,
    private: bool,
    guessed: bool,
    at_ms: int,
) -> None:
    data = turn_data(
        text, speaker, name=name, offset_ms=offset_ms, sentiment=sentiment, private=private, guessed=guessed
    )
    read = turn_of(Event(EventKind.SAID, at_ms, "said", "c", data=data))
    dated = None if at_ms == UNDATED_MS else at_ms
    assert read == Turn(speaker, name or None, text, dated, offset_ms, sentiment, private, guessed)


def test_a_label_that_is_no_role_is_kept_as_the_name() -> None:
    read = turn_of(Event(EventKind.SAID, 1, "said", "c", data={"text": "hi", "speaker": "spk_0"}))
    assert (read.speaker, read.name) == (Speaker.UNKNOWN, "spk_0")


def test_an_agents_turn_is_named_by_the_agent() -> None:
    read = turn_of(Event(EventKind.SAID, 1, "said", "c", agent="Ana", data={"text": "hi", "speaker": "agent"}))
    assert (read.speaker, read.name) == (Speaker.AGENT, "Ana")


def test_nonsense_in_a_turn_says_nothing() -> None:
    data = {"offset_ms": "-5", "sentiment": "smug", "private": "1"}
    read = turn_of(Event(EventKind.SAID, 1, "said", "c", data=data))
    assert read == Turn(Speaker.UNKNOWN, None, "", 1, None, None, False, False)


def test_turns_come_one_by_one() -> None:
    assert _texts((_said(1, "a"), 0), (_said(2, "b"), 1)) == ["a", "b"]


def test_of_several_transcripts_the_one_of_the_greatest_version_counts_in_whatever_order() -> None:
    single = [(_said(1, "single"), 0)]
    first = [(_said(1, "a", 1), 1), (_said(2, "b", 1), 1)]
    newest = [(_said(1, "A", 2), 2), (_said(2, "B", 2), 2), (_said(3, "C", 2), 2)]
    for order in permutations((single, first, newest)):
        assert _texts(*(event for events in order for event in events)) == ["A", "B", "C"]


def test_of_two_transcripts_of_one_version_the_first_counts() -> None:
    assert _texts((_said(1, "a", 1), 1), (_said(1, "x", 1), 2), (_said(2, "y", 1), 2)) == ["a"]


def test_a_conversation_stands_beside_records_of_the_contact() -> None:
    fold = ContactFold(ContactRules())
    record = Event(EventKind.CONTACT_STARTED, 1, "start", "c", revision=7)
    for line, event in enumerate((_said(2, "a"), record, _said(3, "b"))):
        fold.apply(event, (1, line))
    assert [turn.text for turn in fold.turns] == ["a", "b"]


def _version(text: str, turn: str, number: int, at_ms: int = 1000) -> Event:
    data = turn_data(text, Speaker.AGENT, version=TurnVersion(turn, number))
    return Event(EventKind.SAID, at_ms, "said", "c", data=data)


def test_a_turns_version_reads_as_it_was_written() -> None:
    assert version_of(_version("hi", "17", 1_772_442_000_450)) == TurnVersion("17", 1_772_442_000_450)
    assert version_of(_said(1, "hi")) is None
    unread = Event(EventKind.SAID, 1, "said", "c", data={"text": "hi", "turn": "17", "version": "second"})
    assert version_of(unread) == TurnVersion("17", 0)


def test_of_a_turns_versions_the_greatest_counts_in_any_order() -> None:
    versions = [_version("helo", "1", 1), _version("hello", "1", 3), _version("hell", "1", 2)]
    for order in permutations([*versions, _version("helo", "1", 1), _version("bye", "2", 1, 2000)]):
        ordered = sorted(order, key=lambda event: event.at_ms)  # as the store gives them
        assert _texts(*((event, line) for line, event in enumerate(ordered))) == ["hello", "bye"]


def test_a_changed_conversation_is_another_list_and_a_longer_one_is_not() -> None:
    fold = ContactFold(ContactRules())
    fold.apply(_version("helo", "1", 1))
    before = fold.turns
    assert not fold.apply(_version("helo", "1", 2)), "delivered again as it is"
    assert fold.apply(_version("bye", "2", 1))
    assert fold.turns is before
    assert fold.apply(_version("hello", "1", 3))
    assert fold.turns is not before
    assert [turn.text for turn in before] == ["helo", "bye"]


def test_a_whole_transcript_forgets_the_versions_of_single_turns() -> None:
    whole = _version("all of it", "1", 0)._replace(revision=1)
    assert _texts((_version("helo", "1", 5), 1), (whole, 2)) == ["all of it"]
