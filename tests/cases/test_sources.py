"""The real sources behind cases: what they say when erased, and a correction where they take one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from engage.accounts.permissions import Role
from engage.audit.models import AuditEntry
from engage.cases import queries
from engage.cases.actions import answer_case, correct_case
from engage.cases.models import Case, CaseState
from engage.cases.rules import CaseDeed
from engage.consultations.actions.answering import assign
from engage.consultations.actions.erasing import erase
from engage.consultations.models import Comment, CommentState
from engage.consultations.rules.comments import Pick
from engage.core.actor import SYSTEM
from engage.core.db import db
from engage.core.writer import atomic
from engage.live.models import LiveQuestion
from engage.live.rules.deeds import Deed
from tests.factories.accounts import make_actor, make_unit
from tests.factories.live import ask, decide, make_room
from tests.factories.receipts import commented

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("context")]


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def _owed() -> tuple[Comment, Case]:
    """A published comment assigned to a unit that is not its consultation's."""
    _code, comment = commented()
    with atomic():
        comment.state = CommentState.PUBLISHED
    unit = make_unit("市财政局")
    assign(SYSTEM, comment.consultation_id, Pick(comment.public_id, comment.revision), unit.id)
    return comment, db.session.scalars(select(Case)).one()


def test_the_reply_to_a_comment_is_corrected_where_it_is_read() -> None:
    comment, case = _owed()
    staff = make_actor(Role.DEPARTMENT, unit=case.unit_id)
    answer_case(staff, case.id, "已采那。", case.revision)
    correct_case(staff, case.id, "已采纳。", case.revision)
    assert comment.reply == "已采纳。"
    opened = queries.opened(staff, case.public_id)
    assert opened.source is not None
    assert opened.source.answer == "已采纳。"
    assert CaseDeed.CORRECT in opened.deeds


def test_the_written_answer_to_a_question_is_corrected_in_its_room() -> None:
    room = make_room()
    question = decide(room, ask(room), Deed.APPROVE)
    question = decide(room, question, Deed.DEFER)
    case = db.session.scalars(select(Case)).one()
    staff = make_actor(Role.DEPARTMENT, unit=case.unit_id)
    assert CaseDeed.CORRECT not in queries.opened(staff, case.public_id).deeds
    answer_case(staff, case.id, "按楼层分滩。", case.revision)
    answered_at = db.session.get_one(LiveQuestion, question.id).answered_at
    correct_case(staff, case.id, "按楼层分摊。", case.revision)
    corrected = db.session.get_one(LiveQuestion, question.id)
    assert (corrected.answer, corrected.answered_at) == ("按楼层分摊。", answered_at)
    assert db.session.get_one(Case, case.id).state is CaseState.ANSWERED
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).all()
    assert any(one.before == {"answer": "按楼层分滩。"} for one in entry)


def test_the_page_of_another_units_consultation_is_not_offered() -> None:
    _comment, case = _owed()
    staff, coordinator = make_actor(Role.DEPARTMENT, unit=case.unit_id), make_actor(Role.COORDINATOR)
    for actor, opens in ((staff, False), (coordinator, True)):
        source = queries.opened(actor, case.public_id).source
        assert source is not None
        assert bool(source.url) is opens
        assert source.public_url
        assert source.text


def test_an_erased_comment_withdraws_its_case_and_says_so() -> None:
    comment, case = _owed()
    erase(comment.id)
    assert db.session.get_one(Case, case.id).state is CaseState.WITHDRAWN
    opened = queries.opened(make_actor(Role.COORDINATOR), case.public_id)
    assert opened.source is not None
    assert opened.source.erased
    assert opened.deeds == {CaseDeed.READ}
