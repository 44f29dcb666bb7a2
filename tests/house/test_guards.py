"""Every route and socket event × every role, against two readable tables (doors.txt, grants.txt)."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from werkzeug.routing import IntegerConverter, Rule

import engage
from engage.accounts.permissions import GRANTS, Permission, Role
from engage.core.errors import NotAllowed
from engage.web import citizen, realtime
from engage.web.guards import guard_of
from tests.factories.accounts import make_session, make_user
from tests.fixtures.staff import StaffClient, form_token, staff_cookie
from tests.house.doors import SOCKET, TABLE, Line, actual, expected, granted

pytestmark = pytest.mark.database

ANYONE = ("anonymous", "citizen")
STAFF = ("staff-without-role", *(role.value for role in Role))
PERSONS = (*ANYONE, *STAFF)
HAS = granted()
ROOT = Path(engage.__file__).parent
CITIZENS = {"citizen-write", "token"}
DEVICE = "device-of-the-house-test"
_FORGED: tuple[dict[str, str], ...] = ({}, {"_token": "0" * 32, "csrf_token": "ImEi.aaaaaa.bbbbbb"})
_IN_SHORT = {"Accept": "application/json"}
# Between them they hold every permission, and none; the other roles ask the same of a database.
_ASKING = {"anonymous", "citizen", "administrator", "coordinator", "department", "moderator", "check-in"}
_REACHED = "X-Reached"
# Nothing at these addresses exists; who passes the door meets 404 or a complaint about the form.
_SAMPLES = {"public_id": "a" * 12, "token": "x" * 43, "code": "zh_CN", "deed": "close", "state": "on"}


def test_every_route_and_event_stands_in_the_table(app: Flask) -> None:
    wanted, found = expected(), actual(app)
    missing = [str(line) for line in found if line not in set(wanted)]
    gone = [str(line) for line in wanted if line not in set(found)]
    assert not missing, f"look at these and add them to {TABLE.name}:\n" + "\n".join(missing)
    assert not gone, f"no longer so, take them out of {TABLE.name}:\n" + "\n".join(gone)


def test_the_table_is_sorted_and_names_each_door_once() -> None:
    lines = expected()
    assert lines == sorted(lines)
    assert len({(line.endpoint, line.methods == SOCKET) for line in lines}) == len(lines)


def test_every_door_and_permission_of_the_table_exists() -> None:
    for line in expected():
        assert line.door in {"public", "citizen-write", "token", "sign-in", "signed-in", "staff"}, line
        assert (line.door == "staff") == bool(line.permission), line
        assert {Permission(one) for one in line.permission.split("|") if one} <= set(Permission)


def test_every_role_has_what_its_table_says_and_no_more() -> None:
    assert granted() == {role.value: frozenset(GRANTS[role]) for role in Role}


def test_every_permission_is_granted_to_somebody() -> None:
    assert frozenset().union(*GRANTS.values()) == frozenset(Permission)


def test_every_permission_is_asked_for_by_some_guard_or_action() -> None:
    table = ROOT / "accounts" / "permissions.py"
    code = [path.read_text(encoding="utf-8") for path in ROOT.rglob("*.py") if path != table]
    asked = {name for text in code for name in re.findall(r"\bPermission\.([A-Z_]+)", text)}
    assert asked == {permission.name for permission in Permission}


def test_public_routes_take_no_writes() -> None:
    assert not [line for line in expected() if line.door == "public" and line.methods not in {"GET", SOCKET}]


def passes(person: str, line: Line) -> bool:
    """Whether the table lets ``person`` through that door."""
    if line.door in {"public", "citizen-write", "token", "sign-in"}:
        return True
    if person in ANYONE:
        return False
    if line.door == "signed-in":
        return True
    return bool(set(line.permission.split("|")) & HAS.get(person, frozenset()))


@pytest.fixture
def person_client(
    request: pytest.FixtureRequest,
    app: Flask,
    citizen_client: Callable[..., Any],
    staff_client: Callable[..., Any],
) -> FlaskClient:
    """A client of the person named by the parameter; staff hold their role on the whole site."""
    person = request.param
    app.config["PROPAGATE_EXCEPTIONS"] = False
    if person == "anonymous":
        return app.test_client()
    if person == "citizen":
        return citizen_client()  # type: ignore[no-any-return]
    client = staff_client(None if person == "staff-without-role" else Role(person))
    with app.app_context():
        client.set_cookie(citizen.COOKIE, citizen.signed_device(DEVICE))
    return client  # type: ignore[no-any-return]


@pytest.fixture
def only_doors(app: Flask) -> Flask:
    """Behind each door stands nothing but a sign that it was passed."""

    def stand_in(view: Any) -> Any:
        def reached(**_parts: Any) -> Any:
            return "", 200, {_REACHED: "yes"}

        reached.guard = guard_of(view)  # type: ignore[attr-defined]
        return reached

    for endpoint, view in app.view_functions.items():
        app.view_functions[endpoint] = stand_in(view)
    return app


each_person = pytest.mark.parametrize(
    ("person_client", "person"), [(person, person) for person in PERSONS], indirect=["person_client"]
)


@pytest.mark.either_database
@each_person
def test_every_route_lets_in_whom_the_table_says(
    only_doors: Flask, person_client: FlaskClient, person: str
) -> None:
    wrong = []
    for line, method, path in _doors(only_doors):
        data = _tokens(only_doors, person_client, line)
        answer = person_client.open(path, method=method, data=data, headers=_IN_SHORT)
        wanted = passes(person, line)
        if line.door in CITIZENS and method != "GET":
            wanted = person != "anonymous"  # whoever writes as a citizen has a device
        if (_REACHED in answer.headers) != wanted or (answer.status_code == 200) != wanted:
            wrong.append(f"{method} {path} ({line.door} {line.permission}): {answer.status_code}")
        answer.close()
    assert not wrong, f"{person}:\n" + "\n".join(wrong)


def _without_a_token(person: str, line: Line) -> int:
    if line.door in CITIZENS:
        return 403
    if line.door == "sign-in":
        return 409
    if person in ANYONE:
        return 401
    return 409 if passes(person, line) else 403


@pytest.mark.either_database
@each_person
def test_no_write_passes_without_the_token_of_its_form(
    only_doors: Flask, person_client: FlaskClient, person: str
) -> None:
    wrong, asked = [], 0
    for line, method, path in _doors(only_doors):
        if method == "GET":
            continue
        asked += 1
        for data in _FORGED if person in ("citizen", "coordinator") else _FORGED[:1]:
            answer = person_client.open(path, method=method, data=data, headers=_IN_SHORT)
            if _REACHED in answer.headers or answer.status_code != _without_a_token(person, line):
                wrong.append(f"{method} {path} ({line.door} {line.permission}): {answer.status_code}")
    assert not wrong, f"{person}:\n" + "\n".join(wrong)
    assert asked > 80


@pytest.mark.either_database
def test_citizens_write_from_our_pages_only(only_doors: Flask, citizen_client: Callable[..., Any]) -> None:
    """The cookie and the genuine token, sent by a form of another site, or by another device."""
    client, other = citizen_client(), citizen_client()
    asked = 0
    for line, method, path in _doors(only_doors):
        if line.door not in CITIZENS or method == "GET":
            continue
        asked += 1
        own = {"_token": client.token}
        ours = client.open(path, method=method, data=own, headers={"Origin": "http://localhost"})
        assert _REACHED in ours.headers, path
        for headers in (
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Referer": "http://localhost.evil"},
        ):
            theirs = client.open(path, method=method, data=own, headers=headers)
            assert (theirs.status_code, _REACHED in theirs.headers) == (403, False), (path, headers)
        stolen = client.open(path, method=method, data={"_token": other.token})
        assert (stolen.status_code, _REACHED in stolen.headers) == (403, False), path
    assert asked > 6


@pytest.mark.parametrize(
    ("person_client", "person"),
    [
        pytest.param(person, person, marks=() if person in _ASKING else pytest.mark.either_database)
        for person in PERSONS
    ],
    indirect=["person_client"],
)
def test_no_address_fails_for_anybody(app: Flask, person_client: FlaskClient, person: str) -> None:
    """What is not there is not found, whoever asks; who is not signed in is asked to sign in."""
    for line, method, path in _doors(app):
        if method == "GET":
            answer = person_client.get(path)
            assert answer.status_code < 500, f"{person}: {path} ({line.door})"
            asked_to_sign_in = answer.status_code == 302 and "/staff/sign-in" in answer.location
            assert asked_to_sign_in == (person in ANYONE and not passes(person, line)), path
            answer.close()


@pytest.mark.parametrize("person", PERSONS)
def test_every_socket_event_lets_in_whom_the_table_says(app: Flask, person: str) -> None:
    with app.app_context():
        cookie = ""
        if person in STAFF:
            user = make_user(None if person == "staff-without-role" else Role(person))
            made = staff_cookie(app, make_session(user))
            cookie = f"{made['name']}={made['value']}"
    for line in expected():
        if line.methods != SOCKET:
            continue
        with app.test_request_context("/", headers={"Cookie": cookie}):
            assert _event_lets_in(line.endpoint) == passes(person, line), f"{person}: {line}"


def _doors(app: Flask) -> list[tuple[Line, str, str]]:
    """Each door with each method it takes and an address it stands at."""
    lines = {line.endpoint: line for line in expected() if line.methods != SOCKET}
    found = []
    with app.test_request_context():
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
            if rule.endpoint not in lines:
                continue
            built = rule.build({name: _sample(rule, name) for name in rule.arguments})
            assert built is not None, f"give {rule.rule} a sample in test_guards"
            methods = sorted((rule.methods or set()) & {"GET", "POST", "PUT", "DELETE", "PATCH"})
            found += [(lines[rule.endpoint], method, built[1]) for method in methods]
    return found


def _sample(rule: Rule, name: str) -> Any:
    if name in _SAMPLES:
        return _SAMPLES[name]
    return 1 if isinstance(rule._converters[name], IntegerConverter) else "sample"


def _tokens(app: Flask, client: FlaskClient, line: Line) -> dict[str, str]:
    """What a form of ours carries for this door."""
    if line.door == "sign-in" and not isinstance(client, StaffClient):
        return {"csrf_token": form_token(app, client)}
    if line.door not in CITIZENS:
        return {"csrf_token": getattr(client, "token", "")}
    with app.app_context():
        return {"_token": citizen.citizen_token(getattr(client, "device", DEVICE))}


def _event_lets_in(name: str) -> bool:
    g.pop("actor", None)
    try:
        realtime._check(realtime.EVENTS[name])
    except NotAllowed:
        return False
    return True
