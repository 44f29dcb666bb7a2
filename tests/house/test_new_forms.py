"""Every form that makes something new is taken as rendered, with only what is marked as needed filled in.

A default that refuses itself, or a need that nothing marks, stops whoever makes their first one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from engage.accounts.models import User
from engage.accounts.permissions import Role
from engage.core.clock import today
from engage.core.db import db
from engage.themedays.models import ThemeDay
from tests.factories.accounts import make_unit, make_user
from tests.fixtures.staff import StaffClient
from tests.house.test_saves_as_shown import Form, _forms

pytestmark = pytest.mark.database

YEAR = today().year
# By what the field is called: whatever a person would enter there.
WORDS = {"email": "new.person@example.com", "code": "new-unit", "year": str(YEAR + 3)}
PAGES = {
    Role.COORDINATOR: (
        "/staff/surveys/new",
        "/staff/consultations/new",
        "/staff/live/new",
        "/staff/plan/new",
        f"/staff/plan/{YEAR}/rows/new",
        f"/staff/theme-days/new?year={YEAR}&month={{month}}",
        "/staff/theme-days/{day}/activities/new",
    ),
    Role.ADMINISTRATOR: ("/staff/accounts/new", "/staff/units/new"),
}


def _filled(form: Form) -> dict[str, list[str]]:
    later = (today() + timedelta(days=30)).isoformat()
    missing = {
        name: WORDS.get(name, f"{later}T12:00" if name.endswith(("_at", "deadline")) else "试一试")
        for name in form.empty
    }
    return form.data | {name: [words] for name, words in missing.items()}


@pytest.mark.parametrize("role", PAGES)
def test_new_ones_are_made(
    role: Role, demonstration: Flask, staff_client: Callable[..., StaffClient]
) -> None:
    with demonstration.app_context():
        day = db.session.query(ThemeDay).filter_by(year=YEAR).first()
        assert day is not None
        places = {"day": day.public_id, "month": day.month}
        db.session.remove()
    client = staff_client(role)
    refused = {}
    for template in PAGES[role]:
        path = template.format(**places)
        page = client.get(path)
        assert page.status_code == 200, path
        [form] = [one for one in _forms(page.text, path) if one.target == path]
        answer = client.post(form.target, data=_filled(form))
        if answer.status_code >= 400:
            refused[path] = (answer.status_code, sorted(form.empty))
    assert refused == {}


def test_a_role_is_granted_as_it_is_offered(app: Flask, staff_client: Callable[..., StaffClient]) -> None:
    """Only the unit is to be chosen; the role offered first goes with the scope offered first."""
    with app.app_context():
        person = make_user().public_id
        unit = make_unit().public_id
    client = staff_client(Role.ADMINISTRATOR)
    page = client.get(f"/staff/accounts/{person}").text
    [form] = [one for one in _forms(page, f"/staff/accounts/{person}") if "scope" in one.data]
    answer = client.post(f"/staff/accounts/{person}/grants", data=form.data | {"unit": [unit]})
    assert answer.status_code == 303
    with app.app_context():
        user = db.session.query(User).filter_by(public_id=person).one()
        assert [grant.role for grant in user.grants] == [Role.DEPARTMENT]
