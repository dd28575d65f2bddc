"""The errors this program raises on purpose.

    CcmError                     1   anything we can name
    ├── UsageError               2   the command line cannot mean anything
    │   └── NotAllowedError      2   whoever asks has not the right to it
    ├── ConfigError              3   ccm.toml or the environment is wrong
    ├── SourceError              2   a file that no format claims, or two claim, or that cannot be read
    ├── QuarantinedError         4   --strict, and some lines did not parse
    └── StoreError               5   the database: missing, corrupt, newer, locked, full
        └── StoreBusyError       5   another process holds it longer than we wait

Every error says what happened (``str(error)``) and what to do next (``hint``); ``cli`` prints both and exits
with ``exit_code``.
"""

from enum import IntEnum


class ExitCode(IntEnum):
    """What a script reads from ``$?``. A contract: never renumbered."""

    DONE = 0
    UNEXPECTED = 1
    USAGE = 2
    CONFIG = 3
    QUARANTINED = 4
    DATABASE = 5
    INTERRUPTED = 130


class CcmError(Exception):
    """Something went wrong that we can name; ``hint`` says what to do next, or is empty."""

    exit_code: ExitCode = ExitCode.UNEXPECTED

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(CcmError):
    """The command line asks for something impossible."""

    exit_code = ExitCode.USAGE


class NotAllowedError(UsageError):
    """Whoever asks has not the right to it; says whose role it is."""


class ConfigError(CcmError):
    """A key or value in ``ccm.toml``, the environment or a flag is wrong; the message names file, line and key."""

    exit_code = ExitCode.CONFIG


class SourceError(CcmError):
    """A log that cannot be read or recognised."""

    exit_code = ExitCode.USAGE


class QuarantinedError(CcmError):
    """With ``--strict``: some lines could not be parsed; they are in quarantine, the rest is stored."""

    exit_code = ExitCode.QUARANTINED


class StoreError(CcmError):
    """The database cannot be used as it is."""

    exit_code = ExitCode.DATABASE


class StoreBusyError(StoreError):
    """Another process kept the database locked for longer than we are willing to wait."""
