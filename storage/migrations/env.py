"""Run by alembic: migrations happen on the connection, and in the transaction, of the caller."""

from alembic import context

from storage.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite cannot alter a column: the table is copied
    user_module_prefix="types.",
)
with context.begin_transaction():
    context.run_migrations()
