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


def _pragma(connection, statement):
    """Run a SQLite pragma outside any transaction, where alone this one works."""
    return list(connection.connection.dbapi_connection.execute(f"PRAGMA {statement}"))


def _migrate(connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        compare_type=True,
        transactional_ddl=True,
        render_item=_render_item,
        process_revision_directives=_process_revision_directives,
    )
    with context.begin_transaction():
        context.run_migrations()


def run() -> None:
    """Migrate over the application's own engine, in one write transaction: all or nothing."""
    with database.engine.connect() as plain:
        connection = plain.execution_options(engage_write=True)
        if connection.dialect.name != "sqlite":
            _migrate(connection)
            return
        # SQLite changes a table by copying it and dropping the old one: what refers to it must stay.
        _pragma(connection, "foreign_keys=OFF")
        try:
            _migrate(connection)
            broken = _pragma(connection, "foreign_key_check")
        finally:
            _pragma(connection, "foreign_keys=ON")
        if broken:
            raise SystemExit(f"The migration left rows that refer to nothing: {broken[:5]}")


if context.is_offline_mode():
    raise SystemExit("Migrations run on a database, not as a script.")
run()
