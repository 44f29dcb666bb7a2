"""How PostgreSQL's own programs are called."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from engage.core import dumps

URL_WITHOUT = "postgresql://engage@db.example/engage?sslmode=require"
URL = make_url("postgresql+psycopg://engage:s3cret%20word@db.example/engage?sslmode=require")


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], dict[str, str]]]:
    calls: list[tuple[list[str], dict[str, str]]] = []

    def run(command: list[str], *, env: dict[str, str], **_: Any) -> subprocess.CompletedProcess[str]:
        calls.append((command, env))
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(dumps.subprocess, "run", run)
    return calls


def test_no_password_stands_among_the_arguments(
    called: list[tuple[list[str], dict[str, str]]], tmp_path: Path
) -> None:
    dumps.dump(URL, tmp_path / "dump", lambda _text: None)
    dumps.load(URL, tmp_path / "dump")
    assert [command[0] for command, _ in called] == ["pg_dump", "pg_restore", "psql"]
    for command, environment in called:
        assert not [argument for argument in command if "s3cret" in argument]
        # pg_restore only writes the statements out.
        assert (command[0] == "pg_restore") is (URL_WITHOUT not in command)
        assert environment["PGPASSWORD"] == "s3cret word"


def test_loading_is_all_or_nothing(called: list[tuple[list[str], dict[str, str]]], tmp_path: Path) -> None:
    dumps.load(URL, tmp_path / "dump")
    (written, _), (run, _) = called
    assert {"--clean", "--if-exists"} <= set(written)
    assert {"--single-transaction", "ON_ERROR_STOP=1"} <= set(run)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_program_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(dumps.BackupError, match="pg_dump is missing: install the PostgreSQL client programs"):
        dumps.dump(URL, tmp_path / "dump", lambda _text: None)
