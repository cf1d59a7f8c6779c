"""What alembic runs: the migrations, on the connection and in the transaction `migrate` opened."""

from alembic import context

from smsapp.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # SQLite's too: our connections begin their own transactions
    render_as_batch=True,
)
context.run_migrations()
