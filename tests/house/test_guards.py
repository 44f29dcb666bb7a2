"""Every route and socket event × every role, against one readable table (doors.txt)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from werkzeug.routing import IntegerConverter, Rule

from engage.accounts.permissions import GRANTS, Permission, Role
from engage.core.errors import NotAllowed
from engage.web import realtime
from tests.factories.accounts import make_session, make_unit, make_user
from tests.fixtures.staff import staff_cookie
from tests.house.doors import SOCKET, TABLE, Line, actual, expected

pytestmark = pytest.mark.database

ANYONE = ("anonymous", "citizen")
STAFF = ("staff-without-role", *(role.value for role in Role))
PERSONS = (*ANYONE, *STAFF)
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


def test_every_permission_is_granted_to_somebody_and_every_role_opens_the_home() -> None:
    granted = frozenset().union(*GRANTS.values())
    assert granted == frozenset(Permission)
    assert all(Permission.STAFF_HOME in permissions for permissions in GRANTS.values())


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
    if person == "staff-without-role":
        return False
    return any(Permission(one) in GRANTS[Role(person)] for one in line.permission.split("|"))


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
    return staff_client(None if person == "staff-without-role" else Role(person))  # type: ignore[no-any-return]


@pytest.mark.parametrize(("person_client", "person"), [(p, p) for p in PERSONS], indirect=["person_client"])
def test_every_route_lets_in_whom_the_table_says(app: Flask, person_client: FlaskClient, person: str) -> None:
    lines = {line.endpoint: line for line in expected() if line.methods != SOCKET}
    wrong = []
    for rule, method, path in _addresses(app):
        line = lines.get(rule.endpoint)
        if line is None:
            continue
        answer = _ask(person_client, method, path, line, person)
        if answer.status_code >= 500 and answer.status_code != 503:
            wrong.append(f"{method} {path} failed with {answer.status_code}")
        let_in = not _refused(answer, method)
        if let_in != passes(person, line):
            wrong.append(f"{method} {path} ({line.door} {line.permission}): {answer.status_code}")
        answer.close()
    assert not wrong, f"{person}:\n" + "\n".join(wrong)


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


def test_a_role_on_one_unit_opens_the_same_doors(app: Flask, staff_client: Callable[..., Any]) -> None:
    """The door asks whether the role is held anywhere; the action asks about the object."""
    with app.app_context():
        unit = make_unit()
    client = staff_client(Role.DEPARTMENT, unit=unit)
    assert client.get("/staff/surveys/").status_code == 200
    assert client.get("/staff/settings").status_code == 403


def test_closing_an_account_shuts_every_door_at_once(app: Flask, staff_client: Callable[..., Any]) -> None:
    admin, other = staff_client(Role.ADMINISTRATOR), staff_client(Role.ADMINISTRATOR)
    assert other.get("/staff/accounts").status_code == 200
    assert admin.send(f"/staff/accounts/{other.user.public_id}/close").status_code == 303
    assert other.get("/staff/accounts").status_code == 302


def test_taking_a_role_back_shuts_its_doors_at_once(app: Flask, staff_client: Callable[..., Any]) -> None:
    admin, other = staff_client(Role.ADMINISTRATOR), staff_client(Role.COORDINATOR)
    assert other.get("/staff/units").status_code == 200
    grant_id = other.user.grants[0].id
    assert admin.send(f"/staff/accounts/{other.user.public_id}/grants/{grant_id}/revoke").status_code == 303
    assert other.get("/staff/units").status_code == 403


def test_the_last_administrator_stays(staff_client: Callable[..., Any]) -> None:
    admin = staff_client(Role.ADMINISTRATOR)
    grant_id = admin.user.grants[0].id
    address = f"/staff/accounts/{admin.user.public_id}"
    assert admin.send(f"{address}/grants/{grant_id}/revoke").status_code == 409
    assert admin.send(f"{address}/close").status_code == 409
    assert admin.get("/staff/accounts").status_code == 200


def _addresses(app: Flask) -> Iterator[tuple[Rule, str, str]]:
    with app.test_request_context():
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
            values = {name: _sample(rule, name) for name in rule.arguments}
            built = rule.build(values)
            assert built is not None, f"give {rule.rule} a sample in test_guards"
            for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "DELETE", "PATCH"}):
                yield rule, method, built[1]


def _sample(rule: Rule, name: str) -> Any:
    if name in _SAMPLES:
        return _SAMPLES[name]
    return 1 if isinstance(rule._converters[name], IntegerConverter) else "sample"


def _ask(client: FlaskClient, method: str, path: str, line: Line, person: str) -> Any:
    """A bare request: staff writes carry no form token, so whoever passes the door still changes nothing."""
    data = {}
    if method != "GET" and line.door in {"citizen-write", "token"}:
        if person != "citizen":
            return client.get("/healthz")  # writes of citizens need a device: asked as a citizen only
        data = {"_token": client.token, "_request_id": "r" * 20}  # type: ignore[attr-defined]
    return client.open(path, method=method, data=data)


def _refused(answer: Any, method: str) -> bool:
    if method == "GET" and answer.status_code == 302:
        return "/staff/sign-in" in answer.location
    return answer.status_code in (401, 403)


def _event_lets_in(name: str) -> bool:
    g.pop("actor", None)
    try:
        realtime._check(realtime.EVENTS[name])
    except NotAllowed:
        return False
    return True
