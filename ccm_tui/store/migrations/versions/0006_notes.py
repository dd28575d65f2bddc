"""Notes on contacts: their versions, what they say now with an index over its words, and what is not saved yet."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the tables. They hang on no other: contacts are named by their public ids, which outlive a rebuild."""
    op.create_table(
        "note_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("note", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_note_version_note", "note_version", ["note", "id"], unique=False)
    op.create_index("ix_note_version_subject", "note_version", ["kind", "subject", "id"], unique=False)
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER note_version_no_{change.lower()} BEFORE {change} ON note_version"
            " BEGIN SELECT RAISE(ABORT, 'the versions of notes only grow'); END"
        )
    op.create_table(
        "standing_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("note", sa.Integer(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_standing_note_contact", "standing_note", ["contact"], unique=False)
    op.create_index("ix_standing_note_note", "standing_note", ["note"], unique=True)
    op.execute(
        "CREATE VIRTUAL TABLE note_text USING fts5("
        "text, content='standing_note', content_rowid='id', tokenize='unicode61 remove_diacritics 2', prefix='2 3')"
    )
    op.create_table(
        "note_draft",
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("note", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("who", "kind", "subject", "note"),
        sqlite_with_rowid=False,
    )
