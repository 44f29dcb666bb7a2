"""Doors that shut: at once where a right ends, and for what nobody thought of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from engage.accounts.permissions import Role
from engage.web import citizen
from tests.factories.accounts import make_unit

pytestmark = [pytest.mark.database, pytest.mark.either_database]


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


def test_a_route_without_a_guard_is_refused(app: Flask, staff_client: Callable[..., Any]) -> None:
    app.add_url_rule("/test/forgotten", "forgotten", lambda: "secret", methods=["GET", "POST"])
    for client in (app.test_client(), staff_client(Role.ADMINISTRATOR), staff_client(Role.COORDINATOR)):
        for answer in (client.get("/test/forgotten"), client.post("/test/forgotten")):
            assert answer.status_code == 403
            assert "secret" not in answer.text


def test_new_devices_are_marked_at_a_limited_rate(make_app: Callable[..., Flask]) -> None:
    """Hundreds may come from one address in ten minutes; a machine draws no new device for each try."""
    app, here = make_app(rate_limits=True), {"REMOTE_ADDR": "127.0.0.1"}
    for _ in range(600):
        with app.test_request_context("/receipts", environ_overrides=here):
            citizen.device_id()
    refused = app.test_client().get("/receipts")
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) <= 600
    assert "Set-Cookie" not in refused.headers
    elsewhere = {"REMOTE_ADDR": "10.1.1.1"}
    assert app.test_client().get("/receipts", environ_overrides=elsewhere).status_code == 200
    known = app.test_client()
    with app.app_context():
        known.set_cookie(citizen.COOKIE, citizen.signed_device("device-of-before"))
    assert known.get("/receipts").status_code == 200
