"""The commands that save and restore an installation, on either database."""

from __future__ import annotations

import hashlib
import io
import json
import os
import signal
import tarfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from flask_migrate import stamp
from sqlalchemy import select, text

from engage import create_app, maintenance
from engage.cli import require_current
from engage.core import backup, replacing
from engage.core.clock import minute, now
from engage.core.db import db
from engage.core.ids import request_id
from engage.core.running import hold_running, seconds_since_beat
from engage.core.schema import SchemaError
from engage.core.writer import atomic
from engage.participation import deletion
from engage.participation import erased as erased_list
from engage.participation.deletion import erase_by_code
from engage.participation.receipts import issue
from engage.surveys.models import Response, Source
from tests.factories.surveys import make_survey
from tests.fixtures.database import make_config
from tests.fixtures.server import Server, wait_until

pytestmark = pytest.mark.database


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    with app.app_context():
        stamp()
        db.session.remove()
    (app.config["ENGAGE"].instance / "secret.key").write_text(app.config["SECRET_KEY"])
    return app.test_cli_runner()


def _answer(words: str, request_id: str) -> str:
    survey = db.session.execute(db.text("SELECT id, survey_id FROM survey_version")).first()
    if survey is None:
        made = make_survey()
        survey = db.session.execute(db.text("SELECT id, survey_id FROM survey_version")).first()
        assert survey is not None
        assert made.id == survey.survey_id
    with atomic():
        row = Response(
            survey_id=survey.survey_id,
            version_id=survey.id,
            language="zh_CN",
            source=Source.WEB,
            submitted_minute=minute(),
            answers={"t1": words},
        )
        db.session.add(row)
        db.session.flush()
        return issue(request_id, "survey-response", row.id)


def test_saved_restored_and_deletions_done_again(app: Flask, runner: FlaskCliRunner, tmp_path: Path) -> None:
    archive = tmp_path / "saved.tar.gz"
    with app.app_context():
        erased = _answer("要删除的", "a" * 20)
        _answer("要留下的", "b" * 20)
        db.session.remove()
    saved = runner.invoke(args=["engage", "backup", str(archive), "--json"])
    assert saved.exit_code == 0, saved.output
    assert json.loads(saved.output)["files"] >= 2
    checked = runner.invoke(args=["engage", "restore", str(archive), "--check"])
    assert checked.exit_code == 0, checked.output
    with app.app_context():
        erase_by_code(erased, request_id())
        _answer("后来的", "c" * 20)
        db.session.remove()
    restored = runner.invoke(args=["engage", "restore", str(archive), "--yes"])
    assert restored.exit_code == 0, restored.output
    with app.app_context():
        assert [row["t1"] for row in db.session.scalars(select(Response.answers))] == ["要留下的"]


def test_a_damaged_file_changes_nothing(app: Flask, runner: FlaskCliRunner, tmp_path: Path) -> None:
    bad = tmp_path / "bad.tar.gz"
    bad.write_bytes(b"no archive")
    with app.app_context():
        _answer("还在", "d" * 20)
        db.session.remove()
    refused = runner.invoke(args=["engage", "restore", str(bad), "--yes"])
    assert refused.exit_code == 1
    assert "not a usable backup" in refused.output
    assert "Traceback" not in refused.output
    with app.app_context():
        assert [row["t1"] for row in db.session.scalars(select(Response.answers))] == ["还在"]
    assert not list(app.config["ENGAGE"].instance.glob("*restor*"))


def _said(app: Flask) -> list[str]:
    with app.app_context():
        words = [row["t1"] for row in db.session.scalars(select(Response.answers).order_by(Response.id))]
        db.session.remove()
    return words


@pytest.fixture
def archive(app: Flask, runner: FlaskCliRunner, tmp_path: Path) -> Path:
    """A backup of one answer, after which it was erased and another one given."""
    path = tmp_path / "saved.tar.gz"
    with app.app_context():
        code = _answer("要删除的", "a" * 20)
        db.session.remove()
    saved = runner.invoke(args=["engage", "backup", str(path)])
    assert saved.exit_code == 0, saved.output
    with app.app_context():
        erase_by_code(code, request_id())
        _answer("后来的", "c" * 20)
        db.session.remove()
    return path


def _lose_the_database(app: Flask) -> None:
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            db.session.remove()
            db.engine.dispose()
            Path(str(db.engine.url.database)).write_bytes(b"no database any more" * 1000)
        else:
            with db.engine.begin() as connection:
                connection.execute(text("DROP TABLE deletion"))
        db.session.remove()


def test_what_was_erased_stays_erased_although_the_database_is_lost(
    app: Flask, runner: FlaskCliRunner, archive: Path
) -> None:
    _lose_the_database(app)
    restored = runner.invoke(args=["engage", "restore", str(archive), "--yes"])
    assert restored.exit_code == 0, restored.output
    assert "Warning" not in restored.output
    assert _said(app) == []
    with app.app_context():
        assert len(erased_list.read(app.config["ENGAGE"].instance) or []) == 1


def test_a_restore_that_knows_of_no_erasures_says_so(
    app: Flask, runner: FlaskCliRunner, archive: Path
) -> None:
    _lose_the_database(app)
    (app.config["ENGAGE"].instance / erased_list.NAME).unlink()
    restored = runner.invoke(args=["engage", "restore", str(archive), "--yes"])
    assert restored.exit_code == 0, restored.output
    assert "Warning: neither the present database nor" in restored.output
    assert "deletions.jsonl can be read" in restored.output
    assert _said(app) == ["要删除的"]


def test_the_list_of_erasures_is_in_no_backup(archive: Path) -> None:
    with tarfile.open(archive) as packed:
        assert not [name for name in packed.getnames() if "deletions" in name]


def test_a_restore_waits_for_nobody_and_says_what_runs(
    app: Flask, runner: FlaskCliRunner, archive: Path
) -> None:
    running = hold_running(app.config["ENGAGE"].instance)
    refused = runner.invoke(args=["engage", "restore", str(archive), "--yes"])
    assert refused.exit_code == 1
    assert refused.output == "Error: The site is running. Stop web and worker first, then restore.\n"
    assert _said(app) == ["后来的"]
    os.close(running)
    assert runner.invoke(args=["engage", "restore", str(archive), "--yes"]).exit_code == 0


# Who runs is told by locks on files.
@pytest.mark.either_database
def test_web_and_worker_both_count_as_running(
    app: Flask, runner: FlaskCliRunner, archive: Path, make_server: Callable[..., Server]
) -> None:
    server = make_server()
    command = ["engage", "restore", str(archive), "--yes"]
    assert "The site is running" in runner.invoke(args=command).output
    server.start_worker()
    wait_until(lambda: seconds_since_beat(app.config["ENGAGE"].instance) is not None)
    server.kill()
    assert "The site is running" in runner.invoke(args=command).output
    server.stop()
    assert runner.invoke(args=command).exit_code == 0


def test_a_failed_restore_leaves_database_key_and_uploads(
    app: Flask, runner: FlaskCliRunner, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance = app.config["ENGAGE"].instance
    (instance / "files").mkdir()
    (instance / "files" / "one").write_bytes(b"picture")
    move = replacing.shutil.move

    def failing(source: Path, target: Path) -> object:
        if Path(source) == instance / "files":
            raise PermissionError(13, "Permission denied")
        return move(source, target)

    monkeypatch.setattr(replacing.shutil, "move", failing)
    refused = runner.invoke(args=["engage", "restore", str(archive), "--yes"])
    assert refused.exit_code == 1
    assert "Error: The restore failed: Permission denied. Everything is as it was before." in refused.output
    assert "Traceback" not in refused.output
    assert _said(app) == ["后来的"]
    assert (instance / "files" / "one").read_bytes() == b"picture"
    assert (instance / "secret.key").read_text() == app.config["SECRET_KEY"]
    assert not list(instance.glob("*restor*"))


def test_a_database_in_a_backup_that_cannot_be_loaded_changes_nothing(
    app: Flask, runner: FlaskCliRunner, archive: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.tar.gz"
    with tarfile.open(archive) as source, tarfile.open(bad, "w:gz") as copy:
        contents = {name: source.extractfile(name).read() for name in source.getnames()}  # type: ignore[union-attr]
        manifest = json.loads(contents["manifest.json"])
        database = "engage.db" if "engage.db" in contents else "engage.dump"
        contents[database] = contents[database][:3000] + b"\xff" * (len(contents[database]) - 3000)
        manifest["files"][database]["sha256"] = hashlib.sha256(contents[database]).hexdigest()
        contents["manifest.json"] = json.dumps(manifest).encode()
        for name, data in contents.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            copy.addfile(member, io.BytesIO(data))
    refused = runner.invoke(args=["engage", "restore", str(bad), "--yes"])
    assert refused.exit_code == 1, refused.output
    assert "Traceback" not in refused.output
    assert _said(app) == ["后来的"]
    assert not list(app.config["ENGAGE"].instance.glob("*restor*"))


@pytest.mark.sqlite_only
def test_into_an_empty_installation_nothing_is_moved_aside(archive: Path, tmp_path: Path) -> None:
    instance = tmp_path / "empty"
    new = create_app(make_config(instance, f"sqlite:///{instance}/engage.db"))
    restored = new.test_cli_runner().invoke(args=["engage", "restore", str(archive), "--yes"])
    assert restored.exit_code == 0, restored.output
    assert restored.output.splitlines()[-1] == "Restored."
    assert not list(instance.glob("*restor*"))
    again = new.test_cli_runner().invoke(args=["engage", "restore", str(archive), "--yes", "--json"])
    assert Path(json.loads(again.output.splitlines()[-1])["moved_aside"], "engage.db").exists()


def test_what_cannot_be_deleted_again_is_said_and_the_rest_restored(
    app: Flask, runner: FlaskCliRunner, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(deletion, "_delete_batch", failing)
    restored = runner.invoke(args=["engage", "restore", str(archive), "--yes"])
    assert restored.exit_code == 0, restored.output
    assert "Warning: Personal data that was due could not be deleted from: audit_entry, " in restored.output
    assert "Restored. What was there is now in" in restored.output


class _Killed(BaseException):
    """As much as kill -9 leaves a process to do."""


@pytest.mark.sqlite_only
@pytest.mark.parametrize("step", range(1, 7))
def test_a_restore_that_is_killed_is_noticed_and_done_once_more(
    app: Flask, runner: FlaskCliRunner, archive: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """After any of its moves, and where only what was erased since is still to be erased again."""
    instance, move, moved = app.config["ENGAGE"].instance, replacing.shutil.move, []
    (instance / ".restore-abc").mkdir()
    (instance / ".restore-abc" / "engage.db").write_bytes(b"what people said")

    def killed(*_arguments: object) -> None:
        raise _Killed

    def moving(source: Path, target: Path) -> object:
        moved.append(source)
        return killed() if len(moved) == step else move(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(replacing.shutil, "move", moving)
        patch.setattr(replacing, "_put_back", killed)
        patch.setattr(replacing, "now", lambda: now() - timedelta(minutes=1))
        patch.setattr(maintenance, "reapply_deletions", killed)
        with pytest.raises(_Killed):
            runner.invoke(args=["engage", "restore", str(archive), "--yes"])
    with app.app_context(), pytest.raises(SchemaError, match=r"restore it once more.*restoring-"):
        require_current(app)
    assert "restore it once more" in runner.invoke(args=["engage", "init"]).output
    again = runner.invoke(args=["engage", "restore", str(archive), "--yes"])
    assert again.exit_code == 0, again.output
    assert _said(app) == []
    require_current(app)
    assert not [*instance.glob("restoring-*"), *instance.glob(".restore-*")]
    assert len(list(instance.glob("before-restore-*"))) == 2


@pytest.fixture(params=[signal.SIGTERM, signal.SIGHUP])
def number(request: pytest.FixtureRequest) -> Iterator[signal.Signals]:
    """A signal that is listened to, also where the tests run under ``nohup``."""
    before = signal.signal(request.param, signal.SIG_DFL)
    yield request.param
    signal.signal(request.param, before)


def test_a_command_that_is_told_to_end_leaves_all_as_it_was(
    app: Flask, runner: FlaskCliRunner, archive: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    instance, asked = app.config["ENGAGE"].instance, []
    kept = (archive.read_bytes(), sorted(archive.parent.iterdir()))
    key = (instance / "secret.key").read_bytes()

    def told(*_arguments: object, **_more: object) -> None:
        asked.append(number)
        os.kill(os.getpid(), number)

    with monkeypatch.context() as patch:
        patch.setattr(backup, "_pack", told)
        assert runner.invoke(args=["engage", "backup", str(archive)]).exit_code == 128 + number
    assert (archive.read_bytes(), sorted(archive.parent.iterdir())) == kept
    with monkeypatch.context() as patch:
        patch.setattr(replacing._Steps, "move", told)
        assert runner.invoke(args=["engage", "restore", str(archive), "--yes"]).exit_code == 128 + number
    assert asked == [number] * 2
    assert _said(app) == ["后来的"]
    assert (instance / "secret.key").read_bytes() == key
    assert not list(instance.glob("*restor*"))
    assert signal.getsignal(number) is signal.SIG_DFL
