"""``flask engage …``: every command explains itself, and says in a sentence what stood in its way."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from flask import Flask

from engage import create_app
from engage.cli import engage_cli
from tests.fixtures.database import make_config

ROOT = Path(__file__).resolve().parents[2]
EXPECTED = {"init", "demo", "create-user", "signin", "import-comments", "backup", "restore"}


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
    assert not list(tmp_path.glob(".backup-*"))


def test_a_file_that_cannot_be_read_is_named(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable(_path: Path) -> bytes:
        raise PermissionError(13, "Permission denied", "messages.csv")

    monkeypatch.setattr(Path, "read_bytes", unreadable)
    (tmp_path / "messages.csv").write_text("id,text\n")
    done = _run(app, "import-comments", str(tmp_path / "messages.csv"), "--consultation", "x")
    _refused(done, "messages.csv: Permission denied.")


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
