"""A database that cannot write answers 503 with a sentence, keeps what was typed, and works again after."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from engage.consultations.models import Comment
from engage.core.db import db
from engage.live.models import LiveQuestion
from engage.surveys.models import Response
from tests.factories.consultations import make_consultation
from tests.factories.live import make_room
from tests.factories.surveys import make_survey

pytestmark = pytest.mark.sqlite_only
TYPED = "这段话一个字也不能丢。"
TEXT = {"id": "t1", "type": "text", "text": {"zh_CN": "您的建议"}, "required": True, "long": True}


def _survey(client: FlaskClient) -> tuple[str, dict[str, str]]:
    survey = make_survey({"pages": [{"id": "p1", "questions": [TEXT]}]})
    return f"/surveys/{survey.public_id}", {"_version": "1", "_whole": "1", "q-t1": TYPED}


def _comment(client: FlaskClient) -> tuple[str, dict[str, str]]:
    consultation = make_consultation()
    return f"/consultations/{consultation.public_id}/comment", {
        "stance": "disagree",
        "text": TYPED,
        "_version": "1",
    }


def _question(client: FlaskClient) -> tuple[str, dict[str, str]]:
    return f"/live/{make_room().public_id}/ask", {"text": TYPED, "name": ""}


_NO_END = 1_000_000
# What the half-filled pages of a small database can still take, all of it long.
_MAY_FIT = 9
LONGEST = {"survey": 4000, "comment": 2000, "question": 500}
KINDS = {"survey": (_survey, Response), "comment": (_comment, Comment), "question": (_question, LiveQuestion)}


@pytest.fixture(params=["locked", "full"])
def cannot_write(
    request: pytest.FixtureRequest, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> Callable[[bool], None]:
    """Make the database refuse writes (``True``) and take them again (``False``)."""
    monkeypatch.setattr("engage.core.writer.WAIT_SECONDS", 0.1)
    with app.app_context():
        path = str(db.engine.url.database)
    holder = sqlite3.connect(path, isolation_level=None)

    def locked(refuse: bool) -> None:
        holder.execute("BEGIN IMMEDIATE" if refuse else "ROLLBACK")

    most = [_NO_END]

    def limit(connection: Any, _record: Any, _proxy: Any) -> None:
        connection.execute(f"PRAGMA max_page_count={most[0]}")

    def full(refuse: bool) -> None:
        with app.app_context():
            if not event.contains(db.engine, "checkout", limit):
                event.listen(db.engine, "checkout", limit)
            with db.engine.connect() as connection:
                raw = connection.connection.dbapi_connection
                raw.execute("VACUUM")  # no page that something else has left free
                # A page limit stands in for a full disk, on whichever connection of the pool is used.
                most[0] = raw.execute("PRAGMA page_count").fetchone()[0] if refuse else _NO_END

    return locked if request.param == "locked" else full


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_typed_comes_back(
    app: Flask,
    citizen_client: Callable[..., FlaskClient],
    cannot_write: Callable[[bool], None],
    kind: str,
) -> None:
    prepare, table = KINDS[kind]
    client = citizen_client()
    with app.app_context():
        path, form = prepare(client)
        db.session.remove()
    form = {**form, "_token": client.token}  # type: ignore[attr-defined]
    field = "q-t1" if kind == "survey" else "text"
    form[field] = TYPED * (LONGEST[kind] // len(TYPED))
    cannot_write(True)
    for number in range(_MAY_FIT):
        form["_request_id"] = f"fault-request-{number:06}"
        refused = client.post(path, data=form)
        if refused.status_code == 503:
            break
    cannot_write(False)
    assert refused.status_code == 503
    assert TYPED in refused.text
    assert "Traceback" not in refused.text
    accepted = client.post(path, data=form)
    assert accepted.status_code in (200, 303), accepted.text[:500]
    again = client.post(path, data=form)
    assert again.status_code in (200, 303)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(table)) == number + 1


def test_a_database_out_of_reach_is_said_on_pages_too(
    app: Flask, citizen_client: Callable[..., FlaskClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_values: object, **_named: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("the server closed the connection"))

    monkeypatch.setattr("engage.portal.queries.results.page", gone)
    refused = citizen_client().get("/results")
    assert refused.status_code == 503
    assert "closed the connection" not in refused.text
    assert "稍后" in refused.text or "稍候" in refused.text
