"""How Alembic reaches the database: through the application, on SQLite and PostgreSQL alike."""

from alembic import context
from flask import current_app
from sqlalchemy.types import TypeDecorator

config = context.config
database = current_app.extensions["migrate"].db
metadata = database.metadatas[None]


def _process_revision_directives(_context, _revision, directives):
    """Write no migration where nothing changed."""
    if getattr(config.cmd_opts, "autogenerate", False) and directives[0].upgrade_ops.is_empty():
        directives[:] = []


def _render_item(kind, item, _autogen_context):
    """Write our column types as what they are stored as: a migration must not depend on later code."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    return False


def run() -> None:
    """Migrate over a connection of the application's own engine."""
    with database.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            render_as_batch=True,
            compare_type=True,
            render_item=_render_item,
            process_revision_directives=_process_revision_directives,
        )
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("Migrations run on a database, not as a script.")
run()
