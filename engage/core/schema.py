"""Whether the database is the one this version expects: its revision, its tables and their columns."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, inspect
from sqlalchemy.exc import DBAPIError

_NAMED = 5
HELP = "Restore a backup, or name another folder in ENGAGE_INSTANCE or another database."


class SchemaError(Exception):
    """The database is not one this version can run on; the message says why and what to do."""


def require_schema(engine: Engine, metadata: MetaData, migrations: Path) -> None:
    """Return where the database is at the newest revision in ``migrations`` and has what ``metadata`` has.

    Compares the names of tables and columns, which costs some 20 ms; types and indexes are the tests'
    concern. Raises ``SchemaError`` for a database that is missing, older, newer or another program's.
    """
    scripts = ScriptDirectory(str(migrations))
    with _connected(engine) as connection:
        present = _known_revision(connection, scripts)
        if present is None:
            raise SchemaError("There is no database yet. Run first: .venv/bin/flask engage init")
        if present != scripts.get_current_head():
            raise SchemaError(
                "The database is of an older version of Engage. "
                "Make a backup, then run: .venv/bin/flask engage init"
            )
        differences = _differences(connection, metadata)
    if differences:
        named = "; ".join(differences[:_NAMED])
        more = f"; and {len(differences) - _NAMED} more" if len(differences) > _NAMED else ""
        raise SchemaError(f"The database is not one of this version of Engage: {named}{more}. {HELP}")


def require_known_revision(engine: Engine, migrations: Path) -> None:
    """Return where there is no database yet, or one that the folder ``migrations`` leads on from.

    Raises ``SchemaError``.
    """
    with _connected(engine) as connection:
        _known_revision(connection, ScriptDirectory(str(migrations)))


def first_line(error: BaseException | None) -> str:
    """What a driver says of its error, in one line."""
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__


@contextmanager
def _connected(engine: Engine) -> Iterator[Connection]:
    try:
        with engine.connect() as connection:
            yield connection
    except DBAPIError as error:
        raise SchemaError(f"The database cannot be used: {first_line(error.orig)}.") from error


def _known_revision(connection: Connection, scripts: ScriptDirectory) -> str | None:
    present = MigrationContext.configure(connection).get_current_revision()
    if present is not None and present not in {script.revision for script in scripts.walk_revisions()}:
        raise SchemaError(
            f"The database is of a version of Engage that is not this one (revision {present}): "
            f"run the version it belongs to, or a newer one. {HELP}"
        )
    return present


def _differences(connection: Connection, metadata: MetaData) -> list[str]:
    """Sentences about each table or column that one side lacks; other programs' tables are let be."""
    there = {
        table: {column["name"] for column in columns}
        for (_, table), columns in inspect(connection).get_multi_columns().items()
    }
    found = []
    for name, table in sorted(metadata.tables.items()):
        if name not in there:
            found.append(f"the table {name} is missing")
            continue
        expected = set(table.columns.keys())
        found += [f"the table {name} lacks {column}" for column in sorted(expected - there[name])]
        found += [f"the table {name} has {column} besides" for column in sorted(there[name] - expected)]
    return found
