"""Deeds: who may do them in which phase, retries, supports, cases, undo, the account of every question."""

from __future__ import annotations

import random
from typing import Any

import pytest
from flask import Flask

from engage.accounts.permissions import Role
from engage.core.errors import Conflict, Gone, Invalid, NotAllowed, NotFound, Refusal
from engage.core.ids import request_id
from engage.live import actions
from engage.live.models import LiveSupport, NamePolicy, Phase, QuestionState
from engage.live.queries import record as records
from engage.live.rules.deeds import DEEDS, Deed
from engage.live.rules.life import Act, Step
from engage.moderation.models import ReasonClass
from engage.participation import receipts
from tests.factories import live as make
from tests.factories.accounts import make_actor
from tests.live.tables import ACTS, DEED_PHASES, DEED_ROLES, DEED_STATES, STEP_ROLES, STEPS

NO = (NotAllowed, NotFound, Conflict, Gone)


@pytest.fixture(autouse=True)
def _context(app: Flask) -> Any:
    with app.app_context():
        yield


def in_phase(room: Any, phase: Phase) -> None:
    with make.atomic():
        make.db.session.get_one(make.LiveSession, room.id).phase = phase


@pytest.mark.one_database
@pytest.mark.parametrize("phase", list(Phase))
def test_citizens_do_what_the_phase_allows(phase: Phase) -> None:
    room = make.make_room()
    asked = make.ask(room, by=1)
    approved = make.decide(room, make.ask(room, by=2), Deed.APPROVE)
    in_phase(room, phase)
    deeds = {
        Act.ASK: lambda: actions.ask(make.citizen(3), room.id, "可以提问吗", "", request_id()),
        Act.SUPPORT: lambda: actions.support(
            make.citizen(3), room.id, approved.public_id, True, request_id()
        ),
        Act.WITHDRAW: lambda: actions.withdraw(make.citizen(1), room.id, asked.public_id),
    }
    for act, deed in deeds.items():
        if ACTS[act, phase]:
            deed()
        else:
            with pytest.raises(NO):
                deed()


@pytest.mark.one_database
@pytest.mark.parametrize(("deed", "phase"), list(DEED_PHASES))
def test_moderators_do_what_the_phase_allows(deed: Deed, phase: Phase) -> None:
    room = make.make_room()
    asked = make.ask(room, "我的电话是13800138000" if deed is Deed.MASK else "加装电梯的费用怎么分摊？")
    state, target = next((state, to) for (of, state), to in DEED_STATES.items() if of is deed and to)
    with make.atomic():
        row = make.question(asked.public_id)
        row.state, row.answer = state, "答复在此。" if deed is Deed.CORRECT else ""
    in_phase(room, phase)
    by = make.moderator()
    values = {"reason": ReasonClass.INSULT, "answer": "答复更正如下。"}
    if DEED_PHASES[deed, phase]:
        done = actions.decide(by, room.id, asked.public_id, deed, 0, **values)
        assert done.state is target
    else:
        with pytest.raises(Conflict):
            actions.decide(by, room.id, asked.public_id, deed, 0, **values)


# Refused every time, by who asks or by what the question is.
@pytest.mark.either_database
@pytest.mark.one_database
@pytest.mark.parametrize(("deed", "role"), list(DEED_ROLES))
def test_deeds_are_for_those_the_table_names(deed: Deed, role: Role) -> None:
    room = make.make_room()
    asked = make.ask(room)
    with make.atomic():
        make.question(asked.public_id).state = QuestionState.WITHDRAWN
    # Nothing is possible with this one any more, so whoever may is told that.
    with pytest.raises(Conflict if DEED_ROLES[deed, role] else NotAllowed):
        actions.decide(make_actor(role), room.id, asked.public_id, deed, 0, reason=ReasonClass.INSULT)


@pytest.mark.one_database
@pytest.mark.parametrize(("step", "role"), list(STEP_ROLES))
def test_steps_are_for_those_the_table_names(step: Step, role: Role) -> None:
    begin, target = next((phase, to) for (of, phase), to in STEPS.items() if of is step and to)
    room = make.make_room(begin)
    actor = make_actor(role)
    if STEP_ROLES[step, role]:
        assert actions.step(actor, room.id, step) is target
        assert actions.step(actor, room.id, step) is target
    else:
        with pytest.raises(NotAllowed):
            actions.step(actor, room.id, step)


def test_another_units_staff_do_nothing() -> None:
    room = make.make_room()
    other = make.make_unit("市卫健委")
    asked = make.ask(room)
    for role in (Role.MODERATOR, Role.DEPARTMENT, Role.COORDINATOR, Role.TYPIST):
        stranger = make_actor(role, unit=other)
        for deed in (
            lambda by: actions.decide(by, room.id, asked.public_id, Deed.APPROVE, 0),
            lambda by: actions.enter(by, room.id, "代录的问题", "", make.Source.HALL, request_id()),
            lambda by: actions.step(by, room.id, Step.END),
            lambda by: actions.make_link(by, room.id, "嘉宾"),
            lambda by: actions.edit(by, room.id, 0, {}),
        ):
            with pytest.raises(NotAllowed):
                deed(stranger)


def test_a_retry_answers_what_the_first_was_answered_even_after_the_end() -> None:
    room = make.make_room()
    request = request_id()
    first = actions.ask(make.citizen(), room.id, "问题只算一次", "", request)
    in_phase(room, Phase.ENDED)
    again = actions.ask(make.citizen(), room.id, "问题只算一次", "", request)
    assert (first.question, first.receipt) == (again.question, again.receipt)
    assert again.repeated
    found = receipts.find(first.receipt)
    assert found is not None
    assert records.question_for_receipt(found.object_id) is not None


def test_another_body_under_the_same_id_is_another_question() -> None:
    room = make.make_room()
    request = request_id()
    first = actions.ask(make.citizen(), room.id, "第一个问题", "", request)
    second = actions.ask(make.citizen(), room.id, "第二个问题", "", request)
    assert first.question != second.question
    assert first.receipt != second.receipt


def test_supports_count_each_device_once_under_retries_and_changes() -> None:
    room = make.make_room()
    asked = make.decide(room, make.ask(room), Deed.APPROVE)
    draw = random.Random(3)
    wanted: dict[int, bool] = {}
    sent: list[tuple[int, bool, str]] = []
    for _ in range(200):
        if sent and draw.random() < 0.3:
            number, on, request = draw.choice(sent)
        else:
            number, on, request = draw.randint(1, 12), draw.random() < 0.6, request_id()
            sent.append((number, on, request))
            wanted[number] = on
        done = actions.support(make.citizen(number), room.id, asked.public_id, on, request)
        assert done.supports == sum(wanted.values())
    rows = make.db.session.scalars(make.db.select(LiveSupport)).all()
    assert len(rows) == sum(wanted.values()) == make.question(asked.public_id).supports


@pytest.mark.parametrize("state", [QuestionState.PENDING, QuestionState.DECLINED, QuestionState.TAKEN_DOWN])
def test_what_is_not_public_is_not_supported(state: QuestionState) -> None:
    room = make.make_room()
    asked = make.ask(room)
    with make.atomic():
        make.question(asked.public_id).state = state
    with pytest.raises(NotFound):
        actions.support(make.citizen(), room.id, asked.public_id, True, request_id())
    assert not make.db.session.scalars(make.db.select(LiveSupport)).all()


def test_the_second_moderator_is_told_who_did_what() -> None:
    room = make.make_room()
    asked = make.ask(room)
    first, second = make.moderator(), make.moderator()
    actions.decide(first, room.id, asked.public_id, Deed.APPROVE, 0)
    actions.decide(first, room.id, asked.public_id, Deed.APPROVE, 0)
    with pytest.raises(Conflict) as told:
        actions.decide(second, room.id, asked.public_id, Deed.DECLINE, 0, reason=ReasonClass.INSULT)
    assert first.label in str(told.value.message)
    assert "approved it" in str(told.value.message)
    assert make.question(asked.public_id).state is QuestionState.APPROVED


def test_one_on_air_at_a_time_and_undo_brings_both_back() -> None:
    room = make.make_room()
    by = make.moderator()
    first = make.decide(room, make.ask(room, by=1), Deed.APPROVE, Deed.AIR, by=by)
    second = make.decide(room, make.ask(room, by=2), Deed.APPROVE, Deed.AIR, by=by)
    assert make.question(first.public_id).state is QuestionState.ANSWERED
    make.decide(room, second, Deed.UNDO, by=by)
    assert make.question(first.public_id).state is QuestionState.ON_AIR
    assert make.question(second.public_id).state is QuestionState.APPROVED
    make.decide(room, second, Deed.UNDO, by=by)
    assert make.question(second.public_id).state is QuestionState.PENDING
    with pytest.raises(Conflict):
        make.decide(room, second, Deed.UNDO, by=by)


def test_every_question_is_accounted_for() -> None:
    room = make.make_room()
    by = make.moderator()
    draw = random.Random(11)
    for number in range(60):
        asked = make.ask(room, f"第{number}个问题", by=number)
        for _ in range(draw.randint(0, 3)):
            try:
                make.decide(
                    room,
                    asked,
                    draw.choice(list(DEEDS)),
                    by=by,
                    reason=draw.choice(list(ReasonClass)),
                    note="因",
                )
            except Refusal:
                make.db.session.rollback()
        if draw.random() < 0.2:
            try:
                actions.withdraw(make.citizen(number), room.id, asked.public_id)
            except Refusal:
                make.db.session.rollback()
    book = records.ledger(room.id)
    told = book.answered + book.written + book.waiting + book.open + book.declined_total + book.withdrawn
    assert book.received == told == 60


def test_a_reason_is_needed_and_other_needs_words() -> None:
    room = make.make_room()
    asked = make.ask(room)
    by = make.moderator()
    for values in ({}, {"reason": ReasonClass.OTHER}):
        with pytest.raises(Invalid):
            actions.decide(by, room.id, asked.public_id, Deed.DECLINE, 0, **values)
    done = actions.decide(
        by, room.id, asked.public_id, Deed.DECLINE, 0, reason=ReasonClass.OTHER, note="已转信访"
    )
    assert done.state is QuestionState.DECLINED


def test_without_review_a_question_is_public_at_once_unless_it_is_held() -> None:
    room = make.make_room(moderation=False)
    assert make.ask(room, "什么时候开工").state is QuestionState.APPROVED
    held = make.ask(room, "请打我的电话13812345678")
    assert (held.state, held.held, held.hits) == (QuestionState.PENDING, True, ["mobile"])


def test_no_nickname_where_the_session_wants_none() -> None:
    room = make.make_room(names=NamePolicy.ANONYMOUS)
    assert make.ask(room, name="老王").nickname == ""
