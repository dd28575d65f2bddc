"""Real logs that are not part of the project (some have no licence): read in place when they are there."""

import os
from pathlib import Path

import pytest

SHARED = Path(os.environ.get("CCM_SAMPLES", Path(__file__).parents[3] / "shared" / "samples"))
needs_shared_samples = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared samples are not on this machine")
