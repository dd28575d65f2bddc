"""The databases of the real logs, made once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import RealRun
from tests.reports.databases import import_files


@pytest.fixture(scope="session")
def real_database(
    real_run: Callable[[str], RealRun], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Path]:
    """The database of a real log by its name; only ever read."""
    made: dict[str, Path] = {}

    def get(name: str) -> Path:
        if name not in made:
            made[name] = import_files(tmp_path_factory.mktemp(name) / "ccm.db", real_run(name).files)
        return made[name]

    return get
