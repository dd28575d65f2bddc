"""The names that Asterisk's documentation gives to the parameters of queue_log's events; for people to read.

Reference: https://docs.asterisk.org/Operation/Logging/Queue-Logs/
"""

from collections.abc import Mapping, Sequence

_LEAVING = ("position", "origposition", "waittime")
_COMPLETING = ("holdtime", "calltime", "origposition")
_TRANSFERRING = ("extension", "context", *_COMPLETING)

_NAMES: Mapping[str, tuple[str, ...]] = {
    "ENTERQUEUE": ("url", "callerid", "position", "calleridname"),
    "CONNECT": ("holdtime", "bridgedchanneluniqueid", "ringtime"),
    "COMPLETEAGENT": _COMPLETING,
    "COMPLETECALLER": _COMPLETING,
    "TRANSFER": _TRANSFERRING,
    "BLINDTRANSFER": _TRANSFERRING,
    "ABANDON": _LEAVING,
    "EXITWITHTIMEOUT": _LEAVING,
    "EXITWITHKEY": ("key", *_LEAVING),
    "EXITEMPTY": _LEAVING,
    "LEAVEEMPTY": _LEAVING,
    "WITHDRAW": (*_LEAVING, "info"),
    "OUTCALL": ("status", "talktime", "params"),
    "RINGNOANSWER": ("ringtime",),
    "RINGCANCELED": ("ringtime",),
    "ADDMEMBER": ("paused",),
    "PENALTY": ("penalty",),
    "RINGINUSE": ("ringinuse",),
    "PAUSE": ("reason",),
    "UNPAUSE": ("reason",),
    "PAUSEALL": ("reason",),
    "UNPAUSEALL": ("reason",),
    "AGENTLOGIN": ("channel",),
    "AGENTLOGOFF": ("channel", "logintime"),
    "AGENTCALLBACKLOGIN": ("exten@context",),
    "AGENTCALLBACKLOGOFF": ("exten@context", "logintime", "reason"),
}
_LAST_IS_FREE_TEXT = frozenset(
    {"WITHDRAW", "OUTCALL", "PAUSE", "UNPAUSE", "PAUSEALL", "UNPAUSEALL", "AGENTCALLBACKLOGOFF"}
)


def name_parameters(event: str, params: Sequence[str]) -> Mapping[str, str]:
    """Every parameter of the line, the unnamed ones as p1, p2, ... by place; a stray empty last one is left out."""
    given = list(params[:-1]) if params and not params[-1] else list(params)
    if event == "ATTENDEDTRANSFER":
        detail = max(len(given) - 4, 0)
        names = ("method", *(f"method_data{number + 1}" for number in range(detail)), *_COMPLETING)
    else:
        names = _NAMES.get(event, ())
    if event in _LAST_IS_FREE_TEXT and len(given) > len(names):
        last = len(names) - 1
        given[last:] = ["|".join(given[last:])]
    return {names[place] if place < len(names) else f"p{place + 1}": text for place, text in enumerate(given)}
