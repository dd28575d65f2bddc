# ruff: noqa: S311 - a simulation, not a secret
"""What the simulated leads wrote about contacts: a few notes a day, some changed since, one or the other removed."""

import random
from typing import NamedTuple

from ccm_tui.demo.seasons import HOUR_MS, MINUTE_MS
from ccm_tui.domain.follow_ups import Answer, FollowUpRule
from ccm_tui.domain.notes import Version

_PRAISE = (
    "Worth hearing in the next team meeting: calm from the first word, and the customer thanked twice.",
    "Good recovery after the wrong tariff. Asked Ravi to use it in onboarding.",
    "Found the second invoice without being asked for it. Say so in the one-on-one.",
)
_TROUBLE = (
    "Promised the customer a call by Friday noon.\n- ask accounting for the credit note\n- then call, not write",
    "Refund is agreed; waits for the warehouse to confirm the return.",
    "Was put on hold twice for the same question: raise it with the knowledge base.",
    "Third contact about the same router. Technician is booked, do not open another ticket.",
)
_SINCE = (
    "Done: the customer has the credit, and says so.",
    "Called, nobody there. Tries again tomorrow, Petra knows.",
)


class Written(NamedTuple):
    """A note of the demo."""

    contact: str
    """The source's own id."""
    began_at_ms: int
    versions: tuple[Version, ...]


def notes_about(
    contact: str, began_at_ms: int, answer: Answer, leads: tuple[str, ...], seed: str, now_ms: int
) -> list[Written]:
    """What was written by now about a contact that was rated; mostly nothing."""
    dice = random.Random(f"{seed}/{contact}/note")
    bad = bool(FollowUpRule().bad(answer.ratings))
    if answer.given_at_ms is None or dice.random() >= (0.12 if bad else 0.01):
        return []
    who, other = dice.sample(leads, 2)
    text = dice.choice(_TROUBLE if bad else _PRAISE)
    at_ms = answer.given_at_ms + dice.randint(10 * MINUTE_MS, 6 * HOUR_MS)
    versions = [Version(at_ms, who, text)]
    fate = dice.random()
    later_ms = at_ms + dice.randint(HOUR_MS, 30 * HOUR_MS)
    if bad and fate < 0.4:
        versions.append(Version(later_ms, other, f"{text}\n\n{dice.choice(_SINCE)}"))
    elif fate > 0.95:
        versions.append(Version(later_ms, who, text, removed=True))
    written = tuple(version for version in versions if version.at_ms <= now_ms)
    return [Written(contact, began_at_ms, written)] if written else []
