"""A database that is not of this version is refused in a sentence, by every process, before any page is."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from engage.cli import require_current
from engage.config import ROOT
from engage.core.db import db
from engage.core.schema import SchemaError, require_known_revision, require_schema
from engage.core.slots import NAME
from engage.core.writer import atomic
from engage.participation.marks import marks
from engage.surveys.models import Survey
from tests.factories.consultations import make_consultation, send_comment
from tests.factories.surveys import make_survey, send_response
from tests.fixtures.server import Server, wait_until

pytestmark = pytest.mark.database

FOREIGN = [
    (["DROP TABLE alembic_version"], "There is no database yet. Run first: .venv/bin/flask engage init"),
    (["DELETE FROM alembic_version"], "There is no database yet."),
    (["UPDATE alembic_version SET version_num = '9999'"], "that is not this one (revision 9999)"),
    (["ALTER TABLE survey RENAME COLUMN one_per_device TO once"], "the table survey has once besides"),
    (["ALTER TABLE survey RENAME COLUMN one_per_device TO once"], "the table survey lacks one_per_device"),
    (["ALTER TABLE unit ADD COLUMN colour TEXT"], "the table unit has colour besides"),
]


def _change(app: Flask, statements: list[str]) -> None:
    with app.app_context():
        with atomic():
            for statement in statements:
                db.session.execute(text(statement))
        db.session.remove()


@pytest.mark.parametrize(("statements", "sentence"), FOREIGN)
def test_what_is_foreign_is_named(app: Flask, statements: list[str], sentence: str) -> None:
    require_current(app)
    _change(app, statements)
    with pytest.raises(SchemaError, match=re.escape(sentence)):
        require_current(app)


def test_a_missing_table_is_named_and_another_programs_is_let_be(app: Flask) -> None:
    _change(app, ["CREATE TABLE spatial_ref_sys (id INTEGER)"])
    require_current(app)
    _change(app, ["ALTER TABLE notification RENAME TO kept"])
    with pytest.raises(SchemaError, match="the table notification is missing"):
        require_current(app)


def test_an_older_one_is_to_be_raised_first(app: Flask, tmp_path: Path) -> None:
    migrations = shutil.copytree(ROOT / "migrations", tmp_path / "migrations")
    head = _head(migrations)
    (migrations / "versions" / "9999_next.py").write_text(
        f'revision = "9999"\ndown_revision = "{head}"\n\n\ndef upgrade():\n    pass\n'
    )
    with app.app_context():
        with pytest.raises(SchemaError, match="of an older version"):
            require_schema(db.engine, db.metadata, migrations)
        require_known_revision(db.engine, migrations)


def _head(migrations: Path) -> str:
    texts = [path.read_text("utf-8") for path in (migrations / "versions").glob("*.py")]
    named = {re.search(r"^revision = ['\"](\w+)", one, re.MULTILINE).group(1) for one in texts}  # type: ignore[union-attr]
    followed = {
        found for one in texts for found in re.findall(r"^down_revision = ['\"](\w+)", one, re.MULTILINE)
    }
    [head] = named - followed
    return head


def test_init_says_so_and_changes_nothing(app: Flask) -> None:
    _change(app, ["ALTER TABLE unit ADD COLUMN colour TEXT"])
    said = app.test_cli_runner().invoke(args=["engage", "init"])
    assert said.exit_code == 1
    assert "the table unit has colour besides" in said.output
    _change(app, ["UPDATE alembic_version SET version_num = '9999'"])
    said = app.test_cli_runner().invoke(args=["engage", "init"])
    assert said.exit_code == 1
    assert "revision 9999" in said.output
    assert "Traceback" not in said.output


# What is foreign is found above on each; who refuses to start then does so alike.
@pytest.mark.either_database
def test_neither_process_serves_a_foreign_one(app: Flask, make_server: Callable[..., Server]) -> None:
    server = make_server()
    server.stop()
    _change(app, ["ALTER TABLE survey RENAME COLUMN one_per_device TO once"])
    with pytest.raises(AssertionError, match="the table survey lacks one_per_device"):
        server.start()
    child = server.processes["web"]
    wait_until(lambda: child.poll() is not None)
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"{server.url}/")
    worker = subprocess.run(
        [sys.executable, "-m", "engage.worker"],
        cwd=ROOT, env=server.environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert worker.returncode == 1
    sentence = worker.stderr.splitlines()[-1]
    assert "Traceback" not in worker.stderr
    assert "the table survey lacks one_per_device" in sentence


@pytest.mark.sqlite_only
@pytest.mark.parametrize("content", [b"", b"not a database" * 300, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_file_is_refused(app: Flask, content: bytes) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
        path = Path(str(db.engine.url.database))
    for beside in ("-wal", "-shm"):
        path.with_name(path.name + beside).unlink(missing_ok=True)
    path.write_bytes(content)
    with pytest.raises(SchemaError, match=r"The database cannot be used: .+|There is no database yet"):
        require_current(app)


@pytest.mark.parametrize(
    "content", [b"", b"no marks" * 100, b"\xff" * 8192, None], ids=["", "a", "b", "folder"]
)
def test_marks_that_are_damaged_are_refused(app: Flask, content: bytes | None) -> None:
    """Else everybody could answer once more, or nobody could answer, and no word said why."""
    path = app.config["ENGAGE"].instance / NAME
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    refused = pytest.raises(
        SchemaError, match=r"participation\.marks cannot be used .+: put it back from a backup"
    )
    with refused:
        require_current(app)
    done = app.test_cli_runner().invoke(args=["engage", "init"])
    assert done.exit_code == 0, done.output
    with refused:
        require_current(app)


@pytest.mark.parametrize("content", [None, bytes(65536)], ids=["missing", "zeros"])
def test_marks_that_are_lost_are_missed(app: Flask, content: bytes | None) -> None:
    path = app.config["ENGAGE"].instance / NAME
    require_current(app)
    with app.app_context():
        send_response(make_survey(one_per_device=True))
    require_current(app)
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    app.extensions.pop("engage_marks")
    with pytest.raises(SchemaError, match=r"it holds nothing, though people have answered.+begin-marks"):
        require_current(app)
    done = app.test_cli_runner().invoke(args=["engage", "begin-marks", "--yes"])
    assert done.exit_code == 0, done.output
    require_current(app)


def test_where_nobody_counts_devices_no_marks_are_missed(app: Flask) -> None:
    with app.app_context():
        send_response(make_survey(one_per_device=False))
        send_comment(make_consultation(), text="只有文字。", stance=None)
    assert not (app.config["ENGAGE"].instance / NAME).exists()
    require_current(app)


def test_marks_are_there_from_the_beginning_and_stay(app: Flask) -> None:
    """So that nothing is missed where devices are counted only from a later day on."""
    init = partial(app.test_cli_runner().invoke, args=["engage", "init"])
    assert init().exit_code == 0
    with app.app_context():
        assert not marks().is_blank()
        survey = make_survey(one_per_device=False)
        send_response(survey)
        with atomic():
            db.session.get_one(Survey, survey.id).one_per_device = True
    require_current(app)
    with app.app_context():
        send_response(make_survey(one_per_device=True))
        kept = marks().count()
    assert init().exit_code == 0
    with app.app_context():
        assert marks().count() == kept > 0


def test_a_lost_file_is_not_begun_by_the_next_init(app: Flask) -> None:
    with app.app_context():
        send_response(make_survey(one_per_device=True))
        marks().path.unlink()
    app.extensions.pop("engage_marks")
    assert app.test_cli_runner().invoke(args=["engage", "init"]).exit_code == 0
    with pytest.raises(SchemaError, match="it holds nothing, though people have answered"):
        require_current(app)


def test_a_stance_that_counts_has_a_mark_to_miss(app: Flask) -> None:
    with app.app_context():
        send_comment(make_consultation())
    (app.config["ENGAGE"].instance / NAME).unlink()
    app.extensions.pop("engage_marks")
    with pytest.raises(SchemaError, match="though people have answered"):
        require_current(app)
