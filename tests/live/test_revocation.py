"""Who loses the right to hear a stream hears it no more, whichever process took it from them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from engage.accounts import actions as accounts
from engage.accounts.actions.sessions import IDLE, LIFE
from engage.accounts.links import token_hash
from engage.accounts.models import Grant, StaffSession, Unit, User
from engage.accounts.permissions import Role
from engage.core.actor import SYSTEM, ScopeKind
from engage.core.clock import now
from engage.core.db import db
from engage.core.writer import atomic
from engage.live import actions
from engage.live.models import GuestLink, LiveSession, Phase
from engage.live.queries import room as queries
from engage.live.rules.deeds import Deed
from engage.live.rules.life import Step
from engage.live.sockets import console, room, screens
from tests.factories import live as make
from tests.factories.accounts import make_actor, make_session, make_unit, make_user
from tests.fixtures.server import wait_until

Connect = Callable[..., Any]


def _set(model: Any, **values: Any) -> Callable[[User, int], None]:
    """Change rows as another process would: this one hears no event of it."""

    def change(user: User, session_id: int) -> None:
        row = model.id == (user.id if model is User else session_id)
        with atomic() as session:
            session.execute(update(model).where(row).values(**values))
        console._recheck()

    return change


def _lose_first_grant(user: User, _session_id: int) -> None:
    with atomic() as session:
        session.execute(delete(Grant).where(Grant.id == user.grants[0].id))
    console._recheck()


def _lose_first_grant_here(user: User, _session_id: int) -> None:
    accounts.revoke_role(SYSTEM, user.id, user.grants[0].id)


ENDS: dict[str, Callable[[User, int], None]] = {
    "signed out here": lambda user, number: accounts.sign_out(_actor(user), number),
    "signed out elsewhere": _set(StaffSession, ended_at=now()),
    "idle for too long": _set(StaffSession, last_seen_at=now() - IDLE),
    "signed in too long ago": _set(StaffSession, created_at=now() - LIFE),
    "account closed here": lambda user, _: accounts.close_account(SYSTEM, user.id),
    "account closed elsewhere": _set(User, active=False),
    "grant revoked here": _lose_first_grant_here,
    "grant revoked elsewhere": _lose_first_grant,
}


def _actor(user: User) -> Any:
    return next(iter(console.actors_of(db.session.scalars(select(StaffSession.id)).all()).values()))


@pytest.mark.parametrize("way", ENDS)
def test_a_console_ends_with_what_let_it_in(app: Flask, connect: Connect, way: str) -> None:
    """It heard the queue of its first unit, then also that of the second: losing either ends it."""
    with app.app_context():
        make_user(Role.ADMINISTRATOR)
        units = [make_unit("市民政局"), make_unit("市教育局")]
        rooms = [make.make_room(unit=unit).public_id for unit in units]
        user = _moderator_of(units)
        user_id, token = user.id, make_session(user)
        session_id = db.session.scalars(
            select(StaffSession.id).where(StaffSession.token_hash == token_hash(token))
        ).one()
        other = make_session(make_user(Role.MODERATOR))
    ended, stays = connect(1, staff=token), connect(2, staff=other)
    for client in (ended, stays):
        for public_id in rooms:
            assert "error" not in client.emit("live.console", {"room": public_id}, callback=True)
    with app.app_context():
        console._recheck()
        assert ended.is_connected()
        ENDS[way](db.session.get_one(User, user_id), session_id)
    assert not ended.is_connected()
    assert stays.is_connected()


def _moderator_of(units: list[Unit]) -> User:
    user = make_user(Role.MODERATOR, unit=units[0])
    accounts.grant_role(SYSTEM, user.id, Role.MODERATOR, ScopeKind.UNIT, units[1].id)
    return user


def test_signing_out_leaves_the_persons_other_browser_alone(app: Flask, connect: Connect) -> None:
    with app.app_context():
        public_id = make.make_room().public_id
        user = make_user(Role.MODERATOR)
        first, second = make_session(user), make_session(user)
    here, there = connect(1, staff=first), connect(2, staff=second)
    for client in (here, there):
        client.emit("live.console", {"room": public_id}, callback=True)
    with app.app_context():
        session_id = db.session.scalars(
            select(StaffSession.id).where(StaffSession.token_hash == token_hash(first))
        ).one()
        accounts.sign_out(_actor(user), session_id)
    assert not here.is_connected()
    assert there.is_connected()


def test_deciding_keeps_the_session_open(app: Flask, connect: Connect) -> None:
    """A moderator may sit at the console all day and open no other page."""
    with app.app_context():
        live = make.make_room()
        public_id, question = live.public_id, make.ask(live).public_id
        token = make_session(make_user(Role.MODERATOR))
        with atomic() as session:
            session.execute(update(StaffSession).values(last_seen_at=now() - timedelta(hours=7)))
    client = connect(1, staff=token)
    fields = {"room": public_id, "question": question, "deed": "approve", "revision": 0}
    assert "error" not in client.emit("live.decide", fields, callback=True)
    with app.app_context():
        assert db.session.scalars(select(StaffSession.last_seen_at)).one() > now() - timedelta(minutes=1)


@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_screen_that_used_two_links_ends_with_either(app: Flask, connect: Connect, elsewhere: bool) -> None:
    with app.app_context():
        by = make.moderator()
        rooms = [make.make_room(unit=make_unit(name)) for name in ("市民政局", "市教育局")]
        tokens = [actions.make_link(by, live.id, "嘉宾") for live in rooms]
        first = db.session.scalars(select(GuestLink).where(GuestLink.session_id == rooms[0].id)).one()
    both, second = connect(1), connect(2)
    for client, known in ((both, tokens), (second, tokens[1:])):
        for token in known:
            assert "error" not in client.emit("live.guest", {"token": token}, callback=True)
    with app.app_context():
        if elsewhere:
            with atomic() as session:
                session.execute(update(GuestLink).where(GuestLink.id == first.id).values(revoked_at=now()))
            screens._recheck()
        else:
            actions.revoke_link(by, first.session_id, first.id)
    assert not both.is_connected()
    assert second.is_connected()


@pytest.mark.parametrize(
    ("event", "module", "stream"),
    [
        ("live.join", room, "public"),
        ("live.console", console, "moderators"),
        ("live.stage", screens, "stage"),
        ("live.guest", screens, "guest"),
    ],
)
def test_what_is_committed_while_one_joins_is_told(
    app: Flask,
    connect: Connect,
    monkeypatch: pytest.MonkeyPatch,
    event: str,
    module: ModuleType,
    stream: str,
) -> None:
    """Who hears from now on must read what is there from now on, not from when the question began."""
    with app.app_context():
        live = make.make_room()
        room_id, public_id = live.id, live.public_id
        by = make.moderator()
        asked = make.decide(live, make.ask(live), Deed.APPROVE, by=by).public_id
        token = actions.make_link(by, live.id, "嘉宾")
        session = make_session(make_user(Role.MODERATOR))
    join = module.join

    def meanwhile(peer: Any, name: str) -> None:
        if name.endswith(stream):
            with app.app_context():
                live = db.session.get_one(LiveSession, room_id)
                make.decide(live, make.question(asked), Deed.AIR, by=by)
        join(peer, name)

    monkeypatch.setattr(module, "join", meanwhile)
    answer = connect(1, staff=session).emit(event, {"room": public_id, "token": token}, callback=True)
    assert "error" not in answer, answer
    with app.app_context():
        assert answer["streams"][stream]["seq"] == queries.head(room_id, stream) > 0


def test_who_waits_in_a_room_that_is_recalled_hears_nothing_more(app: Flask, connect: Connect) -> None:
    """Its address of the video may be another when it is announced again, or it never is."""
    with app.app_context():
        live = make.make_room(phase=Phase.ANNOUNCED)
        room_id, public_id, revision = live.id, live.public_id, live.revision
        by = make_actor(Role.COORDINATOR)
        link = actions.make_link(by, live.id, "嘉宾")
    heard = {event: connect(number) for number, event in enumerate(("live.join", "live.stage", "live.guest"))}
    for event, client in heard.items():
        assert "error" not in client.emit(event, {"room": public_id, "token": link}, callback=True)
    with app.app_context():
        actions.step(by, room_id, Step.RECALL)
    for event in ("live.join", "live.stage"):
        wait_until(lambda event=event: not heard[event].is_connected())  # type: ignore[misc]
    with app.app_context():
        actions.edit(by, room_id, revision + 1, {"video_address": "https://video.example/secret.m3u8"})
        wait_until(lambda: app.extensions["live_pump"]._last_id == queries.last_log_id())
    assert "secret" not in str(heard["live.guest"].get_received())
