"""Standard streams that are closed or full, so that it is said in one line whatever command was writing."""

import contextlib
import errno
import io
import os
import sys
from typing import cast


class _Output(io.TextIOWrapper):
    """Standard output that knows whether it failed: an OSError does not tell which file it is about."""

    failed = False

    def write(self, text: str) -> int:
        try:
            return super().write(text)
        except OSError:
            self.failed = True
            raise

    def flush(self) -> None:
        try:
            super().flush()
        except OSError:
            self.failed = True
            raise


class _Closed(io.TextIOBase):
    """Standard output that nobody opened: Python has None there, and ``print`` would lose the results in silence."""

    failed = False

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.failed = True
        raise OSError(errno.EBADF, "it is closed")


def mend_streams() -> None:
    """Give a name to streams that were closed before we started (``>&-``), and keep their numbers from other files."""
    if None in (sys.stdin, sys.stdout, sys.stderr):
        while (spare := os.open(os.devnull, os.O_RDWR)) <= 2:  # else the database might be file 1
            pass
        os.close(spare)
    if sys.stderr is None:  # print(file=None) would write to standard output
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - for as long as we run
    out = sys.stdout
    if out is None:
        sys.stdout = _Closed()
    elif type(out) is io.TextIOWrapper:
        sys.stdout = _Output(
            cast(io.BufferedWriter, out.buffer),
            encoding=out.encoding,
            errors=out.errors,
            line_buffering=out.line_buffering,
            write_through=out.write_through,
        )


def output_failed() -> bool:
    """Whether something could not be written to standard output."""
    return bool(getattr(sys.stdout, "failed", False))


def drop_output() -> None:
    """Python must not complain at exit, once more, about what could not be written."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
