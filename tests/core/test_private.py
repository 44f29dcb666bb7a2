"""Nobody else on the machine reads a file of the installation: made so, kept so, or refused in a sentence."""

from __future__ import annotations

import logging
import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from engage import create_app
from engage.config import ConfigError
from engage.core import private
from engage.core.private import Exposed, keep_private
from tests.fixtures.database import make_config
from tests.fixtures.server import ROOT, Server, wait_until


@pytest.fixture(autouse=True)
def _open_hearted() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def _modes(folder: Path) -> dict[str, str]:
    found = {"": oct(stat.S_IMODE(folder.stat().st_mode))}
    for path in folder.rglob("*"):
        found[path.relative_to(folder).as_posix()] = oct(stat.S_IMODE(path.lstat().st_mode))
    return found


def _open_ones(folder: Path) -> list[str]:
    return [str(path) for path in (folder, *folder.rglob("*")) if path.lstat().st_mode & 0o077]


@pytest.fixture
def instance(tmp_path: Path) -> Path:
    """An installation as the usual umask leaves it."""
    folder = tmp_path / "instance"
    (folder / "files" / "exports").mkdir(parents=True)
    for name in ("engage.db", "engage.db-wal", "tasks.db", "engage.toml", "files/exports/answers.csv"):
        (folder / name).write_text("x")
    (folder / "before-restore-20260101-000000").mkdir(mode=0o755)
    (folder / "old backup.tar.gz").write_text("x")
    return folder


def test_what_was_open_is_closed(instance: Path) -> None:
    assert keep_private(instance) == 10
    assert _modes(instance) == {
        "": "0o700",
        "engage.db": "0o600",
        "engage.db-wal": "0o600",
        "tasks.db": "0o600",
        "engage.toml": "0o600",
        "files": "0o700",
        "files/exports": "0o700",
        "files/exports/answers.csv": "0o600",
        "before-restore-20260101-000000": "0o700",
        "old backup.tar.gz": "0o600",
    }
    assert keep_private(instance) == 0


def test_what_is_made_afterwards_is_private_from_its_first_moment(instance: Path) -> None:
    keep_private(instance)
    (instance / "new").write_text("x")
    done = [sys.executable, "-c", "import pathlib; pathlib.Path('of a child').write_text('x')"]
    subprocess.run(done, cwd=instance, check=True)
    assert _open_ones(instance) == []


def test_a_database_elsewhere_is_closed_too(instance: Path, tmp_path: Path) -> None:
    for name in ("city.db", "city.db-wal", "city.db-shm", "neighbour.db"):
        (tmp_path / name).write_text("x")
    keep_private(instance, f"sqlite:///{tmp_path}/city.db")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("*.db*")}
    assert modes == {"city.db": 0o600, "city.db-wal": 0o600, "city.db-shm": 0o600, "neighbour.db": 0o644}


def test_links_lead_nowhere(instance: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "page.html").write_text("x")
    (instance / "link").symlink_to(outside / "page.html")
    (instance / "folder").symlink_to(outside)
    keep_private(instance)
    assert stat.S_IMODE((outside / "page.html").stat().st_mode) == 0o644
    assert stat.S_IMODE(outside.stat().st_mode) == 0o755


def test_a_folder_of_many_is_refused_and_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shared, home = tmp_path / "shared", tmp_path / "home"
    for folder in (shared, home):
        folder.mkdir()
        (folder / "file").write_text("x")
    shared.chmod(0o1777)
    monkeypatch.setattr(private.Path, "home", lambda: home)
    for folder in (shared, home, Path("/")):
        with pytest.raises(Exposed, match="name another in ENGAGE_INSTANCE"):
            keep_private(folder)
    assert (shared / "file").stat().st_mode & 0o044
    assert (home / "file").stat().st_mode & 0o044


def test_what_cannot_be_closed_is_refused_in_a_sentence(
    instance: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(private.Path, "chmod", refused)
    with pytest.raises(ConfigError, match=r"is open to other users .* chmod -R go= ") as said:
        create_app(make_config(instance, "sqlite://"))
    assert "\n" not in str(said.value)


def test_the_log_says_what_was_mended(
    instance: Path, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    with caplog.at_level(logging.WARNING):
        create_app(make_config(instance, f"sqlite:///{tmp_path}/new.db"))
    (line,) = [one for one in caplog.records if "open to other users" in one.message]
    assert line.mended == 10  # type: ignore[attr-defined]


# The modes are those of files.
@pytest.mark.either_database
@pytest.mark.database
def test_whatever_runs_leaves_nothing_open(
    app: Flask, make_server: Callable[..., Server], tmp_path: Path
) -> None:
    """Web, worker, their logs of the database, locks, sockets, tasks; and a backup."""
    instance = tmp_path / "instance"
    instance.chmod(0o755)
    (instance / "engage.toml").touch(mode=0o644)
    server = make_server()
    server.start_worker()
    wait_until(lambda: (instance / "worker.beat").exists() and (instance / "analysis.sock").exists())
    assert _open_ones(instance) == []
    target = tmp_path / "kept" / "backup.tar.gz"
    target.parent.mkdir()
    flask = [str(Path(sys.executable).with_name("flask")), "engage", "backup", str(target)]
    subprocess.run(flask, cwd=ROOT, env=server.environment, check=True, capture_output=True, timeout=120)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert _open_ones(instance) == []


def test_root_is_warned(
    monkeypatch: pytest.MonkeyPatch, app: Flask, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    monkeypatch.setattr("engage.core.private.os.geteuid", lambda: 0)
    monkeypatch.setattr("engage.core.private._name", lambda _number: "engage")
    owner = tmp_path.stat().st_uid
    assert private.is_root_for(tmp_path) == ("" if owner == 0 else "engage")
    monkeypatch.setattr("engage.cli.is_root_for", lambda _folder: "engage")
    said = app.test_cli_runner().invoke(args=["engage", "init"]).output
    assert re.search(r"Warning: you are root and .* belongs to engage", said)


def test_a_fresh_folder_is_closed_without_a_word(tmp_path: Path) -> None:
    folder = tmp_path / "instance"
    folder.mkdir()
    (folder / ".gitkeep").touch()
    (folder / "empty").mkdir()
    for open_to_all in (folder, folder / "empty"):
        open_to_all.chmod(0o755)
    assert keep_private(folder) == 0
    assert folder.stat().st_mode & 0o077 == 0
    assert (folder / ".gitkeep").stat().st_mode & 0o077 == 0
    kept = folder / "engage.sqlite"
    kept.write_text("x", encoding="utf-8")
    kept.chmod(0o644)
    assert keep_private(folder) == 1
