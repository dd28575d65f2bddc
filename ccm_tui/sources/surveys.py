"""What customers answered, as a survey tool exports it: a CSV with a header, or JSON objects. One row a contact.

    contact_id;submitted_at;csat;nps;comment
    17;2026-03-02T09:30:00Z;4,5;9;quick, and kind

Columns are known by the names that tools commonly use, in any case (``survey_columns``): the contact's native id and a
rating at least, when it was answered, who and which queue served. All other columns are kept as ``survey.<column>``. A
rating that is no number says nothing. Times are ISO 8601 or epoch seconds or milliseconds: of 2/3/2026 nobody knows the
month. A day without a time counts from its end, a CSV without a column of times from the beginning.

Reference: https://www.rfc-editor.org/rfc/rfc4180 and https://jsonlines.org/ . Both formats claim only what no other
format claims.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, tzinfo
from typing import Any

from ccm_tui.domain.events import UNDATED_MS, Event, EventKind
from ccm_tui.domain.facts import SURVEY, SURVEY_RESOLVED
from ccm_tui.domain.surveys import parse_rating
from ccm_tui.sources.base import MAX_LINE_BYTES, LineContext, LineRejected, RecordKind, Sample, excerpt
from ccm_tui.sources.csv_rows import SEPARATORS, parse_row
from ccm_tui.sources.json_objects import flatten, parse_object, sample_objects, text_of
from ccm_tui.sources.survey_columns import Columns, columns_of
from ccm_tui.sources.timestamps import (
    moment_to_ms,
    parse_date,
    parse_epoch_milliseconds,
    parse_epoch_seconds,
    parse_iso,
)

_NAME = "survey"
_DAY = len("2026-03-02")
_MILLISECONDS = len("1772442000000")
_RESOLVED = {
    **dict.fromkeys(("yes", "y", "true", "t", "1"), "yes"),
    **dict.fromkeys(("no", "n", "false", "f", "0"), "no"),
}


class SurveyCsv:
    """Rows of answers under a header."""

    name = "survey-csv"
    title = "Survey answers (CSV)"
    reference_url = "https://www.rfc-editor.org/rfc/rfc4180"
    max_line_bytes = MAX_LINE_BYTES
    record_kind = RecordKind.LINES

    def identify(self, sample: Sample) -> bool:
        """By the header, once it is whole."""
        written = [line for line in sample.lines if line.strip("\0 \t\r\ufeff")]
        return bool(written) and not (sample.unfinished and len(written) == 1) and self.header(written[0]) is not None

    def header(self, first_line: str) -> tuple[str, ...] | None:
        """The separator and after it the columns, when this line names a contact and a rating."""
        found: list[tuple[str, ...]] = []
        for separator in SEPARATORS:
            try:
                names = tuple(cell.strip() for cell in parse_row(first_line, separator))
            except LineRejected:
                continue
            columns = columns_of(names)
            if columns.contact and columns.ratings and not columns.of_calls:
                found.append((separator, *names))
        return max(found, key=len, default=None)

    def parse(self, line: str, context: LineContext) -> Sequence[Event]:
        """One event. Raises LineRejected."""
        row = _row(line, context)
        return (_described(row, columns_of(tuple(row)), context.timezone),)

    def fields(self, line: str, context: LineContext) -> Mapping[str, str]:
        """Every column with its text, under the file's own names."""
        return _row(line, context)


class SurveyJsonl:
    """Objects of answers."""

    name = "survey-jsonl"
    title = "Survey answers (JSON objects)"
    reference_url = "https://jsonlines.org/"
    max_line_bytes = 16 << 20
    record_kind = RecordKind.JSON_OBJECTS

    def identify(self, sample: Sample) -> bool:
        """By content: most objects name a contact and a time, and one has a rating."""
        found = [(record, columns_of(tuple(record))) for record in sample_objects(sample)]
        if any(columns.of_calls for _, columns in found):
            return False
        fitting = [(record, columns) for record, columns in found if columns.contact and columns.at]
        ratings = (text_of(record[column]) for record, columns in fitting for column in columns.ratings.values())
        return len(fitting) * 3 >= len(found) * 2 and any(parse_rating(text or "") is not None for text in ratings)

    def header(self, first_line: str) -> tuple[str, ...] | None:
        """None: the format has no header."""
        return None

    def parse(self, line: str, context: LineContext) -> Sequence[Event]:
        """One event. Raises LineRejected."""
        answers = dict(flatten(parse_object(line)))
        columns = columns_of(tuple(answers))
        if columns.at is None:
            msg = "no time in the record"
            raise LineRejected(msg)
        return (_described(answers, columns, context.timezone),)

    def fields(self, line: str, context: LineContext) -> Mapping[str, str]:
        """Every member that has a value, ``outer.inner``; lists as JSON."""
        return dict(flatten(parse_object(line)))


def _row(line: str, context: LineContext) -> dict[str, str]:
    if context.header is None:
        msg = "the file's first line does not name a contact's id and a rating"
        raise LineRejected(msg)
    separator, *names = context.header
    cells = parse_row(line, separator)
    if len(cells) != len(names):
        msg = f"{len(cells)} cells, but the header has {len(names)}: {excerpt(line)}"
        raise LineRejected(msg)
    return {name: cell for name, cell in zip(names, cells, strict=True) if name}


def _described(answers: Mapping[str, str], columns: Columns, zone: tzinfo) -> Event:
    contact = _text(answers, columns.contact)
    if contact is None:
        msg = "no contact's id"
        raise LineRejected(msg)
    told: dict[str, Any] = {
        question: _text(answers, column)
        for question, column in columns.ratings.items()
        if parse_rating(answers[column]) is not None
    }
    resolved = _text(answers, columns.resolved)
    word = _RESOLVED.get((resolved or "").lower())
    told[SURVEY_RESOLVED if word else f"{SURVEY}{columns.resolved}"] = word or resolved
    told[f"{SURVEY}comment"] = _text(answers, columns.comment)
    for column in columns.others:
        told[f"{SURVEY}{column}"] = _text(answers, column)
    return Event(
        EventKind.DESCRIBED,
        _answered_at_ms(answers, columns.at, zone),
        _NAME,
        contact,
        _text(answers, columns.queue),
        _text(answers, columns.agent),
        data={name: text for name, text in told.items() if text is not None},
    )


def _text(answers: Mapping[str, str], column: str | None) -> str | None:
    """The answer without blanks around it; None where there is none."""
    return answers[column].strip() or None if column is not None else None


def _answered_at_ms(answers: Mapping[str, str], column: str | None, zone: tzinfo) -> int:
    if column is None:
        return UNDATED_MS
    text = _text(answers, column)
    if text is None:
        msg = f"no time in {excerpt(column)}"
        raise LineRejected(msg)
    if text.replace(".", "", 1).isdigit():
        return parse_epoch_milliseconds(text) if len(text) == _MILLISECONDS else parse_epoch_seconds(text)
    if len(text) == _DAY:
        return moment_to_ms(datetime.combine(parse_date(text, "iso"), time.max), zone)
    return parse_iso(text, zone)
