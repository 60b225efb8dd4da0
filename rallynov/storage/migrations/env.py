"""Alembic's entry: the connection is handed over by ``rallynov.storage.schema``, never opened here."""

from alembic import context

from rallynov.storage.base import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transaction_per_migration=False,
)
context.run_migrations()
