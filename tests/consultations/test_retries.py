"""A deed sent again because its answer was lost is done; the same from somebody else, or another, is not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select

from engage.accounts.permissions import Role
from engage.audit.models import AuditEntry
from engage.consultations.actions import answering, moderating
from engage.consultations.models import Adoption, CommentState, Consultation
from engage.consultations.rules.comments import Pick
from engage.core.actor import Actor
from engage.core.db import db
from engage.core.errors import Conflict
from engage.moderation.models import ReasonClass
from tests.factories.accounts import make_actor, make_unit
from tests.factories.consultations import comments_of, make_comments, make_consultation, pick_of

pytestmark = pytest.mark.database
Send = Callable[[Actor, Consultation, Pick], object]


def _decide(state: CommentState, reason: ReasonClass | None = None, note: str = "") -> Send:
    return lambda actor, one, pick: moderating.decide(actor, one.id, [pick], state, reason, note)


def _adopt(adoption: Adoption, reason: str) -> Send:
    return lambda actor, one, pick: answering.adopt(actor, one.id, [pick], adoption, reason)


DEEDS: dict[str, tuple[Send, Send]] = {
    # name: (the deed, the same deed with another outcome)
    "reply": (
        lambda actor, one, pick: answering.reply(actor, one.id, pick, " 已延长。 "),
        lambda actor, one, pick: answering.reply(actor, one.id, pick, "未延长。"),
    ),
    "adopt": (_adopt(Adoption.NOT, "超出范围。"), _adopt(Adoption.NOT, "另一个理由。")),
    "decline": (
        _decide(CommentState.DECLINED, ReasonClass.OTHER, "与他人有关。"),
        _decide(CommentState.DECLINED, ReasonClass.INSULT),
    ),
    "undo": (_decide(CommentState.PENDING), _decide(CommentState.DECLINED, ReasonClass.INSULT)),
    "assign": (
        lambda actor, one, pick: answering.assign(actor, one.id, pick, one.unit_id),
        lambda actor, one, pick: answering.unassign(actor, one.id, pick),
    ),
}


@pytest.mark.parametrize("name", DEEDS)
def test_a_retry_is_done_and_nothing_else_is(app: Flask, name: str) -> None:
    send, other = DEEDS[name]
    with app.app_context():
        one = make_consultation()
        (row,) = make_comments(one, ["请延长免费时间。"], state=CommentState.PUBLISHED)
        seen = pick_of(row)
        actor, colleague = (make_actor(Role.DEPARTMENT, unit=one.unit_id) for _ in range(2))
        send(actor, one, seen)
        (row,) = comments_of(one)
        after, entries = _state(row), _entries()
        send(actor, one, seen)
        assert (_state(comments_of(one)[0]), _entries()) == (after, entries)
        for who, deed in ((colleague, send), (actor, other)):
            with pytest.raises(Conflict):
                deed(who, one, seen)
        with pytest.raises(Conflict):
            send(actor, one, Pick(seen.comment, seen.revision - 1))
        assert (_state(comments_of(one)[0]), _entries()) == (after, entries)


def test_taking_back_is_done_once(app: Flask) -> None:
    with app.app_context():
        one = make_consultation()
        (row,) = make_comments(one, ["意见"], state=CommentState.PUBLISHED)
        actor = make_actor(Role.DEPARTMENT, unit=one.unit_id)
        answering.assign(actor, one.id, pick_of(row), make_unit("市财政局").id)
        seen = pick_of(comments_of(one)[0])
        for _ in range(2):
            answering.unassign(actor, one.id, seen)
        with pytest.raises(Conflict):
            answering.unassign(actor, one.id, pick_of(comments_of(one)[0]))


def test_a_retry_of_many_counts_them_all(app: Flask) -> None:
    with app.app_context():
        one = make_consultation()
        rows = make_comments(one, ["甲", "乙", "丙"])
        actor, colleague = (make_actor(Role.MODERATOR, unit=one.unit_id) for _ in range(2))
        seen = [pick_of(row) for row in rows]
        moderating.decide(colleague, one.id, seen[2:], CommentState.PUBLISHED)
        first = moderating.decide(actor, one.id, seen, CommentState.PUBLISHED)
        again = moderating.decide(actor, one.id, seen, CommentState.PUBLISHED)
        assert (first, first.skipped) == (again, 1)
        moderating.decide(actor, one.id, again.done, CommentState.PENDING)


def _state(row: object) -> list[object]:
    names = ("state", "reason", "reply", "adoption", "adoption_reason", "assigned_unit_id", "revision")
    return [getattr(row, name) for name in names]


def _entries() -> int:
    return db.session.scalar(select(func.count()).select_from(AuditEntry)) or 0
