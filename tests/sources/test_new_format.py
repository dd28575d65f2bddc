"""A new format is one file (``toy_pbx.py``), a golden sample, and its name in the registry's list."""

import pytest

from ccm_tui.errors import SourceError
from ccm_tui.sources.base import LogFormat, Sample
from ccm_tui.sources.registry import FORMATS, identify
from tests.sources.golden import GOLDEN, read_lines, sample_of
from tests.sources.toy_pbx import ToyPbx

TOY: LogFormat = ToyPbx()


def test_is_recognised_once_listed() -> None:
    sample = sample_of(read_lines(GOLDEN / "toy-pbx" / "events.log"))
    with pytest.raises(SourceError):
        identify(sample, FORMATS, "toy.log")
    assert identify(sample, (*FORMATS, TOY), "toy.log") is TOY


def test_leaves_other_logs_alone() -> None:
    assert not TOY.identify(Sample(('{"at": 1, "event": "noted"}',)))
