"""Deferred channels, where a reply is owed rather than waited for: for how long. Pure.

Live channels pass through unchanged, so that a screen need not tell them apart.
"""

from typing import TYPE_CHECKING

from ccm_tui.formatting import timer

if TYPE_CHECKING:
    from ccm_tui.live.snapshot import QueueRow, WaitingContact
    from ccm_tui.settings.definitions import Definitions


def waited_seconds(contact: "WaitingContact", row: "QueueRow", now_ms: int, definitions: "Definitions") -> float:
    """For how long it has waited, or been owed a reply; that in opening time, as the queue's oldest is."""
    since_ms = _since_ms(contact)
    open_time = definitions.open_time(row.site, row.queue) if row.channel.deferred else None
    return (max(0, now_ms - since_ms) if open_time is None else open_time(since_ms, max(since_ms, now_ms))) / 1000


def waits_text(contact: "WaitingContact", row: "QueueRow", now_ms: int, definitions: "Definitions") -> str:
    """``1:12``; of a deferred contact ``owed for 28:09, here for 2h45``."""
    waited = timer(waited_seconds(contact, row, now_ms, definitions))
    if not row.channel.deferred:
        return waited
    return f"owed for {waited}, here for {timer((now_ms - contact.entered_at_ms) / 1000)}"


def _since_ms(contact: "WaitingContact") -> int:
    return contact.entered_at_ms if contact.owed_since_ms is None else contact.owed_since_ms
