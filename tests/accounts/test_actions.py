"""The deeds on accounts: who may, what is refused, what it leaves behind."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from engage.accounts import actions, jobs, lockout, passwords, queries
from engage.accounts.actions.sessions import IDLE, LIFE, MOST_SESSIONS
from engage.accounts.events import SessionsEnded
from engage.accounts.models import SignInFailure, SignInLink, StaffSession, UnitKind, User
from engage.accounts.permissions import Role
from engage.audit.models import AuditEntry
from engage.core import bus
from engage.core.actor import ANONYMOUS, SYSTEM, Actor, ActorKind, ScopeKind
from engage.core.clock import now
from engage.core.db import Model, db
from engage.core.errors import Conflict, Gone, Invalid, NotAllowed, NotFound, TooMany
from engage.core.personal import personal_columns
from engage.core.types import Localized
from engage.core.writer import atomic
from tests.factories.accounts import make_actor, make_session, make_unit, make_user

pytestmark = pytest.mark.database
PASSWORD = "四个 毫不 相干 的词语 12"


BROWSER = actions.Browser("192.0.2.1", "Test")


def _sign_in(
    email: str, password: str = PASSWORD, *, network: str = "net", browser: str = ""
) -> actions.SignedIn:
    origin = lockout.Origin(f"account:{email}", network, browser)
    return actions.sign_in(email, password, origin=origin, browser=BROWSER)


_DEEDS: dict[str, Callable[[Actor, int], Any]] = {
    "create": lambda actor, _user: actions.create_person(actor, "new@example.com", "新人"),
    "change": lambda actor, user: actions.change_person(actor, user, "other@example.com", "新名"),
    "close": actions.close_account,
    "reopen": actions.reopen_account,
    "grant": lambda actor, user: actions.grant_role(actor, user, Role.TYPIST, ScopeKind.SITE),
    "revoke": lambda actor, user: actions.revoke_role(actor, user, 1),
    "link": actions.make_sign_in_link,
}


# Refused by who asks.
@pytest.mark.either_database
@pytest.mark.one_database
@pytest.mark.parametrize("deed", _DEEDS)
@pytest.mark.parametrize("role", [*(role for role in Role if role is not Role.ADMINISTRATOR), None])
def test_only_administrators_manage_accounts(app: Flask, deed: str, role: Role | None) -> None:
    with app.app_context():
        make_user(Role.ADMINISTRATOR)
        user = make_user().id
        with pytest.raises(NotAllowed):
            _DEEDS[deed](make_actor(role), user)


# Refused by who asks.
@pytest.mark.either_database
@pytest.mark.one_database
@pytest.mark.parametrize("actor", [ANONYMOUS, Actor(ActorKind.CITIZEN, device="d")])
@pytest.mark.parametrize("deed", _DEEDS)
def test_nobody_else_manages_accounts(app: Flask, deed: str, actor: Actor) -> None:
    with app.app_context(), pytest.raises(NotAllowed):
        _DEEDS[deed](actor, make_user().id)


@pytest.mark.one_database
@pytest.mark.parametrize("deed", [deed for deed in _DEEDS if deed != "create"])
def test_an_account_that_is_not_there(app: Flask, deed: str) -> None:
    with app.app_context(), pytest.raises(NotFound):
        _DEEDS[deed](SYSTEM, 99999)


def test_a_unit_is_changed_by_who_manages_that_unit(app: Flask) -> None:
    with app.app_context():
        unit = make_unit()
        fields = actions.UnitFields("water", Localized(zh_CN="市水利局"), UnitKind.DEPARTMENT, 1)
        with pytest.raises(NotAllowed):
            actions.change_unit(make_actor(Role.DEPARTMENT, unit=unit), unit.id, fields)
        actions.change_unit(make_actor(Role.COORDINATOR), unit.id, fields)
        assert queries.unit_names([unit.id])[unit.id].text() == "市水利局"
        with pytest.raises(NotFound):
            actions.change_unit(SYSTEM, 9999, actions.UnitFields("x", Localized(zh_CN="甲")))


def test_a_grant_on_something_that_does_not_exist_is_refused(app: Flask) -> None:
    with app.app_context():
        user = make_user().id
        for scope in (ScopeKind.UNIT, ScopeKind.ACTIVITY):
            with pytest.raises(Invalid):
                actions.grant_role(SYSTEM, user, Role.DEPARTMENT, scope, 4711)


def test_granting_twice_is_granting_once(app: Flask) -> None:
    with app.app_context():
        user = make_user().id
        for _ in range(2):
            actions.grant_role(SYSTEM, user, Role.TYPIST, ScopeKind.SITE)
        assert len(queries.grants_of(user)) == 1


def test_the_last_administrator_cannot_go(app: Flask) -> None:
    with app.app_context():
        admin = make_user(Role.ADMINISTRATOR)
        with pytest.raises(Conflict):
            actions.close_account(SYSTEM, admin.id)
        with pytest.raises(Conflict):
            actions.revoke_role(SYSTEM, admin.id, admin.grants[0].id)
        assert queries.has_administrator()


def test_a_closed_account_is_out_everywhere(app: Flask) -> None:
    with app.app_context():
        make_user(Role.ADMINISTRATOR)
        user = make_user(Role.TYPIST, password=PASSWORD)
        session, link = make_session(user), actions.make_sign_in_link(SYSTEM, user.id)
        ended: list[SessionsEnded] = []
        bus.subscribe(SessionsEnded)(ended.append)
        actions.close_account(SYSTEM, user.id)
        assert queries.open_session(session) is None
        assert [event.user_id for event in ended] == [user.id]
        with pytest.raises(Invalid):
            _sign_in(user.email or "")
        with pytest.raises(Gone):
            actions.sign_in_by_link(link, BROWSER)
        with pytest.raises(NotFound):
            actions.make_sign_in_link(SYSTEM, user.id)


@pytest.mark.parametrize(
    ("age", "seen", "lives"), [(IDLE / 2, IDLE / 2, True), (LIFE, IDLE / 2, False), (IDLE * 2, IDLE, False)]
)
def test_sessions_end_by_idleness_and_by_age(
    app: Flask, age: timedelta, seen: timedelta, lives: bool
) -> None:
    with app.app_context():
        token = make_session(make_user())
        with atomic():
            row = db.session.scalars(select(StaffSession)).one()
            row.created_at, row.last_seen_at = now() - age, now() - seen
        assert (queries.open_session(token) is not None) is lives


def test_a_staff_member_has_a_limited_number_of_sessions(app: Flask) -> None:
    with app.app_context():
        user = make_user()
        tokens = [make_session(user) for _ in range(MOST_SESSIONS + 3)]
        assert len(queries.sessions_of(user.id)) == MOST_SESSIONS
        assert queries.open_session(tokens[-1]) is not None


def test_no_secret_is_stored_as_it_is(app: Flask) -> None:
    with app.app_context():
        user = make_user(password=PASSWORD)
        token, link = make_session(user), actions.make_sign_in_link(SYSTEM, user.id)
        assert (user.password_hash or "").startswith("$argon2id$")
        stored = str(db.session.execute(select(StaffSession.token_hash)).all())
        stored += str(db.session.execute(select(SignInLink.token_hash)).all())
        stored += str(db.session.execute(select(AuditEntry.after)).all())
        assert token not in stored
        assert link not in stored


def test_a_link_works_once_and_only_the_newest(app: Flask) -> None:
    with app.app_context():
        user = make_user().id
        first, second = (actions.make_sign_in_link(SYSTEM, user) for _ in range(2))
        with pytest.raises(Gone):
            actions.sign_in_by_link(first, BROWSER)
        actions.sign_in_by_link(second, BROWSER)
        with pytest.raises(Gone):
            actions.sign_in_by_link(second, BROWSER)


def test_an_old_link_is_gone(app: Flask) -> None:
    with app.app_context():
        link = actions.make_sign_in_link(SYSTEM, make_user().id, life=timedelta(seconds=-1))
        assert queries.link_holder(link) is None
        with pytest.raises(Gone):
            actions.sign_in_by_link(link, BROWSER)


def test_guesses_sent_together_are_all_counted(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []
    monkeypatch.setattr(passwords, "password_is", lambda password, _hash: bool(tried.append(password)))
    with app.app_context():
        email = make_user(password=PASSWORD).email or ""
    start = threading.Barrier(20)
    answers: list[type] = []

    def guess(number: int) -> None:
        with app.app_context():
            start.wait()
            try:
                _sign_in(email, f"guess {number}")
            except (Invalid, TooMany) as refusal:
                answers.append(type(refusal))

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(tried) == lockout.PER_ACCOUNT, answers
    assert answers.count(TooMany) == 20 - lockout.PER_ACCOUNT


def test_an_unknown_name_costs_a_hash_and_locks_like_a_known_one(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed: list[str | None] = []
    monkeypatch.setattr(passwords, "password_is", lambda _password, given: bool(hashed.append(given)))
    with app.app_context():
        for _ in range(lockout.PER_ACCOUNT):
            with pytest.raises(Invalid):
                _sign_in("nobody@example.com")
        with pytest.raises(TooMany):
            _sign_in("nobody@example.com")
    assert hashed == [None] * lockout.PER_ACCOUNT


def test_a_network_is_locked_over_many_names_and_others_are_not(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        email = make_user(password=PASSWORD).email or ""
        with monkeypatch.context() as patch:
            patch.setattr(passwords, "password_is", lambda *_: False)
            for number in range(lockout.PER_NETWORK):
                with pytest.raises(Invalid):
                    _sign_in(f"name{number}@example.com")
        with pytest.raises(TooMany):
            _sign_in(email)
        assert _sign_in(email, network="another").user_id


def test_a_right_password_forgives_the_account(app: Flask) -> None:
    with app.app_context():
        email = make_user(password=PASSWORD).email or ""
        for _ in range(3):
            for _ in range(lockout.PER_ACCOUNT - 2):
                with pytest.raises(Invalid):
                    _sign_in(email, "wrong")
            _sign_in(email)


def _guess(email: str, *, times: int, **where: str) -> None:
    for _ in range(times):
        with pytest.raises(Invalid):
            _sign_in(email, "wrong", **where)


@pytest.fixture
def no_password_is_right(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    with monkeypatch.context() as patch:
        patch.setattr(passwords, "password_is", lambda *_: False)
        yield patch


def test_nobody_is_locked_out_by_what_is_tried_elsewhere(
    app: Flask, no_password_is_right: pytest.MonkeyPatch
) -> None:
    """Somebody tries the password from one network without end: from everywhere else it works."""
    with app.app_context():
        email = make_user(password=PASSWORD).email or ""
        _guess(email, times=lockout.PER_ACCOUNT, network="stranger")
        with pytest.raises(TooMany):
            _sign_in(email, network="stranger")
        no_password_is_right.undo()
        assert _sign_in(email, network="office").user_id
        # Who signs in elsewhere does not open it there.
        with pytest.raises(TooMany):
            _sign_in(email, network="stranger")


def test_a_browser_that_signed_in_before_is_let_through(
    app: Flask, no_password_is_right: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        email = make_user(password=PASSWORD).email or ""
        for number in range(lockout.PER_NETWORK):
            with pytest.raises(Invalid):
                _sign_in(f"name{number}@example.com", network="office")
        with pytest.raises(TooMany):
            _sign_in(email, network="office")
        no_password_is_right.undo()
        assert _sign_in(email, network="office", browser="its own").user_id


def test_a_known_browser_does_not_try_without_end(
    app: Flask, no_password_is_right: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        email = make_user(password=PASSWORD).email or ""
        _guess(email, times=lockout.PER_ACCOUNT, browser="stolen")
        with pytest.raises(TooMany):
            _sign_in(email, browser="stolen")
        no_password_is_right.undo()
        assert _sign_in(email).user_id


def test_tried_from_many_networks_an_account_is_slower_and_never_shut(
    app: Flask, no_password_is_right: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        email = make_user(password=PASSWORD).email or ""
        for number in range(lockout.ATTACK // 4):
            _guess(email, times=4, network=f"robot{number}")
        _guess(email, times=lockout.UNDER_ATTACK, network="fresh robot")
        with pytest.raises(TooMany):
            _sign_in(email, network="fresh robot")
        no_password_is_right.undo()
        assert _sign_in(email, network="hotel").user_id
        assert _sign_in(email, network="office", browser="its own").user_id


def test_a_browser_that_signs_in_again_leaves_no_session_behind(app: Flask) -> None:
    with app.app_context():
        first, second = make_user(password=PASSWORD), make_user()
        old = _sign_in(first.email or "").token
        ended: list[SessionsEnded] = []
        bus.subscribe(SessionsEnded)(ended.append)
        link = actions.make_sign_in_link(SYSTEM, second.id)
        new = actions.sign_in_by_link(link, actions.Browser(None, "Test", former=old)).token
        assert queries.open_session(old) is None
        assert queries.open_session(new) is not None
        assert [event.user_id for event in ended] == [first.id]


def test_a_link_replaces_a_forgotten_password_only_at_once(app: Flask) -> None:
    new = "毛笔 zebra 月台 9931"
    with app.app_context():
        user = make_user(Role.TYPIST, password=PASSWORD)
        for age, good in ((timedelta(minutes=14), True), (timedelta(minutes=16), False)):
            token = actions.sign_in_by_link(actions.make_sign_in_link(SYSTEM, user.id), BROWSER).token
            session = queries.open_session(token)
            assert session is not None
            with atomic():
                db.session.get_one(StaffSession, session.id).created_at = now() - age
            if good:
                actions.change_password(session.actor(), "", new, session_id=session.id)
                continue
            with pytest.raises(Invalid) as refusal:
                actions.change_password(session.actor(), "", new + "!", session_id=session.id)
            assert list(refusal.value.errors) == ["current"]
            actions.change_password(session.actor(), new, new + "!", session_id=session.id)


@pytest.mark.parametrize(("age", "good"), [(14, True), (16, False), (60 * 24, False)])
def test_a_first_password_is_set_by_who_has_just_used_a_link(app: Flask, age: int, good: bool) -> None:
    """Else a screen that is left alone, or a stolen cookie, would open a lasting way in."""
    with app.app_context():
        user = make_user(Role.TYPIST)
        token = actions.sign_in_by_link(actions.make_sign_in_link(SYSTEM, user.id), BROWSER).token
        session = queries.open_session(token)
        assert session is not None
        with atomic():
            db.session.get_one(StaffSession, session.id).created_at = now() - timedelta(minutes=age)
        if good:
            actions.change_password(session.actor(), "", PASSWORD, session_id=session.id)
            assert _sign_in(user.email or "").complete
            return
        with pytest.raises(Invalid) as refusal:
            actions.change_password(session.actor(), "", PASSWORD, session_id=session.id)
        assert list(refusal.value.errors) == ["new"]
        assert db.session.get_one(User, user.id).password_hash is None


def test_the_lock_ends(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        email = make_user(password=PASSWORD).email or ""
        with monkeypatch.context() as patch:
            patch.setattr(passwords, "password_is", lambda *_: False)
            for _ in range(lockout.PER_ACCOUNT):
                with pytest.raises(Invalid):
                    _sign_in(email)
        assert db.session.scalar(
            select(func.count()).select_from(AuditEntry).where(AuditEntry.event == "account.locked")
        )
        with atomic():
            for failure in db.session.scalars(select(SignInFailure)):
                failure.last_at -= lockout.LOCK * 2
                failure.locked_until = failure.locked_until and failure.locked_until - lockout.LOCK * 2
        assert _sign_in(email).has_password


def test_what_sign_ins_leave_behind_is_cleared(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(Invalid):
            _sign_in("nobody@example.com")
        with atomic():
            for failure in db.session.scalars(select(SignInFailure)):
                failure.last_at -= timedelta(days=1)
        actions.make_sign_in_link(SYSTEM, make_user().id, life=timedelta(days=-31))
        jobs.clear()
        assert db.session.scalar(select(func.count()).select_from(SignInFailure)) == 0
        assert db.session.scalar(select(func.count()).select_from(SignInLink)) == 0


def test_the_log_keeps_no_address_and_what_it_keeps_is_declared(app: Flask) -> None:
    with app.app_context():
        user = actions.create_person(SYSTEM, "li.hua@example.com", "李华")
        actions.change_person(SYSTEM, user, "hua@example.com", "李华")
        actions.change_person(SYSTEM, user, "hua@example.com", "李 华")
        told = db.session.execute(select(AuditEntry.before, AuditEntry.after)).all()
        assert "l…@example.com" in str(told)
        assert "li.hua" not in str(told)
        assert "hua@" not in str(told)
    declared = {(column.table.name, column.name) for column, _ in personal_columns(Model.metadata)}
    assert {("audit_entry", name) for name in ("actor_label", "object_label", "after")} <= declared
