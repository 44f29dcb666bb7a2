"""``flask engage …``: every command explains itself, and says in a sentence what stood in its way."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import click
import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from engage import create_app
from engage.cli import engage_cli
from engage.consultations.rules.importing import Reading
from engage.core.db import db
from engage.core.errors import Busy
from engage.core.slot_layout import MARK_BYTES
from engage.participation.marks import PARTICIPATION, marks
from tests.factories.accounts import make_user
from tests.fixtures.database import make_config

ROOT = Path(__file__).resolve().parents[2]
EXPECTED = {
    "init",
    "begin-marks",
    "demo",
    "create-user",
    "signin",
    "reset-second-factor",
    "import-comments",
    "backup",
    "restore",
}


@pytest.fixture
def empty(tmp_path: Path) -> Flask:
    """An installation without a database."""
    return create_app(make_config(tmp_path / "instance", f"sqlite:///{tmp_path}/instance/engage.db"))


def _run(app: Flask, *arguments: str) -> Any:
    with app.app_context():  # as `flask` itself pushes one
        return app.test_cli_runner().invoke(args=["engage", *arguments])


def _refused(done: Any, says: str) -> None:
    assert done.exit_code == 1, done.output
    assert isinstance(done.exception, SystemExit), done.exception
    assert "Traceback" not in done.output
    assert says in done.output
    assert done.output.splitlines()[-1].startswith("Error: ")


def test_every_command_is_there_and_explains_itself(empty: Flask) -> None:
    assert set(engage_cli.commands) == EXPECTED
    for name, command in engage_cli.commands.items():
        told = _run(empty, name, "--help")
        assert told.exit_code == 0
        assert "--json" in told.output, name
        assert isinstance(command, click.Command)
        assert len((command.help or "").split()) > 5, name


@pytest.mark.parametrize(
    "arguments",
    [
        ["signin"],
        ["signin", "a@example.com"],
        ["create-user", "a@example.com", "A"],
        ["create-user", "a@example.com", "A", "--role", "typist", "--unit", "x"],
        ["demo"],
        ["demo", "--remove"],
    ],
    ids=" ".join,
)
def test_without_a_database_the_first_step_is_named(empty: Flask, arguments: list[str]) -> None:
    _refused(_run(empty, *arguments), "Run first: .venv/bin/flask engage init")


@pytest.mark.parametrize("left", ["no file", "an empty file"])
def test_no_empty_city_begins_where_people_took_part(empty: Flask, left: str) -> None:
    """A disk that lost the database: begun anew, nobody who has answered could answer what comes."""
    instance = empty.config["ENGAGE"].instance
    assert _run(empty, "init").exit_code == 0
    with empty.app_context():
        marks().put(b"m" * MARK_BYTES, PARTICIPATION, date(2026, 3, 5))
        db.session.remove()
        db.engine.dispose()
    for path in instance.glob("engage.db*"):
        path.unlink()
    if left == "an empty file":
        (instance / "engage.db").touch()
    _refused(_run(empty, "init"), "knows of people who took part: restore a backup.")
    assert _run(empty, "begin-marks", "--yes").exit_code == 0
    assert _run(empty, "init").exit_code == 0


def test_a_backup_without_or_of_a_broken_database_is_refused(empty: Flask, tmp_path: Path) -> None:
    database = tmp_path / "instance" / "engage.db"
    target = tmp_path / "saved.tar.gz"
    _refused(_run(empty, "backup", str(target)), "There is no database yet")
    database.touch()
    _refused(_run(empty, "backup", str(target)), "There is no database yet")
    database.write_bytes(b"no database" * 2000)
    _refused(_run(empty, "backup", str(target)), "The database cannot be copied: file is not a database.")
    _refused(_run(empty, "signin"), "The database cannot be used: file is not a database.")
    assert not list(tmp_path.glob("saved*"))
    assert not list(tmp_path.glob(".engage-*"))


@pytest.mark.parametrize("name", ["engage", "stadt öffnung", 'with "quotes"'])
def test_a_missing_database_of_a_server_is_to_be_made_first(
    app: Flask, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Running init again would not help."""

    def away() -> bool:
        orig = Exception(f'connection failed: FATAL:  database "{name}" does not exist\n')
        raise OperationalError("", None, orig)

    monkeypatch.setattr("engage.cli.is_new", away)
    done = _run(app, "init")
    _refused(done, f"The PostgreSQL server has no database {name}. Make it (createdb -E UTF8 ")
    assert "Run first" not in done.output


def test_a_file_that_cannot_be_read_is_named(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable(_path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", "messages.csv")

    monkeypatch.setattr(Path, "read_bytes", unreadable)
    (tmp_path / "messages.csv").write_text("id,text\n")
    done = _run(app, "import-comments", str(tmp_path / "messages.csv"), "--consultation", "x")
    _refused(done, "messages.csv: Permission denied.")


@pytest.mark.database
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ["import-comments", __file__, "--consultation", "http://x.cn/consultations/nope?a=1"],
            "There is no consultation with the id nope: it is the last part of its address",
        ),
        (
            ["create-user", "a@example.com", "A", "--role", "department"],
            "The role department is granted for a unit (--unit) or for an activity (--activity).",
        ),
        (
            ["create-user", "a@example.com", "A", "--role", "typist", "--unit", "x"],
            "There is no unit with the",
        ),
        (["create-user", "closed@example.com", "A"], "The account of closed@example.com is closed: "),
        (["create-user", "no address", ""], "Please enter the person's name. Please enter an email address"),
        (["signin", "closed@example.com"], "There is no open account with the email address"),
        (["signin", "open@example.com"], "The database cannot be written now: "),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value[:1]),
)
def test_what_is_refused_is_said_in_words_for_a_command(
    app: Flask, monkeypatch: pytest.MonkeyPatch, arguments: list[str], says: str
) -> None:
    def busy(*_arguments: object) -> str:
        raise Busy

    with app.app_context():
        make_user(email="closed@example.com", active=False)
        make_user(email="open@example.com")
    monkeypatch.setattr("engage.accounts.actions.make_sign_in_link", busy)
    monkeypatch.setattr("engage.consultations.commands.read", lambda *_arguments: Reading())
    done = _run(app, *arguments)
    _refused(done, says)
    assert "page" not in done.output
    assert len(done.output.strip().splitlines()) == 1


@pytest.mark.parametrize(
    "options", [["--unit", "x"], ["--role", "typist", "--unit", "x", "--activity", "y"]], ids=" ".join
)
def test_options_that_do_not_go_together_are_refused(empty: Flask, options: list[str]) -> None:
    done = _run(empty, "create-user", "a@example.com", "A", *options)
    assert done.exit_code == 2
    assert "Traceback" not in done.output


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ({"ENGAGE_PUBLIK_URL": "x"}, "Error: Unknown setting: publik_url."),
        ({"ENGAGE_LOG_LEVEL": "loud"}, "Error: Setting log_level must be one of DEBUG, INFO"),
    ],
)
@pytest.mark.parametrize(
    "program", [["-m", "flask", "--app", "engage", "engage", "signin"], ["-m", "engage.worker"]]
)
def test_a_wrong_setting_is_one_sentence(
    tmp_path: Path, program: list[str], setting: dict[str, str], says: str
) -> None:
    environment = {**os.environ, "ENGAGE_INSTANCE": str(tmp_path), **setting}
    done = subprocess.run(
        [sys.executable, *program], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.strip().removeprefix("Error: ").startswith(says.removeprefix("Error: "))
    assert len(done.stderr.strip().splitlines()) == 1
