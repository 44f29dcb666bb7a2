"""The database as one file and back: SQLite by its own copying, PostgreSQL by its own programs."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.engine import URL

DATABASE = {"sqlite": "engage.db", "postgresql": "engage.dump"}
# A later version has tables that the dump does not know and that hold on to those it replaces.
_DROP_TABLES = """
DO $$ DECLARE name regclass; BEGIN
  FOR name IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
    AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')
  LOOP EXECUTE format('DROP TABLE IF EXISTS %s CASCADE', name); END LOOP;
END $$"""
_PAGES = 4000
_TENTHS = 10


class BackupError(Exception):
    """A backup that cannot be made or used; the message says why and what to do."""


def dialect_of(url: URL) -> str:
    """``sqlite`` or ``postgresql``."""
    return url.get_backend_name()


def dump(url: URL, target: Path, progress: Callable[[str], None]) -> None:
    """Write the whole database at one moment to ``target``, while others write. Raises ``BackupError``."""
    if dialect_of(url) == "sqlite":
        _copy_sqlite(Path(str(url.database)), target, progress)
    else:
        _run(["pg_dump", "--format=custom", "--file", str(target), _without_password(url)], url)


def load(url: URL, source: Path) -> None:
    """Put a dump of PostgreSQL into the place of what the database holds: all of it or nothing.

    ``source`` stands in a folder of our own, where its statements are written out beside it.
    """
    statements = source.with_suffix(".sql")
    once = ["psql", "--quiet", "--no-psqlrc", "--single-transaction", "-v", "ON_ERROR_STOP=1"]
    try:
        # Whole before the first is run: what ends halfway would be taken for all of it.
        _run(["pg_restore", "--clean", "--if-exists", "--no-owner", "-f", str(statements), str(source)], url)
        _run([*once, "-c", _DROP_TABLES, "-f", str(statements), "-d", _without_password(url)], url)
    finally:
        statements.unlink(missing_ok=True)


def _copy_sqlite(path: Path, target: Path, progress: Callable[[str], None]) -> None:
    if not path.exists():
        raise BackupError(f"There is no database yet: {path} does not exist.")
    source = sqlite3.connect(path, isolation_level=None)
    copy = sqlite3.connect(target)
    told = 0

    def tell(_status: int, remaining: int, total: int) -> None:
        nonlocal told
        tenth = (total - remaining) * _TENTHS // max(1, total)
        if total > _PAGES and tenth > told:
            told = tenth
            progress(f"  {total - remaining:,} of {total:,} pages")

    try:
        # One moment for the whole copy: without it, each commit of others makes the copying begin anew.
        source.execute("BEGIN")
        if source.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone() is None:
            raise BackupError(f"There is no database yet: {path} is empty.")
        source.backup(copy, pages=_PAGES, progress=tell)
    except sqlite3.Error as error:
        raise BackupError(f"The database cannot be copied: {error}.") from error
    finally:
        copy.close()
        source.close()


def _run(command: list[str], url: URL) -> None:
    # Arguments can be read by everyone on the machine, the environment only by its owner.
    password = {"PGPASSWORD": str(url.password)} if url.password else {}
    environment = {**os.environ, **password}
    try:
        finished = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    except FileNotFoundError as error:
        raise BackupError(f"{command[0]} is missing: install the PostgreSQL client programs.") from error
    if finished.returncode:
        raise BackupError(f"{command[0]} failed: {finished.stderr.strip()[-500:]}")


def _without_password(url: URL) -> str:
    return url.set(drivername="postgresql")._replace(password=None).render_as_string(hide_password=False)
