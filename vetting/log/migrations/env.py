"""Alembic's way in: runs the revisions on the connection that `vetting.log.migrations` opened."""

import warnings

from alembic import context

from vetting.log.store import metadata

# The index on the types of entries is over an expression, which SQLAlchemy does not read back from SQLite and says so.
warnings.filterwarnings("ignore", message="Skipped unsupported reflection of expression-based index entry_kind")

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table="log_version",
    transactional_ddl=True,
    render_as_batch=True,
    include_name=lambda name, _kind, _parents: name != "entry_kind",  # made by revision 0002, unknown to the tables
)
with context.begin_transaction():
    context.run_migrations()
