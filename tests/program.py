"""The program as a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

WITHOUT_PRIVILEGE = ("setpriv", "--bounding-set=-dac_override,-dac_read_search") if os.geteuid() == 0 else ()
"""Before a command: even root is then held to the permissions of a file."""


class Ended(NamedTuple):
    """What a call came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


def command(database: Path | None, *arguments: str | Path) -> list[str]:
    """The words of a call of the program."""
    return [sys.executable, "-m", "ccm_tui", *(["--db", str(database)] if database else []), *map(str, arguments)]


def program(
    database: Path | None,
    *arguments: str | Path,
    stdin: bytes = b"",
    before: Sequence[str] = (),
    cwd: Path | None = None,
    timeout: float = 60,
) -> Ended:
    """Call the program and wait for its end."""
    done = subprocess.run(
        [*before, *command(database, *arguments)],
        check=False,
        capture_output=True,
        input=stdin,
        cwd=cwd,
        timeout=timeout,
    )
    return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())
