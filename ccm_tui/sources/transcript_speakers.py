"""Who is who in a transcript that labels its speakers.

A label may say it itself (``agent``, ``CUSTOMER``, ``caller``), or the record may: ``{"speaker_roles": {"spk_0":
"agent"}}``. Else nothing does, and there is one honest guess: of exactly two speakers, the one who picks up speaks
first. That is the agent, or in an outbound call the customer; it is marked as a guess. With one speaker, with three and
more (an announcement, a transfer), or when only some labels say who they are, the others are not known.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ccm_tui.domain.turns import Speaker

_WORDS = {
    Speaker.AGENT: ("agent", "advisor", "adviser", "operator", "representative", "rep", "consultant"),
    Speaker.CUSTOMER: ("customer", "caller", "client", "consumer"),
    Speaker.BOT: ("bot", "ivr", "assistant", "virtual_agent"),
    Speaker.SYSTEM: ("system",),
}
_ROLES = {word: speaker for speaker, words in _WORDS.items() for word in words}


class Who(NamedTuple):
    """Whose turns those of one label are."""

    speaker: Speaker
    guessed: bool


NOBODY = Who(Speaker.UNKNOWN, guessed=False)


def who_is_who(labels: Sequence[str | None], stated: Mapping[str, str], *, outbound: bool) -> Mapping[str, Who]:
    """Label -> who that is. ``labels``: of the turns, in order; ``stated``: label -> role as the record has it."""
    found = {label: _role(stated.get(label, label)) for label in labels if label is not None}
    if any(speaker is not Speaker.UNKNOWN for speaker in found.values()):
        return {label: Who(speaker, guessed=False) for label, speaker in found.items()}
    if len(found) != 2 or None in labels:
        return dict.fromkeys(found, NOBODY)
    pair = (Speaker.CUSTOMER, Speaker.AGENT) if outbound else (Speaker.AGENT, Speaker.CUSTOMER)
    return {label: Who(speaker, guessed=True) for label, speaker in zip(found, pair, strict=True)}


def _role(word: str) -> Speaker:
    return _ROLES.get(word.strip().lower().replace(" ", "_"), Speaker.UNKNOWN)
