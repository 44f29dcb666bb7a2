"""The database a new installation gets: made by migrations alone, equal to the models."""

from __future__ import annotations

from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text

from engage.core.db import db
from engage.core.ids import keyed_hash
from engage.core.keys import key
from engage.core.writer import atomic
from engage.participation.marks import PARTICIPATION, marks, took_part

pytestmark = pytest.mark.database


def test_models_equal_migrations(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


def test_down_to_nothing_and_up_again(app: Flask) -> None:
    with app.app_context():
        downgrade(revision="base")
        assert set(inspect(db.engine).get_table_names()) == {"alembic_version"}
        upgrade()
        assert set(db.metadata.tables) <= set(inspect(db.engine).get_table_names())


def test_sqlite_is_durable(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        if connection.dialect.name != "sqlite":
            assert connection.execute(text("SHOW synchronous_commit")).scalar() == "on"
            return
        pragmas = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
        assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_nothing_of_one_installation_is_in_the_migrations() -> None:
    folder = Path(__file__).resolve().parents[2] / "migrations"
    for path in (folder / "versions").glob("*.py"):
        assert "from engage" not in path.read_text(encoding="utf-8"), f"{path.name} depends on later code"


# The last migration of each release; what comes after it is still being written.
RELEASED = {"0001_initial.py": "a6e3df55dcc0cc5c7939bfafafd4a5bce44b1898679235c22b73b8dc30a49264"}


def test_migrations_of_a_release_are_never_rewritten() -> None:
    """Databases that went through them are called up to date: a change would never reach those."""
    folder = Path(__file__).resolve().parents[2] / "migrations" / "versions"
    assert {name: sha256((folder / name).read_bytes()).hexdigest() for name in RELEASED} == RELEASED


# Their numbers stand where no foreign key leads: in notes about devices, receipts, erasures, grants, cases,
# column files and the log of deeds.
_NUMBERED_FOR_GOOD = {
    "activity", "consultation", "consultation_comment", "live_guest_link", "live_log", "live_question",
    "live_session", "owed_case", "survey", "survey_response", "survey_version", "unit", "user",
}  # fmt: skip


def test_numbers_that_are_kept_elsewhere_are_never_given_twice(app: Flask) -> None:
    declared = {
        name for name, table in db.metadata.tables.items() if table.dialect_options["sqlite"]["autoincrement"]
    }
    assert declared == _NUMBERED_FOR_GOOD
    with app.app_context(), atomic() as session:
        connection = session.connection()
        if connection.dialect.name == "sqlite":
            made = connection.execute(
                text("SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'")
            )
            assert set(made.scalars()) == declared
        # PostgreSQL's sequences never go back.
        unit = text("INSERT INTO unit (public_id, code, name, kind, position, active, is_demo) VALUES "
                    "('a', 'a', '{}', 'department', 0, true, false) RETURNING id")  # fmt: skip
        first = connection.execute(unit).scalar_one()
        connection.execute(text("DELETE FROM unit"))
        assert connection.execute(unit).scalar_one() > first


def test_devices_that_took_part_before_stay_noted(app: Flask) -> None:
    with app.app_context():
        downgrade(revision="0002")
        hashes = [keyed_hash(key("participation"), "survey:1", f"phone-{number}") for number in range(200)]
        with atomic() as session:
            for device_hash in hashes:
                session.connection().execute(
                    text("INSERT INTO participation VALUES ('survey:1', :device_hash, :day)"),
                    {"device_hash": device_hash, "day": "2026-11-29"},
                )
        upgrade()
        assert all(took_part("survey:1", f"phone-{number}") for number in range(200))
        assert not took_part("survey:1", "phone-200")
        assert not took_part("survey:2", "phone-1")
        slot = marks().find(bytes.fromhex(hashes[0])[:28])
        assert slot is not None
        assert (slot.kind, slot.day, slot.tag) == (PARTICIPATION, date(2026, 11, 29), None)
