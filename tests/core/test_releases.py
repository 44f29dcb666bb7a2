"""The filled database of each release is brought to the newest revision, on both databases.

``releases/`` holds backups made by the released version itself, ``VERSION-ENGINE.tar.gz``: the demonstration,
and a row in each table that it leaves empty.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from engage.accounts.permissions import Role
from engage.cli import require_current
from engage.consultations.models import Consultation
from engage.core.db import db
from engage.core.dumps import DATABASE
from engage.live.models import LiveSession
from engage.surveys.models import Survey
from tests.fixtures.database import SECRET, SERVER

pytestmark = pytest.mark.database

FOLDER = Path(__file__).with_name("releases")
ROOT = Path(__file__).resolve().parents[2]
ENGINE = "sqlite" if SERVER == "sqlite" else "postgresql"
RELEASES = sorted(FOLDER.glob(f"*-{ENGINE}.tar.gz"))


def test_every_release_is_kept_of_both_databases() -> None:
    released = re.findall(r"^## (\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    kept = {path.name for path in FOLDER.glob("*.tar.gz")}
    assert released
    assert kept == {f"{one}-{engine}.tar.gz" for one in released for engine in DATABASE}


@pytest.mark.parametrize("archive", RELEASES, ids=lambda path: path.name)
def test_it_comes_to_the_newest_revision_with_all_that_was_in_it(
    archive: Path, app: Flask, make_app: Callable[..., Flask], staff_client: Callable[..., FlaskClient]
) -> None:
    before = json.loads((FOLDER / "rows.json").read_text("utf-8"))[archive.name.partition("-")[0]]
    (app.config["ENGAGE"].instance / "secret.key").write_text(SECRET)
    with app.app_context():
        # What the tests' own template brought is no installation's.
        db.session.remove()
    restored = app.test_cli_runner().invoke(args=["engage", "restore", str(archive), "--yes"])
    assert restored.exit_code == 0, restored.output
    with app.app_context(), db.engine.connect() as connection:
        require_current(app)
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []
        tables = set(db.metadata.tables) & set(before)
        counted = {
            name: connection.scalar(select(func.count()).select_from(db.metadata.tables[name]))
            for name in tables
        }
    assert counted == {name: before[name] for name in tables}
    _opens(app, staff_client)


def _opens(app: Flask, staff_client: Callable[..., FlaskClient]) -> None:
    """The pages of what a release holds can be read, by citizens and by a coordinator."""
    with app.app_context():
        surveys = [f"/staff/surveys/{one}" for one in db.session.scalars(select(Survey.public_id))]
        drafts = [f"/consultations/{one}" for one in db.session.scalars(select(Consultation.public_id))]
        rooms = [f"/live/{one}" for one in db.session.scalars(select(LiveSession.public_id))]
        db.session.remove()
    staff = staff_client(Role.COORDINATOR)
    for client, paths in (
        (app.test_client(), ["/", "/results", *drafts, *rooms]),
        (staff, ["/staff/", *surveys]),
    ):
        for path in paths:
            assert client.get(path, follow_redirects=True).status_code == 200, path
