"""The moderators' queue by the page: all of it can be reached, and a console costs the same in any room."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import pytest
from flask import Flask

from engage.accounts.permissions import Role
from engage.core.clock import now
from engage.core.db import db
from engage.live.models import LiveQuestion, LiveSession, QuestionState
from engage.live.queries import queue
from engage.live.queries import room as rooms
from engage.live.queries.pages import PAGE, Order, state_counts
from engage.live.queries.queue import COLUMNS, Place
from engage.live.rules.streams import MODERATORS
from engage.moderation.models import ReasonClass
from tests.factories import live as make
from tests.fixtures.queries import counted_queries

pytestmark = pytest.mark.database

S = QuestionState


def fill(app: Flask, count: int) -> str:
    """A session with so many questions in each state, one of them on air; each has other supports."""
    with app.app_context():
        session = make.make_room()
        with make.atomic():
            for number in range(1, count * len(S) + 1):
                state = list(S)[number % len(S)]
                row = LiveQuestion(
                    session_id=session.id, number=number, text=f"第{number:05d}个问题", nickname="市民"
                )
                row.state = S.APPROVED if state is S.ON_AIR and number > len(S) else state
                row.supports = row.support_changes = number * 7 % 11
                row.published_at = now()
                row.reason = ReasonClass.INSULT if state is S.DECLINED else None
                row.revision = 1
                db.session.add(row)
            session.question_count = count * len(S)
        return str(session.public_id)


@pytest.fixture
def room(app: Flask, once_a_table: Any) -> Any:
    public_id = once_a_table(partial(fill, app, 2 * PAGE + 7))
    with app.app_context():
        yield db.session.scalars(db.select(LiveSession).filter_by(public_id=public_id)).one()


def walked(session: LiveSession, name: str, by: Order, words: str = "") -> list[int]:
    """The numbers of every page of a column, one page after the other."""
    seen: list[int] = []
    after = None
    while True:
        page = queue.rows(session.id, name, by=by, words=words, after=after)
        seen += [view["number"] for view in page.views]
        if not page.more:
            return seen
        assert len(page.views) == PAGE
        last = db.session.scalars(
            db.select(LiveQuestion).filter_by(session_id=session.id, number=seen[-1])
        ).one()
        after = Place(last.number, last.supports)


@pytest.mark.one_database
@pytest.mark.parametrize("name", COLUMNS)
@pytest.mark.parametrize("by", [Order.NEW, Order.SUPPORTS])
def test_the_pages_of_a_column_are_all_its_questions_in_order(room: Any, name: str, by: Order) -> None:
    stored = db.session.scalars(
        db.select(LiveQuestion).where(
            LiveQuestion.session_id == room.id, LiveQuestion.state.in_(COLUMNS[name].states)
        )
    ).all()
    if name == "approved" and by is Order.SUPPORTS:
        wanted = sorted(stored, key=lambda row: (-row.supports, row.number))
    else:
        wanted = sorted(
            stored, key=lambda row: row.number, reverse=COLUMNS[name].newest or name == "approved"
        )
    assert walked(room, name, by) == [row.number for row in wanted]
    assert queue.column_counts(state_counts(room.id))[name] == len(stored)


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("#16", {16}),
        ("第00016个", {16}),
        (" 第00016个 ", {16}),
        ("#99999", set()),
        ("#9999999999999999999999", set()),
        ("#", set()),
        ("%", set()),
        ("_", set()),
        ("没有人问过", set()),
        ("00016", {16}),
    ],
)
def test_a_search_finds_texts_and_numbers_as_they_are_typed(room: Any, words: str, numbers: set[int]) -> None:
    found = {view["number"] for page in queue.opening(room.id, words=words).values() for view in page.views}
    on_air = {view["number"] for view in queue.rows(room.id, "on-air").views}
    assert found - on_air == numbers
    assert sum(queue.found_counts(room.id, words).values()) == len(numbers)


def test_a_search_finds_nicknames_and_counts_what_it_finds(room: Any) -> None:
    counts = queue.column_counts(queue.found_counts(room.id, "市民"))
    assert counts["pending"] == 2 * PAGE + 7
    assert walked(room, "pending", Order.NEW, "市民") == walked(room, "pending", Order.NEW)


def test_what_its_asker_took_back_is_in_no_column_and_found_by_no_search(room: Any) -> None:
    withdrawn = {
        row.number for row in db.session.scalars(db.select(LiveQuestion).filter_by(state=S.WITHDRAWN))
    }
    assert withdrawn
    for words in ("", "市民"):
        shown = {number for name in COLUMNS for number in walked(room, name, Order.NEW, words)}
        assert shown
        assert not withdrawn & shown
    counts = state_counts(room.id)
    assert sum(queue.column_counts(counts).values()) == sum(counts.values()) - counts[S.WITHDRAWN]


PATHS = [
    "console",
    "console?q=00",
    "console?column=pending&after=40",
    *(f"queue?column={name}" for name in COLUMNS),
    "queue?column=approved&by=supports",
    "queue?column=declined&q=00",
    "stream",
]


@pytest.mark.one_database
@pytest.mark.parametrize("path", PATHS)
def test_a_console_is_of_one_size_in_a_room_of_40_and_of_400_in_each_state(
    app: Flask, staff_client: Any, once_a_table: Any, path: str
) -> None:
    desk, found = staff_client(Role.MODERATOR), []
    for room in once_a_table(lambda: [fill(app, count) for count in (40, 400)]):
        address = f"/staff/live/{room}/{path}"
        desk.get(address)
        with counted_queries(app) as asked:
            answer = desk.get(address)
        assert answer.status_code == 200
        found.append((len(answer.data), len(asked)))
    (small, few), (large, many) = found
    assert large < small * 1.05 + 100
    assert many == few


def test_a_script_is_told_a_page_and_what_lies_behind_it(room: Any, staff_client: Any) -> None:
    desk = staff_client(Role.MODERATOR)
    address = f"/staff/live/{room.public_id}/queue"
    page = desk.get(f"{address}?column=approved&by=supports").json
    shown = [page["questions"][key] for key in page["order"]]
    totals = [page["totals"]["supports"].get(view["id"], [0])[0] for view in shown]
    assert totals == sorted(totals, reverse=True)
    assert (len(shown), page["more"], page["seq"]) == (PAGE, True, rooms.head(room.id, MODERATORS))
    assert page["total"] == state_counts(room.id)["approved"]
    after = f"after={shown[-1]['number']}&supports={totals[-1]}"
    later = desk.get(f"{address}?column=approved&by=supports&{after}").json
    assert not set(later["order"]) & set(page["order"])
    assert len(desk.get(f"{address}?column=pending&rows=45").json["order"]) == 45
    assert len(desk.get(f"{address}?column=pending&rows=9999999999").json["order"]) == 2 * PAGE + 7
    assert desk.get(f"{address}?column=nothing").status_code == 404
    for words in ("rows=x", "rows=-1", "after=x", "after=-4", "supports=x", "by=&q="):
        assert desk.get(f"{address}?column=pending&{words}").status_code == 200


def test_without_a_script_the_rest_of_a_column_is_a_link_away(room: Any, staff_client: Any) -> None:
    desk = staff_client(Role.MODERATOR)
    path: str | None = f"/staff/live/{room.public_id}/console"
    seen: list[str] = []
    while path:
        page = desk.get(path).text
        column = page.split('data-column="pending"')[1].split("</section>")[0]
        seen += re.findall(r"data-text>([^<]+)<", column)
        assert f"data-count-of>{2 * PAGE + 7}<" in column
        following = re.search(r'data-more><a [^>]*href="([^"]+)"', column)
        path = following[1].replace("&amp;", "&") if following else None
    assert seen == [f"第{number:05d}个问题" for number in walked(room, "pending", Order.NEW)]
    found = desk.get(f"/staff/live/{room.public_id}/console?q=%2316").text
    assert "第00016个问题" in found
    assert 'value="#16"' in found


def test_what_is_left_over_after_the_end_is_all_whatever_a_search_shows(room: Any, staff_client: Any) -> None:
    with make.atomic():
        db.session.get_one(LiveSession, room.id).phase = make.Phase.ENDED
    desk = staff_client(Role.MODERATOR)
    for words in ("", "?q=%2316", "?q=nothing"):
        assert 'id="leftover"' in desk.get(f"/staff/live/{room.public_id}/console{words}").text
