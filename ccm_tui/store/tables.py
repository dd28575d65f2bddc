"""The row shapes, as SQLModel tables. Not imported outside ``store/``; importing it costs half a second.

Instants and durations are integer milliseconds. The hot paths (batch writes, floor snapshot) run SQL on the driver's
cursor; a test holds every such statement against ``SQLModel.metadata``. Booleans are 0/1 integers.
"""

from dataclasses import fields

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, text
from sqlmodel import Field, SQLModel

from ccm_tui.domain.tally import QueueTally

KEYED = {"sqlite_with_rowid": False}
"""Clustered by the primary key: inserts fall at the end where the key begins with time."""


def _big(*, primary_key: bool = False, nullable: bool = False) -> Column[int]:
    return Column(BigInteger, primary_key=primary_key, nullable=nullable, autoincrement=False)


def _big_named(name: str, *, primary_key: bool = False, nullable: bool = False) -> Column[int]:
    return Column(name, BigInteger, primary_key=primary_key, nullable=nullable, autoincrement=False)


class Meta(SQLModel, table=True):
    """One fact about the database itself a row."""

    __tablename__ = "meta"
    key: str = Field(primary_key=True)
    value: str


class Site(SQLModel, table=True):
    """A place with its own telephony server, queues and clock."""

    __tablename__ = "site"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)


class Queue(SQLModel, table=True):
    """A queue is a site and a name."""

    __tablename__ = "queue"
    __table_args__ = (Index("ix_queue_site_name", "site_id", "name", unique=True),)
    id: int | None = Field(default=None, primary_key=True)
    site_id: int = Field(foreign_key="site.id")
    name: str
    changed: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """The writer's batch in which a contact or figure of the queue last changed; see ``store/changes.py``."""


class Agent(SQLModel, table=True):
    """An agent is a site and a name; ``state`` is what the presence fold remembers of him."""

    __tablename__ = "agent"
    __table_args__ = (Index("ix_agent_site_name", "site_id", "name", unique=True),)
    id: int | None = Field(default=None, primary_key=True)
    site_id: int = Field(foreign_key="site.id")
    name: str
    state: str | None = None
    last_sign_at_ms: int | None = Field(default=None, sa_column=_big(nullable=True))
    """The agent's last sign of life: what is open is over a day (configurable) after it."""
    stale: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """1: lines of his came late in bulk; his presence is folded anew when the bulk is in."""
    changed: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """The writer's batch in which something of the agent last changed; see ``store/changes.py``."""
    has_moods: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """1: of some contact that he answered it was ever known how the customer sounded. Of others nobody need look."""


class Source(SQLModel, table=True):
    """A path that is followed from now on: a file, a folder or a glob."""

    __tablename__ = "source"
    __table_args__ = (Index("ix_source_pattern", "pattern", unique=True),)
    id: int | None = Field(default=None, primary_key=True)
    pattern: str
    format: str | None = None
    """None: recognised by content, file by file."""
    site: str
    timezone: str | None = None


class File(SQLModel, table=True):
    """One content that was read, how far, and what came of it. A truncated file begins a new row."""

    __tablename__ = "file"
    id: int | None = Field(default=None, primary_key=True)
    site_id: int = Field(foreign_key="site.id")
    path: str
    format: str
    timezone: str
    header: str | None = None
    device: int = Field(sa_column=_big())
    inode: int = Field(sa_column=_big())
    head_digest: str
    head_length: int
    tail_digest: str
    offset: int = Field(sa_column=_big())
    """The checkpoint: every line before it is stored or accounted for."""
    first_at_ms: int | None = Field(default=None, sa_column=_big(nullable=True))
    first_digest: int | None = Field(default=None, sa_column=_big(nullable=True))
    """Identity of the first record; with the times it ranks files that share a second."""
    last_at_ms: int | None = Field(default=None, sa_column=_big(nullable=True))
    lines: int = 0
    records: int = 0
    repeats: int = 0
    quarantined: int = 0
    blank: int = 0
    flagged: int = 0
    """Records that hold bytes which are no UTF-8, or control characters."""
    read_at_ms: int | None = Field(default=None, sa_column=_big(nullable=True))
    """When it was last looked at with success."""
    problem: str | None = None
    """Why it cannot be read just now; None when all is well."""
    behind: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """1: more of it is there to be read. Until then a contact without an end in it has it further on."""


class EventName(SQLModel, table=True):
    """The sources' own names of events."""

    __tablename__ = "event_name"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)


def _packed() -> Column[bytes]:
    return Column(LargeBinary, nullable=False)


class Block(SQLModel, table=True):
    """Some hundred stored lines of at most five minutes, in order of time; see ``store.blocks``.

    A line's identity is its time and the digest of site and bytes; its facts are parsed from it anew.
    """

    __tablename__ = "block"
    __table_args__ = (Index("ix_block_time", "to_ms", "from_ms", "lines"),)
    id: int | None = Field(default=None, primary_key=True)
    from_ms: int = Field(sa_column=_big())
    to_ms: int = Field(sa_column=_big())
    lines: int
    """How many. Below, one value a line in each column: 64 bits of times, digests and offsets, 32 bits of ids."""
    times: bytes = Field(sa_column=_packed())
    digests: bytes = Field(sa_column=_packed())
    file_ids: bytes = Field(sa_column=_packed())
    offsets: bytes = Field(sa_column=_packed())
    name_ids: bytes = Field(sa_column=_packed())
    contact_ids: bytes = Field(sa_column=_packed())
    """0: none, as in the next."""
    agent_ids: bytes = Field(sa_column=_packed())
    ends: bytes = Field(sa_column=_packed())
    """Where each ends in the last column, in 32 bits."""
    texts: bytes = Field(sa_column=_packed())
    """The lines themselves with LF between them."""


class ContactLines(SQLModel, table=True):
    """Which of a batch's lines are a contact's."""

    __tablename__ = "contact_lines"
    __table_args__ = (KEYED,)
    contact_id: int = Field(sa_column=Column(Integer, ForeignKey("contact.id"), primary_key=True))
    batch: int = Field(sa_column=Column(Integer, primary_key=True))
    """The first block of the batch."""
    lines: bytes = Field(sa_column=_packed())
    """Block and place in the block of each, in 32 bits."""


class AgentLines(SQLModel, table=True):
    """Which of a batch's lines say something about an agent."""

    __tablename__ = "agent_lines"
    __table_args__ = (KEYED,)
    agent_id: int = Field(sa_column=Column(Integer, ForeignKey("agent.id"), primary_key=True))
    batch: int = Field(sa_column=Column(Integer, primary_key=True))
    """The first block of the batch; negative: a page of folding all lines anew."""
    lines: bytes = Field(sa_column=_packed())


class Restart(SQLModel, table=True):
    """When a site's source began anew, and the line that says so; every contact still open there is over."""

    __tablename__ = "restart"
    __table_args__ = (KEYED,)
    at_ms: int = Field(sa_column=_big(primary_key=True))
    digest: int = Field(sa_column=_big(primary_key=True))
    site_id: int = Field(sa_column=Column(Integer, ForeignKey("site.id"), nullable=False))
    file_id: int = Field(sa_column=Column(Integer, ForeignKey("file.id"), nullable=False))
    offset: int = Field(sa_column=_big())


class Contact(SQLModel, table=True):
    """A customer's request: one thread of lines."""

    __tablename__ = "contact"
    __table_args__ = (Index("ix_contact_odd", "site_id", sqlite_where=text("contradictions + repeated_ends > 0")),)
    id: int | None = Field(default=None, primary_key=True)
    site_id: int = Field(foreign_key="site.id")
    public_id: str = Field(unique=True)
    """Derived from site and native id."""
    native_id: str
    contradictions: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """Stated durations that the timestamps contradict."""
    repeated_ends: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


class Segment(SQLModel, table=True):
    """A visit to a queue; see ``domain.segments.Segment``."""

    __tablename__ = "segment"
    __table_args__ = (
        # by time, with what contacts are searched by: a search that few contacts meet reads nothing else
        Index(
            "ix_segment_entered",
            "entered_at_ms",
            "queue_id",
            "agent_id",
            "outcome",
            "channel",
            "answered_at_ms",
            "wait_ms",
            "talk_ms",
            "hold_ms",
            "acw_ms",
        ),
        Index("ix_segment_agent", "agent_id", "answered_at_ms", sqlite_where=text("agent_id IS NOT NULL")),
        Index("ix_segment_ended", "ended_at_ms"),
        Index(
            "ix_segment_rated",
            "rated_at_ms",
            "csat_milli",
            "nps_milli",
            "ces_milli",
            sqlite_where=text("rated_at_ms IS NOT NULL"),
        ),
        Index("ix_segment_customer", "customer", "entered_at_ms", sqlite_where=text("customer IS NOT NULL")),
        # what a masked number shows is what people look for
        Index("ix_segment_ending", text("substr(customer, -4)"), sqlite_where=text("customer IS NOT NULL")),
        KEYED,
    )
    contact_id: int = Field(sa_column=Column(Integer, ForeignKey("contact.id"), primary_key=True))
    visit: int = Field(sa_column=Column(Integer, primary_key=True))
    queue_id: int = Field(sa_column=Column(Integer, ForeignKey("queue.id"), nullable=False))
    agent_id: int | None = Field(default=None, sa_column=Column(Integer, ForeignKey("agent.id"), nullable=True))
    channel: str
    direction: str
    customer: str | None = None
    entered_at_ms: int = Field(sa_column=_big())
    entry_seen: bool
    file_id: int
    offset: int = Field(sa_column=_big())
    """File and offset of the line that began it: the order of entries within one second."""
    answered_at_ms: int | None = Field(default=None, sa_column=_big(nullable=True))
    ended_at_ms: int | None = Field(default=None, sa_column=_big(nullable=True))
    outcome: str
    ended_by: str | None = None
    wait_ms: int | None = None
    talk_ms: int | None = None
    hold_ms: int | None = None
    acw_ms: int | None = None
    hold_since_ms: int | None = Field(default=None, sa_column=_big(nullable=True))
    """Since when the customer is on hold just now."""
    position: int | None = None
    ring_ms: int | None = None
    target: str | None = None
    owed_since_ms: int | None = Field(default=None, sa_column=_big(nullable=True))
    replies: int = 0
    replies_ms: int = Field(default=0, sa_column=_big())
    csat_milli: int | None = None
    nps_milli: int | None = None
    ces_milli: int | None = None
    rated_at_ms: int | None = Field(default=None, sa_column=_big(nullable=True))


class ContactFacts(SQLModel, table=True):
    """What is known of a contact as a whole; see ``domain.facts.Facts``. One that has turns always has a row; most
    contacts of a phone log have none."""

    __tablename__ = "contact_facts"
    __table_args__ = (
        Index("ix_facts_previous", "previous_id", sqlite_where=text("previous_id IS NOT NULL")),
        Index("ix_facts_first", "first_at_ms"),
        Index("ix_facts_reason", "reason", sqlite_where=text("reason IS NOT NULL")),
        Index("ix_facts_customer", "customer", "first_at_ms", sqlite_where=text("customer IS NOT NULL")),
        Index("ix_facts_ending", text("substr(customer, -4)"), sqlite_where=text("customer IS NOT NULL")),
        KEYED,
    )
    contact_id: int = Field(sa_column=Column(Integer, ForeignKey("contact.id"), primary_key=True))
    first_at_ms: int | None = Field(default=None, sa_column=_big(nullable=True))
    """The earliest instant that a fact or a turn is of: where a contact without visits stands among the others."""
    started_at_ms: int | None = Field(default=None, sa_column=_big(nullable=True))
    ended_at_ms: int | None = Field(default=None, sa_column=_big(nullable=True))
    previous_id: str | None = None
    """Public id of the contact that it continues, which may not have been read (yet)."""
    reason: str | None = None
    customer: str | None = None
    channel: str | None = None
    direction: str | None = None
    sentiment_milli: int | None = None
    """How the customer sounded; see ``domain.sentiment``."""
    said: str | None = None
    """Everything else as a JSON object of texts."""
    sentiment_by: str | None = None
    """The lexicon that it was computed by; null: the source says it."""


class Turn(SQLModel, table=True):
    """A turn of a contact's conversation; see ``domain.turns.Turn``. The table ``turn_text`` finds it by its words."""

    __tablename__ = "turn"
    __table_args__ = (Index("ix_turn_contact", "contact_id", "number", unique=True),)
    id: int | None = Field(default=None, primary_key=True)
    contact_id: int = Field(foreign_key="contact.id")
    number: int
    speaker: str
    name: str | None = None
    text: str
    at_ms: int | None = Field(default=None, sa_column=_big(nullable=True))
    offset_ms: int | None = Field(default=None, sa_column=_big(nullable=True))
    sentiment: str | None = None
    private: bool
    guessed: bool
    sentiment_by: str | None = None


class Span(SQLModel, table=True):
    """A stretch of an agent's presence; see ``domain.agents.PresenceSpan``."""

    __tablename__ = "span"
    __table_args__ = (
        Index("ix_span_end", "end_at_ms"),
        Index("ix_span_agent_end", "agent_id", "end_at_ms"),
        KEYED,
    )
    agent_id: int = Field(sa_column=Column(Integer, ForeignKey("agent.id"), primary_key=True))
    number: int = Field(sa_column=Column(Integer, primary_key=True))
    kind: str
    queue_id: int | None = Field(default=None, sa_column=Column(Integer, ForeignKey("queue.id"), nullable=True))
    reason: str | None = None
    start_at_ms: int = Field(sa_column=_big())
    end_at_ms: int | None = Field(default=None, sa_column=_big(nullable=True))
    start_seen: bool
    end_seen: bool
    confirmed_at_ms: int | None = Field(default=None, sa_column=_big(nullable=True))


class Quarantine(SQLModel, table=True):
    """A line that no parser took, whole (or its first 64 KiB when it is longer than a line may be)."""

    __tablename__ = "quarantine"
    __table_args__ = (Index("ix_quarantine_file", "file_id"), KEYED)
    site_id: int = Field(sa_column=Column(Integer, ForeignKey("site.id"), primary_key=True))
    digest: int = Field(sa_column=_big(primary_key=True))
    file_id: int = Field(sa_column=Column(Integer, ForeignKey("file.id"), nullable=False))
    offset: int = Field(sa_column=_big())
    length: int = Field(sa_column=_big())
    reason: str = Field(sa_column=Column(Text, nullable=False))
    line: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class FollowUpAct(SQLModel, table=True):
    """What somebody did about a bad survey answer; see ``domain.follow_ups.Act``. Rows are added, never changed."""

    __tablename__ = "follow_up_act"
    __table_args__ = (Index("ix_follow_up_act_contact", "contact", "id", "step"),)
    id: int | None = Field(default=None, primary_key=True)
    """Rises: the order of the acts."""
    site: str
    contact: str
    """Public id. No reference: what people did outlives the rows that are folded from lines."""
    at_ms: int = Field(sa_column=_big())
    who: str
    step: str
    owner: str | None = None
    due_at_ms: int | None = Field(default=None, sa_column=_big(nullable=True))
    note: str
    csat_milli: int | None = None
    """What the customer had answered by then, and below when."""
    nps_milli: int | None = None
    ces_milli: int | None = None
    given_at_ms: int | None = Field(default=None, sa_column=_big(nullable=True))


class Audit(SQLModel, table=True):
    """Something somebody did; see ``store/audit.py``. Triggers refuse to change a row or to take one away."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_at", "at_ms"),)
    id: int | None = Field(default=None, primary_key=True)
    at_ms: int = Field(sa_column=_big())
    who: str
    verb: str
    subject: str
    details: str
    """A JSON object."""


class Profile(SQLModel, table=True):
    """A customer as another system knows him; see ``domain.customers.Profile``. All rows come from one reading."""

    __tablename__ = "profile"
    __table_args__ = (
        Index("ix_profile_value", "value_milli", sqlite_where=text("value_milli IS NOT NULL")),
        Index("ix_profile_purchases", "purchases", sqlite_where=text("purchases IS NOT NULL")),
        Index("ix_profile_urgent", "urgent_issues", sqlite_where=text("urgent_issues IS NOT NULL")),
    )
    id: int | None = Field(default=None, primary_key=True)
    """As in the file, from 1 on."""
    reference: str | None = None
    name: str | None = None
    value_milli: int | None = Field(default=None, sa_column=_big(nullable=True))
    purchases: int | None = None
    urgent_issues: int | None = None


class Identity(SQLModel, table=True):
    """A number or address of a profile."""

    __tablename__ = "identity"
    __table_args__ = (Index("ix_identity_profile", "profile_id"), KEYED)
    key: str = Field(primary_key=True)
    """See ``domain.customers.identity_key``."""
    profile_id: int = Field(sa_column=Column(Integer, ForeignKey("profile.id"), nullable=False))
    text: str
    """As the file has it."""


class Spelling(SQLModel, table=True):
    """A customer of the logs whose key is not seen at once; see ``domain.customers.is_plain``. Grows with the logs."""

    __tablename__ = "spelling"
    __table_args__ = (Index("ix_spelling_key", "key"), KEYED)
    customer: str = Field(primary_key=True)
    key: str


class ProfileReading(SQLModel, table=True):
    """The file that the profiles were read from; no row: none was ever read."""

    __tablename__ = "profile_reading"
    id: int | None = Field(default=None, primary_key=True)
    path: str
    size: int = Field(sa_column=_big())
    mtime_ns: int = Field(sa_column=_big())
    rules: str
    """Digest of the settings it was read by."""
    read_at_ms: int = Field(sa_column=_big())
    rows: int
    refused: int
    """Rows that could not be taken."""
    refusal: str | None = None
    """The first of them: line and reason."""


ROLLUP = Table(
    "rollup",
    SQLModel.metadata,
    _big_named("slot_ms", primary_key=True),
    Column("queue_id", Integer, ForeignKey("queue.id"), primary_key=True),
    Column("channel", String, primary_key=True),
    *(_big_named(field.name, nullable=True) for field in fields(QueueTally)),
    sqlite_with_rowid=False,
)
"""The tally of a queue's ended segments that entered within 15 minutes: one column a field of ``QueueTally``."""

ROLLUP_DIRTY = Table(
    "rollup_dirty",
    SQLModel.metadata,
    _big_named("slot_ms", primary_key=True),
    Column("queue_id", Integer, ForeignKey("queue.id"), primary_key=True),
    sqlite_with_rowid=False,
)
"""Rollups that no longer hold: readers count the segments of these slots until the writer has caught up."""
