"""Refusals in the work area: in its shell and with the way back for who is signed in, saying nothing more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from engage.accounts.permissions import Role

pytestmark = [pytest.mark.database, pytest.mark.either_database]
# The page: the status for an administrator, a coordinator, a department, a typist, and without signing in.
PAGES = {
    "/staff/nothing-here": (404, 404, 404, 404, 404),
    "/staff/settings": (200, 403, 403, 403, 302),
    "/staff/plan/new": (403, 200, 403, 403, 302),
    "/staff/accounts/nobody": (404, 403, 403, 403, 302),
    "/staff/activities/nothing": (403, 404, 404, 403, 302),
    "/nothing-here": (404, 404, 404, 404, 404),
}
ROLES = (Role.ADMINISTRATOR, Role.COORDINATOR, Role.DEPARTMENT, Role.TYPIST, None)


@pytest.mark.one_database
@pytest.mark.parametrize("role", ROLES)
def test_who_is_signed_in_stays_in_the_work_area(
    app: Flask, staff_client: Callable[..., Any], role: Role | None
) -> None:
    client = staff_client(role) if role else app.test_client()
    found = {path: client.get(path) for path in PAGES}
    place = ROLES.index(role)
    assert {path: one.status_code for path, one in found.items()} == {
        path: statuses[place] for path, statuses in PAGES.items()
    }
    for path, answer in found.items():
        if answer.status_code not in (403, 404):
            continue
        staff = role is not None and path.startswith("/staff/")
        assert ('<body class="staff">' in answer.text) is staff, path
        assert ('<a class="button" href="/staff/">返回工作台</a>' in answer.text) is staff, path
        assert ('href="/calendar"' in answer.text) is not staff, path
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_page_that_may_not_be_read_and_one_that_is_not_there_say_the_same(
    staff_client: Callable[..., Any],
) -> None:
    """Who lacks the permission is refused at the door, before anybody looks whether the thing exists."""
    client = staff_client(Role.TYPIST)
    pages = [client.get(f"/staff/accounts/{name}") for name in (client.user.public_id, "nobody")]
    texts = [page.text.split("<main")[1] for page in pages]
    assert texts[0].replace(client.user.public_id, "nobody") == texts[1]


def test_what_was_sent_in_vain_leads_back_to_its_page(staff_client: Callable[..., Any]) -> None:
    client = staff_client(Role.COORDINATOR)
    answer = client.send(
        "/staff/settings", {"name_zh": "甲乙丙"}, headers={"Referer": "http://localhost/staff/plan"}
    )
    assert answer.status_code == 403
    assert '<body class="staff"' in answer.text
    assert "甲乙丙" in answer.text
    assert 'href="/staff/plan">' in answer.text
