"""Passkeys and the pages of the second factor in a real browser, with an authenticator that it simulates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from flask import Flask
from playwright.sync_api import CDPSession, Page, expect
from sqlalchemy import select

from engage.accounts import actions, passkeys
from engage.accounts.models import Passkey, StaffSession, User
from engage.accounts.permissions import Role
from engage.accounts.queries import actor_of
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import Invalid
from engage.core.writer import atomic
from tests.factories.accounts import make_session, make_user
from tests.fixtures.server import Server
from tests.fixtures.staff import staff_cookie
from tests.journeys.people import agree, press

PASSWORD = "四个 毫不 相干 的词语 12"
OVERVIEW = "/staff/account/second-factor"


def _authenticator(page: Page, *, verifies: bool = True) -> tuple[CDPSession, str]:
    """A security key inside the browser that presses its own button."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable", {"enableUI": False})
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": verifies,
        "automaticPresenceSimulation": True,
    }
    made = cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return cdp, made["authenticatorId"]


def _local(server: Server) -> str:
    """Passkeys belong to names, not to numbers."""
    return server.url.replace("127.0.0.1", "localhost")


def _person(app: Flask, page: Page, site: str, role: Role, *, second: bool = False) -> User:
    with app.app_context():
        user = make_user(role, password=PASSWORD, name="王管理")
        cookie = staff_cookie(app, make_session(user, second=second))
        db.session.remove()
    page.context.add_cookies([{**cookie, "url": site}])  # type: ignore[list-item]
    return user


def _forget_confirmation(app: Flask, user: User) -> None:
    with app.app_context(), atomic():
        for session in db.session.scalars(select(StaffSession).where(StaffSession.user_id == user.id)):
            session.confirmed_at = now() - timedelta(hours=1)


def _sign_in(page: Page, site: str, user: User) -> None:
    page.goto(f"{site}/staff/sign-in")
    page.locator("[name=email]").fill(user.email or "")
    page.locator("[name=password]").fill(PASSWORD)
    press(page, "登录")


@pytest.mark.parametrize("phone", [True, False])
def test_a_passkey_is_made_signs_in_confirms_and_goes(
    app: Flask, live_server: Server, open_page: Callable[..., Page], inspect: Any, phone: bool
) -> None:
    page, site = open_page(phone=phone), _local(live_server)
    _authenticator(page)
    user = _person(app, page, site, Role.ADMINISTRATOR)
    page.goto(f"{site}/staff/")
    expect(page.locator("h1")).to_have_text("第二重验证")
    inspect(page, "second-factor-needed")
    press(page, "添加通行密钥")
    press(page, "创建通行密钥")
    expect(page.locator(".error-summary")).to_be_visible()
    page.locator("[name=name]").fill("办公电脑")
    inspect(page, "second-factor-passkey")
    press(page, "创建通行密钥")
    expect(page.locator("h1")).to_have_text("您的恢复码")
    inspect(page, "second-factor-codes")
    page.goto(f"{site}/staff/accounts")
    expect(page.locator("h1")).to_have_text("账号管理")
    page.context.clear_cookies()
    _sign_in(page, site, user)
    expect(page.locator("h1")).to_have_text("登录第二步")
    inspect(page, "second-step")
    press(page, "使用通行密钥")
    expect(page.locator("h1")).to_have_text("今天要办")
    _forget_confirmation(app, user)
    page.goto(site + OVERVIEW)
    agree(page, "重新生成恢复码")
    expect(page.locator("h1")).to_have_text("请确认是您本人")
    inspect(page, "second-factor-confirm")
    press(page, "使用通行密钥")
    expect(page.locator("h1")).to_have_text("您的恢复码")
    page.goto(site + OVERVIEW)
    agree(page, "移除")
    expect(page.locator(".flashes")).to_contain_text("请先设置另一种")
    expect(page.locator("main")).to_contain_text("办公电脑")


def test_the_app_is_set_up_on_a_phone_by_keyboard(
    app: Flask, live_server: Server, open_page: Callable[..., Page], inspect: Any
) -> None:
    page = open_page()
    _person(app, page, live_server.url, Role.COORDINATOR)
    page.goto(live_server.url + OVERVIEW)
    page.get_by_role("button", name="设置验证器应用").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#app-secret")).to_be_visible()
    inspect(page, "second-factor-app")
    secret = page.locator("#app-secret").inner_text().replace(" ", "")
    page.locator("[name=code]").fill(pyotp.TOTP(secret).now())
    page.keyboard.press("Enter")
    expect(page.locator("#recovery-codes")).to_be_visible()


def test_a_key_that_does_not_ask_who_it_is_and_a_copy_are_refused(
    app: Flask, live_server: Server, open_page: Callable[..., Page]
) -> None:
    page, site = open_page(phone=False), _local(live_server)
    cdp, key = _authenticator(page)
    user = _person(app, page, site, Role.TYPIST)
    page.goto(site + OVERVIEW)
    press(page, "添加通行密钥")
    page.locator("[name=name]").fill("安全密钥")
    press(page, "创建通行密钥")
    expect(page.locator("h1")).to_have_text("您的恢复码")
    page.context.clear_cookies()
    _sign_in(page, site, user)
    cdp.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": False})
    press(page, "使用通行密钥")
    expect(page.get_by_role("alert")).to_contain_text("浏览器没有提供通行密钥")
    cdp.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": True})
    with app.app_context(), atomic():
        stored = db.session.scalars(select(Passkey)).one()
        stored.sign_count += 100
    press(page, "使用通行密钥")
    expect(page.locator(".error-summary")).to_contain_text("通行密钥未通过验证")
    with app.app_context(), atomic():
        db.session.scalars(select(Passkey)).one().sign_count = 0
    press(page, "使用通行密钥")
    expect(page.locator("h1")).to_have_text("今天要办")


def test_an_answer_fits_one_question_of_one_session_and_one_site(
    app: Flask, live_server: Server, open_page: Callable[..., Page]
) -> None:
    page, site = open_page(phone=False), _local(live_server)
    _authenticator(page)
    user = _person(app, page, site, Role.TYPIST)
    page.goto(site + OVERVIEW)
    press(page, "添加通行密钥")
    page.locator("[name=name]").fill("电脑")
    press(page, "创建通行密钥")
    expect(page.locator("h1")).to_have_text("您的恢复码")
    here = passkeys.Site("localhost", site, "x")
    with app.app_context():
        row = db.session.scalars(select(StaffSession).where(StaffSession.user_id == user.id)).one()
        question = actions.passkey_to_use(row.id, user.id, here)
        challenge = (db.session.get_one(StaffSession, row.id).offer or "").split()[2]
        stored = db.session.scalars(select(Passkey)).one()
        public_key, count = stored.public_key, stored.sign_count
    answer = page.evaluate(_ASK, question)
    assert passkeys.shown(here, answer, challenge, public_key, count)
    for other, asked in (
        (passkeys.Site("localhost", "https://localhost", "x"), challenge),
        (passkeys.Site("evil.example", site, "x"), challenge),
        (here, challenge[::-1]),
    ):
        assert passkeys.shown(other, answer, asked, public_key, count) is None
    for nonsense in ("", "{}", "[]", "null", '{"id": 1}', "x" * 20_000, "[" * 20_000, '{"id":' * 3_000):
        assert passkeys.shown(here, nonsense, challenge, public_key, count) is None
        assert passkeys.made(here, nonsense, challenge) is None
        assert passkeys.which(nonsense) == ""
    with app.app_context():
        actor = actor_of(user.id)
        assert actor is not None
        actions.confirm(actor, row.id, answer=answer, site=here)
        with pytest.raises(Invalid):
            actions.confirm(actor, row.id, answer=answer, site=here)


_ASK = """async question => {
    const bytes = text => Uint8Array.from(
        atob(text.replace(/-/g, "+").replace(/_/g, "/")), sign => sign.charCodeAt(0));
    const options = JSON.parse(question);
    const allowCredentials = options.allowCredentials.map(one => ({ ...one, id: bytes(one.id) }));
    const publicKey = { ...options, challenge: bytes(options.challenge), allowCredentials };
    return JSON.stringify((await navigator.credentials.get({ publicKey })).toJSON());
}"""


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://open.example.gov.cn", "open.example.gov.cn"),
        ("https://open.example.gov.cn:8443", "open.example.gov.cn"),
        ("http://localhost:5000", "localhost"),
        ("http://open.example.gov.cn", None),
        ("https://192.0.2.1", None),
        ("https://[2001:db8::1]", None),
        ("http://127.0.0.1:5000", None),
        ("", None),
    ],
)
def test_passkeys_belong_to_names_over_https(address: str, host: str | None) -> None:
    site = passkeys.site_of(address, "x")
    assert (site.host if site else None) == host
    assert site is None or site.origin == address
