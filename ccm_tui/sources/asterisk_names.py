"""Who and what the fields of Asterisk's queue log name; shared by every format that descends from it."""

import re

NO_CONTACT = frozenset({"", "NONE", "REALTIME", "MANAGER", "CLI"})
"""Call ids that name no call. All others are text: 925.1 and 925.10 are two calls."""

_CALLBACK_AGENT = re.compile(r"Local/([^/@]+)@callback-agent(?:/[a-z]+)?")  # Local/1127@callback-agent/n


def agent_identity(text: str) -> str | None:
    """The agent as one name; None when the field names nobody.

    ``Local/1127@callback-agent`` in membership lines is ``Agent/1127`` in call lines (PBXware and other users of the
    old chan_agent). Nothing else is merged here: further identities of a person are the site's configuration.
    """
    if text == "NONE" or not text:
        return None
    if "@callback-agent" in text and (match := _CALLBACK_AGENT.fullmatch(text)):
        return f"Agent/{match[1]}"
    return text
