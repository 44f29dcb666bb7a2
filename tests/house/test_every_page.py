"""Every page on a phone and on a desk: accessible, within the screen, photographed; none is forgotten."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask, template_rendered
from flask.testing import FlaskClient
from playwright.sync_api import BrowserContext, Page

from engage.accounts.permissions import Role
from engage.core.db import db
from engage.web import citizen
from engage.web.languages import COOKIE
from tests.factories.accounts import make_session, make_user
from tests.fixtures.browser import DESKTOP, PHONE, awake
from tests.fixtures.clients import CheckedClient
from tests.fixtures.server import Server
from tests.fixtures.staff import sign_in_session, staff_cookie
from tests.house.every_page import (
    DEVICE,
    ELSEWHERE,
    Visit,
    citizens_visits,
    offices_visits,
    years_visits,
)

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
FRAMES = {"bare.html", "base.html", "staff/base.html"}
PARTS = {"citizens": citizens_visits, "offices": offices_visits, "years": years_visits}


@dataclass
class House:
    """The loaded demonstration behind a running server; sessions by role."""

    app: Flask
    server: Server
    visits: list[Visit]
    sessions: dict[Role, str]

    def cookie(self, who: Role | None) -> dict[str, str]:
        """What the browser of ``who`` carries."""
        if who is None:
            return {"name": citizen.COOKIE, "value": citizen.signed_device(DEVICE)}
        return staff_cookie(self.app, self.sessions[who])


@pytest.fixture(params=PARTS)
def house(
    request: pytest.FixtureRequest, demonstration: Flask, make_server: Callable[..., Server]
) -> Iterator[House]:
    """One part of the pages, prepared."""
    with demonstration.app_context():
        visits = PARTS[request.param]()
        people = {visit.who for visit in visits if visit.who is not None}
        sessions = {who: make_session(make_user(who)) for who in people}
        db.session.remove()
        server = make_server()
        if request.param == "offices":
            server.start_worker()
        yield House(demonstration, server, visits, sessions)


def test_it_can_be_seen(
    house: House, open_context: Callable[..., BrowserContext], inspect: Callable[[Page, str], None]
) -> None:
    """Opened on what it is most used on, then looked at on the other."""
    pages: dict[Role | None, Page] = {}
    for visit in house.visits:
        if visit.who not in pages:
            context = open_context(phone=visit.who is None)
            context.add_cookies([{**house.cookie(visit.who), "url": house.server.url}])  # type: ignore[list-item]
            pages[visit.who] = context.new_page()
        page = pages[visit.who]
        sizes = (PHONE, DESKTOP) if visit.who is None else (DESKTOP, PHONE)
        page.set_viewport_size(sizes[0])
        response = page.goto(house.server.url + visit.path)
        assert response is not None
        assert response.status == visit.status, f"{visit.path}: {response.status}"
        awake(page)
        assert page.evaluate("scrollY") == 0, f"{visit.path} has moved by itself"
        for size in sizes:
            page.set_viewport_size(size)
            inspect(page, visit.name)


def test_none_is_forgotten_and_each_is_what_it_is_said_to_be(demonstration: Flask) -> None:
    """Each page is opened here or inspected by a journey, and each address leads to its template."""
    app = demonstration
    with app.app_context():
        visits = [visit for part in PARTS.values() for visit in part()]
        tokens = {who: make_session(make_user(who)) for who in Role}
        db.session.remove()
    listed = {visit.template for visit in visits} | set(ELSEWHERE)
    assert listed == _pages()
    clients = {who: _client(app, who, tokens) for who in (None, *Role)}
    # What the worker computes cannot be had here; the browser sees it above.
    wrong = {
        visit.path: seen
        for visit in visits
        if not visit.template.startswith("analysis/")
        and visit.template not in (seen := _rendered(app, clients[visit.who], visit.path))
    }
    assert not wrong
    # Fetching checks: on a page in English, what people wrote in Chinese says so.
    for client in clients.values():
        client.set_cookie(COOKIE, "en")
    for visit in visits:
        assert clients[visit.who].get(visit.path).status_code in (visit.status, 303, 503), visit.path


def _pages() -> set[str]:
    found = {
        str(path.relative_to(TEMPLATES))
        for path in TEMPLATES.rglob("*.html")
        if not path.name.startswith("_") and "{% extends" in path.read_text(encoding="utf-8")
    }
    return found - FRAMES


def _client(app: Flask, who: Role | None, tokens: dict[Role, str]) -> FlaskClient:
    app.test_client_class = CheckedClient
    client = app.test_client()
    if who is None:
        with app.app_context():
            client.set_cookie(citizen.COOKIE, citizen.signed_device(DEVICE))
    else:
        sign_in_session(app, client, tokens[who])
    return client


def _rendered(app: Flask, client: FlaskClient, path: str) -> set[str]:
    seen: set[str] = set()

    def note(_sender: Flask, template: object, **_values: object) -> None:
        seen.add(str(getattr(template, "name", "")))

    with template_rendered.connected_to(note, app):
        client.get(path)
    return seen


@pytest.mark.parametrize("name", ELSEWHERE.values())
def test_a_journey_inspects_it(name: str) -> None:
    """What is said to be inspected elsewhere is."""
    call = re.compile(rf'inspect\(\s*\w+,\s*"{re.escape(name)}"')
    assert any(call.search(path.read_text(encoding="utf-8")) for path in (ROOT / "tests").rglob("test_*.py"))
