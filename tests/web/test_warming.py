"""What is done before the first request."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import Environment, FileSystemLoader

from engage.accounts.permissions import Role
from engage.web.warming import warm
from tests.factories.portal import make_city

pytestmark = pytest.mark.database


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The templates that are compiled from now on."""
    names: list[str] = []
    real = Environment.compile

    def compile(environment: Environment, source: Any, name: str, *rest: Any, **options: Any) -> Any:
        names.append(name)
        return real(environment, source, name, *rest, **options)

    monkeypatch.setattr(Environment, "compile", compile)
    return names


def test_no_page_is_compiled_after_the_set_up(
    app: Flask, client: FlaskClient, staff_client: Callable[..., Any], compiled: list[str]
) -> None:
    with app.app_context():
        city = make_city()
        paths = (
            *("/", "/calendar", "/results", "/receipts", f"/surveys/{city.survey.public_id}"),
            *(f"/consultations/{city.consultation.public_id}", f"/live/{city.room.public_id}"),
            *(f"/theme-days/{city.day.public_id}", "/staff/sign-in"),
        )
    warm(app)
    for path in paths:
        assert client.get(path).status_code == 200, path
    assert client.get("/nowhere").status_code == 404
    assert client.post("/receipts", data={"code": "1"}).status_code == 403
    assert staff_client(Role.COORDINATOR).get("/staff/").status_code == 200
    assert compiled == []


def test_a_template_changed_since_is_compiled_by_each_process_and_not_kept(
    make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch, compiled: list[str]
) -> None:
    folder = Path(str(make_app().template_folder)) / ".compiled"
    kept = {path.name: path.read_bytes() for path in folder.iterdir()}
    real = FileSystemLoader.get_source
    monkeypatch.setattr(
        FileSystemLoader, "get_source", lambda *asked: (f"{real(*asked)[0]}<!-- new -->", *real(*asked)[1:])
    )
    for _ in range(2):
        page = make_app().jinja_env.get_template("bare.html")
        assert page.name == "bare.html"
    assert compiled == ["bare.html"] * 2
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == kept


def test_whoever_runs_the_processes_may_read_what_was_compiled_and_change_nothing(app: Flask) -> None:
    folder = Path(str(app.template_folder)) / ".compiled"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o644}
