"""What people did about bad survey answers."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table. It hangs on no other: contacts are named by site and public id, which outlive a rebuild."""
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
