"""``flask engage create-user`` and ``signin``."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from flask.testing import FlaskClient

from engage.accounts.factors import has_factor
from engage.accounts.permissions import Role
from engage.accounts.queries import open_session, person_by_email
from tests.factories.accounts import make_authenticator, make_session, make_unit, make_user
from tests.fixtures.clients import hidden_fields

pytestmark = pytest.mark.database


def test_opens_an_account_whose_link_signs_in(app: Flask, client: FlaskClient) -> None:
    run = app.test_cli_runner().invoke
    answer = run(
        args=["engage", "create-user", "Chen@Example.com", "陈静", "--role", "administrator", "--json"]
    )
    assert answer.exit_code == 0, answer.output
    made = json.loads(answer.output)
    assert (made["email"], made["new"]) == ("chen@example.com", True)
    client.post(made["url"], data=hidden_fields(client.get(made["url"]).text))
    # An administrator sets up a second factor first.
    assert client.get("/staff/accounts").location == "/staff/account/second-factor"
    assert "陈静" in client.get("/staff/account/second-factor").text


def test_grants_a_role_on_a_unit_and_says_what_is_wrong(app: Flask) -> None:
    with app.app_context():
        code = make_unit().code
    run = app.test_cli_runner().invoke
    command = ["engage", "create-user", "li@example.com", "李华", "--role", "department"]
    assert run(args=[*command, "--unit", code]).exit_code == 0
    for wrong in (["--unit", "nowhere"], [], ["--activity", "x"]):
        answer = run(args=[*command, *wrong])
        assert answer.exit_code == 1
        assert answer.output.startswith("Error: ")
        assert "Traceback" not in answer.output
    assert run(args=["engage", "create-user", "no address", "李华"]).exit_code == 1


def test_no_account_is_left_where_its_role_cannot_be_granted(app: Flask) -> None:
    command = ["engage", "create-user", "li@example.com", "李华", "--role", "department"]
    refused = app.test_cli_runner().invoke(args=command)
    assert refused.exit_code == 1, refused.output
    with app.app_context():
        assert person_by_email("li@example.com") is None


def test_fresh_links_for_the_demonstration_accounts(app: Flask) -> None:
    with app.app_context():
        make_user(Role.TYPIST, is_demo=True, name="录入")
        make_user(Role.ADMINISTRATOR, is_demo=True, name="管理")
        make_user(is_demo=True, name="无角色")
        real = make_user(Role.TYPIST, name="真人").email
    run = app.test_cli_runner().invoke
    first = json.loads(run(args=["engage", "signin", "--json"]).output)["links"]
    again = json.loads(run(args=["engage", "signin", "--json"]).output)["links"]
    assert first[0]["name"] == "管理"
    assert {link["name"] for link in first} == {"管理", "录入", "无角色"}
    assert not {link["url"] for link in first} & {link["url"] for link in again}
    assert "真人" in run(args=["engage", "signin", str(real)]).output
    assert run(args=["engage", "signin", "nobody@example.com"]).exit_code == 1


def test_the_last_administrator_who_lost_the_second_factor_is_helped_by_the_server(app: Flask) -> None:
    with app.app_context():
        user = make_user(Role.ADMINISTRATOR, email="chen@example.com")
        session = make_session(user)
        make_authenticator(user)
    run = app.test_cli_runner().invoke
    done = run(args=["engage", "reset-second-factor", "Chen@example.com"])
    assert done.exit_code == 0, done.output
    with app.app_context():
        assert not has_factor(user.id)
        assert open_session(session) is None
    for email in ("chen@example.com", "nobody@example.com"):
        refused = run(args=["engage", "reset-second-factor", email])
        assert refused.exit_code == 1
        assert refused.output.startswith("Error: ")
