"""Amazon Contact Lens: analysed conversations of Amazon Connect, and the stream of segments while they go on.

An analysis file is one JSON object a contact (``Transcript``, ``ConversationCharacteristics``, ``Categories``), raw or
redacted; its contact is ``CustomerMetadata.ContactId``, the one of the contact records, and a file without it says of
nobody what was said: it is rejected. A segment stream is many objects a contact (``contact_lens_stream``).

References: https://docs.aws.amazon.com/connect/latest/adminguide/contact-lens-example-output-files.html and
https://docs.aws.amazon.com/connect/latest/adminguide/contact-lens-example-output-files-chat.html .
"""

from collections.abc import Mapping, Sequence

from ccm_tui.domain.events import Event
from ccm_tui.sources.base import LineContext, LineRejected, RecordKind, Sample
from ccm_tui.sources.contact_lens_stream import is_stream_event, stream_events
from ccm_tui.sources.conversation_analytics import analysis_events, is_analysis, is_analysis_begun, is_of_transcribe
from ccm_tui.sources.json_objects import Keys, flatten, keys_of, parse_object, sample_objects, text_of


class ContactLens:
    """Analysis files and real-time segments of Amazon Contact Lens."""

    name = "contact-lens"
    title = "Amazon Contact Lens analyses"
    reference_url = "https://docs.aws.amazon.com/connect/latest/adminguide/contact-lens-example-output-files.html"
    max_line_bytes = 16 << 20
    record_kind = RecordKind.JSON_OBJECTS

    def identify(self, sample: Sample) -> bool:
        """By content: an analysis that Transcribe did not write, or an event of a segment stream."""
        return any(is_stream_event(record) or _is_ours(record) for record in sample_objects(sample))

    def header(self, first_line: str) -> tuple[str, ...] | None:
        """None: the format has no header."""
        return None

    def parse(self, line: str, context: LineContext) -> Sequence[Event]:
        """The transcript's turns and what was found in it. Raises LineRejected."""
        record = keys_of(parse_object(line))
        if is_stream_event(record):
            return stream_events(record, context.timezone)
        if not is_analysis(record):
            msg = "neither an analysis (no Transcript, no JobStatus) nor an event of a segment stream"
            raise LineRejected(msg)
        contact = _contact(record)
        if contact is None:
            msg = "no CustomerMetadata.ContactId, so nobody knows whose conversation this is"
            raise LineRejected(msg)
        return analysis_events(record, contact, context.timezone)

    def fields(self, line: str, context: LineContext) -> Mapping[str, str]:
        """Every member that has a value, ``Outer.Inner``; lists as JSON."""
        return dict(flatten(parse_object(line)))


def _contact(record: Keys) -> str | None:
    return text_of(keys_of(record.get("customermetadata")).get("contactid")) or text_of(record.get("contactid"))


def _is_ours(record: Keys) -> bool:
    return is_analysis_begun(record) and not is_of_transcribe(record)
