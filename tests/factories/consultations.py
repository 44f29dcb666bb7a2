"""Consultations for tests, published or not, and comments on them; call inside an application context."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from engage.accounts.models import Unit
from engage.consultations.actions.submit import Submission, comment
from engage.consultations.models import (
    Comment,
    CommentState,
    Consultation,
    DraftVersion,
    Kind,
    Source,
    Stance,
    State,
)
from engage.consultations.queries.published import published
from engage.consultations.rules.clauses import to_data
from engage.consultations.rules.comments import Pick
from engage.consultations.rules.splitting import split
from engage.core.clock import minute, now
from engage.core.db import db
from engage.core.ids import request_id
from engage.core.types import Localized
from engage.core.writer import atomic
from tests.factories.accounts import make_unit

DRAFT = """第一章 总则
第一条 【目的】为了改善城区停车秩序，制定本办法。
第二条 本办法适用于城区道路和公共停车场：
（一）道路停车泊位；
（二）公共停车场。
第二章 收费
第三条 道路停车泊位每小时收费二元，首半小时免费。
第四条 残疾人专用车辆免费停放。
"""


def make_consultation(
    *, draft: str = DRAFT, unit: Unit | None = None, opened: int = 1, closes: int = 30, **values: Any
) -> Consultation:
    """A published one that opened `opened` days ago and closes in `closes` days, unless told otherwise."""
    unit = unit or make_unit()
    clauses = to_data(split(draft))
    state = values.get("state", State.PUBLISHED)
    with atomic():
        one = Consultation(
            **{
                "unit_id": unit.id,
                "kind": Kind.OTHER,
                "title": Localized(zh_CN="城区停车管理办法（征求意见稿）", en="Parking rules (draft)"),
                "background": Localized(zh_CN="城区车多位少，现对停车收费提出办法，请您提意见。"),
                "contact": Localized(zh_CN="市城管局 0746-0000000，文昌路1号"),
                "state": State.PUBLISHED,
                "opens_at": now() - timedelta(days=opened),
                "closes_at": now() + timedelta(days=closes),
                "edit_clauses": clauses,
                "version_number": None if state is State.DRAFT else 1,
            }
            | values
        )
        db.session.add(one)
        db.session.flush()
        if one.version_number:
            db.session.add(DraftVersion(consultation_id=one.id, number=1, clauses=clauses))
    return one


def clause_keys(one: Consultation) -> list[str]:
    """The keys of the clauses people may comment on, in their order."""
    return [clause["key"] for clause in one.edit_clauses if clause["part"] == "clause"]


def make_comments(
    one: Consultation,
    texts: Iterable[str],
    *,
    state: CommentState = CommentState.PENDING,
    **values: Any,
) -> list[Comment]:
    """Comments on the whole draft, unless told otherwise."""
    with atomic():
        consultation = db.session.get_one(Consultation, one.id)
        rows = []
        for text in texts:
            consultation.comment_count += 1
            rows.append(
                Comment(
                    **{
                        "consultation_id": consultation.id,
                        "number": consultation.comment_count,
                        "version": 1,
                        "stance": Stance.PARTLY,
                        "text": text,
                        "has_text": bool(text),
                        "source": Source.WEB,
                        "submitted_minute": minute(),
                        "state": state,
                    }
                    | values
                )
            )
        db.session.add_all(rows)
    return rows


def send_comment(one: Consultation, **values: Any) -> str:
    """A citizen's comment through the front door; answers its receipt code."""
    given = {
        "clause": "",
        "stance": Stance.PARTLY,
        "text": "建议延长免费时间。",
        "version": 1,
        "language": "zh_CN",
        "request_id": request_id(),
        "device": "phone",
    }
    return comment(published(one.public_id), Submission(**{**given, **values}))


def comments_of(one: Consultation) -> list[Comment]:
    """The comments as the database has them now."""
    db.session.expire_all()
    query = select(Comment).where(Comment.consultation_id == one.id).order_by(Comment.id)
    return list(db.session.scalars(query))


def pick_of(row: Comment) -> Pick:
    """A comment as a staff member sees it."""
    return Pick(row.public_id, row.revision)
