"""Deeds on consultations: retries, races between moderators, cases, settling, versions, erasing."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from engage.accounts.permissions import Role
from engage.audit.models import AuditEntry
from engage.cases.actions import answer_case
from engage.cases.models import Case, CaseState
from engage.consultations.actions import (
    answering,
    entering,
    importing,
    moderating,
    publishing,
    settling,
    submit,
)
from engage.consultations.actions.entering import enter
from engage.consultations.models import (
    Adoption,
    Comment,
    CommentState,
    Consultation,
    Source,
    Stance,
    State,
)
from engage.consultations.receipts import comment_receipts
from engage.consultations.rules.comments import Pick
from engage.consultations.rules.phases import Phase
from engage.core.clock import minute
from engage.core.db import db
from engage.core.errors import Conflict, Invalid, NotFound
from engage.core.ids import request_id
from engage.core.types import Localized
from engage.core.writer import atomic, is_writing
from engage.moderation.models import ReasonClass
from engage.moderation.rules import Screening, screened
from engage.participation import receipts
from engage.participation.deletion import erase_by_code
from tests.factories.accounts import make_actor, make_unit
from tests.factories.consultations import (
    clause_keys,
    comments_of,
    make_comments,
    make_consultation,
    pick_of,
    send_comment,
)

pytestmark = pytest.mark.database


def test_a_retry_answers_the_same_and_other_words_are_another_comment(app: Flask) -> None:
    with app.app_context():
        one = make_consultation()
        tries = [{"request_id": "r" * 22, "text": text} for text in ("甲", "甲", "乙", "甲")]
        codes = [send_comment(one, **each) for each in tries]
        assert codes[0] == codes[1] == codes[3] != codes[2]
        assert [row.number for row in comments_of(one)] == [1, 2]
        found = receipts.find(codes[2])
        assert found is not None
        assert comment_receipts([found.object_id])[0][1].text == "乙"


def test_a_retry_after_closing_still_answers_the_code(app: Flask) -> None:
    with app.app_context():
        one = make_consultation()
        code = send_comment(one, request_id="r" * 22)
        publishing.close(make_actor(Role.COORDINATOR), one.id)
        assert send_comment(one, request_id="r" * 22) == code


def test_one_stance_counts_once_for_a_device_and_clause(app: Flask) -> None:
    with app.app_context():
        one = make_consultation()
        clause, other = clause_keys(one)[:2]
        bare = {"stance": Stance.AGREE, "text": "", "clause": clause}
        send_comment(one, **bare)
        with pytest.raises(Conflict):
            send_comment(one, **bare)
        send_comment(one, clause=clause, text="还是想说明理由。")
        send_comment(one, **{**bare, "clause": other})
        send_comment(one, **bare, device="another")
        rows = comments_of(one)
        assert [row.counted for row in rows] == [True, False, True, True]
        assert [row.state.value for row in rows] == ["published", "pending", "published", "published"]


def test_what_cannot_be_commented_on(app: Flask) -> None:
    with app.app_context():
        one = make_consultation()
        chapter = one.edit_clauses[0]["key"]
        for clause in ("nothere", chapter):
            with pytest.raises(NotFound):
                send_comment(one, clause=clause)
        with pytest.raises(Invalid):
            send_comment(one, version=2)


def test_personal_data_waits_even_without_review(app: Flask) -> None:
    with app.app_context():
        one = make_consultation(review_first=False)
        send_comment(one)
        send_comment(one, text="请打13812345678")
        assert [(row.state.value, row.held) for row in comments_of(one)] == [
            ("published", False),
            ("pending", True),
        ]


def test_nobody_waits_for_a_text_being_screened(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, bool]] = []

    def screen(text: str) -> Screening:
        seen.append((text, is_writing()))
        return screened(text)

    for module in (submit, entering, importing):
        monkeypatch.setattr(module, "screen", screen)
    with app.app_context():
        one = make_consultation(review_first=False)
        coordinator = make_actor(Role.COORDINATOR)
        send_comment(one, text="甲")
        enter(coordinator, one.id, "", None, "乙 13812345678", Source.PAPER, request_id())
        row = importing.ImportedRow(2, "1", "丙", None, minute())
        list(importing.import_rows(coordinator, one.id, [row]))
        assert seen == [("甲", False), ("乙 13812345678", False), ("丙", False)]
        assert [row.held for row in comments_of(one)] == [False, True, False]


def test_two_moderators_never_overwrite_each_other(app: Flask) -> None:
    with app.app_context():
        one = make_consultation()
        rows = make_comments(one, ["甲", "乙", "丙"])
        seen = [pick_of(row) for row in rows]
        first, second = (make_actor(Role.MODERATOR, unit=one.unit_id) for _ in range(2))
        moderating.decide(first, one.id, seen[:1], CommentState.DECLINED, ReasonClass.INSULT)
        with pytest.raises(Conflict) as refusal:
            moderating.decide(second, one.id, seen[:1], CommentState.PUBLISHED)
        assert first.label in str(refusal.value.message)
        done = moderating.decide(second, one.id, seen, CommentState.PUBLISHED)
        assert (len(done.done), done.skipped) == (2, 1)
        assert [row.state.value for row in comments_of(one)] == ["declined", "published", "published"]
        back = moderating.decide(second, one.id, done.done, CommentState.PENDING)
        assert (len(back.done), back.skipped) == (2, 0)
        assert [row.state.value for row in comments_of(one)] == ["declined", "pending", "pending"]
        entries = db.session.scalar(select(func.count()).where(AuditEntry.event == "comment.moderated"))
        assert entries == 5


def test_answering_a_case_answers_the_comment(app: Flask) -> None:
    with app.app_context():
        one = make_consultation()
        (row,) = make_comments(one, ["请公开收费去向。"], state=CommentState.PUBLISHED)
        unit = make_unit("市财政局")
        coordinator = make_actor(Role.COORDINATOR)
        answering.assign(coordinator, one.id, pick_of(row), unit.id)
        case = db.session.scalars(select(Case)).one()
        assert row.text not in case.title
        assert settling_missing(one) == 3
        answer_case(make_actor(Role.DEPARTMENT, unit=unit), case.id, "收费全部上缴财政。", case.revision)
        (row,) = comments_of(one)
        assert (row.reply, row.reply_unit_id) == ("收费全部上缴财政。", unit.id)
        assert settling_missing(one) == 2


def settling_missing(one: Consultation) -> int:
    """How many sentences of what is missing, once the period is over."""
    fresh = db.session.get_one(Consultation, one.id)
    return len(settling.missing(Phase.CLOSED, settling.progress(fresh)))


def test_declining_withdraws_the_case_and_hides_the_reply(app: Flask) -> None:
    with app.app_context():
        one = make_consultation()
        (row,) = make_comments(one, ["意见"], state=CommentState.PUBLISHED)
        coordinator = make_actor(Role.COORDINATOR)
        answering.assign(coordinator, one.id, pick_of(row), one.unit_id)
        (row,) = comments_of(one)
        moderating.decide(
            coordinator, one.id, [pick_of(row)], CommentState.DECLINED, ReasonClass.OTHER, "与他人有关。"
        )
        assert db.session.scalars(select(Case)).one().state is CaseState.WITHDRAWN
        [(_, shown)] = comment_receipts([row.id])
        assert (shown.state, shown.reason_note, shown.reply) == (
            CommentState.DECLINED,
            "与他人有关。",
            "",
        )


def test_settling_says_what_is_missing_and_then_settles(app: Flask) -> None:
    with app.app_context():
        one = make_consultation(opened=40, closes=-1)
        (row,) = make_comments(one, ["意见"])
        actor = make_actor(Role.DEPARTMENT, unit=one.unit_id)
        with pytest.raises(Conflict):
            settling.settle(actor, one.id)
        with pytest.raises(Conflict):
            settling.publish_result(actor, one.id, Localized())
        moderating.decide(actor, one.id, [pick_of(row)], CommentState.PUBLISHED)
        settling.publish_result(actor, one.id, Localized(zh_CN="采纳一条。"))
        with pytest.raises(Conflict) as refusal:
            settling.settle(actor, one.id)
        assert "outcome" in str(refusal.value.message)
        answering.adopt(actor, one.id, [pick_of(comments_of(one)[0])], Adoption.NOT, "超出本办法范围。")
        settling.settle(actor, one.id)
        assert db.session.get_one(Consultation, one.id).state is State.SETTLED


def test_entering_gives_a_receipt_and_names_who_entered(app: Flask) -> None:
    with app.app_context():
        one = make_consultation()
        actor = make_actor(Role.TYPIST, unit=one.unit_id)
        arguments = (one.id, clause_keys(one)[0], None, "来信意见。", Source.PAPER, "r" * 22)
        codes = {enter(actor, *arguments) for _ in range(2)}
        (row,) = comments_of(one)
        assert len(codes) == 1
        assert (row.source, row.entered_by_id, row.state) == (
            Source.PAPER,
            actor.id,
            CommentState.PENDING,
        )
        with pytest.raises(Invalid):
            enter(actor, one.id, "", None, "意见", Source.WEB, request_id())


def test_an_author_erases_everything_by_code(app: Flask) -> None:
    with app.app_context():
        one = make_consultation()
        code = send_comment(one, text="我叫李明，住在文昌路。")
        (row,) = comments_of(one)
        with atomic():
            found = db.session.get_one(Comment, row.id)
            found.state, found.reply = CommentState.PUBLISHED, "李明您好。"
        erase_by_code(code, request_id())
        (row,) = comments_of(one)
        assert (row.text, row.reply, row.stance, row.state) == ("", "", None, CommentState.ERASED)
        assert receipts.find(code) is None
        assert comment_receipts([row.id]) == []


def test_the_audit_log_names_consultation_and_number(app: Flask) -> None:
    """Whatever is done to a comment; never its words, for these stay when its author erases them."""
    with app.app_context():
        one = make_consultation(review_first=True)
        coordinator = make_actor(Role.COORDINATOR)
        code = send_comment(one, text="家住三号楼的王师傅说车位太少。")
        clause = clause_keys(one)[0]
        enter(coordinator, one.id, clause, None, "来信意见。", Source.PAPER, "r" * 22)

        def pick(number: int) -> Pick:
            return pick_of(comments_of(one)[number - 1])

        moderating.decide(coordinator, one.id, [pick(1), pick(2)], CommentState.PUBLISHED)
        answering.reply(coordinator, one.id, pick(1), "正在增设车位。")
        answering.adopt(coordinator, one.id, [pick(2)], Adoption.ADOPTED, "")
        answering.assign(coordinator, one.id, pick(2), make_unit("市城管局停车办").id)
        answering.unassign(coordinator, one.id, pick(2))
        erase_by_code(code, request_id())
        entries = db.session.execute(
            select(AuditEntry.event, AuditEntry.object_label, AuditEntry.after).where(
                AuditEntry.object_kind == "consultation-comment"
            )
        ).all()
        title = "城区停车管理办法（征求意见稿）"
        assert {entry.object_label for entry in entries} == {f"{title} #1", f"{title} #2"}
        assert len({entry.event for entry in entries}) == 7
        cases = set(db.session.scalars(select(Case.title)))
        assert cases == {f"{title} #2"}
        assert not [entry for entry in entries if "王师傅" in str(entry)]
