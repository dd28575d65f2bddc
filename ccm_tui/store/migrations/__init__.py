"""The schema's history. Alembic is imported here only, when a database is behind."""

from pathlib import Path


def upgrade(path: Path) -> None:
    """Run every pending step, each in one transaction with the record that it ran."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["database"] = path
    command.upgrade(config, "head")
