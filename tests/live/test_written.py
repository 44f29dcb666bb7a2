"""Written answers: a deferred question is a case; its answer is published where it was asked."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from engage.accounts.models import Unit
from engage.accounts.permissions import Role
from engage.audit.models import AuditEntry
from engage.cases import actions as cases
from engage.cases.models import Case, CaseState
from engage.cases.sources import handler_of
from engage.core.calendar import add_working_days
from engage.core.clock import today
from engage.core.errors import Conflict, Invalid
from engage.live import actions
from engage.live.models import Phase, QuestionState
from engage.live.queries import room as queries
from engage.live.rules.deeds import Deed
from engage.moderation.models import ReasonClass
from tests.factories import live as make
from tests.factories.accounts import make_actor

FIRST, BETTER = "书面答复：明年三月开工。", "更正：明年四月开工。"


@pytest.fixture(autouse=True)
def _context(app: Flask) -> Any:
    with app.app_context():
        yield


def in_phase(room: Any, phase: Phase) -> None:
    with make.atomic():
        make.db.session.get_one(make.LiveSession, room.id).phase = phase


def answered(room: Any) -> Any:
    """A question of ``room`` with its written answer."""
    asked = make.decide(room, make.ask(room, by=1), Deed.APPROVE, Deed.DEFER)
    case = make.db.session.scalars(make.db.select(Case)).one()
    cases.answer_case(make_actor(Role.COORDINATOR), case.id, FIRST, case.revision)
    return make.question(asked.public_id)


def test_a_question_deferred_is_a_case_that_answers_here() -> None:
    room = make.make_room()
    asked = make.decide(room, make.ask(room, by=1), Deed.APPROVE, Deed.DEFER)
    case = make.db.session.scalars(make.db.select(Case)).one()
    assert case.due_on == asked.due_on == add_working_days(today(), 5)
    make.decide(room, asked, Deed.UNDO)
    assert make.db.session.scalars(make.db.select(Case)).one().state is CaseState.WITHDRAWN
    make.decide(room, asked, Deed.DEFER)
    in_phase(room, Phase.RECORDED)
    unit = make.db.session.get_one(Unit, room.unit_id)
    case = make.db.session.scalars(make.db.select(Case)).one()
    cases.answer_case(
        make_actor(Role.DEPARTMENT, unit=unit), case.id, "书面答复：明年三月开工。", case.revision
    )
    public = queries.snapshot(make.db.session.get_one(make.LiveSession, room.id), "public")
    view = public["questions"][asked.public_id]
    assert (view["state"], view["answer"], view["due"]) == ("written", "书面答复：明年三月开工。", "")
    own = queries.snapshot(room, queries.stream_of_device(room.id, make.citizen(1).device or ""))
    assert own["questions"][asked.public_id]["answer"] == "书面答复：明年三月开工。"


def test_taking_down_what_is_owed_withdraws_its_case_and_undo_opens_it_again() -> None:
    room = make.make_room()
    asked = make.decide(room, make.ask(room), Deed.APPROVE, Deed.DEFER)
    make.decide(room, asked, Deed.TAKE_DOWN, reason=ReasonClass.UNLAWFUL)
    assert make.db.session.scalars(make.db.select(Case)).one().state is CaseState.WITHDRAWN
    make.decide(room, asked, Deed.UNDO)
    assert make.db.session.scalars(make.db.select(Case)).one().state is CaseState.OPEN
    assert make.question(asked.public_id).due_on is not None


@pytest.mark.parametrize("phase", [Phase.LIVE, Phase.ENDED, Phase.RECORDED])
def test_a_published_answer_is_corrected_everywhere_and_its_case_stays_answered(phase: Phase) -> None:
    room = make.make_room()
    asked = answered(room)
    in_phase(room, phase)
    make.decide(room, asked, Deed.CORRECT, answer=BETTER)
    own = queries.stream_of_device(room.id, make.citizen(1).device or "")
    for stream in ("public", own):
        assert queries.snapshot(room, stream)["questions"][asked.public_id]["answer"] == BETTER
    assert make.db.session.scalars(make.db.select(Case)).one().state is CaseState.ANSWERED
    entry = make.db.session.scalars(make.db.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert (entry.before["answer"], entry.after["answer"]) == (FIRST, BETTER)
    make.decide(room, asked, Deed.UNDO)
    assert make.question(asked.public_id).answer == FIRST


@pytest.mark.parametrize("text", ["", "  ", "字" * 10_001])
def test_a_correction_says_something_and_fits(text: str) -> None:
    room = make.make_room()
    asked = answered(room)
    with pytest.raises(Invalid):
        make.decide(room, asked, Deed.CORRECT, answer=text)
    assert make.question(asked.public_id).answer == FIRST


def test_nothing_is_corrected_before_it_is_answered_nor_over_somebody_else() -> None:
    room = make.make_room()
    asked = make.decide(room, make.ask(room), Deed.APPROVE, Deed.DEFER)
    with pytest.raises(Conflict):
        make.decide(room, asked, Deed.CORRECT, answer=BETTER)
    with pytest.raises(Conflict):
        actions.decide(
            make.moderator(), room.id, asked.public_id, Deed.CORRECT, asked.revision - 1, answer=BETTER
        )


def test_what_is_published_again_has_no_old_answer() -> None:
    room = make.make_room()
    asked = make.decide(room, make.ask(room), Deed.APPROVE, Deed.ANSWER, answer="旧的答复。")
    make.decide(room, asked, Deed.TAKE_DOWN, Deed.APPROVE, reason=ReasonClass.UNLAWFUL)
    assert make.question(asked.public_id).answer == ""
    assert queries.snapshot(room, "public")["questions"][asked.public_id]["answer"] == ""
    make.decide(room, asked, Deed.UNDO)
    assert make.question(asked.public_id).answer == "旧的答复。"


def test_excerpts_are_short_and_tell_nothing_of_an_erased_one() -> None:
    room = make.make_room()
    kept, gone = make.ask(room, "问" * 60, by=1), make.ask(room, by=2)
    actions.erase(gone.id)
    withdrawn = make.ask(room, by=3)
    actions.withdraw(make.citizen(3), room.id, withdrawn.public_id)
    found = handler_of("live-question").excerpts([kept.id, gone.id, withdrawn.id, 99_999])
    assert found == {kept.id: "问" * 40 + "…"}
    assert make.question(withdrawn.public_id).state is QuestionState.WITHDRAWN
