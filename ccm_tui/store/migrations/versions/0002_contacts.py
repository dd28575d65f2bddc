"""Contacts as a whole: facts, conversations, and the full-text index over them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables; what is stored is folded anew at the next start, which fills them."""
    op.create_table(
        "contact_facts",
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("first_at_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("started_at_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("ended_at_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("previous_id", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("customer", sa.String(), nullable=True),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("direction", sa.String(), nullable=True),
        sa.Column("sentiment_milli", sa.Integer(), nullable=True),
        sa.Column("said", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
        ),
        sa.PrimaryKeyConstraint("contact_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_facts_first", "contact_facts", ["first_at_ms"], unique=False)
    for name, columns in (
        ("ix_facts_previous", ["previous_id"]),
        ("ix_facts_reason", ["reason"]),
        ("ix_facts_customer", ["customer", "first_at_ms"]),
    ):
        known = sa.text(f"{columns[0]} IS NOT NULL")
        op.create_index(name, "contact_facts", columns, unique=False, sqlite_where=known)
    op.create_table(
        "turn",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("speaker", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("offset_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("sentiment", sa.String(), nullable=True),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("guessed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contact.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_turn_contact", "turn", ["contact_id", "number"], unique=True)
    op.execute(
        "CREATE VIRTUAL TABLE turn_text USING fts5("
        "text, content='turn', content_rowid='id', tokenize='unicode61 remove_diacritics 2', prefix='2 3')"
    )
    op.drop_index("ix_segment_entered", "segment")
    figures = ["answered_at_ms", "wait_ms", "talk_ms", "hold_ms", "acw_ms"]
    searched = ["entered_at_ms", "queue_id", "agent_id", "outcome", "channel", *figures]
    op.create_index("ix_segment_entered", "segment", searched, unique=False)
    op.drop_index("ix_segment_rated", "segment")
    ratings = ["rated_at_ms", "csat_milli", "nps_milli", "ces_milli"]
    known = sa.text("rated_at_ms IS NOT NULL")
    op.create_index("ix_segment_rated", "segment", ratings, unique=False, sqlite_where=known)
    known = sa.text("customer IS NOT NULL")
    ending = [sa.text("substr(customer, -4)")]
    op.create_index("ix_segment_ending", "segment", ending, unique=False, sqlite_where=known)
    op.create_index("ix_facts_ending", "contact_facts", ending, unique=False, sqlite_where=known)
    op.execute("UPDATE meta SET value = '' WHERE key = 'fold'")
