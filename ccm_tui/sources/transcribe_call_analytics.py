"""Amazon Transcribe Call Analytics: one JSON object a recording, analysed after the call.

The shape is that of Contact Lens but for the contact, of which it knows nothing: the name of the job is the only
identity there is, and so the contact's native id. Name the job after the call to see both as one contact.

Reference: https://docs.aws.amazon.com/transcribe/latest/dg/tca-post-call.html
"""

from collections.abc import Mapping, Sequence

from ccm_tui.domain.events import Event
from ccm_tui.sources.base import LineContext, LineRejected, RecordKind, Sample
from ccm_tui.sources.conversation_analytics import analysis_events, is_analysis, is_analysis_begun, is_of_transcribe
from ccm_tui.sources.json_objects import Keys, flatten, keys_of, parse_object, sample_objects, text_of


class TranscribeCallAnalytics:
    """Analysed recordings of Amazon Transcribe."""

    name = "transcribe-call-analytics"
    title = "Amazon Transcribe Call Analytics"
    reference_url = "https://docs.aws.amazon.com/transcribe/latest/dg/tca-post-call.html"
    max_line_bytes = 16 << 20
    record_kind = RecordKind.JSON_OBJECTS

    def identify(self, sample: Sample) -> bool:
        """By content: an analysis with the name of a job or with single words, and no metadata of Connect's."""
        return any(_is_ours(record) for record in sample_objects(sample))

    def header(self, first_line: str) -> tuple[str, ...] | None:
        """None: the format has no header."""
        return None

    def parse(self, line: str, context: LineContext) -> Sequence[Event]:
        """The transcript's turns and what was found in it. Raises LineRejected."""
        record = keys_of(parse_object(line))
        job = text_of(record.get("jobname"))
        if job is None:
            msg = "no JobName, and so nothing to call the contact by"
            raise LineRejected(msg)
        if not is_analysis(record):
            msg = "no analysis: it has no Transcript and no JobStatus"
            raise LineRejected(msg)
        return analysis_events(record, job, context.timezone)

    def fields(self, line: str, context: LineContext) -> Mapping[str, str]:
        """Every member that has a value, ``Outer.Inner``; lists as JSON."""
        return dict(flatten(parse_object(line)))


def _is_ours(record: Keys) -> bool:
    return is_analysis_begun(record) and is_of_transcribe(record)
