"""``[csv.NAME]``: how the columns of a site's own CSV map to our fields.

Field for field what ``sources.base.CsvMapping`` takes (settings lie below the sources and cannot name it).
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ccm_tui.domain.events import Channel, EventKind
from ccm_tui.domain.segments import Outcome
from ccm_tui.settings.keys import Effect, key, settings_class
from ccm_tui.settings.kinds import choice, flag, names_of, table, text, texts, zone

CONTACT_COLUMNS = (
    "contact",
    "queue",
    "agent",
    "customer",
    "customer_name",
    "channel",
    "direction",
    "date",
    "offered_at",
    "answered_at",
    "ended_at",
    "wait_seconds",
    "talk_seconds",
    "hold_seconds",
    "acw_seconds",
    "ring_seconds",
    "outcome",
    "answered",
    "position",
    "reason",
    "target",
    "ended_by",
    "previous_contact",
)
EVENT_COLUMNS = ("event", "at")

CHANNELS = tuple(channel.value for channel in Channel)
OUTCOMES = ("answered", *(outcome.value for outcome in Outcome))
EVENTS = tuple(kind.value for kind in EventKind)

_SOMETHING = text(r"(?s).+", "a text with something in it")


@settings_class
class CsvSettings:
    """One CSV layout."""

    name: str
    """As in ``[csv.NAME]``; a source names it as its format."""
    columns: Mapping[str, str] = key(
        default={},
        kind=table(_SOMETHING, names_of(*CONTACT_COLUMNS, *EVENT_COLUMNS, prefix="data.")),
        comment="Our field = their column. One row a contact: contact, queue, agent, customer, customer_name,\n"
        "channel, direction, date, offered_at, answered_at, ended_at, wait_seconds, talk_seconds, hold_seconds,\n"
        "acw_seconds, ring_seconds, outcome, answered, position, reason, target, ended_by, previous_contact.\n"
        'One row an event: event, at and the same. "data.x" keeps a column under the name x.',
        example={"contact": "Call ID", "queue": "Queue", "offered_at": "Start", "wait_seconds": "Wait"},
        effect=Effect.FOLDS,
    )
    time_format: str = key(
        default="iso",
        kind=text(r"iso|epoch|epoch_ms|.*%.*", "iso, epoch, epoch_ms or a pattern such as %d.%m.%Y %H:%M:%S"),
        comment="iso, epoch, epoch_ms or a pattern such as %d.%m.%Y %H:%M:%S; of the time alone with a date column.",
        effect=Effect.FOLDS,
    )
    delimiter: str = key(
        default=",",
        kind=text(r"(?s).", "one character"),
        comment="What separates columns; a tabulator is \\t.",
        effect=Effect.FOLDS,
    )
    outcomes: Mapping[str, str] = key(
        default={},
        kind=table(choice(*OUTCOMES)),
        comment="Their outcome word = ours: " + ", ".join(OUTCOMES[:7]) + ",\n" + ", ".join(OUTCOMES[7:]) + ".",
        example={"ANSWERED": "completed", "NO ANSWER": "abandoned"},
        effect=Effect.FOLDS,
    )
    date_format: str = key(
        default="iso",
        kind=text(r"iso|.*%.*", "iso or a pattern such as %y%m%d"),
        comment="Of the date column: iso or a pattern such as %y%m%d.",
        effect=Effect.FOLDS,
    )
    timezone: str = key(
        default="",
        kind=zone(),
        comment="Zone of times that carry none; empty: the site's. In the hour that the end of summer time repeats,\n"
        "a row of one event means the first: there, only times with an offset or epoch times are exact.",
        effect=Effect.FOLDS,
    )
    queue: str = key(default="", kind=text(), comment="Queue of rows that name none.", effect=Effect.FOLDS)
    channel: str = key(
        default="",
        kind=choice("", *CHANNELS),
        comment="Channel of rows that name none; empty: the queue's.",
        effect=Effect.FOLDS,
    )
    channels: Mapping[str, str] = key(
        default={},
        kind=table(choice(*CHANNELS)),
        comment="Their channel word = ours: voice, chat, email, message, callback, task.",
        example={"PHONE": "voice"},
        effect=Effect.FOLDS,
    )
    events: Mapping[str, str] = key(
        default={},
        kind=table(choice(*EVENTS)),
        comment="Their event word = ours (queue_entered, answered, completed, abandoned, paused, ...).",
        example={"ENTER": "queue_entered"},
        effect=Effect.FOLDS,
    )
    answered_words: tuple[str, ...] = key(
        default=("y", "yes", "true", "t", "1", "answered"),
        kind=texts(),
        comment="What says yes in the answered column.",
        effect=Effect.FOLDS,
    )
    absent: tuple[str, ...] = key(
        default=(),
        kind=texts(),
        comment="Texts that, like the empty one, mean no value.",
        example=("-", "N/A"),
        effect=Effect.FOLDS,
    )
    absent_times: tuple[str, ...] = key(
        default=(),
        kind=texts(),
        comment="Texts in columns of times that mean: did not happen.",
        example=("00:00:00",),
        effect=Effect.FOLDS,
    )
    decimal_comma: bool = key(default=False, kind=flag(), comment="12,5 is twelve and a half.", effect=Effect.FOLDS)

    def arguments(self) -> dict[str, Any]:
        """What ``CsvMapping`` is made of: ``CsvMapping(**csv.arguments())``."""
        return asdict(self)
