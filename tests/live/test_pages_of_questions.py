"""A room of many questions: every page of it, in every order, and what a page and a join are made of."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from flask import Flask

from engage.core.clock import now
from engage.core.writer import atomic
from engage.live import actions
from engage.live.models import LiveQuestion, LiveSession, QuestionState
from engage.live.queries import record, shared
from engage.live.queries import room as queries
from engage.live.queries.pages import PAGE, Order
from engage.live.rules.deeds import Deed
from engage.live.rules.streams import PUBLIC
from engage.moderation.models import ReasonClass
from tests.factories import live as make
from tests.fixtures.queries import counted_queries, query_plans

pytestmark = pytest.mark.database

MANY = 2 * PAGE + 7


@pytest.fixture
def room(app: Flask, once_a_table: Callable[[Callable[[], str]], str]) -> str:
    """MANY questions published at once, some supported, some answered, one on air; and one that waits."""
    return once_a_table(partial(_room, app))


def _room(app: Flask) -> str:
    with app.app_context():
        session, by = make.make_room(moderation=False), make.moderator()
        with atomic():
            asked = [make.ask(session, f"第{number}个问题", by=number) for number in range(MANY)]
            for number in (3, 40, 41):
                make.decide(session, asked[number], Deed.ANSWER, by=by, answer="答复如下")
            make.decide(session, asked[5], Deed.AIR, by=by)
            make.decide(session, asked[6], Deed.TAKE_DOWN, by=by, reason=ReasonClass.INSULT)
            session.moderation = True
            make.ask(session, "还没有审核的问题", by=500)
        for number, times in ((10, 1), (50, 3)):
            for phone in range(times):
                actions.support(
                    make.citizen(900 + phone), session.id, asked[number].public_id, True, request(phone)
                )
        return str(session.public_id)


def request(number: int) -> str:
    return f"request-{number:020d}"


def texts(page: str) -> list[str]:
    """The questions listed on a page as it is read without a script."""
    rows = page.split("data-list>")[1].split("</ul>")[0]
    return re.findall(r"data-text>([^<]+)<", rows)


FIRST = {
    Order.NEW: [f"第{MANY - 1}个问题", f"第{MANY - 2}个问题"],
    Order.SUPPORTS: ["第50个问题", "第10个问题", f"第{MANY - 1}个问题"],
    Order.ANSWERED: ["第41个问题", "第40个问题", "第3个问题", f"第{MANY - 1}个问题"],
}


@pytest.mark.one_database
@pytest.mark.parametrize("order", list(Order))
def test_every_question_is_on_one_page_of_each_order(client: Any, room: str, order: Order) -> None:
    shown: list[str] = []
    path: str | None = f"/live/{room}?by={order}"
    while path:
        page = client.get(path).text
        assert f"data-question-count>{MANY - 1}<" in page, "with the one on air, without what was taken down"
        assert len(texts(page)) <= PAGE
        shown += texts(page)
        following = re.search(r'<a [^>]*href="([^"]+)"[^>]*rel="next">', page)
        path = f"/live/{room}{following[1].replace('&amp;', '&')}" if following else None
    assert shown[: len(FIRST[order])] == FIRST[order]
    assert sorted(shown) == sorted(f"第{number}个问题" for number in range(MANY) if number not in (5, 6))


@pytest.mark.one_database
@pytest.mark.parametrize("order", list(Order))
@pytest.mark.parametrize("page", [1, 2, 3, 4, 10_000])
def test_the_script_is_told_the_same_page(client: Any, room: str, order: Order, page: int) -> None:
    answer = client.get(f"/live/{room}/questions?by={order}&page={page}").json
    listed = [answer["questions"][key]["text"] for key in answer["order"]]
    assert listed == texts(client.get(f"/live/{room}?by={order}&page={page}").text)
    assert (answer["page"], answer["pages"]) == (min(page, 3), 3)
    on_air = [view["text"] for view in answer["questions"].values() if view["state"] == "on-air"]
    assert on_air == ["第5个问题"]
    assert answer["totals"]["published"] == [MANY - 1, answer["seq"]]
    supported = {
        answer["questions"][key]["text"]: total[0] for key, total in answer["totals"]["supports"].items()
    }
    wanted = {"第50个问题": 3, "第10个问题": 1}
    assert supported == {text: total for text, total in wanted.items() if text in listed}
    assert "还没有审核" not in json.dumps(answer, ensure_ascii=False)


@pytest.mark.one_database
@pytest.mark.parametrize("words", ["by=oldest", "page=0", "page=-1", "page=x", "by=&page="])
def test_an_address_that_is_none_is_the_first_page(client: Any, room: str, words: str) -> None:
    assert texts(client.get(f"/live/{room}?{words}").text) == texts(client.get(f"/live/{room}").text)


def test_a_support_without_a_script_leads_back_to_its_page(citizen_client: Any, room: str) -> None:
    phone = citizen_client()
    page = phone.get(f"/live/{room}?by=supports&page=2").text
    action = re.search(r'action="([^"]+/support[^"]*)"', page.split("data-list>")[1])
    question = re.search(r'name="question" value="(\w+)"', page)
    assert action
    assert question
    fields = {"_token": phone.token, "_request_id": request(1), "question": question[1], "on": "1"}
    done = phone.post(action[1].replace("&amp;", "&"), data=fields)
    assert done.location.endswith(f"/live/{room}?by=supports&page=2#q-{question[1]}")
    # What is supported is among the first now.
    first = phone.get(f"/live/{room}?by=supports").text.split(f'id="q-{question[1]}"')[1].split("</li>")[0]
    assert 'aria-pressed="true"' in first
    assert 'name="on" value="0"' in first
    assert "data-count>1<" in first


def test_one_phone_is_not_told_what_another_supports(citizen_client: Any, room: str) -> None:
    one, other = citizen_client(), citizen_client()
    question = one.get(f"/live/{room}/questions").json["order"][0]
    fields = {"_token": one.token, "_request_id": request(2), "question": question, "on": "1"}
    one.post(f"/live/{room}/support", data=fields)
    for path in (f"/live/{room}/questions", f"/live/{room}"):
        mine, theirs = one.get(path), other.get(path)
        if path.endswith("questions"):
            assert (mine.json["supported"], theirs.json["supported"]) == ([question], [])
        else:
            assert mine.text.count('aria-pressed="true"') == 1
            assert theirs.text.count('aria-pressed="true"') == 0
            assert one.token not in theirs.text


def fill(app: Flask, count: int) -> str:
    """A room with so many published questions, the newest last."""
    with app.app_context():
        session = make.make_room(moderation=False)
        with atomic():
            for number in range(count):
                row = LiveQuestion(
                    session_id=session.id, number=number, text=f"问题{number}", state=QuestionState.APPROVED
                )
                row.published_at = now()
                make.db.session.add(row)
        return str(session.public_id)


@pytest.mark.one_database
@pytest.mark.parametrize(
    "path", ["", "/ask", "/questions", "/questions?by=supports", "/stream", "/stream?after=0"]
)
def test_a_page_is_of_one_size_in_a_room_of_40_and_of_400(
    app: Flask, citizen_client: Any, once_a_table: Any, path: str
) -> None:
    phone, rooms = citizen_client(), once_a_table(lambda: [fill(app, count) for count in (40, 400)])
    small, large = (len(phone.get(f"/live/{room}{path}").data) for room in rooms)
    assert large < small * 1.05 + 100


def test_a_join_is_of_one_size_and_is_told_what_it_holds(app: Flask, connect: Callable[..., Any]) -> None:
    sizes = []
    for count in (40, 400):
        public_id = fill(app, count)
        with app.app_context():
            session = make.db.session.scalars(
                make.db.select(LiveSession).where(LiveSession.public_id == public_id)
            ).one()
            asked = make.db.session.scalars(
                make.db.select(LiveQuestion)
                .where(LiveQuestion.session_id == session.id)
                .order_by(LiveQuestion.id)
            ).all()
            old, newest = asked[0].public_id, asked[-1].public_id
            for question in (old, newest):
                actions.support(make.citizen(1), session.id, question, True, f"{request(3)}{question}")
        told = connect(count).emit(
            "live.join", {"room": public_id, "have": {}, "questions": [old, "?", 7]}, callback=True
        )
        assert len(told["streams"]["public"]["questions"]) == PAGE
        assert told["totals"]["supports"] == {old: [1, 1], newest: [1, 2]}
        assert told["totals"]["published"] == [count, 0]
        sizes.append(len(json.dumps(told)))
    assert sizes[1] < sizes[0] * 1.05


def test_a_stream_is_put_into_words_once_for_everybody(
    app: Flask, room: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    real = queries.snapshot
    monkeypatch.setattr(queries, "snapshot", lambda *args: (made.append(args[1]), real(*args))[1])
    with app.app_context():
        session = make.db.session.scalars(make.db.select(LiveSession)).one()
        head = queries.head(session.id, PUBLIC)
        first = [shared.answer(session, PUBLIC, None, head) for _ in range(5)]
        assert made == [PUBLIC]
        assert json.loads(first[0].json) == real(session, PUBLIC)
        asked = make.db.session.scalars(make.db.select(LiveQuestion).where(LiveQuestion.number == 20)).one()
        make.decide(session, asked, Deed.TAKE_DOWN, reason=ReasonClass.INSULT)
        later = shared.answer(session, PUBLIC, None, queries.head(session.id, PUBLIC))
        assert made == [PUBLIC, PUBLIC]
        assert json.loads(later.json)["seq"] == head + 1


@pytest.mark.one_database
@pytest.mark.parametrize(
    "read",
    [
        lambda session: queries.snapshot(session, PUBLIC),
        lambda session: queries.snapshot(session, "asker:nobody"),
        lambda session: record.questions_after(session.id, 20, limit=10),
        lambda session: queries.totals_since(session.id, 7),
        lambda session: queries.last_support(session.id),
    ],
)
def test_what_is_read_in_order_is_read_by_an_index_in_that_order(
    app: Flask, room: str, read: Callable[[LiveSession], object]
) -> None:
    with app.app_context():
        session = LiveSession.query.filter_by(public_id=room).one()
        with counted_queries(app) as statements:
            read(session)
    plans = query_plans(app, [one for one in statements if "FROM live_question" in one])
    assert not [plan for plan in plans if "SCAN" in plan or "TEMP B-TREE" in plan], plans
