"""The columns of Queues: each with its width and its definition in words. What stands in them: ``queue_cells``.

Apart from it because the first frame has titles, but no figures yet, and figures take long to import. Pure.
"""

from ccm_tui.widgets.board_model import Column

HOURS = 10
"""Completed hours that the sparkline shows."""

COLUMNS: tuple[Column, ...] = (
    Column("queue", "Queue", 10, grow=True, max_width=24, description="The queue, after aliases."),
    Column("channel", "Channel", 8, priority=13, description="voice, chat, email, message, callback or task."),
    Column("wait", "Wait", 4, "right", description="Contacts waiting now; mail and messages: owed a reply."),
    Column(
        "oldest",
        "Oldest",
        6,
        "right",
        description="How long the oldest of them has waited; mail and messages: owed, in opening hours.",
    ),
    Column(
        "sl30",
        "SL30m",
        5,
        "right",
        priority=1,
        description="Service level of who entered in the last 30 minutes; still waiting past T counts as missed.",
    ),
    Column("slday", "SLday", 5, "right", priority=2, description="Service level since the site's day began."),
    Column("offered", "Offer", 5, "right", priority=4, description="Contacts that entered the queue today."),
    Column("answered", "Ans", 4, "right", priority=5, description="Answered today, those in progress included."),
    Column("abandoned", "Abn", 4, "right", priority=6, description="Hung up in the queue today, short ones included."),
    Column(
        "out",
        "Out",
        3,
        "right",
        priority=8,
        description="Left unanswered by timeout, key, empty queue or transfer.",
    ),
    Column("asa", "ASA", 5, "right", priority=7, description="Average speed of answer today, answered contacts only."),
    Column("aht", "AHT", 5, "right", priority=9, description="Average handle time today: talk, hold and ACW."),
    Column("xfer", "Xfer", 5, "right", priority=14, description="Transferred of the answered today, per cent."),
    Column("free", "Free", 4, "right", priority=3, description="Agents free for this queue now."),
    Column("talk", "Talk", 4, "right", priority=11, description="Agents of this queue on a contact now."),
    Column("acw", "ACW", 4, "right", priority=12, description="Agents of this queue in wrap-up now."),
    Column("paused", "Paus", 4, "right", priority=12, description="Agents of this queue on pause now."),
    Column(
        "hours",
        "By hour",
        HOURS,
        priority=10,
        sortable=False,
        description="Offered in each of the last ten completed hours, against the queue's own busiest.",
    ),
)
