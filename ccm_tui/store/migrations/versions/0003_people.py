"""What people do: follow-ups acted on, and the audit. And what a mood was computed by."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables and add the columns; every mood stored so far is the source's own.

    ``follow_up_act`` hangs on no other table: contacts are named by site and public id, which outlive a rebuild.
    """
    op.create_table(
        "follow_up_act",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("due_at_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("csat_milli", sa.Integer(), nullable=True),
        sa.Column("nps_milli", sa.Integer(), nullable=True),
        sa.Column("ces_milli", sa.Integer(), nullable=True),
        sa.Column("given_at_ms", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_follow_up_act_contact", "follow_up_act", ["contact", "id", "step"], unique=False)
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("verb", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("details", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_audit_at", "audit", ["at_ms"], unique=False)
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_no_{change.lower()} BEFORE {change} ON audit"
            " BEGIN SELECT RAISE(ABORT, 'the audit only grows'); END"
        )
    op.add_column("contact_facts", sa.Column("sentiment_by", sa.String(), nullable=True))
    op.add_column("turn", sa.Column("sentiment_by", sa.String(), nullable=True))
