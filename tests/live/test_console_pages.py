"""What the console and the desk show to whom, and what waits after the end settled together."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from engage.accounts.permissions import Role
from engage.audit.models import AuditEntry
from engage.cases import actions as cases
from engage.cases.models import Case
from engage.core.clock import local
from engage.core.errors import Conflict, Invalid, NotAllowed
from engage.live import actions
from engage.live.models import Phase, QuestionState, Source
from engage.live.queries import record as records
from engage.live.queries import room as rooms
from engage.live.rules.deeds import Deed
from engage.moderation.models import ReasonClass
from engage.web import stuffing
from engage.web.display import date_text
from tests.factories import live as make
from tests.factories.accounts import make_actor

S = QuestionState


@pytest.fixture
def room(app: Flask) -> Any:
    """A session of which two questions wait for review, two are approved and one is declined."""
    with app.app_context():
        session = make.make_room()
        for number, deeds in enumerate([(), (), (Deed.APPROVE,), (Deed.APPROVE,), (Deed.DECLINE,)]):
            asked = make.ask(session, f"第{number + 1}个提问怎么办", by=number + 1)
            make.decide(session, asked, *deeds, reason=ReasonClass.REPEATED)
        yield session


def end(session: Any) -> None:
    with make.atomic():
        make.db.session.get_one(make.LiveSession, session.id).phase = Phase.ENDED


def states(session: Any) -> list[QuestionState]:
    return list(
        make.db.session.scalars(
            make.db.select(make.LiveQuestion.state)
            .where(make.LiveQuestion.session_id == session.id)
            .order_by(make.LiveQuestion.number)
        )
    )


def test_what_is_left_over_is_deferred_and_declined_together_and_undone_one_by_one(room: Any) -> None:
    end(room)
    by = make.moderator()
    assert actions.settle_leftover(by, room.id, Deed.DEFER, 3) == 1, "up to the number that was seen"
    assert actions.settle_leftover(by, room.id, Deed.DEFER, 5) == 1
    assert states(room) == [S.PENDING, S.PENDING, S.WRITTEN, S.WRITTEN, S.DECLINED]
    assert make.db.session.scalar(make.db.select(make.db.func.count()).select_from(Case)) == 2
    with pytest.raises(Invalid):
        actions.settle_leftover(by, room.id, Deed.DECLINE, 5)
    assert actions.settle_leftover(by, room.id, Deed.DECLINE, 5, reason=ReasonClass.OFF_TOPIC) == 2
    assert actions.settle_leftover(by, room.id, Deed.DECLINE, 5, reason=ReasonClass.OFF_TOPIC) == 0
    assert records.ledger(room.id).open == 0
    first = make.db.session.scalars(make.db.select(make.LiveQuestion).filter_by(number=1)).one()
    make.decide(room, first, Deed.UNDO, by=by)
    assert states(room)[0] is S.PENDING


def test_the_leftover_is_settled_after_the_end_by_moderators_only(room: Any) -> None:
    with pytest.raises(Conflict):
        actions.settle_leftover(make.moderator(), room.id, Deed.DEFER, 5)
    end(room)
    for role in (Role.APPROVER, Role.TYPIST, Role.DEPARTMENT):
        with pytest.raises(NotAllowed):
            actions.settle_leftover(make_actor(role, unit=room.unit), room.id, Deed.DEFER, 5)
    assert states(room)[2] is S.APPROVED


def test_the_console_offers_it_and_keeps_what_was_typed(room: Any, staff_client: Any) -> None:
    moderator = staff_client(Role.MODERATOR)
    path = f"/staff/live/{room.public_id}"
    assert 'id="leftover"' not in moderator.get(f"{path}/console").text
    end(room)
    assert 'id="leftover"' in moderator.get(f"{path}/console").text
    decline = {"deed": "decline", "upto": "5", "reason": "other", "note": ""}
    refused = moderator.send(f"{path}/leftover", decline)
    assert refused.status_code == 422
    assert '<option value="other" selected>' in refused.text
    assert moderator.send(f"{path}/leftover", {"deed": "air", "upto": "5"}).status_code == 404
    told = moderator.send(f"{path}/leftover", decline | {"note": "时间不够。"}, follow_redirects=True)
    assert "已将 2 条提问设为不予公开。" in told.text
    again = moderator.send(f"{path}/leftover", decline | {"note": "时间不够。"}, follow_redirects=True)
    assert "没有需要处理的提问" in again.text


def test_deferring_what_waits_publishes_it_and_undo_takes_it_back(room: Any) -> None:
    asked = make.ask(room, "请打我电话13812345678", by=9)
    assert asked.held
    with pytest.raises(Conflict, match="Personal data"):
        make.decide(room, asked, Deed.DEFER)
    deferred = make.decide(room, asked, Deed.DEFER, confirmed=True)
    assert (deferred.state, deferred.held) == (S.WRITTEN, False)
    view = rooms.snapshot(room, "public")["questions"][asked.public_id]
    assert view["due"] == deferred.due_on.isoformat()
    undone = make.decide(room, asked, Deed.UNDO)
    assert (undone.state, undone.held, undone.published_at) == (S.PENDING, True, None)
    assert asked.public_id not in rooms.snapshot(room, "public")["questions"]


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("role", "decides"),
    [
        (Role.MODERATOR, True),
        (Role.COORDINATOR, True),
        (Role.DEPARTMENT, False),
        (Role.APPROVER, False),
        (Role.TYPIST, False),
    ],
)
def test_who_does_not_decide_sees_neither_its_keys_nor_its_card(
    room: Any, staff_client: Any, role: Role, decides: bool
) -> None:
    client = staff_client(role) if role is Role.COORDINATOR else staff_client(role, unit=room.unit)
    console = client.get(f"/staff/live/{room.public_id}/console")
    assert console.status_code == 200
    assert ("data-keys" in console.text) is decides
    assert ("进入审核台" in client.get("/staff/").text) is decides
    end(room)
    assert ('id="leftover"' in client.get(f"/staff/live/{room.public_id}/console").text) is decides


@pytest.mark.one_database
@pytest.mark.parametrize(("what", "told"), [("questions", 1), ("supports", 1), ("elsewhere", 0)])
def test_the_console_tells_that_many_come_from_one_network(
    room: Any, staff_client: Any, what: str, told: int
) -> None:
    for number in range(stuffing.WARN_FROM):
        stuffing.count(f"live:{room.id}:{what}", str(number), address="198.51.100.7")
    page = staff_client(Role.MODERATOR).get(f"/staff/live/{room.public_id}/console").text
    assert page.count("今天收到的 100 份中有 100 份来自同一网络地址") == told
    assert "198.51.100" not in page


def test_a_question_of_another_day_has_its_day(room: Any, staff_client: Any) -> None:
    today, earlier = make.now(), make.now() - timedelta(days=2)
    with make.atomic():
        row = make.db.session.scalars(make.db.select(make.LiveQuestion).filter_by(number=1)).one()
        row.asked_at = earlier
    page = staff_client(Role.MODERATOR).get(f"/staff/live/{room.public_id}/console").text
    assert f"<span data-clock>{date_text(earlier)} {local(earlier):%H:%M}</span>" in page
    assert f"<span data-clock>{date_text(today)}" not in page


def test_the_audit_log_names_session_and_number(room: Any) -> None:
    by = make_actor(Role.TYPIST, unit=room.unit)
    actions.enter(by, room.id, "大厅里有人问暖气", "", Source.HALL, "a" * 22)
    labels = make.db.session.scalars(
        make.db.select(AuditEntry.object_label).where(AuditEntry.object_kind == "live-question")
    ).all()
    assert set(labels) == {f"老旧小区改造在线访谈 #{number}" for number in (3, 4, 5, 6)}


def test_the_record_has_answers_before_promises_and_counts_both(room: Any, citizen_client: Any) -> None:
    client = citizen_client("device" + "4".zfill(18))
    deferred_ones = make.db.session.scalars(
        make.db.select(make.LiveQuestion)
        .where(make.LiveQuestion.number >= 3, make.LiveQuestion.number <= 4)
        .order_by(make.LiveQuestion.number)
    ).all()
    for asked in deferred_ones:
        make.decide(room, asked, Deed.DEFER)
    case = make.db.session.scalars(make.db.select(Case).filter_by(source_id=deferred_ones[1].id)).one()
    cases.answer_case(make_actor(Role.COORDINATOR), case.id, "一段。\n又一段。", case.revision)
    assert [row.number for row in records.record(room).written] == [4, 3]
    with make.atomic():
        row = make.db.session.get_one(make.LiveSession, room.id)
        row.phase, row.record_published_at = Phase.RECORDED, make.now()
    page = client.get(f"/live/{room.public_id}/record").text
    tiles = page[page.index('class="tiles"') :].partition("</dl>")[0]
    assert "书面答复办理中" in tiles
    own = client.get(f"/live/{room.public_id}/ask").text
    assert '<p class="reply reply__text" data-answer>一段。\n又一段。</p>' in own, "paragraphs stay apart"
