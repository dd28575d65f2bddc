"""A finished analysis of one conversation as events: its whole transcript, and what was found in it.

Amazon Contact Lens and Amazon Transcribe Call Analytics write the same shape; they differ in how it names its contact.
Of the raw and the redacted copy of one analysis the redacted one counts, whichever comes first: whoever had personal
data removed does not want to see it here.
"""

from datetime import tzinfo

from ccm_tui.domain.events import UNDATED_MS, Channel, Event, EventKind
from ccm_tui.domain.facts import ANALYSIS_COPY, RECORDING
from ccm_tui.sources.analytics_facts import facts_of, is_redacted, keys_in
from ccm_tui.sources.analytics_turns import cast_of, in_order, text_of_item, turn_of_item
from ccm_tui.sources.json_objects import Keys, keys_of, text_of

RAW_STREAM, REDACTED_STREAM, RAW_FILE, REDACTED_FILE = range(4)
"""Copies of an analysis: what is found when it is finished counts instead of what was found meanwhile."""
_MEMBERS = frozenset(("transcript", "conversationcharacteristics", "participants", "contentmetadata", "jobstatus"))
_CHANNELS = {"VOICE": Channel.VOICE, "CHAT": Channel.CHAT, "EMAIL": Channel.EMAIL, "TASK": Channel.TASK}


def is_analysis(record: Keys) -> bool:
    """Whether a record is an analysed conversation, whoever wrote it; of one that failed only that is said."""
    return isinstance(record.get("transcript"), list) or "jobstatus" in record


def is_analysis_begun(record: Keys) -> bool:
    """Whether a record of which maybe only the beginning is there is one: the transcript may come last."""
    return len(_MEMBERS & record.keys()) > 1


def is_of_transcribe(record: Keys) -> bool:
    """Whether Transcribe wrote an analysis: it names its job, or tells the words of each turn one by one."""
    if "customermetadata" in record:
        return False
    return "jobname" in record or any("items" in item for item in keys_in(record.get("transcript")))


def channel_of(record: Keys) -> Channel | None:
    """How the customer reached us."""
    return _CHANNELS.get((text_of(record.get("channel")) or "").upper())


def analysis_events(record: Keys, contact: str, zone: tzinfo) -> list[Event]:
    """What was found, and each turn, by time; at least one event."""
    items = list(keys_in(record.get("transcript")))
    redacted = int(is_redacted(record))
    cast = cast_of(record)
    turns: list[Event] = []
    for told in in_order(items, zone):
        text = text_of_item(told.item, cast)
        if text is not None:
            data = turn_of_item(told, text, cast)
            turns.append(Event(EventKind.SAID, told.at_ms, "Transcript", contact, data=data, revision=redacted))
    facts = facts_of(record, items)
    channel = channel_of(record)
    recording = text_of(keys_of(record.get("customermetadata")).get("inputs3uri"))
    if recording is not None and channel is not Channel.CHAT:  # of a chat it is the transcript's
        facts[RECORDING] = recording
    facts[ANALYSIS_COPY] = str(REDACTED_FILE if redacted else RAW_FILE)
    began_at_ms = turns[0].at_ms if turns else UNDATED_MS
    return [Event(EventKind.DESCRIBED, began_at_ms, "Analysis", contact, channel=channel, data=facts), *turns]
