"""What every answer to a person says to browsers, and to whoever stands in between."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from engage.accounts.permissions import Role
from engage.config import load_config
from tests.factories.portal import make_city

pytestmark = [pytest.mark.database, pytest.mark.either_database]

_STYLE = re.compile(r"<[a-z][^>]*\sstyle=")


@pytest.fixture
def pages(app: Flask) -> list[str]:
    with app.app_context():
        city = make_city()
    return [
        "/",
        "/calendar",
        "/results",
        "/receipts",
        "/personal-data",
        "/join",
        f"/theme-days/{city.day.public_id}",
        f"/surveys/{city.survey.public_id}",
        f"/consultations/{city.consultation.public_id}",
        f"/consultations/{city.consultation.public_id}/comment",
        f"/live/{city.room.public_id}",
        f"/live/{city.room.public_id}/ask",
        f"/stage/{city.room.public_id}",
        "/nothing-here",
        "/staff/sign-in",
    ]


def _policy(answer: Any) -> dict[str, str]:
    rules = answer.headers["Content-Security-Policy"].split("; ")
    return {name: rest for name, _, rest in (rule.partition(" ") for rule in rules)}


def test_pages_are_private_strict_and_nobody_elses(
    app: Flask, pages: list[str], citizen_client: Callable[..., Any]
) -> None:
    nonces = set()
    phones = [citizen_client(), citizen_client()]
    for path in pages:
        bodies = []
        for phone in phones:
            answer = phone.get(path)
            policy, text = _policy(answer), answer.get_data(as_text=True)
            assert "public" not in answer.headers["Cache-Control"], path
            assert {"private", "no-store"} & {w.strip() for w in answer.headers["Cache-Control"].split(",")}
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert policy["frame-ancestors"] == "'self'"
            assert "unsafe" not in answer.headers["Content-Security-Policy"], path
            assert not _STYLE.search(text), path
            nonce = re.search(r"'nonce-([^']+)'", policy["script-src"])
            assert nonce is not None, path
            assert nonce[1] not in nonces, path
            nonces.add(nonce[1])
            bodies.append(text)
        assert phones[0].token not in bodies[1], path
        assert phones[1].token not in bodies[0], path


@pytest.mark.parametrize(
    ("public_url", "connect"),
    [
        ("", "'self'"),
        ("https://city.example", "'self' wss://city.example"),
        ("http://10.0.0.5:5000", "'self' ws://10.0.0.5:5000"),
    ],
)
def test_no_answer_repeats_the_host_that_was_asked_for(
    make_app: Callable[..., Flask], public_url: str, connect: str
) -> None:
    client = make_app(public_url=public_url).test_client()
    for path in ("/", "/calendar", "/receipts", "/healthz", "/nothing-here", "/staff/sign-in", "/theme.css"):
        answer = client.get(path, headers={"Host": "evil.example"})
        assert _policy(answer)["connect-src"] == connect, path
        assert "evil.example" not in str(answer.headers), path


@pytest.mark.parametrize(("below", "says"), [(True, "; includeSubDomains"), (False, "")])
def test_browsers_stay_on_https(make_app: Callable[..., Flask], below: bool, says: str) -> None:
    client = make_app(hsts_subdomains=below).test_client()
    for path in ("/", "/healthz", "/nothing-here", "/staff/sign-in"):
        answer = client.get(path, base_url="https://city.example")
        assert answer.headers["Strict-Transport-Security"] == f"max-age=31536000{says}", path
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin", path
        assert "Strict-Transport-Security" not in client.get(path).headers, path


def test_no_page_of_staff_is_stored(app: Flask, staff_client: Callable[..., Any], client: Any) -> None:
    """Every address of the work area that needs no object, signed in or not, allowed or not."""
    signed = staff_client(Role.COORDINATOR)
    places = {
        str(rule)
        for rule in app.url_map.iter_rules()
        if str(rule).startswith("/staff") and not rule.arguments
    }
    assert len(places) > 10
    for path in sorted(places):
        for visitor in (signed, client):
            assert visitor.get(path).headers["Cache-Control"] == "no-store", path
    assert "no-store" not in client.get("/calendar").headers["Cache-Control"]


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(
    app: Flask, make_app: Callable[..., Flask], pages: list[str]
) -> None:
    secure = make_app(secure_cookies=True).test_client()
    seen = set()
    for path in (*pages, "/preferences/language/en", "/preferences/large-text/on"):
        for cookie in secure.get(path).headers.getlist("Set-Cookie"):
            seen.add(cookie.partition("=")[0])
            assert {"HttpOnly", "Secure", "SameSite=Lax"} <= set(cookie.split("; ")), cookie
    everywhere = {f"__Host-{name}" for name in ("device", "staff", "language", "large_text")}
    assert seen == everywhere | {"__Secure-comment_visit"}


@pytest.mark.parametrize(
    ("settings", "secure"),
    [
        ({}, False),
        ({"public_url": "http://10.0.0.5:5000"}, False),
        ({"public_url": "https://city.example"}, True),
        ({"public_url": "https://city.example", "secure_cookies": "false"}, False),
        ({"secure_cookies": "true"}, True),
    ],
)
def test_cookies_are_secure_where_the_site_is(tmp_path: Path, settings: dict[str, str], secure: bool) -> None:
    environ = {f"ENGAGE_{name.upper()}": value for name, value in settings.items()}
    config = load_config(environ | {"ENGAGE_INSTANCE": str(tmp_path)})
    assert config.secure_cookies is secure


def test_no_way_out_by_next(app: Flask, client: Any, staff_client: Callable[..., Any]) -> None:
    signed = staff_client(Role.DEPARTMENT)
    outside = (
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/%5cevil.example",
        "/\t/evil.example",
    )
    outside += ("javascript:alert(1)", "/staff/\r\nSet-Cookie:x=1", "http:evil.example", "\\\\evil.example")
    for target in outside:
        for visitor, path in ((client, "/preferences/language/en"), (signed, "/staff/sign-in")):
            answer = visitor.get(path, query_string={"next": target})
            assert answer.location.startswith("/"), target
            assert answer.location[1:2] not in ("/", "\\"), target
            assert "evil" not in answer.location.replace("%5cevil", ""), target


def test_forwarded_addresses_count_behind_a_known_proxy_only(
    make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = {"X-Forwarded-For": "9.9.9.9", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    # Only who comes from a page of ours switches the language: whose pages are ours tells whom we believe.
    headers["Referer"] = "https://evil.example/calendar"
    alone = make_app().test_client().get("/preferences/language/en", headers=headers)
    assert "Set-Cookie" not in alone.headers
    assert "Strict-Transport-Security" not in alone.headers
    behind = make_app(trusted_proxies=1).test_client().get("/preferences/language/en", headers=headers)
    assert "Set-Cookie" in behind.headers
    assert "Strict-Transport-Security" in behind.headers


def test_nothing_a_citizen_is_or_says_stands_in_the_log(
    make_app: Callable[..., Flask], pages: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    app = make_app(log_level="DEBUG")
    app.config["PROPAGATE_EXCEPTIONS"] = False
    phone = app.test_client()
    with caplog.at_level("DEBUG"):
        for path in pages:
            phone.get(path, headers={"User-Agent": "MyPhone/7"}, environ_base={"REMOTE_ADDR": "198.51.100.7"})
        cookie = phone.get_cookie("device")
        assert cookie is not None
        for path in pages:
            phone.post(
                path,
                data={"text": "我说的话在这里", "_token": "wrong"},
                environ_base={"REMOTE_ADDR": "198.51.100.7"},
            )
    text = caplog.text
    for secret in ("198.51.100.7", cookie.value.partition(".")[0], "我说的话", "MyPhone/7"):
        assert secret not in text
