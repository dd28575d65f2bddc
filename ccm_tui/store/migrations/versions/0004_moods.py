"""Of which agents it was ever known how a customer sounded."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the mark; where any mood is stored, all agents may have one."""
    op.add_column("agent", sa.Column("has_moods", sa.Integer(), server_default="0", nullable=False))
    op.execute(
        "UPDATE agent SET has_moods = 1 WHERE EXISTS (SELECT 1 FROM contact_facts WHERE sentiment_milli IS NOT NULL)"
    )
