"""Messages that cross screens, and the judged floor that the app hands on to them."""

from typing import TYPE_CHECKING, NamedTuple

from textual.message import Message

if TYPE_CHECKING:
    from ccm_tui.live.alerts import Alerts
    from ccm_tui.live.snapshot import FloorSnapshot


class Floor(NamedTuple):
    """A snapshot and what is alarming in it: judged once, by the app, for all screens."""

    snapshot: "FloorSnapshot"
    alerts: "Alerts"


class Failure(NamedTuple):
    """Why there is no newer snapshot."""

    what: str
    hint: str
    at_ms: int


class FloorUpdated(Message):
    """The feed read the floor. Only the newest counts: one that still waits in the queue is replaced."""

    def __init__(self, snapshot: "FloorSnapshot") -> None:
        super().__init__()
        self.snapshot = snapshot

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, FloorUpdated)


class FeedFailed(Message):
    """The feed could not read the floor: what happened and what to do next."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__()
        self.what = what
        self.hint = hint

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, FeedFailed)
