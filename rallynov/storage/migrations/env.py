"""Alembic's entry: the connection is handed over by ``rallynov.storage.schema``, never opened here."""

from alembic import context

from rallynov.storage.base import Base
from rallynov.storage.partial import tell_postgresql

for table in Base.metadata.tables.values():
    tell_postgresql(table)
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
context.run_migrations()
