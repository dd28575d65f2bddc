"""Which of the names that a telephone system logs are one agent, where nobody has said so.

Asterisk's ``Agent/1127`` is in call lines whom ``Local/1127@context`` (with ``/n`` or not) is in membership lines, and
what a queue dials. Every other identity of a person is the site's configuration.
"""

import re

_NUMBERED = re.compile(r"Agent/(\d{1,20})|Local/(\d{1,20})@.*", re.ASCII | re.DOTALL)  # Local/1127@from-queue/n


def agent_number(name: str) -> str | None:
    """The number that the agent's names share; None when the name is not made from one."""
    if not name.startswith(("Agent/", "Local/")):
        return None
    found = _NUMBERED.fullmatch(name)
    return None if found is None else found[1] or found[2]


def numbered_agent(number: str) -> str:
    """The name by which an agent of this number goes as soon as any line calls him so."""
    return f"Agent/{number}"
