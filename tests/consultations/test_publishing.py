"""Publishing: versions, what is missing, and the period that people are really given."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from engage.accounts.permissions import Role
from engage.consultations.actions import editing, publishing, settling
from engage.consultations.models import Consultation, DraftVersion, Kind, State
from engage.consultations.rules.clauses import CLAUSE_CHARACTERS
from engage.core.clock import minute, now
from engage.core.db import db
from engage.core.errors import Conflict, Invalid, NotFound
from engage.core.ids import request_id
from engage.core.types import Localized
from tests.factories.accounts import make_actor
from tests.factories.consultations import (
    DRAFT,
    comments_of,
    make_comments,
    make_consultation,
    send_comment,
)

pytestmark = pytest.mark.database
REASON = Localized(zh_CN="防汛在即。")


def _fresh(one: Consultation) -> Consultation:
    db.session.expire_all()
    return db.session.get_one(Consultation, one.id)


def test_versions_are_frozen_and_ids_go_on(app: Flask) -> None:
    with app.app_context():
        actor = make_actor(Role.COORDINATOR)
        one = make_consultation(state=State.DRAFT)
        publishing.publish_consultation(actor, one.id)
        keys = [each["key"] for each in one.edit_clauses]
        saved = editing.set_text(actor, one.id, DRAFT.replace("二元", "三元"), 0)
        publishing.publish_consultation(actor, one.id)
        versions = db.session.scalars(select(DraftVersion).order_by(DraftVersion.number)).all()
        assert [each["key"] for each in versions[0].clauses] == keys
        assert [each["key"] for each in versions[1].clauses] == keys
        assert "二元" in str(versions[0].clauses)
        assert "三元" in str(versions[1].clauses)
        with pytest.raises(Conflict):
            editing.set_text(actor, one.id, DRAFT, saved.revision - 1)
        publishing.publish_consultation(actor, one.id)
        assert db.session.get_one(Consultation, one.id).version_number == 2
        send_comment(one, clause=keys[2], version=1)
        assert comments_of(one)[0].version == 1


def test_publishing_names_everything_that_is_missing(app: Flask) -> None:
    with app.app_context():
        one = make_consultation(
            state=State.DRAFT, background=Localized(), contact=Localized(), edit_clauses=[]
        )
        actor = make_actor(Role.COORDINATOR)
        with pytest.raises(Invalid) as refusal:
            publishing.publish_consultation(actor, one.id)
        assert set(refusal.value.errors) == {"background", "contact"}


def test_an_open_one_can_be_extended_but_not_moved(app: Flask) -> None:
    with app.app_context():
        one = make_consultation()
        actor = make_actor(Role.COORDINATOR)
        terms = editing.terms_of(one)
        assert terms.closes_at is not None
        later = {**{name: getattr(terms, name) for name in editing.Terms.__dataclass_fields__}}
        later["closes_at"] = terms.closes_at + timedelta(days=10)
        editing.edit_terms(actor, one.id, editing.Terms(**later))
        assert terms.opens_at is not None
        later["opens_at"] = minute(terms.opens_at)
        editing.edit_terms(actor, one.id, editing.Terms(**later))
        later["opens_at"] = now()
        with pytest.raises(Invalid):
            editing.edit_terms(actor, one.id, editing.Terms(**later))


@pytest.mark.parametrize("state", [State.DRAFT, State.WITHDRAWN])
def test_days_nobody_could_read_it_do_not_count(app: Flask, state: State) -> None:
    with app.app_context():
        one = make_consultation(state=state, kind=Kind.MAJOR_DECISION, opened=40, closes=10)
        actor = make_actor(Role.COORDINATOR)
        with pytest.raises(Invalid) as refusal:
            publishing.publish_consultation(actor, one.id)
        assert set(refusal.value.errors) == {"short_reason"}
        assert _fresh(one).state is state
        editing.edit_terms(actor, one.id, replace(editing.terms_of(one), short_reason=REASON))
        before = now()
        publishing.publish_consultation(actor, one.id)
        opens = _fresh(one).opens_at
        assert opens is not None
        assert before <= opens <= now()


def test_publishing_a_changed_text_leaves_the_beginning_alone(app: Flask) -> None:
    with app.app_context():
        one = make_consultation(kind=Kind.MAJOR_DECISION, opened=20, closes=20)
        opens, actor = one.opens_at, make_actor(Role.COORDINATOR)
        editing.set_text(actor, one.id, DRAFT.replace("二元", "三元"), 0)
        publishing.publish_consultation(actor, one.id)
        assert (_fresh(one).opens_at, _fresh(one).version_number) == (opens, 2)


def test_an_announced_one_is_not_moved_into_the_past(app: Flask) -> None:
    with app.app_context():
        one = make_consultation(kind=Kind.MAJOR_DECISION, opened=-5, closes=40)
        actor, terms = make_actor(Role.COORDINATOR), editing.terms_of(one)
        with pytest.raises(Invalid) as refusal:
            editing.edit_terms(actor, one.id, replace(terms, opens_at=now() - timedelta(days=30)))
        assert set(refusal.value.errors) == {"opens_at"}
        editing.edit_terms(actor, one.id, terms)
        editing.edit_terms(actor, one.id, replace(terms, opens_at=now() + timedelta(days=1)))


def test_closing_early_needs_the_reason_it_makes_the_period_short(app: Flask) -> None:
    """Its own one: the reason that is out already told why another end was planned."""
    with app.app_context():
        planned = Localized(zh_CN="征集期限经研究适当缩短。")
        one = make_consultation(kind=Kind.MAJOR_DECISION, opened=5, closes=20, short_reason=planned)
        actor, closes = make_actor(Role.COORDINATOR), one.closes_at
        for reason in ("", "  ", "字" * 501):
            with pytest.raises(Invalid) as refusal:
                publishing.close(actor, one.id, reason)
            assert set(refusal.value.errors) == {"short_reason"}
        assert (_fresh(one).closes_at, _fresh(one).short_reason) == (closes, planned)
        publishing.close(actor, one.id, " 防汛在即。 ")
        closed = _fresh(one)
        assert closed.closes_at is not None
        assert closed.closes_at <= now()
        assert closed.short_reason == REASON


@pytest.mark.parametrize(("kind", "opened"), [(Kind.OTHER, 1), (Kind.MAJOR_DECISION, 40)])
def test_closing_early_where_nothing_is_short(app: Flask, kind: Kind, opened: int) -> None:
    with app.app_context():
        one = make_consultation(kind=kind, opened=opened, closes=30)
        publishing.close(make_actor(Role.COORDINATOR), one.id)
        assert _fresh(one).short_reason == Localized()


# Opened and closed so many days ago, to be open for so many more: 30 days are asked for.
@pytest.mark.one_database
@pytest.mark.parametrize(
    ("opened", "closed", "more", "reason", "wrong"),
    [
        (10, 0, 25, "", None),
        (10, 5, 27, "", None),
        (10, 5, 27, "提前结束系误操作。", None),
        (10, 8, 25, "", "short_reason"),
        (10, 8, 25, "防汛在即。", None),
        (10, 8, 25, "字" * 501, "short_reason"),
        (10, 5, -1, "", "closes_at"),
        (10, 5, 0, "", "closes_at"),
        (10, 5, 400, "", "closes_at"),
    ],
)
def test_a_period_that_is_over_is_set_again(
    app: Flask, opened: int, closed: int, more: int, reason: str, wrong: str | None
) -> None:
    with app.app_context():
        one = make_consultation(kind=Kind.MAJOR_DECISION, opened=opened, closes=-closed, short_reason=REASON)
        actor, closes, end = make_actor(Role.COORDINATOR), one.closes_at, now() + timedelta(days=more)
        if wrong is not None:
            with pytest.raises(Invalid) as refusal:
                publishing.extend(actor, one.id, end, reason)
            assert set(refusal.value.errors) == {wrong}
            assert (_fresh(one).closes_at, _fresh(one).short_reason) == (closes, REASON)
            return
        publishing.extend(actor, one.id, end, reason)
        short = opened - closed + more < 30
        assert (_fresh(one).closes_at, _fresh(one).short_reason) == (end, REASON if short else Localized())
        send_comment(one)
        with pytest.raises(Conflict):
            publishing.extend(actor, one.id, end, reason)


def test_a_period_is_not_set_again_under_a_published_result(app: Flask) -> None:
    with app.app_context():
        one = make_consultation(opened=40, closes=-1, result_published_at=now())
        actor, end = make_actor(Role.COORDINATOR), now() + timedelta(days=5)
        with pytest.raises(Conflict, match="result"):
            publishing.extend(actor, one.id, end)
        settling.withdraw_result(actor, one.id)
        publishing.extend(actor, one.id, end)
        assert _fresh(one).closes_at == end


def test_a_consultation_is_made_once_for_a_form(app: Flask) -> None:
    with app.app_context():
        one = make_consultation()
        actor, terms, form = make_actor(Role.COORDINATOR), editing.terms_of(one), request_id()
        made = {editing.create(actor, one.unit_id, terms, request_id=form) for _ in range(2)}
        assert len(made) == 1
        other = replace(terms, title=Localized(zh_CN="另一个"))
        assert editing.create(actor, one.unit_id, other, request_id=form) not in made
        assert db.session.scalar(select(func.count()).select_from(Consultation)) == 3


def test_a_text_saved_twice_is_saved_once(app: Flask) -> None:
    with app.app_context():
        one = make_consultation(state=State.DRAFT)
        actor, text = make_actor(Role.COORDINATOR), DRAFT.replace("二元", "三元")
        assert [editing.set_text(actor, one.id, text, 0).revision for _ in range(2)] == [1, 1]
        with pytest.raises(Conflict):
            editing.set_text(actor, one.id, DRAFT, 0)


def test_a_clause_that_is_too_long_is_kept_but_not_published(app: Flask) -> None:
    with app.app_context():
        one = make_consultation(state=State.DRAFT)
        actor = make_actor(Role.COORDINATOR)
        editing.set_text(actor, one.id, DRAFT + "第五条 " + "字" * (CLAUSE_CHARACTERS + 1), 0)
        assert len(_fresh(one).edit_clauses) == 7
        with pytest.raises(Invalid) as refusal:
            publishing.publish_consultation(actor, one.id)
        assert ["第五条" in str(words) for words in refusal.value.errors.values()] == [True]


def test_control_characters_of_a_pasted_text_are_not_stored(app: Flask) -> None:
    with app.app_context():
        one = make_consultation(state=State.DRAFT)
        editing.set_text(make_actor(Role.COORDINATOR), one.id, "第一条 甲\x00\x07乙\ud800。", 0)
        assert [each["text"] for each in _fresh(one).edit_clauses] == ["甲乙。"]


def test_only_what_was_never_published_is_deleted(app: Flask) -> None:
    with app.app_context():
        actor = make_actor(Role.COORDINATOR)
        draft, withdrawn = make_consultation(state=State.DRAFT), make_consultation(state=State.WITHDRAWN)
        publishing.delete_draft(actor, draft.id)
        with pytest.raises(NotFound):
            publishing.delete_draft(actor, draft.id)
        make_comments(withdrawn, ["意见"])
        with pytest.raises(Conflict):
            publishing.delete_draft(actor, withdrawn.id)
        assert len(comments_of(withdrawn)) == 1
