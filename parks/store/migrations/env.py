"""Runs the revisions on the connection that `parks.store.migration` lends, within its transaction."""

from alembic import context

from parks.store import tables

# SQLite, too, takes a whole migration back: `parks.store.sqlite` says BEGIN before anything else.
context.configure(
    connection=context.config.attributes["connection"], target_metadata=tables.METADATA, transactional_ddl=True
)
with context.begin_transaction():
    context.run_migrations()
