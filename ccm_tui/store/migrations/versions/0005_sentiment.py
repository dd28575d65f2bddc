"""What a mood was computed by, where the source does not say it."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the columns; every mood stored so far is the source's own."""
    op.add_column("contact_facts", sa.Column("sentiment_by", sa.String(), nullable=True))
    op.add_column("turn", sa.Column("sentiment_by", sa.String(), nullable=True))
