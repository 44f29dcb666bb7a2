"""The second factor: asked for, compulsory where a role gives much away, set up, lost; and confirming."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text

from engage.accounts import actions, codes, confirming, factors, queries
from engage.accounts.actions import second_step
from engage.accounts.lockout import CODES_ALIKE, CODES_PER_PLACE, PER_ACCOUNT
from engage.accounts.models import Authenticator, RecoveryCode, StaffSession, User
from engage.accounts.permissions import Role
from engage.accounts.rules import SECOND_FACTOR_ROLES
from engage.audit.models import AuditEntry
from engage.core.actor import SYSTEM
from engage.core.clock import now
from engage.core.db import db
from engage.core.sealing import seal, unseal
from engage.core.writer import atomic
from tests.factories.accounts import make_authenticator, make_recovery_code, make_session, make_user
from tests.fixtures.clients import hidden_fields
from tests.fixtures.staff import sign_in_session

pytestmark = pytest.mark.database
PASSWORD = "四个 毫不 相干 的词语 12"
OVERVIEW = "/staff/account/second-factor"
STEP = "/staff/sign-in/second-step"


def _password(client: FlaskClient, user: User, **more: str) -> Any:
    fields = hidden_fields(client.get("/staff/sign-in").text)
    typed = {"email": user.email, "password": PASSWORD}
    return client.post("/staff/sign-in", data={**fields, **typed, **more})


def _step(client: FlaskClient, code: str) -> Any:
    return client.post(STEP, data={**hidden_fields(client.get(STEP).text), "code": code})


def _events(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(AuditEntry.event).order_by(AuditEntry.id)))


def _codes_in(page: str) -> list[str]:
    return re.findall(r"^[a-z2-9]{5}-[a-z2-9]{5}$", re.search(r"<pre[^>]*>([^<]+)<", page)[1], re.MULTILINE)  # type: ignore[index]


def _age(app: Flask, user: User, **columns: Any) -> None:
    """Set columns of every session of ``user``."""
    with app.app_context(), atomic():
        for session in db.session.scalars(select(StaffSession).where(StaffSession.user_id == user.id)):
            for name, value in columns.items():
                setattr(session, name, value)


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """The moment at which codes are judged, however long a test takes: none gets old on the way."""
    moment = now()
    monkeypatch.setattr(second_step, "now", lambda: moment)
    return moment


def test_the_password_alone_opens_nothing(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        user = make_user(Role.ADMINISTRATOR, password=PASSWORD)
        secret = make_authenticator(user)
    answer = _password(client, user, next="/staff/accounts")
    assert (answer.status_code, answer.location) == (303, STEP)
    for path in (
        "/staff/",
        "/staff/account",
        OVERVIEW,
        "/staff/accounts",
        "/staff/account/second-factor/app",
    ):
        assert client.get(path).status_code == 302, path
        assert "/staff/sign-in" in client.get(path).location
    assert "session.started" not in _events(app)
    wrong = _step(client, "000000")
    assert wrong.status_code == 422
    assert "验证码不正确" in wrong.text
    done = _step(client, pyotp.TOTP(secret).now())
    assert (done.status_code, done.location) == (303, "/staff/accounts")
    assert client.get("/staff/accounts").status_code == 200


def test_a_link_asks_for_the_second_factor_too(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        user = make_user(Role.TYPIST)
        secret = make_authenticator(user)
        link = actions.make_sign_in_link(SYSTEM, user.id)
    page = client.get(f"/staff/sign-in/{link}")
    assert client.post(f"/staff/sign-in/{link}", data=hidden_fields(page.text)).location == STEP
    assert client.get("/staff/").status_code == 302
    assert _step(client, pyotp.TOTP(secret).now()).status_code == 303
    assert client.get("/staff/").status_code == 200


def test_a_code_works_once_and_half_a_minute_either_way(
    app: Flask, client: FlaskClient, still: datetime
) -> None:
    with app.app_context():
        user = make_user(Role.TYPIST, password=PASSWORD)
        secret = make_authenticator(user)
    app_of_theirs = pyotp.TOTP(secret)
    for seconds, good in ((-90, False), (90, False), (-30, True), (-30, False), (0, True), (0, False)):
        _password(client, user)
        answer = _step(client, app_of_theirs.at(still + timedelta(seconds=seconds)))
        assert answer.status_code == (303 if good else 422), seconds
        if good:
            client.delete_cookie("staff")


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("typed", "good"),
    [
        ("{0} {1}", True),
        ("{0}-{1}", True),
        (" {0}{1} ", True),
        ("{0}", False),
        ("", False),
        ("x" * 500, False),
    ],
)
def test_codes_as_people_type_them(app: Flask, client: FlaskClient, typed: str, good: bool) -> None:
    with app.app_context():
        user = make_user(Role.TYPIST, password=PASSWORD)
        secret = make_authenticator(user)
    _password(client, user)
    code = pyotp.TOTP(secret).now()
    assert _step(client, typed.format(code[:3], code[3:])).status_code == (303 if good else 422)


def test_codes_in_wide_digits_are_read(app: Flask) -> None:
    with app.app_context():
        secret = codes.new_secret()
        right = pyotp.TOTP(codes.secret_text(secret) or "").at(now())
        wide = right.translate({ord("0") + number: chr(ord("０") + number) for number in range(10)})
        assert codes.matching_step(secret, wide, 0, now()) is not None
        for wrong in ("٣٣٣٣٣٣", "١٢٣٤٥٦", "12345", "1234567", "abcdef", "\x00" * 6):
            assert codes.matching_step(secret, wrong, 0, now()) is None


def _at(app: Flask, address: str) -> FlaskClient:
    """A browser that nobody knows, at this address."""
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = address
    return client


def _guess(client: FlaskClient, user: User, times: int = CODES_PER_PLACE) -> None:
    for _ in range(times):
        _password(client, user)
        assert _step(client, "000000").status_code == 422


def test_guessing_codes_is_slow(app: Flask) -> None:
    with app.app_context():
        user = make_user(Role.TYPIST, password=PASSWORD)
        secret = make_authenticator(user)
    _guess(_at(app, "203.0.113.1"), user)
    # Neither another browser at this address nor the right code, nor a fresh sign-in helps.
    other = _at(app, "203.0.113.1")
    _password(other, user)
    refused = _step(other, pyotp.TOTP(secret).now())
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 14 * 60
    assert "恢复码" in refused.text
    assert "second-factor.locked" in _events(app)
    # From wherever they come, guesses together are bounded.
    for at in range(2, CODES_ALIKE // CODES_PER_PLACE + 1):
        _guess(_at(app, f"203.0.113.{at}"), user)
    fresh = _at(app, "203.0.113.200")
    _password(fresh, user)
    assert _step(fresh, "000000").status_code == 429


def test_who_knows_the_password_locks_nobody_out(app: Flask, still: datetime) -> None:
    with app.app_context():
        user = make_user(Role.TYPIST, password=PASSWORD)
        secret, recovery = make_authenticator(user), make_recovery_code(user)
    at_work = _at(app, "198.51.100.7")
    _password(at_work, user)
    assert _step(at_work, pyotp.TOTP(secret).at(still - timedelta(seconds=30))).status_code == 303
    at_work.delete_cookie("staff")
    # One network is full: another one has its own tries.
    _guess(_at(app, "203.0.113.1"), user)
    elsewhere = _at(app, "198.51.100.8")
    _password(elsewhere, user)
    assert _step(elsewhere, pyotp.TOTP(secret).at(still)).status_code == 303
    # All are: the browser that signed in before gets in at the very address of the guesses, and a recovery
    # code from anywhere.
    for at in range(1, CODES_ALIKE // CODES_PER_PLACE + 1):
        for _ in range(CODES_PER_PLACE):
            guesser = _at(app, f"203.0.113.{10 + at}")
            _password(guesser, user)
            _step(guesser, "000000")
    at_work.environ_base["REMOTE_ADDR"] = "203.0.113.1"
    _password(at_work, user)
    next_code = pyotp.TOTP(secret).at(still + timedelta(seconds=30))
    assert _step(at_work, next_code).status_code == 303
    stranger = _at(app, "203.0.113.1")
    _password(stranger, user)
    assert _step(stranger, recovery).status_code == 303


def test_a_stolen_session_locks_no_other(app: Flask, staff_client: Callable[..., Any]) -> None:
    with app.app_context():
        user = make_user(Role.ADMINISTRATOR, password=PASSWORD)
        secret, other = make_authenticator(user), make_user(Role.TYPIST)
    stolen, own = staff_client(user=user), staff_client(user=user)
    _age(app, user, confirmed_at=None)
    path, asked = f"/staff/accounts/{other.public_id}/link", {"_confirming": "yes"}
    answers = [
        stolen.send(path, {**asked, "confirm_code": "000000"}).status_code for _ in range(CODES_PER_PLACE + 1)
    ]
    assert answers[-1] == 429
    assert own.send(path, {**asked, "confirm_code": pyotp.TOTP(secret).now()}).status_code == 200


def test_a_session_left_alone_locks_nobody_out_of_their_password(
    app: Flask, staff_client: Callable[..., Any]
) -> None:
    with app.app_context():
        user = make_user(Role.TYPIST, password=PASSWORD)
    left, own = staff_client(user=user), staff_client(user=user)
    _age(app, user, confirmed_at=None)
    path, asked = f"{OVERVIEW}/passkeys/begin", {"_confirming": "yes"}
    answers = [
        left.send(path, {**asked, "confirm_password": "x"}).status_code for _ in range(PER_ACCOUNT + 1)
    ]
    assert answers[-1] == 429
    assert own.send(path, {**asked, "confirm_password": PASSWORD}).status_code == 303


def test_a_recovery_code_stands_in_once(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        user, other = make_user(Role.TYPIST, password=PASSWORD), make_user()
        make_authenticator(user)
        code, theirs = make_recovery_code(user), make_recovery_code(other)
    for typed, status in ((theirs, 422), (code.upper().replace("-", " "), 303), (code, 422)):
        client.delete_cookie("staff")
        _password(client, user)
        assert _step(client, typed).status_code == status
    assert "recovery-code.used" in _events(app)


def test_who_waits_too_long_begins_again(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        user = make_user(Role.TYPIST, password=PASSWORD)
        secret = make_authenticator(user)
    _password(client, user)
    page = client.get(STEP)
    _age(app, user, created_at=now() - timedelta(minutes=16))
    late = client.post(STEP, data={**hidden_fields(page.text), "code": pyotp.TOTP(secret).now()})
    assert late.location == "/staff/sign-in"
    assert app.test_client().get(STEP).location == "/staff/sign-in"


def test_closing_an_account_ends_what_waits(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        make_user(Role.ADMINISTRATOR)
        user = make_user(Role.TYPIST, password=PASSWORD)
        make_authenticator(user)
    _password(client, user)
    with app.app_context():
        actions.close_account(SYSTEM, user.id)
        assert not factors.has_factor(user.id)
    assert client.get(STEP).location == "/staff/sign-in"


@pytest.mark.parametrize("role", Role)
def test_roles_that_open_much_count_with_a_second_factor_only(app: Flask, role: Role) -> None:
    with app.app_context():
        user = make_user(role)
        plain, second = (make_session(user, second=second) for second in (False, True))
        assert bool(queries.open_session(plain).grants) is (role not in SECOND_FACTOR_ROLES)  # type: ignore[union-attr]
        assert queries.open_session(second).grants  # type: ignore[union-attr]
        found = {one.token_hash: one.id for one in db.session.scalars(select(StaffSession))}
        actors = queries.actors_of(list(found.values()))
        counted = {bool(actor.grants) for actor in actors.values()}
        assert counted == ({True, False} if role in SECOND_FACTOR_ROLES else {True})


@pytest.mark.parametrize(
    ("is_demo", "password", "asked"), [(True, None, False), (True, PASSWORD, True), (False, None, True)]
)
def test_only_demonstration_accounts_without_a_password_are_spared(
    app: Flask, client: FlaskClient, is_demo: bool, password: str | None, asked: bool
) -> None:
    with app.app_context():
        user = make_user(Role.ADMINISTRATOR, is_demo=is_demo, password=password)
        sign_in_session(app, client, make_session(user, second=False))
    assert client.get("/staff/accounts").status_code == (302 if asked else 200)
    page = client.get(OVERVIEW).text
    assert ("演示账号" in page) is not asked
    assert ("您的角色必须设置第二重验证" in page) is asked


def test_an_administrator_sets_the_app_up_at_the_first_sign_in(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        user = make_user(Role.ADMINISTRATOR, password=PASSWORD)
        elsewhere = make_session(user, second=False)
    _password(client, user)
    assert client.get("/staff/").location == OVERVIEW
    token = hidden_fields(client.get(OVERVIEW).text)["csrf_token"]
    begun = client.post(f"{OVERVIEW}/app/begin", data={"csrf_token": token})
    page = client.get(begun.location)
    secret = re.sub(r"\s", "", re.search(r'id="app-secret">([A-Z2-7 ]+)<', page.text)[1])  # type: ignore[index]
    assert "<svg" in page.text
    wrong = client.post(begun.location, data={**hidden_fields(page.text), "code": "000000"})
    assert wrong.status_code == 422
    code = pyotp.TOTP(secret).now()
    shown = client.post(begun.location, data={**hidden_fields(page.text), "code": code})
    kept = _codes_in(shown.text)
    assert len(kept) == codes.HOW_MANY
    assert shown.headers["Cache-Control"] == "no-store"
    assert client.get("/staff/accounts").status_code == 200
    with app.app_context():
        # Who was signed in without it is out.
        assert queries.open_session(elsewhere) is None
        stored = str(db.session.execute(text("SELECT * FROM authenticator")).all())
        stored += str(db.session.execute(text("SELECT * FROM recovery_code")).all())
        stored += str(db.session.execute(text("SELECT * FROM staff_session")).all())
        stored += str(db.session.execute(text("SELECT * FROM audit_entry")).all())
        assert secret not in stored
        assert not [one for one in kept if one in stored or one.replace("-", "") in stored]
    # The code that set it up does not sign in as well.
    client.delete_cookie("staff")
    _password(client, user)
    assert _step(client, code).status_code == 422
    assert _step(client, kept[3]).status_code == 303
    assert {"second-factor.added", "recovery-codes.made"} <= set(_events(app))


def test_the_last_factor_stays_where_a_role_needs_it(app: Flask, staff_client: Callable[..., Any]) -> None:
    for role, stays in ((Role.COORDINATOR, True), (Role.TYPIST, False)):
        with app.app_context():
            user = make_user(role)
            make_authenticator(user)
            make_recovery_code(user)
        client = staff_client(user=user)
        assert client.send(f"{OVERVIEW}/app/remove").status_code == 303
        with app.app_context():
            assert factors.has_factor(user.id) is stays
            left = db.session.scalar(select(func.count()).where(RecoveryCode.user_id == user.id))
            assert left == (1 if stays else 0)


def test_another_phone_replaces_the_app_only_when_its_code_is_right(
    app: Flask, staff_client: Callable[..., Any]
) -> None:
    with app.app_context():
        user = make_user(Role.COORDINATOR)
        make_authenticator(user)
        before = db.session.get_one(Authenticator, user.id).secret
    client = staff_client(user=user)
    client.send(f"{OVERVIEW}/app/begin")
    assert client.send(f"{OVERVIEW}/app", {"code": "000000"}).status_code == 422
    with app.app_context():
        assert db.session.get_one(Authenticator, user.id).secret == before
        _age(app, user, offer="app 1000 x")
    assert client.send(f"{OVERVIEW}/app", {"code": "000000"}).status_code == 303


def test_new_recovery_codes_end_those_before(app: Flask, staff_client: Callable[..., Any]) -> None:
    with app.app_context():
        user = make_user(Role.TYPIST)
    client = staff_client(user=user)
    assert client.send(f"{OVERVIEW}/codes").status_code == 303
    with app.app_context():
        make_authenticator(user)
        old = make_recovery_code(user)
    assert len(_codes_in(client.send(f"{OVERVIEW}/codes").text)) == codes.HOW_MANY
    with app.app_context():
        assert db.session.get(RecoveryCode, codes.recovery_hash(user.id, old)) is None


def test_an_administrator_resets_a_lost_one_and_ends_sessions(
    app: Flask, staff_client: Callable[..., Any]
) -> None:
    admin = staff_client(Role.ADMINISTRATOR)
    with app.app_context():
        user = make_user(Role.COORDINATOR)
        make_authenticator(user)
        make_recovery_code(user)
        sessions = [make_session(user, f"Firefox · Phone{number}") for number in range(4)]
        ids = [one.public_id for one in queries.sessions_of(user.id)]
    page = f"/staff/accounts/{user.public_id}"
    assert "Phone3" in admin.get(page).text
    assert admin.send(f"{page}/sessions/{ids[0]}/end").location == page
    assert admin.send(f"{page}/sessions/{ids[0]}/end").status_code == 404
    assert admin.send(f"/staff/accounts/{admin.user.public_id}/sessions/{ids[1]}/end").status_code == 404
    assert admin.send(f"{page}/sessions/end").status_code == 303
    with app.app_context():
        assert not [token for token in sessions if queries.open_session(token)]
        token = make_session(user)
    assert admin.send(f"{page}/second-factor/reset").location == page
    with app.app_context():
        assert not factors.has_factor(user.id)
        assert factors.codes_left(user.id) == 0
        assert queries.open_session(token) is None
    assert admin.send(f"/staff/accounts/{admin.user.public_id}/second-factor/reset").status_code == 409
    assert {"second-factor.reset", "sessions.ended"} <= set(_events(app))


# What gives away much, with what its form sends.
_GUARDED: dict[str, tuple[str, dict[str, str]]] = {
    "grant": ("/staff/accounts/{who}/grants", {"role": "typist", "scope": "site"}),
    "revoke": ("/staff/accounts/{who}/grants/1/revoke", {}),
    "link": ("/staff/accounts/{who}/link", {}),
    "close": ("/staff/accounts/{who}/close", {}),
    "reset": ("/staff/accounts/{who}/second-factor/reset", {}),
    "end sessions": ("/staff/accounts/{who}/sessions/end", {}),
    "end session": ("/staff/accounts/{who}/sessions/x/end", {}),
    "own sessions": ("/staff/account/sessions/end-others", {}),
    "own session": ("/staff/account/sessions/x/end", {}),
    "new app": (f"{OVERVIEW}/app/begin", {}),
    "remove app": (f"{OVERVIEW}/app/remove", {}),
    "new passkey": (f"{OVERVIEW}/passkeys/begin", {}),
    "remove passkey": (f"{OVERVIEW}/passkeys/x/remove", {}),
    "codes": (f"{OVERVIEW}/codes", {}),
    "new account": ("/staff/accounts/new", {"email": "new@city.example", "name": "新来的"}),
    "e-mail": ("/staff/accounts/{who}", {"email": "other@city.example", "name": "别人"}),
    "unlock": ("/staff/accounts/{who}/unlock", {}),
}


@pytest.mark.one_database
@pytest.mark.parametrize("deed", _GUARDED)
def test_what_lets_people_in_asks_again_who_it_is(
    app: Flask, staff_client: Callable[..., Any], deed: str
) -> None:
    with app.app_context():
        user = make_user(Role.ADMINISTRATOR, password=PASSWORD)
        other = make_user(Role.TYPIST)
    client = staff_client(user=user)
    _age(app, user, confirmed_at=now() - confirming.CONFIRMED_FOR - timedelta(seconds=1))
    before = _events(app)
    path, sent = _GUARDED[deed]
    path = path.format(who=other.public_id)
    asked = client.send(path, sent)
    assert asked.status_code == 403
    assert "请确认是您本人" in asked.text
    assert client.send(path, {**sent, "_confirming": "yes", "confirm_password": "wrong"}).status_code == 422
    assert _events(app) == before
    fields = hidden_fields(asked.text)
    assert sent.items() <= fields.items()
    done = client.post(path, data={**fields, "confirm_password": PASSWORD})
    assert "请确认是您本人" not in done.text
    assert done.status_code in (200, 303, 404)
    # For a while nothing is asked again.
    assert "请确认是您本人" not in client.send(path, sent).text


def test_who_has_a_second_factor_confirms_by_it(app: Flask, staff_client: Callable[..., Any]) -> None:
    with app.app_context():
        user = make_user(Role.ADMINISTRATOR, password=PASSWORD)
        secret, other = make_authenticator(user), make_user(Role.TYPIST)
    client = staff_client(user=user)
    _age(app, user, confirmed_at=None)
    path = f"/staff/accounts/{other.public_id}/link"
    asked = {"_confirming": "yes"}
    assert client.send(path, {**asked, "confirm_password": PASSWORD}).status_code == 422
    for _ in range(CODES_PER_PLACE - 1):
        assert client.send(path, {**asked, "confirm_code": "000000"}).status_code == 422
    assert client.send(path, {**asked, "confirm_code": "000000"}).status_code == 429
    with app.app_context(), atomic():
        db.session.execute(text("DELETE FROM sign_in_failure"))
    linked = client.send(path, {**asked, "confirm_code": pyotp.TOTP(secret).now()})
    assert linked.status_code == 200
    assert "/staff/sign-in/" in linked.text


def test_who_has_neither_signs_in_again(app: Flask, staff_client: Callable[..., Any]) -> None:
    client = staff_client(Role.TYPIST)
    _age(app, client.user, confirmed_at=None)
    asked = client.send(f"{OVERVIEW}/app/begin")
    assert asked.status_code == 403
    assert "登录链接" in asked.text
    assert client.send(f"{OVERVIEW}/app/begin", {"_confirming": "yes"}).status_code == 422


def test_what_is_sealed_opens_under_this_key_and_for_this_purpose_only(
    app: Flask, make_app: Callable[..., Flask]
) -> None:
    with app.app_context():
        sealed = seal("a", "secret")
        assert unseal("a", sealed) == "secret"
        assert unseal("b", sealed) is None
        assert unseal("a", sealed[:-4] + "AAAA") is None
    other = make_app()
    other.config["SECRET_KEY"] = "another"
    with other.app_context():
        assert unseal("a", sealed) is None
