"""What a browser of ours may send by mistake, or its owner by design: no staff address fails over it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from werkzeug.routing import Rule

from engage.accounts.permissions import GRANTS, Role
from engage.core.db import db
from engage.web.guards import Door, guard_of
from tests.factories.accounts import make_unit, make_user
from tests.factories.cases import make_case
from tests.factories.portal import make_city
from tests.factories.themedays import make_activity, make_round, make_row
from tests.house.hostile import BYTES, fine

pytestmark = pytest.mark.database

_MANY = "9" * 30
# Short words, and few: every one goes into every field of every staff address.
_WORDS = (
    _MANY,
    f"-{_MANY}",
    "0001-01-01",
    "9999-12-31",
    "</script><script>alert(1)</script>",
    "²",
    "9" * 4400,
)
_QUERY = ("page", "before", "after", "from", "to", "who", "what", "event", "year", "month", "show", "unit")
_QUERY += ("filter", "state", "clause", "stance", "archived", "source", "seq", "stream", "next")
FIELD = re.compile(r'<(?:input|textarea|select|button)\b[^>]*\sname="([^"]+)"')
# These would end what the others need.
_LAST = {"accounts.sign_out", "accounts.end_other_sessions", "accounts.close"}

# Answered from the worker, which does not run here: 503 for whatever is sent.
_ASK_THE_WORKER = {"analysis.dashboard", "analysis.texts", "analysis.total", "analysis.publish"}


@pytest.fixture
def ids(app: Flask) -> dict[str, str]:
    """One public id of each kind, by the first part of the staff address below which it stands."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with app.app_context():
        city = make_city()
        unit = make_unit("市教育局")
        row = make_row(make_round(), unit, theme="入学政策")
        found = {
            "surveys": city.survey.public_id,
            "consultations": city.consultation.public_id,
            "live": city.room.public_id,
            "theme-days": city.day.public_id,
            "activities": make_activity(city.day).public_id,
            "plan": row.public_id,
            "cases": make_case(unit).public_id,
            "units": unit.public_id,
            "accounts": make_user(Role.DEPARTMENT, unit=unit).public_id,
        }
        db.session.remove()
    return found


def rules_of(app: Flask, role: Role, method: str) -> list[Rule]:
    """The staff routes that take ``method`` and that ``role`` may pass, the ending ones last."""
    found = []
    for rule in app.url_map.iter_rules():
        guard = guard_of(app.view_functions[rule.endpoint])
        if guard is None or method not in (rule.methods or ()) or rule.endpoint in _ASK_THE_WORKER:
            continue
        granted = guard.permission in GRANTS[role]
        if guard.door is Door.SIGNED_IN or (guard.door is Door.STAFF and granted):
            found.append(rule)
    return sorted(found, key=lambda rule: (rule.endpoint in _LAST, rule.rule))


def path_of(rule: Rule, ids: dict[str, str], part: str = "1") -> str:
    """The address of a real object where there is one; ``part`` at every other place."""

    def value(match: re.Match[str]) -> str:
        if match["name"] == "public_id":
            return ids.get(rule.rule.split("/")[2], part)
        return "close" if match["name"] == "deed" else part

    return re.sub(r"<(?:[^<>:]+:)?(?P<name>\w+)>", value, rule.rule)


def _paths(rule: Rule, ids: dict[str, str]) -> Iterator[str]:
    yield path_of(rule, ids)
    if rule.arguments:
        yield path_of(rule, ids, _MANY)
        for raw in BYTES[:2]:
            yield path_of(rule, {}, raw)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.COORDINATOR])
def test_odd_addresses(app: Flask, ids: dict[str, str], staff_client: Callable[..., Any], role: Role) -> None:
    client = staff_client(role)
    wrong = []
    for rule in rules_of(app, role, "GET"):
        wrong += [fine(client.get(path, buffered=True), path) for path in _paths(rule, ids)]
        for value in _WORDS:
            sent = quote(value)
            path = f"{path_of(rule, ids)}?" + "&".join(f"{name}={sent}" for name in _QUERY)
            wrong.append(fine(client.get(path, buffered=True), path))
    assert not list(filter(None, wrong)), "\n".join(filter(None, wrong))
    assert client.get("/staff/").status_code == 200


# Values of a wrong kind that reached a statement would fail on SQLite, the stricter about them.
@pytest.mark.either_database
@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.COORDINATOR])
def test_what_is_no_form(
    app: Flask, ids: dict[str, str], staff_client: Callable[..., Any], role: Role
) -> None:
    client = staff_client(role)
    wrong = []
    for rule in rules_of(app, role, "POST"):
        for body in ("[[]]", "[1]", "{}", '{"revision": 0, "text": [1]}', "null", "{", '"x"'):
            answer = client.post(
                path_of(rule, ids),
                data=body,
                content_type="application/json",
                headers={"X-CSRFToken": client.token},
                buffered=True,
            )
            wrong.append(fine(answer, f"POST {rule.rule} {body}"))
    assert not list(filter(None, wrong)), "\n".join(filter(None, wrong))


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.COORDINATOR])
def test_odd_forms(app: Flask, ids: dict[str, str], staff_client: Callable[..., Any], role: Role) -> None:
    client = staff_client(role)
    names = {"revision", "do", "step", "unit", "text", "question", "deed", "until"}
    for rule in rules_of(app, role, "GET"):
        names |= set(FIELD.findall(client.get(path_of(rule, ids), buffered=True).get_data(as_text=True)))
    names -= {"password", "new_password", "csrf_token"}  # hashing takes its time
    wrong = []
    for rule in rules_of(app, role, "POST"):
        for number, value in enumerate(_WORDS):
            data = dict.fromkeys(names, value) | {"_request_id": f"hostile-staff-{number:08d}"}
            path = path_of(rule, ids, _MANY if number % 2 else "1")
            wrong.append(fine(client.send(path, data, buffered=True), f"POST {path} {value[:40]!r}"))
    assert not list(filter(None, wrong)), "\n".join(filter(None, wrong))
