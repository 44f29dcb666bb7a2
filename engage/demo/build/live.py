"""Two live sessions: one in progress, made by the deeds of the room, and one with its record."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table, insert, select, update

from engage.accounts.queries import actor_of
from engage.cases.actions import answer_case
from engage.cases.models import Case, CaseState
from engage.core.actor import Actor, ActorKind
from engage.core.calendar import add_working_days
from engage.core.clock import local, minute
from engage.core.db import db
from engage.core.ids import request_id
from engage.demo.build.surveys import sample_request
from engage.demo.build.world import World
from engage.demo.content import live_now, live_record
from engage.demo.content.live_now import Asked
from engage.live import actions
from engage.live.actions.asking import RECEIPT_KIND
from engage.live.actions.cases import SOURCE_KIND
from engage.live.models import (
    ASKER_KEY_LENGTH,
    LiveDecision,
    LiveQuestion,
    LiveSession,
    LiveSupport,
    Phase,
    QuestionState,
)
from engage.live.rules.deeds import PUBLISHED, Deed
from engage.live.rules.life import Step
from engage.participation import receipts

_S = QuestionState
_DEEDS: dict[QuestionState, tuple[Deed, ...]] = {
    _S.PENDING: (),
    _S.APPROVED: (Deed.APPROVE,),
    _S.ON_AIR: (Deed.APPROVE, Deed.AIR),
    _S.ANSWERED: (Deed.APPROVE, Deed.AIR, Deed.ANSWER),
    _S.WRITTEN: (Deed.APPROVE, Deed.DEFER),
    _S.DECLINED: (Deed.DECLINE,),
    _S.TAKEN_DOWN: (Deed.APPROVE, Deed.TAKE_DOWN),
    _S.WITHDRAWN: (),
}
LIVE_FOR = timedelta(minutes=38)
LIVE_LASTS = timedelta(hours=2)


def build_live(world: World) -> None:
    """Both, with their questions."""
    _in_progress(world)
    _finished(world)


def _in_progress(world: World) -> None:
    started = world.moments.now - LIVE_FOR
    carrier = world.activities["live"]
    carrier.starts_at, carrier.ends_at = started, started + LIVE_LASTS
    staff, moderator = _actor(world, "housing"), _actor(world, "moderator")
    session_id, _ = actions.create(
        staff,
        world.units["housing"].id,
        {
            "title": live_now.TITLE,
            "introduction": live_now.INTRODUCTION,
            "guests": [dict(guest) for guest in live_now.GUESTS],
            "moderators_note": live_now.NOTE,
            "collects_from": started - timedelta(days=4),
            "starts_at": started,
            "ends_at": started + LIVE_LASTS,
        },
    )
    session = db.session.get_one(LiveSession, session_id)
    session.activity_id, session.is_demo = carrier.id, True
    session.created_at = started - timedelta(days=9)
    for step in (Step.ANNOUNCE, Step.COLLECT, Step.START):
        actions.step(staff, session_id, step)
    session.started_at = started
    for number, asked in enumerate(live_now.QUESTIONS):
        question = _ask(session_id, number, asked)
        _decide(moderator, session_id, question, asked)
        _answer(staff, question, asked)
        _support(world, question, asked.supports)
        _shift(world, question, asked, started, number)


def _ask(session_id: int, number: int, asked: Asked) -> LiveQuestion:
    citizen = Actor(ActorKind.CITIZEN, device=f"demonstration-{number:04d}-{request_id()}")
    done = actions.ask(citizen, session_id, asked.text, asked.name, request_id())
    question = db.session.scalars(select(LiveQuestion).where(LiveQuestion.public_id == done.question)).one()
    question.source = asked.source
    if asked.state is _S.WITHDRAWN:
        actions.withdraw(citizen, session_id, question.public_id)
    return question


def _decide(moderator: Actor, session_id: int, question: LiveQuestion, asked: Asked) -> None:
    for deed in _DEEDS[asked.state]:
        actions.decide(
            moderator,
            session_id,
            question.public_id,
            deed,
            question.revision,
            reason=asked.reason,
            note=asked.note,
            answer=asked.answer if deed is Deed.ANSWER else None,
        )


def _answer(staff: Actor, question: LiveQuestion, asked: Asked) -> None:
    if asked.state is _S.WRITTEN and asked.answer and question.case_id is not None:
        case = db.session.get_one(Case, question.case_id)
        answer_case(staff, case.id, asked.answer, case.revision)


def _support(world: World, question: LiveQuestion, count: int) -> None:
    """``count`` supports of devices that never were."""
    if not count:
        return
    rows = [
        {
            "question_id": question.id,
            "device_hash": f"{world.chance.getrandbits(4 * ASKER_KEY_LENGTH):0{ASKER_KEY_LENGTH}x}",
            "day": world.moments.today,
        }
        for _ in range(count)
    ]
    db.session.execute(insert(cast(Table, LiveSupport.__table__)), rows)
    question.supports = question.support_changes = count


def _shift(world: World, question: LiveQuestion, asked: Asked, started: datetime, number: int) -> None:
    """Move a question made just now to when it would have been asked and decided."""
    now = world.moments.now
    question.asked_at = minute(now - timedelta(minutes=asked.ago))
    decided = min(question.asked_at + timedelta(minutes=2), now)
    question.published_at = decided if question.published_at else None
    if question.on_air_at:
        on_air = max(started + timedelta(minutes=4 + 7 * number), decided)
        question.on_air_at = min(on_air, now - timedelta(minutes=2))
    if question.answered_at:
        question.answered_at = min((question.on_air_at or started) + timedelta(minutes=6), now)
    db.session.execute(
        update(LiveDecision).where(LiveDecision.question_id == question.id).values(decided_at=decided)
    )


def _finished(world: World) -> None:
    held = world.theme_days[-1].day or world.moments.today
    started = world.moments.at(held, 15)
    carrier = world.activities["clinic-live"]
    carrier.starts_at, carrier.ends_at = started, started + timedelta(minutes=92)
    session = LiveSession(
        unit_id=world.units["health"].id,
        activity_id=carrier.id,
        title=live_record.TITLE,
        introduction=live_record.INTRODUCTION,
        guests=[dict(guest) for guest in live_record.GUESTS],
        collects_from=started - timedelta(days=5),
        starts_at=started,
        ends_at=started + timedelta(minutes=90),
        phase=Phase.RECORDED,
        revision=6,
        question_count=len(live_record.QUESTIONS),
        started_at=started,
        ended_at=started + timedelta(minutes=92),
        record_summary=live_record.SUMMARY,
        record_published_at=started + timedelta(days=1),
        created_at=started - timedelta(days=12),
        is_demo=True,
    )
    db.session.add(session)
    db.session.flush()
    for number, asked in enumerate(sorted(live_record.QUESTIONS, key=lambda one: one.ago), 1):
        _recorded(world, session, number, asked, started)
    sample = db.session.scalars(
        select(LiveQuestion)
        .where(LiveQuestion.session_id == session.id, LiveQuestion.state == _S.WRITTEN)
        .order_by(LiveQuestion.id)
        .limit(1)
    ).one()
    receipts.issue(sample_request(session.public_id), RECEIPT_KIND, sample.id)


def _recorded(world: World, session: LiveSession, number: int, asked: Asked, started: datetime) -> None:
    at = started + timedelta(minutes=asked.ago)
    answered = (
        started + timedelta(days=3, hours=1) if asked.state is _S.WRITTEN else at + timedelta(minutes=4)
    )
    shown = asked.state in PUBLISHED
    question = LiveQuestion(
        session_id=session.id,
        number=number,
        text=asked.text,
        nickname=asked.name,
        source=asked.source,
        state=asked.state,
        reason=asked.reason,
        reason_note=asked.note,
        answer=asked.answer,
        revision=len(_DEEDS[asked.state]),
        decided_by=world.people["moderator"].name if asked.state is not _S.WITHDRAWN else "",
        asked_at=minute(at),
        published_at=at + timedelta(minutes=1) if shown else None,
        on_air_at=at + timedelta(minutes=2) if asked.state is _S.ANSWERED else None,
        answered_at=answered if shown else None,
    )
    db.session.add(question)
    db.session.flush()
    _support(world, question, asked.supports)
    if asked.state is _S.WRITTEN:
        _answered_case(world, session, question, started, answered)


def _answered_case(
    world: World, session: LiveSession, question: LiveQuestion, opened: datetime, answered: datetime
) -> None:
    case = Case(
        source_kind=SOURCE_KIND,
        source_id=question.id,
        unit_id=session.unit_id,
        activity_id=session.activity_id,
        title=f"{session.title.text()[:100]} #{question.number}",
        due_on=add_working_days(local(opened).date(), 5),
        state=CaseState.ANSWERED,
        opened_at=opened + timedelta(minutes=95),
        opened_by_id=world.people["moderator"].id,
        answered_at=answered,
        answered_by_id=world.people["coordinator"].id,
        revision=2,
        is_demo=True,
    )
    db.session.add(case)
    db.session.flush()
    question.case_id, question.due_on = case.id, case.due_on


def _actor(world: World, key: str) -> Actor:
    actor = actor_of(world.people[key].id)
    if actor is None:
        raise RuntimeError(f"the account {key} is not there")
    return actor
