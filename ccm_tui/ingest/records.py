"""Reads JSON records instead of lines: the same contract as LineReader, with objects for lines.

What stores, shows and compares lines knows no line ends: a record printed on several lines is one line here, each of
its line ends with the blanks around it a single blank. JSON has none inside its texts, so nothing it says is changed.
"""

import re

from ccm_tui.ingest.lines import LineReader, Skimmed
from ccm_tui.sources.json_records import NOT_BEGUN, Skimming, split_records

_line_ends = re.compile(rb"[ \t\r]*+\n[ \t\r\n]*+").sub


class JsonRecordReader(LineReader):
    """Reads complete JSON objects from an offset; an unfinished last one stays until its end or ``final``.

    What stands between records (brackets, commas, the envelope's other members) belongs to none.
    """

    _unfinished = NOT_BEGUN
    _skimming: Skimming | None = None

    def seek(self, offset: int) -> None:
        """See LineReader; the offset is where a record, or what is between records, may begin."""
        super().seek(offset)
        self._unfinished, self._skimming = NOT_BEGUN, None

    def _split(self, block: bytes, max_line_bytes: int) -> None:
        if self._skimmed is not None and self._skimming is not None:
            end = self._skimming.find_end(block)
            self._skimmed.add(block[:end])
            if end is None:
                return
            self._skimming = None
            self._end_skimmed(self._skimmed, 0)
            block = block[end:]
        data = b"".join((*self._rest, block))
        found = split_records(data, self._unfinished)
        begin = self._ready_end
        self._ready_end += found.consumed
        self._unfinished = found.unfinished
        offsets = [begin + first for first, _ in found.spans]
        self._set_ready(offsets, [_on_one_line(data[first:last]) for first, last in found.spans], max_line_bytes)
        rest = data[found.consumed :]
        self._rest, self._rest_length = [rest] if rest else [], len(rest)
        if len(rest) > max_line_bytes:
            self._skimmed, self._skimming = Skimmed(self._ready_end, rest), Skimming()
            self._skimming.find_end(rest)
            self._rest, self._rest_length, self._unfinished = [], 0, NOT_BEGUN


def _on_one_line(record: bytes) -> bytes:
    return _line_ends(b" ", record) if b"\n" in record else record
