"""The pages of accounts: what they answer to whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from engage.accounts import actions, known_browsers, queries
from engage.accounts.models import User
from engage.accounts.passwords import password_is
from engage.accounts.permissions import Role
from engage.audit.models import AuditEntry
from engage.core.actor import SYSTEM
from engage.core.db import db
from engage.web import refusals
from tests.factories.accounts import make_session, make_unit, make_user
from tests.fixtures.clients import hidden_fields
from tests.fixtures.staff import form_token

pytestmark = pytest.mark.database
PASSWORD = "四个 毫不 相干 的词语 12"


def _sign_in(client: FlaskClient, email: str, password: str, **more: str) -> Any:
    fields = hidden_fields(client.get("/staff/sign-in").text)
    return client.post("/staff/sign-in", data={**fields, "email": email, "password": password, **more})


def test_signs_in_with_the_right_password_and_goes_where_it_was_wanted(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        user = make_user(Role.TYPIST, password=PASSWORD)
        email = user.email or ""
    answer = _sign_in(client, email.upper(), PASSWORD, next="/staff/surveys/enter")
    assert (answer.status_code, answer.location) == (303, "/staff/surveys/enter")
    assert "王小明" in client.get("/staff/").text


@pytest.mark.one_database
@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/staff/\\evil", "/surveys/x", "/staff/\n"]
)
def test_never_leads_to_another_site_after_sign_in(app: Flask, client: FlaskClient, target: str) -> None:
    with app.app_context():
        email = make_user(Role.ADMINISTRATOR, password=PASSWORD).email or ""
    assert _sign_in(client, email, PASSWORD, next=target).location == "/staff/"


def test_says_the_same_for_a_wrong_password_and_an_unknown_name(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        email = make_user(Role.ADMINISTRATOR, password=PASSWORD).email or ""
    wrong = _sign_in(client, email, "something else entirely")
    unknown = _sign_in(client, "nobody@example.com", "something else entirely")
    assert wrong.status_code == unknown.status_code == 422
    assert "邮箱或密码不正确" in wrong.text
    assert "邮箱或密码不正确" in unknown.text
    assert f'value="{email}"' in wrong.text


def test_a_form_without_token_is_refused(client: FlaskClient) -> None:
    assert client.post("/staff/sign-in", data={"email": "a@b.cn", "password": "x"}).status_code == 409


def test_locks_after_repeated_failures_and_says_how_long(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        email = make_user(Role.ADMINISTRATOR, password=PASSWORD).email or ""
    for _ in range(6):
        assert _sign_in(client, email, "wrong wrong wrong").status_code == 422
    locked = _sign_in(client, email, PASSWORD)
    assert locked.status_code == 429
    assert 14 * 60 <= int(locked.headers["Retry-After"]) <= 15 * 60
    assert "15 分钟" in locked.text


def _known(client: FlaskClient) -> Any:
    return client.get_cookie("known", path="/staff/sign-in")


def test_a_browser_the_account_knows_signs_in_while_strangers_are_locked_out(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        email, other = (make_user(Role.TYPIST, password=PASSWORD).email or "" for _ in range(2))
    assert _sign_in(client, email, PASSWORD).status_code == 303
    client.post("/staff/sign-out", data={"csrf_token": form_token(app, client)})
    stranger = app.test_client()
    for wanted in (email, other):
        for _ in range(6):
            _sign_in(stranger, wanted, "wrong wrong wrong")
    assert _sign_in(stranger, email, PASSWORD).status_code == 429
    # It knows this account and no other; what somebody makes up is no mark.
    assert _sign_in(client, other, PASSWORD).status_code == 429
    mark = _known(client).value
    for forged in ("", "x", mark[:-1] + ("0" if mark[-1] != "0" else "1"), "1" + mark, mark.split(".")[0]):
        stranger.set_cookie("known", forged, path="/staff/sign-in")
        assert _sign_in(stranger, email, PASSWORD).status_code == 429, forged
    assert _sign_in(client, email, PASSWORD).status_code == 303


def test_colleagues_at_one_computer_are_all_known(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        emails = [make_user(Role.TYPIST, password=PASSWORD).email or "" for _ in range(3)]
    for email in emails:
        assert _sign_in(client, email, PASSWORD).status_code == 303
        client.post("/staff/sign-out", data={"csrf_token": form_token(app, client)})
    for email in emails:
        with app.test_request_context("/staff/sign-in", headers={"Cookie": f"known={_known(client).value}"}):
            assert known_browsers.known(known_browsers.account_key(email))


def test_a_mark_grows_old(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        email = make_user(Role.TYPIST, password=PASSWORD).email or ""
    _sign_in(client, email, PASSWORD)
    day, rest = _known(client).value.split("-", 1)
    account = ""
    for age, good in ((0, True), (200, False), (-400, False)):
        with app.test_request_context("/staff/sign-in", headers={"Cookie": f"known={int(day) - age}-{rest}"}):
            account = known_browsers.account_key(email)
            assert bool(known_browsers.known(account)) is (good and age == 0)


def test_signing_out_clears_what_the_browser_kept(staff_client: Callable[..., Any]) -> None:
    answer = staff_client(Role.TYPIST).send("/staff/sign-out")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'


def test_nothing_of_the_work_area_is_kept_by_the_browser(staff_client: Callable[..., Any]) -> None:
    client = staff_client(Role.ADMINISTRATOR)
    for path in (
        "/staff/",
        "/staff/accounts",
        "/staff/units",
        "/staff/audit",
        "/staff/sign-in",
        "/styleguide",
    ):
        assert client.get(path).headers["Cache-Control"] == "no-store", path


def test_what_is_refused_leaves_a_line_without_secrets(
    app: Flask, client: FlaskClient, staff_client: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    refusals._last.clear()
    with app.app_context():
        email = make_user(Role.TYPIST, password=PASSWORD).email or ""
    for _ in range(7):
        _sign_in(client, email, "wrong wrong wrong")
    typist = staff_client(Role.TYPIST)
    for _ in range(3):
        assert typist.get("/staff/accounts").status_code == 403
    said = [(record.message, getattr(record, "status", None)) for record in caplog.records]
    assert said.count(("sign-in refused", None)) == 6
    assert said.count(("refused", 429)) == 1
    # A flood of them does not fill the disk.
    assert said.count(("refused", 403)) == 1
    lines = " ".join(str(record.__dict__) for record in caplog.records)
    for secret in (email, "wrong wrong", "127.0.0.1"):
        assert secret not in lines


def test_an_administrator_sees_the_lock_and_opens_it(
    app: Flask, client: FlaskClient, staff_client: Callable[..., Any]
) -> None:
    with app.app_context():
        person = make_user(Role.TYPIST, password=PASSWORD)
        email, page = person.email or "", f"/staff/accounts/{person.public_id}"
    admin = staff_client(Role.ADMINISTRATOR)
    assert "解除锁定" not in admin.get(page).text
    for _ in range(6):
        _sign_in(client, email, "wrong wrong wrong")
    shown = admin.get(page).text
    assert "解除锁定" in shown
    assert "登录已锁定至" in shown
    assert staff_client(Role.COORDINATOR).send(f"{page}/unlock").status_code == 403
    for _ in range(2):
        assert admin.send(f"{page}/unlock").location == page
    assert "登录已锁定至" not in admin.get(page).text
    assert _sign_in(client, email, PASSWORD).status_code == 303
    with app.app_context():
        events = db.session.scalars(select(AuditEntry.event).where(AuditEntry.event == "account.unlocked"))
        assert len(events.all()) == 1


def test_opening_a_link_does_not_use_it_up(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        token = actions.make_sign_in_link(SYSTEM, make_user(Role.TYPIST).id)
    page = client.get(f"/staff/sign-in/{token}")
    assert page.status_code == 200
    assert client.get(f"/staff/sign-in/{token}").status_code == 200
    answer = client.post(f"/staff/sign-in/{token}", data=hidden_fields(page.text))
    assert (answer.status_code, answer.location) == (303, "/staff/")
    assert "右上角" in client.get("/staff/").text
    assert client.get(f"/staff/sign-in/{token}").status_code == 410


def test_unknown_link_is_gone(client: FlaskClient) -> None:
    answer = client.get("/staff/sign-in/" + "x" * 43)
    assert answer.status_code == 410


def test_without_sign_in_pages_lead_to_it_and_writes_are_refused(client: FlaskClient) -> None:
    answer = client.get("/staff/accounts?closed=1")
    assert answer.location == "/staff/sign-in?next=/staff/accounts?closed%3D1"
    assert client.post("/staff/sign-out").status_code == 401


def test_signing_out_ends_the_session_not_only_the_cookie(staff_client: Callable[..., Any]) -> None:
    client = staff_client(Role.TYPIST)
    stolen = client.get_cookie("staff").value
    assert client.send("/staff/sign-out").status_code == 303
    client.set_cookie("staff", stolen)
    assert client.get("/staff/").status_code == 302


def test_lists_and_ends_other_devices(app: Flask, staff_client: Callable[..., Any]) -> None:
    with app.app_context():
        user = make_user(Role.TYPIST)
        make_session(user, "WeChat · Android")
        other_id = queries.sessions_of(user.id)[0].public_id
    client = staff_client(user=user)
    assert "WeChat · Android" in client.get("/staff/account").text
    assert client.send(f"/staff/account/sessions/{other_id}/end").status_code == 303
    assert "WeChat · Android" not in client.get("/staff/account").text


def test_nobody_ends_somebody_elses_session(app: Flask, staff_client: Callable[..., Any]) -> None:
    with app.app_context():
        user = make_user(Role.TYPIST)
        make_session(user)
        other_id = queries.sessions_of(user.id)[0].public_id
    assert staff_client(Role.ADMINISTRATOR).send(f"/staff/account/sessions/{other_id}/end").status_code == 404


def test_changes_the_password_and_signs_others_out(app: Flask, staff_client: Callable[..., Any]) -> None:
    with app.app_context():
        user = make_user(Role.TYPIST, unit=make_unit("市行政审批服务局"), password=PASSWORD)
        other = make_session(user)
    client = staff_client(user=user)
    # The new one holds a mark that other fields lose.
    new = "另外 一个 很长\u200b 的密码 77"
    fields = {"current_password": PASSWORD, "new_password": new, "new_password_again": new}
    assert client.send("/staff/account", {**fields, "current_password": "wrong"}).status_code == 422
    assert client.send("/staff/account", {**fields, "new_password_again": "different"}).status_code == 422
    for guessed in ("short", "市行政审批服务局202699", "政务公开主题日 123456", f"{user.email}"):
        twice = {"new_password": guessed, "new_password_again": guessed}
        assert client.send("/staff/account", {**fields, **twice}).status_code == 422
    assert client.send("/staff/account", fields).status_code == 303
    assert client.get("/staff/").status_code == 200
    with app.app_context():
        assert queries.open_session(other) is None
        assert password_is(new, db.session.get_one(User, user.id).password_hash)


def test_administrator_opens_an_account_grants_a_role_and_hands_over_a_link(
    app: Flask, client: FlaskClient, staff_client: Callable[..., Any]
) -> None:
    with app.app_context():
        unit = make_unit("市教育局")
    admin = staff_client(Role.ADMINISTRATOR)
    made = admin.send("/staff/accounts/new", {"name": "李  华", "email": "Li.Hua@Example.com"})
    person = made.location
    granted = admin.send(f"{person}/grants", {"role": "department", "scope": "unit", "unit": unit.public_id})
    assert granted.status_code == 303
    page = admin.send(f"{person}/link").text
    assert "市教育局" in page
    token = page.split("/staff/sign-in/")[1].split('"')[0]
    confirm = client.get(f"/staff/sign-in/{token}")
    client.post(f"/staff/sign-in/{token}", data=hidden_fields(confirm.text))
    home = client.get("/staff/").text
    assert "李 华" in home
    assert "单位工作人员" in home
    assert "li.hua@example.com" in admin.get("/staff/accounts?q=华").text


@pytest.mark.parametrize(
    ("deed", "status"), [("grants", 303), ("link", 200), ("close", 303), ("grants/0/revoke", 303)]
)
def test_whichever_button_is_pressed_what_was_typed_of_a_person_is_saved(
    app: Flask, staff_client: Callable[..., Any], deed: str, status: int
) -> None:
    with app.app_context():
        user = make_user(email="li@example.com")
    admin, url = staff_client(Role.ADMINISTRATOR), f"/staff/accounts/{user.public_id}"
    assert f'formaction="{url}/link"' in admin.get(url).text
    typed = {"name": "李华", "email": "", "role": "coordinator", "scope": "site", "unit": "", "activity": ""}
    refused = admin.send(f"{url}/{deed}", typed)
    assert refused.status_code == 422
    assert "李华" in refused.text
    assert '<option selected value="coordinator"' in refused.text
    assert admin.send(f"{url}/{deed}", {**typed, "email": "li@example.com"}).status_code == status
    assert "李华" in admin.get(url).text


def test_saving_a_person_keeps_the_role_that_was_being_chosen(
    app: Flask, staff_client: Callable[..., Any]
) -> None:
    with app.app_context():
        user = make_user(email="li@example.com")
    admin, url = staff_client(Role.ADMINISTRATOR), f"/staff/accounts/{user.public_id}"
    typed = {"name": "李华", "email": "li@example.com"}
    untouched = {"role": "administrator", "scope": "unit", "unit": "", "activity": ""}
    assert admin.send(url, {**typed, **untouched}).status_code == 303
    kept = admin.send(url, {**typed, "role": "approver", "scope": "site"})
    assert '<option selected value="approver"' in kept.text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": "", "email": "a@example.com"}, "请输入姓名"),
        ({"name": "李华", "email": "not an address"}, "请输入邮箱地址"),
        ({"name": "李" * 61, "email": "a@example.com"}, "60 个字"),
        ({"name": "李华", "email": "taken@example.com"}, "已有"),
    ],
)
def test_says_what_is_wrong_with_a_new_account(
    app: Flask, staff_client: Callable[..., Any], fields: dict[str, str], sentence: str
) -> None:
    with app.app_context():
        make_user(email="taken@example.com")
    answer = staff_client(Role.ADMINISTRATOR).send("/staff/accounts/new", fields)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert fields["email"] in answer.text


def test_units_are_made_and_changed(staff_client: Callable[..., Any]) -> None:
    client = staff_client(Role.COORDINATOR)
    fields = {
        "name_zh": "市水利局",
        "name_en": "Water Bureau",
        "code": "water",
        "kind": "department",
        "active": "y",
    }
    assert client.send("/staff/units/new", fields).status_code == 303
    assert client.send("/staff/units/new", fields).status_code == 422
    assert client.send("/staff/units/new", {**fields, "code": "Wässer!"}).status_code == 422
    assert client.send("/staff/units/new", {**fields, "code": "w", "kind": "nonsense"}).status_code == 422
    assert "市水利局" in client.get("/staff/units").text
