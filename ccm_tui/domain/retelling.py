"""What records have told of an agent, so that what other records tell again counts once.

Records of whole contacts come in several versions; those of an agent's whole history overlap.
"""

from collections.abc import Mapping
from typing import Any

from ccm_tui.domain.events import Event, EventKind

_STATUS_KINDS = frozenset({EventKind.LOGGED_IN, EventKind.LOGGED_OUT, EventKind.PAUSED_ALL, EventKind.UNPAUSED_ALL})

_ONCE_KINDS = frozenset(
    {
        EventKind.RINGING,
        EventKind.RING_NO_ANSWER,
        EventKind.RING_CANCELED,
        EventKind.ACW_STARTED,
        EventKind.ACW_ENDED,
    }
)
"""What makes a span each time it is told; everything else of a contact may be told twice."""
_TOLD_LOGOUTS = 100
"""More than one record of a history tells of."""
_RECORDED_CONTACTS = 16
"""More contacts than begin at one instant."""


class Retelling:
    """What records told of one agent."""

    __slots__ = ("_logouts", "_recorded", "_until_ms")

    def __init__(self) -> None:
        self._recorded: dict[str, set[tuple[str, int]]] = {}
        """What records of the last few contacts told of offers and wrap-up: their other versions tell it again."""
        self._until_ms = 0
        """The newest change of status that records of the agent's whole history tell of."""
        self._logouts: list[int] = []
        """When he went, by those records: lines after one of them may be of a time before he did."""

    def has_told(self, event: Event) -> bool:
        """Whether another record has told this; else it has been told now. Records of one contact stand at one
        instant, so one after another, and the newer ones only tell more; those of an agent's history overlap, and
        agree where they do."""
        kind, at_ms = event.kind, event.at_ms
        if kind in _STATUS_KINDS:
            if at_ms < self._until_ms:
                return True
            self._until_ms = at_ms
        elif kind in _ONCE_KINDS:
            contact = event.contact or ""
            told = self._recorded.get(contact)
            if told is None:
                told = self._recorded[contact] = set()
                if len(self._recorded) > _RECORDED_CONTACTS:
                    del self._recorded[next(iter(self._recorded))]
            if (kind.value, at_ms) in told:
                return True
            told.add((kind.value, at_ms))
        return False

    def note_logout(self, at_ms: int) -> None:
        """A record says that he went."""
        self._logouts = [*self._logouts[1 - _TOLD_LOGOUTS :], at_ms]

    def logout_after(self, at_ms: int) -> int | None:
        """When he went after this instant, as records have told already; None: nothing told."""
        return next((logout_ms for logout_ms in self._logouts if logout_ms > at_ms), None)

    def state(self) -> dict[str, Any]:
        """Everything as plain values."""
        return {
            "recorded": [[contact, sorted(told)] for contact, told in self._recorded.items()],
            "told_until_ms": self._until_ms,
            "told_logouts": list(self._logouts),
        }

    @classmethod
    def restore(cls, state: Mapping[str, Any]) -> "Retelling":
        """What ``state()`` gave; states stored before it was kept know nothing."""
        retelling = cls()
        for contact, told in state.get("recorded", ()):
            retelling._recorded[contact] = {(kind, at_ms) for kind, at_ms in told}
        retelling._until_ms = state.get("told_until_ms", 0)
        retelling._logouts = list(state.get("told_logouts", ()))
        return retelling
