"""The floor: sources, files, events, contacts, segments, presence, rollups, quarantine."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table of the first release."""
    op.create_table(
        "event_name",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "meta",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "site",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pattern", sa.String(), nullable=False),
        sa.Column("format", sa.String(), nullable=True),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_source_pattern", "source", ["pattern"], unique=True)
    op.create_table(
        "agent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=True),
        sa.Column("last_sign_at_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("stale", sa.Integer(), server_default="0", nullable=False),
        sa.Column("changed", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id"],
            ["site.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_agent_site_name", "agent", ["site_id", "name"], unique=True)
    op.create_table(
        "contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=False),
        sa.Column("native_id", sa.String(), nullable=False),
        sa.Column("contradictions", sa.Integer(), server_default="0", nullable=False),
        sa.Column("repeated_ends", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id"],
            ["site.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("public_id"),
    )
    op.create_index(
        "ix_contact_odd",
        "contact",
        ["site_id"],
        unique=False,
        sqlite_where=sa.text("contradictions + repeated_ends > 0"),
    )
    op.create_table(
        "file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("header", sa.String(), nullable=True),
        sa.Column("device", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("inode", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("head_digest", sa.String(), nullable=False),
        sa.Column("head_length", sa.Integer(), nullable=False),
        sa.Column("tail_digest", sa.String(), nullable=False),
        sa.Column("offset", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("first_at_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("first_digest", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("last_at_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("repeats", sa.Integer(), nullable=False),
        sa.Column("quarantined", sa.Integer(), nullable=False),
        sa.Column("blank", sa.Integer(), nullable=False),
        sa.Column("flagged", sa.Integer(), nullable=False),
        sa.Column("read_at_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("behind", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id"],
            ["site.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "queue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("changed", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id"],
            ["site.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_queue_site_name", "queue", ["site_id", "name"], unique=True)
    op.create_table(
        "restart",
        sa.Column("at_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("offset", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["file.id"],
        ),
        sa.ForeignKeyConstraint(
            ["site_id"],
            ["site.id"],
        ),
        sa.PrimaryKeyConstraint("at_ms", "digest"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "block",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("from_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("to_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("times", sa.LargeBinary(), nullable=False),
        sa.Column("digests", sa.LargeBinary(), nullable=False),
        sa.Column("file_ids", sa.LargeBinary(), nullable=False),
        sa.Column("offsets", sa.LargeBinary(), nullable=False),
        sa.Column("name_ids", sa.LargeBinary(), nullable=False),
        sa.Column("contact_ids", sa.LargeBinary(), nullable=False),
        sa.Column("agent_ids", sa.LargeBinary(), nullable=False),
        sa.Column("ends", sa.LargeBinary(), nullable=False),
        sa.Column("texts", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_block_time", "block", ["to_ms", "from_ms", "lines"], unique=False)
    op.create_table(
        "contact_lines",
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("lines", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
        ),
        sa.PrimaryKeyConstraint("contact_id", "batch"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "agent_lines",
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("lines", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agent_id"],
            ["agent.id"],
        ),
        sa.PrimaryKeyConstraint("agent_id", "batch"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "quarantine",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("offset", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("length", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("line", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["file.id"],
        ),
        sa.ForeignKeyConstraint(
            ["site_id"],
            ["site.id"],
        ),
        sa.PrimaryKeyConstraint("site_id", "digest"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_quarantine_file", "quarantine", ["file_id"], unique=False)
    op.create_table(
        "rollup",
        sa.Column("slot_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("queue_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("offered", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("answered", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("in_progress", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("transferred", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("answered_lost", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("waiting", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("lost", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("transferred_out", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("abandoned", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("exited_timeout", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("exited_key", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("exited_empty", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("withdrawn", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("refused", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("outbound", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("deferred", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("answered_within", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("waiting_late", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("abandoned_within", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("timeout_within", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("key_within", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("empty_within", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("withdrawn_within", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("short_abandoned", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("timeout_short", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("key_short", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("empty_short", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("withdrawn_short", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("answered_unknown", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("abandoned_unknown", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("timeout_unknown", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("key_unknown", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("empty_unknown", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("withdrawn_unknown", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("answered_wait_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("answered_ring_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("abandoned_wait_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("timeout_wait_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("key_wait_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("empty_wait_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("withdrawn_wait_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("talk_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("talk_n", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("talk_having", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("hold_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("hold_n", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("hold_having", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("acw_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("acw_n", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("acw_having", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("replied", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("first_response_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("replies", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("replies_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("resolved", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("resolved_within_target", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("csat_n", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("csat_top", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("csat_milli", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("nps_n", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("nps_promoters", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("nps_detractors", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("ces_n", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("ces_milli", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("backlog", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("longest_wait_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("oldest_owed_at_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(
            ["queue_id"],
            ["queue.id"],
        ),
        sa.PrimaryKeyConstraint("slot_ms", "queue_id", "channel"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rollup_dirty",
        sa.Column("slot_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("queue_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["queue_id"],
            ["queue.id"],
        ),
        sa.PrimaryKeyConstraint("slot_ms", "queue_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "segment",
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("visit", sa.Integer(), nullable=False),
        sa.Column("queue_id", sa.Integer(), nullable=False),
        sa.Column("agent_id", sa.Integer(), nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("customer", sa.String(), nullable=True),
        sa.Column("entered_at_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_seen", sa.Boolean(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("offset", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("answered_at_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("ended_at_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("ended_by", sa.String(), nullable=True),
        sa.Column("wait_ms", sa.Integer(), nullable=True),
        sa.Column("talk_ms", sa.Integer(), nullable=True),
        sa.Column("hold_ms", sa.Integer(), nullable=True),
        sa.Column("acw_ms", sa.Integer(), nullable=True),
        sa.Column("hold_since_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("ring_ms", sa.Integer(), nullable=True),
        sa.Column("target", sa.String(), nullable=True),
        sa.Column("owed_since_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("replies", sa.Integer(), nullable=False),
        sa.Column("replies_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("csat_milli", sa.Integer(), nullable=True),
        sa.Column("nps_milli", sa.Integer(), nullable=True),
        sa.Column("ces_milli", sa.Integer(), nullable=True),
        sa.Column("rated_at_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(
            ["agent_id"],
            ["agent.id"],
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
        ),
        sa.ForeignKeyConstraint(
            ["queue_id"],
            ["queue.id"],
        ),
        sa.PrimaryKeyConstraint("contact_id", "visit"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_segment_agent",
        "segment",
        ["agent_id", "answered_at_ms"],
        unique=False,
        sqlite_where=sa.text("agent_id IS NOT NULL"),
    )
    op.create_index(
        "ix_segment_customer",
        "segment",
        ["customer", "entered_at_ms"],
        unique=False,
        sqlite_where=sa.text("customer IS NOT NULL"),
    )
    op.create_index("ix_segment_ended", "segment", ["ended_at_ms"], unique=False)
    op.create_index("ix_segment_entered", "segment", ["entered_at_ms"], unique=False)
    op.create_index(
        "ix_segment_rated",
        "segment",
        ["rated_at_ms"],
        unique=False,
        sqlite_where=sa.text("rated_at_ms IS NOT NULL"),
    )
    op.create_table(
        "span",
        sa.Column("agent_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("queue_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("start_at_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("end_at_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("start_seen", sa.Boolean(), nullable=False),
        sa.Column("end_seen", sa.Boolean(), nullable=False),
        sa.Column("confirmed_at_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.ForeignKeyConstraint(
            ["agent_id"],
            ["agent.id"],
        ),
        sa.ForeignKeyConstraint(
            ["queue_id"],
            ["queue.id"],
        ),
        sa.PrimaryKeyConstraint("agent_id", "number"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_span_agent_end", "span", ["agent_id", "end_at_ms"], unique=False)
    op.create_index("ix_span_end", "span", ["end_at_ms"], unique=False)
