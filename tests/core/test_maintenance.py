"""The commands that save and restore an installation, on either database."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from flask_migrate import stamp
from sqlalchemy import select

from engage.core.clock import minute
from engage.core.db import db
from engage.core.writer import atomic
from engage.participation.deletion import erase_by_code
from engage.participation.receipts import issue
from engage.surveys.models import Response, Source
from tests.factories.surveys import make_survey

pytestmark = pytest.mark.database


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    with app.app_context():
        stamp()
        db.session.remove()
    (app.config["ENGAGE"].instance / "secret.key").write_text(app.config["SECRET_KEY"])
    return app.test_cli_runner()


def _answer(text: str, request_id: str) -> str:
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
            answers={"t1": text},
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
        erase_by_code(erased)
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
    assert not list(app.config["ENGAGE"].instance.glob("before-restore-*"))


@pytest.mark.parametrize("command", ["init", "backup", "restore", "create-user", "signin"])
def test_every_command_explains_itself(runner: FlaskCliRunner, command: str) -> None:
    told = runner.invoke(args=["engage", command, "--help"])
    assert told.exit_code == 0
    assert "--json" in told.output
