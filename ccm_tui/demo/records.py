"""What the simulated floor says: lines of Asterisk's queue_log, and events of our own JSONL for chat and mail."""

from typing import NamedTuple

from ccm_tui.domain.events import Event

NONE = "NONE"
"""What queue_log writes where a line names no call, queue or agent."""


class VoiceLine(NamedTuple):
    """One line of queue_log, field by field."""

    at_ms: int
    callid: str
    queue: str
    agent: str
    event: str
    parameters: tuple[str | int, ...] = ("",)
    """Without parameters Asterisk still ends the line in a bar."""


Record = VoiceLine | Event
"""An ``Event`` here is chat or mail: its ``channel`` says which, and so which file."""
