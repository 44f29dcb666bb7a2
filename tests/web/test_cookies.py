"""Every cookie: under which name, for whom, for how long; over HTTPS only this very host can set one."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from engage.accounts import actions
from engage.accounts.permissions import Role
from engage.config import ROOT
from engage.core.actor import SYSTEM
from engage.web import cookies
from tests.factories.accounts import make_user
from tests.factories.answers import fields
from tests.factories.questions import twenty_answers
from tests.factories.surveys import make_survey
from tests.fixtures.clients import CheckedClient, hidden_fields

pytestmark = [pytest.mark.database, pytest.mark.either_database]

HTTPS = "https://city.example"


@pytest.mark.parametrize(
    ("path", "secure", "name"),
    [
        ("/", False, "device"),
        ("/", True, "__Host-device"),
        ("/surveys/x/done", True, "__Secure-device"),
        ("/surveys/x/done", False, "device"),
    ],
)
def test_names(path: str, secure: bool, name: str) -> None:
    assert cookies.named("device", path=path, secure=secure) == name


def _visit(app: Flask, base: str) -> dict[str, set[str]]:
    """Answer a survey, choose language and letters, sign in with a link: each cookie with its attributes."""
    app.test_client_class = CheckedClient
    phone = app.test_client()
    seen: dict[str, set[str]] = {}

    def note(answer: Any) -> Any:
        for line in answer.headers.getlist("Set-Cookie"):
            name, _, rest = line.partition("=")
            seen[name] = set(rest.split("; ")[1:])
        return answer

    with app.app_context():
        survey = make_survey()
        link = actions.make_sign_in_link(SYSTEM, make_user(Role.TYPIST).id)
    address = f"/surveys/{survey.public_id}"
    page = note(phone.get(address, base_url=base))
    sent = hidden_fields(page.text) | fields(twenty_answers())
    done = note(phone.post(address, data=sent, base_url=base, headers={"Origin": base}))
    assert done.status_code == 303
    assert note(phone.get(done.location, base_url=base)).status_code == 200
    note(phone.get("/preferences/language/en", base_url=base))
    assert 'lang="en"' in phone.get("/", base_url=base).text
    note(phone.get("/preferences/large-text/on", base_url=base))
    page = note(phone.get(f"/staff/sign-in/{link}", base_url=base))
    entered = note(
        phone.post(
            f"/staff/sign-in/{link}",
            data=hidden_fields(page.text),
            base_url=base,
            headers={"Referer": f"{base}/"},
        )
    )
    assert entered.status_code == 303
    assert note(phone.get("/staff/", base_url=base)).status_code == 200
    return seen


def test_over_https_only_this_host_can_set_them(make_app: Callable[..., Flask]) -> None:
    seen = _visit(make_app(public_url=HTTPS, secure_cookies=True), HTTPS)
    assert {
        "__Host-device",
        "__Host-staff",
        "__Host-language",
        "__Host-large_text",
        "__Secure-receipt",
    } <= set(seen)
    for name, attributes in seen.items():
        assert {"HttpOnly", "Secure", "SameSite=Lax"} <= attributes, name
        assert not any(one.startswith("Domain") for one in attributes), name
        (path,) = [one for one in attributes if one.startswith("Path=")]
        assert name.startswith("__Host-" if path == "Path=/" else "__Secure-"), name


def test_without_https_they_have_plain_names(make_app: Callable[..., Flask]) -> None:
    seen = _visit(make_app(), "http://localhost")
    assert {"device", "staff", "language", "large_text", "receipt"} <= set(seen)
    for name, attributes in seen.items():
        assert not name.startswith("__"), name
        assert {"HttpOnly", "SameSite=Lax"} <= attributes, name
        assert "Secure" not in attributes, name


def test_a_cookie_of_the_plain_name_is_nobody_over_https(make_app: Callable[..., Flask]) -> None:
    """A neighbouring subdomain could set one."""
    app = make_app(secure_cookies=True)
    phone = app.test_client()
    phone.set_cookie("language", "en")
    assert 'lang="zh' in phone.get("/", base_url=HTTPS).text[:300]


def test_there_is_one_place_that_sets_cookies() -> None:
    setting = re.compile(r"\.(set|delete)_cookie\(")
    places = {
        path.name for path in (ROOT / "engage").rglob("*.py") if setting.search(path.read_text("utf-8"))
    }
    assert places == {"cookies.py"}
