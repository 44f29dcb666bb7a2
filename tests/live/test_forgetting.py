"""What is kept for a while only: words, nicknames and marks of devices are in no table after their days."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from engage.core.clock import now
from engage.core.db import Model, db
from engage.core.ids import request_id
from engage.live import actions
from engage.live.actions._load import asker_key
from engage.live.models import LiveLog, LiveStream
from engage.live.queries import room as queries
from engage.live.rules.deeds import Deed
from engage.live.rules.streams import PUBLIC, asker_stream
from engage.participation.deletion import delete_due, erase_by_code
from tests.factories import live as make

pytestmark = pytest.mark.database

WORDS, NAME = "我家住滨江路八号，何时装电梯", "滨江阿明"


@pytest.fixture(autouse=True)
def _context(app: Flask) -> Any:
    with app.app_context():
        yield


def tables_with(words: str) -> set[str]:
    """The tables in which any row holds ``words``."""
    db.session.rollback()
    return {
        name
        for name, table in Model.metadata.tables.items()
        if any(words in str(tuple(row)) for row in db.session.execute(select(table)))
    }


def asked(room: Any, by: int = 1) -> actions.Asked:
    told = actions.ask(make.citizen(by), room.id, WORDS, NAME, request_id())
    make.decide(room, make.question(told.question), Deed.APPROVE, Deed.AIR, Deed.ANSWER)
    return told


def device_of(room: Any, by: int = 1) -> str:
    return asker_key(room.id, make.citizen(by).device or "")


@pytest.mark.parametrize(
    ("days", "words", "name", "device"),
    [
        (1, {"live_question", "live_log"}, {"live_question", "live_log"}, True),
        (31, {"live_question"}, {"live_question"}, True),
        (181, {"live_question"}, {"live_question"}, False),
        (366, {"live_question"}, set(), False),
    ],
)
def test_what_is_due_goes_from_every_table(days: int, words: set[str], name: set[str], device: bool) -> None:
    room = make.make_room()
    asked(room)
    delete_due(now() + timedelta(days=days))
    assert tables_with(WORDS) == words
    assert tables_with(NAME) == name
    assert bool(tables_with(device_of(room))) is device


def test_clients_go_on_when_the_log_is_gone() -> None:
    room = make.make_room()
    first = asked(room)
    seen = queries.head(room.id, PUBLIC)
    delete_due(now() + timedelta(days=31))
    assert db.session.scalar(select(func.count()).select_from(LiveLog)) == 0
    assert queries.since(room, PUBLIC, seen) == {"after": seen, "seq": seen}
    late = queries.since(room, PUBLIC, seen - 1)
    assert "after" not in late
    assert (late["seq"], list(late["questions"])) == (seen, [first.question])
    asked(room, by=2)
    more = queries.since(room, PUBLIC, seen)
    assert more["after"] == seen < more["seq"]


def test_an_erased_question_takes_the_mark_of_its_device_with_it() -> None:
    room = make.make_room()
    first, second = asked(room), asked(room)
    erase_by_code(first.receipt, request_id())
    assert "live_stream" in tables_with(device_of(room)), "another question of this device is still there"
    erase_by_code(second.receipt, request_id())
    assert tables_with(device_of(room)) == set()
    assert tables_with(WORDS) == tables_with(NAME) == set()


def test_a_device_that_asks_again_begins_anew() -> None:
    room = make.make_room()
    told = asked(room)
    stream = asker_stream(device_of(room))
    known = queries.head(room.id, stream)
    erase_by_code(told.receipt, request_id())
    again = asked(room)
    caught_up = queries.since(room, stream, known)
    assert list(caught_up["questions"]) == [again.question]
    heads = {
        row.stream: row.told_on for row in db.session.execute(select(LiveStream.stream, LiveStream.told_on))
    }
    assert heads[stream] is not None
    assert heads[PUBLIC] is None
