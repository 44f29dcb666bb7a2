"""``flask engage demo``: what it prints, for people and for scripts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from engage.accounts.models import Grant, User
from engage.accounts.permissions import Role
from engage.core.db import db
from engage.participation import receipts
from tests.factories.accounts import make_session
from tests.fixtures.analysis import analysis_of
from tests.fixtures.staff import sign_in_session


def _run(app: Flask, *options: str) -> tuple[int, str]:
    with app.app_context():
        done = app.test_cli_runner().invoke(args=["engage", "demo", *options])
    return done.exit_code, done.output


def _json(app: Flask, *options: str) -> Any:
    return json.loads(_run(app, *options, "--json")[1])


# Loading and removing themselves are tried on each in test_remove.
@pytest.mark.either_database
def test_from_nothing_to_nothing(app: Flask, no_photos: None) -> None:
    assert _json(app, "--pages") == {"new": False, "refreshed": False, "pages": [], "receipts": []}
    first = _json(app)
    assert first["new"]
    assert len(first["pages"]) == 10
    again = _json(app)
    assert again == first | {"new": False}
    assert "Nothing was changed." in _run(app)[1]
    assert _json(app, "--remove") == {"removed": True}
    assert _run(app, "--remove") == (0, "There is no demonstration content.\n")


def test_every_page_named_opens(shared_demo: Flask) -> None:
    citizen, staff = shared_demo.test_client(), shared_demo.test_client()
    with shared_demo.app_context():
        grant = select(Grant.user_id).where(Grant.role == Role.COORDINATOR)
        token = make_session(db.session.scalars(select(User).where(User.id.in_(grant))).one())
    sign_in_session(shared_demo, staff, token)
    with analysis_of(shared_demo):
        for page in _json(shared_demo, "--pages")["pages"]:
            is_staff = page["url"].startswith("/staff/")
            answer = (staff if is_staff else citizen).get(page["url"])
            assert answer.status_code == 200, page
            if not is_staff:
                assert "演示内容" in answer.get_data(as_text=True)


def test_sample_receipts_open_something(shared_demo: Flask) -> None:
    samples = _json(shared_demo, "--pages")["receipts"]
    assert len(samples) == 3
    with shared_demo.app_context():
        found = [receipts.find(sample["code"]) for sample in samples]
    assert len({one.kind for one in found if one}) == 3


def test_remove_and_pages_exclude_each_other(app: Flask) -> None:
    code, words = _run(app, "--remove", "--pages")
    assert code == 2
    assert "Choose either" in words
