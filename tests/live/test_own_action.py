"""Undo takes back one's own last action in this session, and nothing that somebody else did since."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from engage.accounts.permissions import Role
from engage.core.errors import Conflict, NotAllowed
from engage.core.writer import atomic
from engage.live import actions
from engage.live.actions.own import RECENT
from engage.live.models import LiveDecision
from engage.live.models import QuestionState as S
from engage.live.rules.deeds import Deed
from engage.moderation.models import ReasonClass
from tests.factories import live as make
from tests.factories.accounts import make_actor

pytestmark = pytest.mark.database


@pytest.fixture
def room(app: Flask) -> Iterator[Any]:
    with app.app_context():
        yield make.make_room()


def _state(asked: Any) -> S:
    return make.question(asked.public_id).state


def test_each_takes_back_what_they_did_themselves_last_first(room: Any) -> None:
    mine, other = make.moderator(), make.moderator()
    asked = [make.ask(room, f"第{number}个问题是什么", by=number) for number in range(4)]
    make.decide(room, asked[0], Deed.APPROVE, by=mine)
    make.decide(room, asked[1], Deed.DECLINE, by=mine, reason=ReasonClass.REPEATED)
    make.decide(room, asked[2], Deed.APPROVE, by=other)
    elsewhere = make.make_room()
    make.decide(elsewhere, make.ask(elsewhere, by=9), Deed.APPROVE, by=mine)
    last = actions.last_own(mine, room.id)
    assert last is not None
    assert (last.question, last.deed, last.number) == (asked[1].public_id, Deed.DECLINE, 2)
    before = actions.undo_own(mine, room.id, last.id)
    assert before is not None
    assert (before.question, before.deed) == (asked[0].public_id, Deed.APPROVE)
    assert [_state(each) for each in asked[:3]] == [S.APPROVED, S.PENDING, S.APPROVED]
    assert actions.undo_own(mine, room.id, last.id) == before, "sent again it changes nothing more"
    assert actions.undo_own(mine, room.id, before.id) is None
    assert [_state(each) for each in asked[:3]] == [S.PENDING, S.PENDING, S.APPROVED]


def test_nobody_takes_back_what_another_did(room: Any) -> None:
    mine, other = make.moderator(), make.moderator()
    asked = make.ask(room)
    make.decide(room, asked, Deed.APPROVE, by=other)
    theirs = actions.last_own(other, room.id)
    assert theirs is not None
    assert actions.last_own(mine, room.id) is None
    actions.undo_own(mine, room.id, theirs.id)
    assert _state(asked) is S.APPROVED
    with pytest.raises(NotAllowed):
        actions.undo_own(make_actor(Role.TYPIST), room.id, theirs.id)
    actions.undo_own(other, make.make_room().id, theirs.id)
    assert _state(asked) is S.APPROVED, "it was done in another session"


def test_what_somebody_acted_on_since_stays_and_is_not_offered(room: Any) -> None:
    mine, other = make.moderator(), make.moderator()
    first, second = make.ask(room, by=1), make.ask(room, "第二个问题是什么", by=2)
    make.decide(room, first, Deed.APPROVE, by=mine)
    make.decide(room, second, Deed.APPROVE, by=mine)
    kept = actions.last_own(mine, room.id)
    assert kept is not None
    make.decide(room, second, Deed.AIR, by=other)
    offered = actions.last_own(mine, room.id)
    assert offered is not None
    assert offered.question == first.public_id
    with pytest.raises(Conflict, match="on air"):
        actions.undo_own(mine, room.id, kept.id)
    assert _state(second) is S.ON_AIR


def test_what_nobody_remembers_is_not_offered(room: Any) -> None:
    mine = make.moderator()
    make.decide(room, make.ask(room), Deed.APPROVE, by=mine)
    with atomic():
        row = make.db.session.scalars(make.db.select(LiveDecision)).one()
        row.decided_at -= RECENT
    assert actions.last_own(mine, room.id) is None
