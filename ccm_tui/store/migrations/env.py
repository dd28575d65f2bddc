"""Alembic's entry: one connection to the database named by ``upgrade``, one transaction a step."""

from alembic import context
from sqlalchemy import create_engine, event
from sqlalchemy.pool import NullPool

engine = create_engine(f"sqlite:///{context.config.attributes['database']}", poolclass=NullPool)


@event.listens_for(engine, "connect")
def _leave_transactions_to_us(connection, _record):  # type: ignore[no-untyped-def]
    """The driver's own mode commits before DDL; a step must be one transaction."""
    connection.isolation_level = None


@event.listens_for(engine, "begin")
def _begin(connection):  # type: ignore[no-untyped-def]
    connection.exec_driver_sql("BEGIN IMMEDIATE")


with engine.connect() as connection:
    context.configure(connection=connection, transaction_per_migration=True, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
