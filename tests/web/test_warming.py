"""What is done before the first request."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from engage.web.warming import warm
from tests.factories.portal import make_city

pytestmark = pytest.mark.database


def test_no_page_for_everybody_is_compiled_while_they_wait(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def compile(source: Any, name: str | None = None, *_rest: Any, **_options: Any) -> Any:
        raise AssertionError(f"compiled by a request: {name}")

    with app.app_context():
        city = make_city()
        paths = (
            *("/", "/calendar", "/results", "/receipts", f"/surveys/{city.survey.public_id}"),
            *(f"/consultations/{city.consultation.public_id}", f"/live/{city.room.public_id}"),
            f"/theme-days/{city.day.public_id}",
        )
    warm(app)
    monkeypatch.setattr(app.jinja_env, "compile", compile)
    for path in (*paths, "/staff/sign-in"):
        assert client.get(path).status_code == 200, path
    assert client.get("/nowhere").status_code == 404
    assert client.post("/receipts", data={"code": "1"}).status_code == 403
