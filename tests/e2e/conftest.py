"""A place of its own for every test, and proof that nothing of it is left."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.terminal import Place


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """Where a test starts consoles; all that is left in the end is killed."""
    here = Place(tmp_path)
    try:
        yield here
    finally:
        here.close()
