"""A room with several people acting at once: clients stay in step, and nothing acknowledged is lost."""

from __future__ import annotations

import random
import threading
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask

from engage.core.errors import Refusal
from engage.core.ids import request_id
from engage.live import actions
from engage.live.actions._load import support_hash
from engage.live.models import LiveLog, LiveSupport, QuestionState
from engage.live.queries import room as queries
from engage.live.rules.streams import ASKER, GUEST, MODERATORS, PUBLIC, STAGE, kind
from tests.factories import live as make
from tests.live.walk import Client, assert_in_step, deliver, fresh, one_deed
from tests.soak.budget import short, soaking

PEOPLE = 4
ASKERS = 5


@dataclass
class Acknowledged:
    """What people were told is done: questions by public id, and who supports what."""

    questions: list[str] = field(default_factory=list)
    supports: dict[tuple[str, str], bool] = field(default_factory=dict)
    broken: list[BaseException] = field(default_factory=list)


def act(app: Flask, room_id: int, who: int, deeds: int, seed: int, told: Acknowledged) -> None:
    """One thread's deeds: asks and supports of its own phones, and whatever a moderator may do."""
    draw = random.Random(seed)
    try:
        with app.app_context():
            room = make.db.session.get_one(make.LiveSession, room_id)
            moderator = make.moderator()
            for _ in range(deeds):
                chance = draw.random()
                if chance < 0.25:
                    ask(room_id, who, draw, told)
                elif chance < 0.65:
                    support(room_id, who, draw, told)
                else:
                    one_deed(room, moderator, draw)
                make.db.session.rollback()
    except BaseException as error:
        told.broken.append(error)


def ask(room_id: int, who: int, draw: random.Random, told: Acknowledged) -> None:
    """A question; sometimes the answer was lost and the phone sends it again under the same id."""
    asker, text, request = make.citizen(100 + who), f"问题{draw.random()}怎么办？", request_id()
    for _ in range(1 + (draw.random() < 0.2)):
        try:
            asked = actions.ask(asker, room_id, text, "", request)
        except Refusal:
            return
    told.questions.append(asked.question)


def support(room_id: int, who: int, draw: random.Random, told: Acknowledged) -> None:
    """Support or take it back with one of this thread's own phones, so that the last word is known."""
    rows = make.db.session.scalars(make.db.select(make.LiveQuestion.public_id)).all()
    make.db.session.rollback()
    if not rows:
        return
    question, phone, on = (
        draw.choice(rows),
        make.citizen(200 + who * ASKERS + draw.randrange(ASKERS)),
        draw.random() < 0.7,
    )
    request = request_id()
    for _ in range(1 + (draw.random() < 0.2)):
        try:
            actions.support(phone, room_id, question, on, request)
        except Refusal:
            return
    told.supports[question, support_hash(room_id, str(phone.device))] = on


def storm(app: Flask, draw: random.Random, deeds: int) -> None:
    """People act at once; clients hear lossily meanwhile; then everything is compared."""
    told = Acknowledged()
    with app.app_context():
        room = make.make_room(moderation=draw.random() < 0.8)
        phones = [*range(1, 5), *range(100, 100 + PEOPLE)]
        own = (queries.stream_of_device(room.id, str(make.citizen(n).device)) for n in phones)
        clients = {
            stream: Client(fresh(room.id, stream)) for stream in (PUBLIC, STAGE, GUEST, MODERATORS, *own)
        }
        begun, room_id = queries.last_log_id(), room.id
        make.db.session.rollback()
        arguments = [(app, room_id, who, deeds, draw.randrange(2**32), told) for who in range(PEOPLE)]
        threads = [threading.Thread(target=act, args=each) for each in arguments]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            deliver(clients, begun, draw)
            threads[0].join(0.02)
        for thread in threads:
            thread.join()
        assert told.broken == []
        make.db.session.rollback()
        for stream, client in clients.items():
            session = make.db.session.get_one(make.LiveSession, room_id)
            client.catch_up(queries.since(session, stream, client.seq))
            assert_in_step(client, room_id, stream)
        nothing_lost(room_id, told)
        no_gap(room_id)


def nothing_lost(room_id: int, told: Acknowledged) -> None:
    """Every acknowledged question is there once; supports are those last acknowledged, and so are totals."""
    rows = make.db.session.scalars(
        make.db.select(make.LiveQuestion).where(make.LiveQuestion.session_id == room_id)
    ).all()
    stored = {row.public_id: row for row in rows}
    asked = [row for row in rows if row.text.startswith("问题") and row.asker_key]
    assert len({row.text for row in asked}) == len(asked), "a question is there twice"
    assert set(told.questions) <= set(stored)
    assert len(told.questions) == len(set(told.questions))
    given: dict[int, set[str]] = defaultdict(set)
    for support in make.db.session.scalars(make.db.select(LiveSupport)):
        given[support.question_id].add(support.device_hash)
    for row in rows:
        if row.state is QuestionState.WITHDRAWN:
            continue
        expected = {
            phone for (question, phone), on in told.supports.items() if on and question == row.public_id
        }
        assert given[row.id] == expected, row.public_id
        assert row.supports == len(expected)


def no_gap(room_id: int) -> None:
    seen: dict[str, int] = {}
    query: Any = make.db.select(LiveLog.stream, LiveLog.seq).where(LiveLog.session_id == room_id)
    for stream, seq in make.db.session.execute(query.order_by(LiveLog.id)):
        # The stream of a device begins after a gap where another was forgotten.
        begins = stream not in seen and kind(stream) == ASKER and seq > 2
        assert begins or seq == seen.get(stream, 0) + 1, stream
        seen[stream] = seq
    make.db.session.rollback()


def storms(app: Flask, draws: Iterable[random.Random], deeds: int) -> None:
    """Room after room on one database."""
    for draw in draws:
        with app.app_context(), make.atomic():
            # Each round looks at its own questions only.
            for table in (LiveSupport,):
                make.db.session.execute(make.db.delete(table))
        storm(app, draw, deeds)


def test_a_few_hundred_deeds_at_once(app: Flask) -> None:
    storms(app, short("live", 1), 40)


@pytest.mark.soak
def test_thousands_of_deeds_at_once(make_app: Any, tmp_path: Any) -> None:
    storms(make_app(), soaking("live", 40), 250)
