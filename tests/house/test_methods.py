"""The method of a request: only POST does anything, HEAD answers as GET, nothing passes for another one."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.routing import IntegerConverter

import engage
from engage.accounts import actions
from engage.accounts.permissions import Role
from engage.core.actor import SYSTEM
from engage.core.db import db
from engage.participation.models import Receipt
from engage.surveys.models import Response
from engage.web import citizen
from engage.web.guards import guard_of
from tests.factories.accounts import make_session, make_user
from tests.factories.surveys import make_survey
from tests.fixtures.clients import hidden_fields
from tests.fixtures.queries import counted_queries
from tests.fixtures.staff import sign_in_session
from tests.house.every_page import DEVICE, citizens_visits, offices_visits, years_visits

pytestmark = [pytest.mark.database, pytest.mark.either_database]

ROOT = Path(engage.__file__).parent
_PERSONS = (None, *Role)
_ODD = ("PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "BREW", "GETPOST", "HEAD,POST")
# Written in small letters it is the same method, and asks for the same token.
_POSTS = ("post", "PoSt")
# Whichever of them were followed, a view would be reached by POST.
_DISGUISED: dict[str, Any] = {
    "headers": dict.fromkeys(("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"), "POST"),
    "query_string": {"_method": "POST"},
    "data": {"_method": "POST"},
}
# What forms of ours send; a view that took a HEAD for a POST would act on it.
_FORM = {
    "code": "ABCDEFGHJKMN",
    "step": "confirm",
    "sure": "yes",
    "source": "paper",
    "name": "x",
    "note": "x",
}
_IN_SHORT = {"Accept": "application/json"}
_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")


def _compared(tree: ast.AST) -> Iterator[str]:
    """What ``request.method`` is compared with in a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and ast.unparse(node.left) == "request.method":
            yield from (ast.unparse(other) for other in node.comparators)


def test_views_ask_whether_it_is_a_post() -> None:
    """Whoever asks for GET takes a HEAD for a POST."""
    asked = {
        str(path.relative_to(ROOT)): set(_compared(ast.parse(path.read_text(encoding="utf-8"))))
        for path in ROOT.rglob("*.py")
        if "web" not in path.relative_to(ROOT).parts
    }
    wrong = {path: words for path, words in asked.items() if words - {"'POST'"}}
    assert not wrong
    assert any(asked.values())


@pytest.fixture
def seen(app: Flask) -> list[tuple[str, str]]:
    """Behind each door stands a note of what was asked: its endpoint and the method the view would see."""
    notes: list[tuple[str, str]] = []

    def stand_in(view: Any) -> Any:
        def reached(**_parts: Any) -> Any:
            notes.append((request.endpoint or "", request.method))
            return ""

        reached.guard = guard_of(view)  # type: ignore[attr-defined]
        return reached

    for endpoint, view in app.view_functions.items():
        app.view_functions[endpoint] = stand_in(view)
    return notes


@pytest.mark.parametrize("role", [None, Role.ADMINISTRATOR, Role.COORDINATOR])
def test_no_other_method_and_no_disguise_reaches_a_view(
    app: Flask, seen: list[tuple[str, str]], role: Role | None, staff_client: Callable[..., Any]
) -> None:
    client = staff_client(role) if role else app.test_client()
    paths = _sample_paths(app)
    for path in paths:
        for method in _ODD:
            answer = client.open(path, method=method, headers=_IN_SHORT)
            assert answer.status_code in (301, 308, 404, 405), (method, path, answer.status_code)
        for method in _POSTS:
            assert client.open(path, method=method, headers=_IN_SHORT).status_code >= 300, (method, path)
        client.open(path, method="OPTIONS")
        for method in ("GET", "HEAD"):
            client.open(path, method=method, **_DISGUISED)
    reached = {method for _, method in seen}
    assert reached == {"GET", "HEAD"}
    assert len(paths) > 150


def _sample_paths(app: Flask) -> list[str]:
    samples = {"public_id": "a" * 12, "token": "x" * 43, "code": "zh_CN", "deed": "close", "state": "on"}
    found = []
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            values: dict[str, Any] = {}
            for name in rule.arguments:
                number = isinstance(rule._converters[name], IntegerConverter)
                values[name] = samples.get(name, 1 if number else "sample")
            built = rule.build(values)
            assert built is not None, rule
            found.append(built[1])
    return found


def test_head_answers_as_get_and_stores_nothing(demonstration: Flask) -> None:
    """Every page there is with a HEAD that brings a form, by everybody who may open pages."""
    app = demonstration
    with app.app_context():
        visits = [*citizens_visits(), *offices_visits(), *years_visits()]
        tokens = {who: make_session(make_user(who)) for who in Role}
        link = actions.make_sign_in_link(SYSTEM, make_user(Role.TYPIST).id)
        db.session.remove()
    # What the worker computes is asked of it anew each time, and it does not run here.
    pages = {visit.path: visit.who for visit in visits if not visit.template.startswith("analysis/")}
    pages |= dict.fromkeys((f"/staff/sign-in/{link}", "/personal-data/erase"))
    everywhere = [*dict.fromkeys((f"/staff/sign-in/{link}", *_sample_paths(app)))]
    wrong = []
    for who in _PERSONS:
        client = _client(app, tokens, who)
        for path in (*everywhere, *(path for path, whose in pages.items() if whose is who)):
            plain = client.get(path)
            with counted_queries(app) as statements:
                head = client.open(path, method="HEAD", data=_FORM)
            stored = [text for text in statements if text.upper().startswith(_WRITES)]
            if stored or head.data or _told(head) != _told(plain):
                wrong.append((who, path, _told(head), _told(plain), stored))
            plain.close()
    assert not wrong


def _told(answer: Any) -> tuple[Any, ...]:
    return answer.status_code, answer.content_type, answer.headers.get("Location")


def _client(app: Flask, tokens: dict[Role, str], who: Role | None) -> FlaskClient:
    client = FlaskClient(app, app.response_class, use_cookies=True)
    if who is not None:
        sign_in_session(app, client, tokens[who])
    with app.app_context():
        client.set_cookie(citizen.COOKIE, citizen.signed_device(DEVICE))
    return client


def test_programs_that_look_at_links_in_mail_use_none_up(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        token = actions.make_sign_in_link(SYSTEM, make_user(Role.TYPIST).id)
    path = f"/staff/sign-in/{token}"
    for method in ("HEAD", "GET", "OPTIONS", "HEAD"):
        scanner = app.test_client()
        assert scanner.open(path, method=method).status_code == 200, method
        with scanner.session_transaction() as session:
            assert "_user_id" not in session
    page = client.get(path)
    assert client.post(path, data=hidden_fields(page.text)).status_code == 303
    assert client.get("/staff/").status_code == 200
    assert client.open(path, method="HEAD").status_code == 410


def test_a_head_neither_erases_nor_looks_up_nor_enters(
    make_app: Callable[..., Flask], staff_client: Callable[..., Any]
) -> None:
    app = make_app(rate_limits=True)
    with app.app_context():
        survey = make_survey().public_id
        before = _stored()
    phone = app.test_client()
    for _ in range(40):
        answer = phone.open("/personal-data/erase", method="HEAD", data=_FORM)
        assert (answer.status_code, answer.location) == (302, "/personal-data#erase")
    typist = staff_client(Role.TYPIST)
    assert typist.open(f"/staff/surveys/{survey}/enter", method="HEAD", data=_FORM).status_code == 200
    with app.app_context():
        assert _stored() == before


def _stored() -> tuple[int, ...]:
    counts = (db.session.scalar(select(func.count()).select_from(kind)) for kind in (Response, Receipt))
    return tuple(count or 0 for count in counts)
