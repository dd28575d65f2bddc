"""Customers' profiles with their numbers and addresses, and how logs write these."""

import sqlalchemy as sa
from alembic import op

from ccm_tui.domain.customers import identity_key, is_plain

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the tables, and take note of the customers in the logs that are not written plainly.

    Profiles hang on no table of the logs: they outlive a rebuild.
    """
    op.create_table(
        "profile",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("value_milli", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("purchases", sa.Integer(), nullable=True),
        sa.Column("urgent_issues", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    for name, column in (
        ("ix_profile_value", "value_milli"),
        ("ix_profile_purchases", "purchases"),
        ("ix_profile_urgent", "urgent_issues"),
    ):
        known = sa.text(f"{column} IS NOT NULL")
        op.create_index(name, "profile", [column], unique=False, sqlite_where=known)
    op.create_table(
        "identity",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("profile_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["profile_id"],
            ["profile.id"],
        ),
        sa.PrimaryKeyConstraint("key"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_identity_profile", "identity", ["profile_id"], unique=False)
    op.create_table(
        "spelling",
        sa.Column("customer", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("customer"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_spelling_key", "spelling", ["key"], unique=False)
    op.create_table(
        "profile_reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("mtime_ns", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rules", sa.String(), nullable=False),
        sa.Column("read_at_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("refusal", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    connection = op.get_bind()
    named = "SELECT customer FROM segment UNION SELECT customer FROM contact_facts"
    put = sa.text("INSERT INTO spelling (customer, key) VALUES (:customer, :key)")
    for (customer,) in connection.execute(sa.text(named)):
        if customer is not None and not is_plain(customer):
            connection.execute(put, {"customer": customer, "key": identity_key(customer)})
