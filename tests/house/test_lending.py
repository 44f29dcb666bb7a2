"""A test's database is as the migrations leave one, whatever the test before it did with its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, insert, text
from sqlalchemy.exc import OperationalError

from engage.accounts.models import Unit
from engage.audit.models import AuditEntry
from engage.core.actor import ActorKind
from engage.core.types import Localized
from tests.fixtures.database import SERVER

pytestmark = pytest.mark.database

Lend = Callable[[], AbstractContextManager[Engine]]

UNIT = insert(Unit.__table__).values(name=Localized(zh_CN="市民政局"))
COUNTED = "SELECT count(*), max(id) FROM unit"
SHAPE = {
    "sqlite": ["SELECT name, sql FROM sqlite_master ORDER BY name"],
    "postgresql": [
        "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns"
        " WHERE table_schema = 'public' ORDER BY 1, 2",
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
        "SELECT tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1",
        "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1",
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint ORDER BY 1",
    ],
}
TRIGGER = {
    "sqlite": "DROP TRIGGER audit_entry_no_update",
    "postgresql": "DROP TRIGGER audit_entry_append_only ON audit_entry",
}
CHANGES = [
    "ALTER TABLE unit ADD COLUMN colour TEXT",
    "ALTER TABLE unit RENAME COLUMN code TO short",
    "DROP TABLE notification",
    "CREATE TABLE besides (id INTEGER)",
    "CREATE INDEX besides ON unit (position)",
    TRIGGER["sqlite" if SERVER == "sqlite" else "postgresql"],
    "UPDATE alembic_version SET version_num = '9999'",
    "DELETE FROM alembic_version",
]


@pytest.fixture
def lend(copied_database: Callable[[Path], AbstractContextManager[str]], tmp_path: Path) -> Lend:
    """Lends one database after the other, as to one test after the other."""
    numbers = iter(range(100))

    @contextmanager
    def one() -> Iterator[Engine]:
        folder = tmp_path / str(next(numbers))
        folder.mkdir()
        with copied_database(folder) as url:
            engine = create_engine(url)
            yield engine
        engine.dispose()

    return one


def _shape(engine: Engine) -> list[object]:
    with engine.connect() as connection:
        asked = [*SHAPE[engine.dialect.name], "SELECT version_num FROM alembic_version"]
        return [tuple(row) for query in asked for row in connection.execute(text(query))]


def test_neither_rows_nor_their_numbers_are_found_again(lend: Lend) -> None:
    for _ in range(2):
        with lend() as engine, engine.begin() as connection:
            assert tuple(connection.execute(text(COUNTED)).one()) == (0, None)
            connection.execute(UNIT, [{"code": "one"}, {"code": "two"}])
            assert tuple(connection.execute(text(COUNTED)).one()) == (2, 2)


def test_what_only_grows_is_empty_again(lend: Lend) -> None:
    """The log refuses to be emptied; the next test's has no entries all the same."""
    entry = insert(AuditEntry.__table__).values(
        actor_kind=ActorKind.SYSTEM, actor_label="", event="exported", object_kind="survey", object_id="1"
    )
    for _ in range(2):
        with lend() as engine, engine.begin() as connection:
            assert connection.scalar(text("SELECT count(*) FROM audit_entry")) == 0
            connection.execute(entry)


def test_who_did_not_leave_is_gone(lend: Lend) -> None:
    with lend() as engine:
        left = engine.connect()
        left.execute(UNIT, {"code": "open"})
    with lend() as engine, engine.begin() as connection:
        assert tuple(connection.execute(text(COUNTED)).one()) == (0, None)
        connection.execute(UNIT, {"code": "open"})  # waits for nobody
    left.invalidate()
    left.close()


def test_who_comes_late_finds_nobody(lend: Lend) -> None:
    """A thread that outlives its test writes nothing into the next one's database."""
    with lend() as late:
        pass
    with lend() as engine, engine.connect() as connection:
        with suppress(OperationalError), late.begin() as writing:
            writing.execute(UNIT, {"code": "late"})
        assert tuple(connection.execute(text(COUNTED)).one()) == (0, None)
    late.dispose()


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_schema_goes_with_the_test_that_changed_it(lend: Lend, change: str) -> None:
    with lend() as engine:
        before = _shape(engine)
        with engine.begin() as connection:
            connection.execute(text(change))
        assert _shape(engine) != before
    with lend() as engine:
        assert _shape(engine) == before
