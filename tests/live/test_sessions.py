"""The life of a session: codes, made once, the clock that ends what nobody ended."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from engage.accounts.permissions import Role
from engage.audit.models import AuditEntry
from engage.core.clock import now
from engage.core.errors import Conflict, Invalid
from engage.core.ids import request_id
from engage.core.types import Localized
from engage.live import actions
from engage.live.actions.sessions import FIELDS
from engage.live.jobs import end_on_time
from engage.live.models import GuestLink, LiveSession, Phase, QuestionState
from engage.live.queries import room as queries
from engage.live.queries import sessions
from engage.live.rules.deeds import Deed
from engage.live.rules.life import Step
from engage.live.rules.session import SUMMARY_MOST
from engage.notifications.models import Notification
from tests.factories import live as make
from tests.factories.accounts import make_actor


@pytest.fixture(autouse=True)
def _context(app: Flask) -> Any:
    with app.app_context():
        yield


def stored(room: LiveSession) -> LiveSession:
    make.db.session.rollback()
    return make.db.session.get_one(LiveSession, room.id)


def test_codes_are_unique_among_sessions_and_gone_after_the_end() -> None:
    by = make_actor(Role.COORDINATOR)
    codes = set()
    for listed in (True, True, False):
        room = make.make_room(Phase.DRAFT, listed=listed)
        actions.step(by, room.id, Step.ANNOUNCE)
        code = sessions.by_public_id(room.public_id).join_code
        assert code is not None
        assert len(code) == (6 if listed else 10)
        assert sessions.by_join_code(code.lower()) is not None
        codes.add(code)
    assert len(codes) == 3
    actions.step(by, room.id, Step.START)
    actions.step(by, room.id, Step.END)
    assert sessions.by_join_code(code) is None


def test_closing_ends_what_is_on_air() -> None:
    room = make.make_room()
    asked = make.decide(room, make.ask(room), Deed.APPROVE, Deed.AIR)
    actions.step(make.moderator(), room.id, Step.END)
    assert make.question(asked.public_id).state is QuestionState.ANSWERED
    assert queries.snapshot(room, "stage")["questions"] == {}


def test_a_session_that_goes_live_again_keeps_its_code() -> None:
    by = make_actor(Role.COORDINATOR)
    room = make.make_room(Phase.ANNOUNCED)
    code = room.join_code
    assert code is not None
    for step in (Step.START, Step.END):
        actions.step(by, room.id, step)
    assert sessions.by_join_code(code) is None, "nobody joins what has ended"
    assert queries.snapshot(stored(room), "stage")["session"]["code"] == ""
    actions.step(by, room.id, Step.REOPEN)
    assert stored(room).join_code == code
    assert sessions.by_join_code(code) is not None
    for step in (Step.END, Step.PUBLISH_RECORD):
        actions.step(by, room.id, step)
    assert stored(room).join_code is None


def test_the_same_form_makes_one_session_and_one_link() -> None:
    by, unit = make_actor(Role.COORDINATOR), make.make_unit()
    form, values = request_id(), {"title": Localized(zh_CN="政策直播间")}
    first = actions.create(by, unit.id, values, request_id=form)
    assert actions.create(by, unit.id, values, request_id=form) == first
    other = actions.create(by, unit.id, {"title": Localized(zh_CN="另一场")}, request_id=form)
    assert other != first
    link = request_id()
    tokens = {actions.make_link(by, first[0], "李局长", request_id=link) for _ in "ab"}
    assert len(tokens) == 1
    assert sessions.guest_link(tokens.pop()) is not None
    assert len(make.db.session.scalars(make.db.select(GuestLink)).all()) == 1
    assert actions.make_link(by, first[0], "王局长", request_id=link)
    assert len(make.db.session.scalars(make.db.select(GuestLink)).all()) == 2
    with pytest.raises(Invalid):
        actions.make_link(by, first[0], "李局长", request_id="no id")


def test_a_link_of_another_person_is_another_link() -> None:
    room, link = make.make_room(), request_id()
    tokens = {actions.make_link(make.moderator(), room.id, "李局长", request_id=link) for _ in "ab"}
    assert len(tokens) == 2


def test_a_summary_too_long_leaves_the_record_unpublished() -> None:
    room = make.make_room(Phase.ENDED)
    by = make_actor(Role.COORDINATOR)
    with pytest.raises(Invalid):
        actions.step(by, room.id, Step.PUBLISH_RECORD, summary="字" * (SUMMARY_MOST + 1))
    assert stored(room).phase is Phase.ENDED


@pytest.mark.parametrize(
    ("over", "reminded", "phase"),
    [
        (timedelta(minutes=29), 0, Phase.LIVE),
        (timedelta(minutes=31), 1, Phase.LIVE),
        (timedelta(hours=5, minutes=59), 1, Phase.LIVE),
        (timedelta(hours=6, minutes=1), 0, Phase.ENDED),
    ],
)
def test_what_nobody_ends_is_reminded_of_and_then_ended(over: timedelta, reminded: int, phase: Phase) -> None:
    room = make.make_room(ends_at=now() - over, starts_at=now() - over - timedelta(hours=1))
    make.moderator(make.db.session.get_one(make.LiveSession, room.id).unit)
    asked = make.decide(room, make.ask(room), Deed.APPROVE, Deed.AIR)
    for _ in "ab":
        end_on_time()
    told = make.db.session.scalars(
        make.db.select(Notification).where(Notification.key.startswith("live-overdue:"))
    ).all()
    assert len(told) == reminded
    assert stored(room).phase is phase
    if phase is Phase.ENDED:
        assert make.question(asked.public_id).state is QuestionState.ANSWERED
        entry = make.db.session.scalars(make.db.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert entry is not None
        assert entry.actor_id is None


@pytest.mark.parametrize(("hours", "phase"), [(11, Phase.LIVE), (13, Phase.ENDED)])
def test_without_a_planned_end_half_a_day_is_enough(hours: int, phase: Phase) -> None:
    room = make.make_room(started_at=now() - timedelta(hours=hours))
    end_on_time()
    assert stored(room).phase is phase


def test_who_goes_live_again_is_not_ended_at_once() -> None:
    room = make.make_room(starts_at=now() - timedelta(days=2), ends_at=now() - timedelta(days=1))
    end_on_time()
    assert stored(room).phase is Phase.ENDED
    actions.step(make.moderator(), room.id, Step.REOPEN)
    end_on_time()
    assert stored(room).phase is Phase.LIVE


def test_editing_one_field_leaves_the_others() -> None:
    room = make.make_room()
    before = {name: getattr(room, name) for name in FIELDS}
    actions.edit(make_actor(Role.COORDINATOR), room.id, 0, {"video_address": "https://v.qq.com/x"})
    after = {name: getattr(stored(room), name) for name in FIELDS}
    assert after == before | {"video_address": "https://v.qq.com/x"}
    with pytest.raises(Conflict):
        actions.edit(make_actor(Role.COORDINATOR), room.id, 0, {"video_address": ""})
