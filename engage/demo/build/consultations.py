"""Two consultations: one open with a queue, one settled with what came of each comment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import ModuleType
from typing import Any

from engage.cases.models import Case, CaseState
from engage.consultations.events import COMMENT, RECEIPT_KIND
from engage.consultations.models import (
    Adoption,
    Comment,
    CommentState,
    Consultation,
    DraftVersion,
    Kind,
    Source,
    Stance,
    State,
)
from engage.consultations.rules.clauses import to_data
from engage.consultations.rules.splitting import split
from engage.core.calendar import add_working_days
from engage.core.clock import local
from engage.core.db import db
from engage.demo.build.surveys import sample_request
from engage.demo.build.world import World
from engage.demo.content import comments_bus, comments_charging, draft_bus, draft_charging
from engage.demo.content.comments_bus import Settled
from engage.demo.content.comments_charging import Said
from engage.moderation.rules import screened
from engage.participation import receipts


@dataclass(frozen=True, slots=True)
class _Written:
    """A comment before it has its number."""

    at: datetime
    clause: str
    stance: Stance | None
    said: Said | Settled | None


def build_consultations(world: World) -> None:
    """Both, with their comments."""
    _charging(world)
    _bus(world)


def _charging(world: World) -> None:
    opens, closes = world.moments.days(-11), world.moments.days(21, 18)
    one = _consultation(world, draft_charging, "housing", "draft", (opens, closes), Kind.NORMATIVE)
    keys = _publish(one, draft_charging.TEXT)
    written = _written(
        world, keys, comments_charging.BARE, comments_charging.COMMENTS, (opens, world.moments.now)
    )
    for number, each in enumerate(written, 1):
        comment = _comment(one, number, each)
        if isinstance(each.said, Said):
            _review(world, comment, each.said)
        db.session.add(comment)
        if isinstance(each.said, Said) and each.said.owed_by:
            db.session.flush()
            _owe(world, one, comment, each.said)
    one.comment_count = len(written)
    db.session.flush()
    sample = next(row for row in _comments(one) if row.reply)
    receipts.issue(sample_request(one.public_id), RECEIPT_KIND, sample.id)


def _bus(world: World) -> None:
    held = world.theme_days[-2].day or world.moments.today
    opens = world.moments.at(held - timedelta(days=32), 9)
    closes = world.moments.at(held - timedelta(days=1), 18)
    one = _consultation(world, draft_bus, "transport", "bus-draft", (opens, closes), Kind.MAJOR_DECISION)
    keys = _publish(one, draft_bus.TEXT)
    written = _written(world, keys, comments_bus.BARE, comments_bus.COMMENTS, (opens, closes))
    for number, each in enumerate(written, 1):
        comment = _comment(one, number, each)
        if isinstance(each.said, Settled):
            _settle(world, comment, each.said, closes)
        db.session.add(comment)
    one.comment_count = len(written)
    one.state = State.SETTLED
    one.result_published_at = closes + timedelta(days=9, hours=16)
    one.settled_at = closes + timedelta(days=11, hours=17)
    outcomes = Counter(each.adoption for each in comments_bus.COMMENTS)
    counted = {
        "comments": outcomes.total(),
        "adopted": outcomes[Adoption.ADOPTED],
        "partly": outcomes[Adoption.PARTLY],
    }
    one.result_note = type(draft_bus.RESULT_NOTE)(
        {language: text.format(**counted) for language, text in draft_bus.RESULT_NOTE.items()}
    )


def _consultation(
    world: World,
    content: ModuleType,
    unit: str,
    activity: str,
    window: tuple[datetime, datetime],
    kind: Kind,
) -> Consultation:
    opens, closes = window
    carrier = world.activities[activity]
    carrier.starts_at, carrier.ends_at = window
    one = Consultation(
        unit_id=world.units[unit].id,
        activity_id=carrier.id,
        kind=kind,
        title=content.TITLE,
        background=content.BACKGROUND,
        contact=content.CONTACT,
        opens_at=opens,
        closes_at=closes,
        state=State.PUBLISHED,
        version_number=1,
        created_at=opens - timedelta(days=6),
        is_demo=True,
    )
    db.session.add(one)
    db.session.flush()
    return one


def _publish(one: Consultation, text: str) -> dict[str, str]:
    """Split and freeze the draft; the keys of its clauses by printed number."""
    clauses = split(text)
    one.edit_clauses, one.edit_revision = to_data(clauses), 1
    opens = one.opens_at or one.created_at
    db.session.add(
        DraftVersion(
            consultation_id=one.id,
            number=1,
            clauses=one.edit_clauses,
            published_at=opens - timedelta(hours=1),
        )
    )
    return {clause.number: clause.key for clause in clauses if clause.number}


def _written(
    world: World,
    keys: dict[str, str],
    bare: dict[str, int],
    comments: Sequence[Said | Settled],
    window: tuple[datetime, datetime],
) -> list[_Written]:
    """Bare agreement and words in the order of time; what is owed for long was said early."""
    start, end = window
    found = [
        _Written(world.between(start, end), keys[number] if number else "", Stance.AGREE, None)
        for number, count in bare.items()
        for _ in range(count)
    ]
    for said in comments:
        until, since = end, start
        if isinstance(said, Said) and (said.reply or said.owed_by):
            until = start + (end - start) * (0.15 if said.overdue else 0.7)
        if isinstance(said, Said) and said.state is CommentState.PENDING:
            since = end - timedelta(hours=20)
        clause = keys[said.clause] if said.clause else ""
        found.append(_Written(world.between(since, until), clause, said.stance, said))
    return sorted(found, key=lambda each: each.at)


def _comment(one: Consultation, number: int, each: _Written) -> Comment:
    text = each.said.text if each.said else ""
    return Comment(
        consultation_id=one.id,
        number=number,
        version=1,
        clause=each.clause,
        stance=each.stance,
        counted=each.stance is not None,
        text=text,
        has_text=bool(text),
        source=Source.WEB,
        submitted_minute=each.at,
        state=CommentState.PUBLISHED,
        revision=0,
    )


def _review(world: World, comment: Comment, said: Said) -> None:
    now = world.moments.now
    comment.state = said.state
    if said.state is CommentState.PENDING:
        comment.held = screened(said.text).held
        return
    comment.reason, comment.reason_note = said.reason, said.note
    comment.decided_by = world.people["housing"].name
    comment.decided_at = min(comment.submitted_minute + timedelta(hours=5), now)
    comment.revision = 1
    if said.reply:
        comment.reply, comment.reply_unit_id = said.reply, world.units["housing"].id
        comment.replied_at = min(comment.submitted_minute + timedelta(days=2, hours=3), now)
        comment.revision = 2


def _owe(world: World, one: Consultation, comment: Comment, said: Said) -> None:
    """The comment is a unit's case: open, or overdue for two days."""
    moments = world.moments
    opened = min(comment.submitted_minute + timedelta(hours=6), moments.now)
    due = add_working_days(local(opened).date(), 5)
    due = moments.working_day_before(2) if said.overdue else max(due, moments.working_day(1))
    unit = world.units[said.owed_by]
    case = Case(
        source_kind=COMMENT,
        source_id=comment.id,
        unit_id=unit.id,
        activity_id=one.activity_id,
        title=f"{one.title['zh_CN'][:100]} #{comment.number}",
        due_on=due,
        state=CaseState.OPEN,
        opened_at=opened,
        opened_by_id=world.people["housing"].id,
        revision=1,
        is_demo=True,
    )
    db.session.add(case)
    db.session.flush()
    comment.case_id, comment.assigned_unit_id, comment.revision = case.id, unit.id, 2


def _settle(world: World, comment: Comment, said: Settled, closes: datetime) -> None:
    comment.decided_by = world.people["transport"].name
    comment.decided_at = comment.submitted_minute + timedelta(hours=7)
    comment.adoption, comment.adoption_reason = said.adoption, said.reason
    comment.adopted_at = closes + timedelta(days=6)
    comment.revision = 2
    if said.reply:
        comment.reply, comment.reply_unit_id = said.reply, world.units["transport"].id
        comment.replied_at = closes + timedelta(days=5)
        comment.revision = 3


def _comments(one: Consultation) -> Sequence[Any]:
    return db.session.scalars(
        db.select(Comment).where(Comment.consultation_id == one.id).order_by(Comment.id)
    ).all()
