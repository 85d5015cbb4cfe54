"""Alembic's way in: runs the revisions on the connection that `vetting.log.migrations` opened."""

from alembic import context

from vetting.log.store import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table="log_version",
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
