"""A way to call the program, and databases to call it on."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ccm_tui import cli
from tests.reports.conftest import real_database  # noqa: F401 - the same databases, for these tests too


class Said(NamedTuple):
    """What a call of the program came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[str]:
        """Standard output by lines."""
        return self.out.splitlines()


Ccm = Callable[..., Said]


@pytest.fixture
def ccm(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Ccm:
    """Calls ``ccm-tui`` on a database, with a configuration of a site in UTC and what else is given."""
    monkeypatch.chdir(tmp_path)

    def call(database: Path, *arguments: str, config: str = "") -> Said:
        file = tmp_path / "test.toml"
        file.write_text('[site.main]\ntimezone = "UTC"\n' + config)
        capsys.readouterr()
        code = cli.main(["--config", str(file), "--db", str(database), *arguments])
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return call
