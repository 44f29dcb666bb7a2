"""Doors while something else happens: whoever was shut out meanwhile gets nothing done any more."""

from __future__ import annotations

from collections.abc import Callable

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select

from engage.accounts import actions, codes, factors, lockout, passwords, queries
from engage.accounts.models import Authenticator, StaffSession, User
from engage.accounts.permissions import Role
from engage.core.actor import SYSTEM
from engage.core.db import db
from engage.core.errors import Gone, Invalid, NotAllowed
from engage.core.writer import atomic
from tests.factories.accounts import make_authenticator, make_session, make_user

pytestmark = pytest.mark.database
PASSWORD = "四个 毫不 相干 的词语 12"
NEW = "毛笔 zebra 月台 9931"
BROWSER = actions.Browser("192.0.2.1", "Test")


ORIGIN = lockout.Origin("account", "net")


def _closed(user: User) -> None:
    make_user(Role.ADMINISTRATOR)
    actions.close_account(SYSTEM, user.id)


def _sessions_ended(user: User) -> None:
    actions.end_all_sessions(SYSTEM, user.id)


def _signed_in(user: User) -> queries.OpenSession:
    session = queries.open_session(make_session(user))
    assert session is not None
    return session


def _password_changed(user: User) -> None:
    other = _signed_in(user)
    with atomic():
        db.session.get_one(StaffSession, other.id).by_link = True
    actions.change_password(other.actor(), "", NEW + "!", session_id=other.id)


@pytest.mark.parametrize("meanwhile", [_closed, _sessions_ended, _password_changed])
def test_a_session_that_ended_meanwhile_sets_no_password(
    app: Flask, monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[User], None]
) -> None:
    """Two hashes take their time, in which the owner may have shut out whoever holds the session."""
    right = passwords.password_is
    with app.app_context():
        user = make_user(Role.TYPIST, password=PASSWORD)
        session = _signed_in(user)

        def slow(typed: str, password_hash: str | None) -> bool:
            monkeypatch.setattr(passwords, "password_is", right)
            meanwhile(user)
            return right(typed, password_hash)

        monkeypatch.setattr(passwords, "password_is", slow)
        with pytest.raises(NotAllowed):
            actions.change_password(session.actor(), PASSWORD, NEW, session_id=session.id)
        db.session.expire_all()
        assert not passwords.password_is(NEW, db.session.get_one(User, user.id).password_hash)


@pytest.mark.parametrize("meanwhile", [_closed, _sessions_ended])
def test_a_session_that_ended_meanwhile_sets_up_no_second_factor(
    app: Flask, meanwhile: Callable[[User], None]
) -> None:
    with app.app_context():
        user = make_user(Role.ADMINISTRATOR, password=PASSWORD)
        session = _signed_in(user)
        actions.offer_app(session.actor(), session.id)
        sealed = factors.read_offer(session.id, "app")
        code = pyotp.TOTP(codes.secret_text(sealed or "") or "").now()
        meanwhile(user)
        with pytest.raises(NotAllowed):
            actions.confirm_app(session.actor(), session.id, code)
        with pytest.raises(NotAllowed):
            actions.confirm(session.actor(), session.id, password=PASSWORD)
        assert db.session.scalar(select(Authenticator)) is None


def test_a_session_that_ended_meanwhile_changes_nothing_of_a_second_factor(app: Flask) -> None:
    with app.app_context():
        user = make_user(Role.TYPIST)
        make_authenticator(user)
        session = _signed_in(user)
        _sessions_ended(user)
        for change in (actions.make_codes, actions.remove_app):
            with pytest.raises(NotAllowed):
                change(session.actor(), session.id)
        assert (factors.has_factor(user.id), factors.codes_left(user.id)) == (True, 0)


@pytest.mark.parametrize("meanwhile", [_closed, _password_changed])
def test_who_was_shut_out_during_the_hash_is_not_let_in(
    app: Flask, monkeypatch: pytest.MonkeyPatch, meanwhile: Callable[[User], None]
) -> None:
    right = passwords.password_is
    with app.app_context():
        user = make_user(Role.TYPIST, password=PASSWORD)

        def slow(typed: str, password_hash: str | None) -> bool:
            monkeypatch.setattr(passwords, "password_is", right)
            meanwhile(user)
            return right(typed, password_hash)

        monkeypatch.setattr(passwords, "password_is", slow)
        with pytest.raises(Invalid):
            actions.sign_in(user.email or "", PASSWORD, origin=ORIGIN, browser=BROWSER)


@pytest.mark.parametrize(
    "meanwhile",
    [_closed, _sessions_ended, _password_changed, lambda user: actions.reset_factors(SYSTEM, user.id)],
)
def test_what_waits_for_a_second_factor_ends_with_the_sessions(
    app: Flask, meanwhile: Callable[[User], None]
) -> None:
    with app.app_context():
        user = make_user(Role.ADMINISTRATOR, password=PASSWORD)
        code = pyotp.TOTP(make_authenticator(user)).now()
        waiting = actions.sign_in(user.email or "", PASSWORD, origin=ORIGIN, browser=BROWSER).token
        meanwhile(user)
        with pytest.raises(Gone):
            actions.finish_sign_in(waiting, BROWSER, origin=ORIGIN, code=code)
