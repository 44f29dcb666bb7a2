"""Streams: deltas bring every client to the fresh snapshot, and nothing unpublished is in any of them."""

from __future__ import annotations

import random
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engage.core.errors import Refusal
from engage.core.ids import request_id
from engage.live import actions
from engage.live.models import LiveLog, LiveQuestion, Phase, QuestionState
from engage.live.queries import room as queries
from engage.live.rules.deeds import DEEDS, Deed
from engage.live.rules.life import Step
from engage.live.rules.streams import GUEST, MODERATORS, PUBLIC, STAGE
from engage.moderation.models import ReasonClass
from tests.factories import live as make

STREAMS = (PUBLIC, STAGE, GUEST, MODERATORS)


class Client:
    """What static/js/live/_stream.js does, in Python: applies in order, asks for what it lacks."""

    def __init__(self, snapshot: dict[str, Any]) -> None:
        self.replace(snapshot)

    def replace(self, snapshot: dict[str, Any]) -> None:
        self.seq = snapshot["seq"]
        self.session = snapshot["session"]
        self.questions = dict(snapshot["questions"])

    def take(self, seq: int, payload: dict[str, Any]) -> bool:
        """``False`` where something in between is missing."""
        if seq <= self.seq:
            return True
        if seq > self.seq + 1:
            return False
        self._apply(seq, payload)
        return True

    def catch_up(self, answer: dict[str, Any]) -> None:
        if "after" not in answer:
            self.replace(answer)
        elif answer["seq"] > self.seq >= answer["after"]:
            self._apply(answer["seq"], answer)

    def _apply(self, seq: int, payload: dict[str, Any]) -> None:
        self.session = payload.get("session", self.session)
        for key, view in payload.get("questions", {}).items():
            self.questions.pop(key, None)
            if view is not None:
                self.questions[key] = view
        self.seq = seq

    def state(self) -> dict[str, Any]:
        return {"seq": self.seq, "session": self.session, "questions": self.questions}


def one_deed(room: Any, moderator: Any, draw: random.Random) -> None:
    """Any live action, possible or not."""
    rows = make.db.session.scalars(make.db.select(LiveQuestion)).all()
    kind = draw.choice(["ask", "decide", "decide", "decide", "decide", "step", "withdraw", "enter", "erase"])
    try:
        if kind == "ask":
            make.ask(room, f"问题{draw.random()}是什么", by=draw.randint(1, 4))
        elif kind == "enter":
            actions.enter(
                moderator, room.id, "大厅里的问题", "", draw.choice(list(make.Source)), request_id()
            )
        elif kind == "step":
            actions.step(make.SYSTEM, room.id, draw.choice([Step.END, Step.REOPEN, Step.REOPEN, Step.REOPEN]))
        elif rows and kind == "withdraw":
            row = draw.choice(rows)
            actions.withdraw(make.citizen(draw.randint(1, 4)), room.id, row.public_id)
        elif rows and kind == "erase" and draw.random() < 0.5:
            actions.erase(draw.choice(rows).id)
        elif rows:
            row = draw.choice(rows)
            revision = row.revision - (draw.random() < 0.1)
            actions.decide(
                moderator,
                room.id,
                row.public_id,
                draw.choice(list(Deed)),
                revision,
                reason=draw.choice(list(ReasonClass)),
                note="理由在这里",
                answer="答复如下。",
            )
    except Refusal:
        make.db.session.rollback()


def fresh(room_id: int, stream: str) -> dict[str, Any]:
    make.db.session.rollback()
    return queries.snapshot(make.db.session.get_one(make.LiveSession, room_id), stream)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32), length=st.integers(5, 40))
def test_deltas_bring_every_client_to_the_fresh_snapshot(app: Flask, seed: int, length: int) -> None:
    draw = random.Random(seed)
    with app.app_context():
        room = make.make_room(moderation=draw.random() < 0.8)
        moderator = make.moderator()
        streams = [
            *STREAMS,
            *(queries.stream_of_device(room.id, make.citizen(n).device) for n in range(1, 5)),
        ]
        clients = {stream: Client(fresh(room.id, stream)) for stream in streams}
        begun = queries.last_log_id()
        for _ in range(length):
            one_deed(room, moderator, draw)
            deliver(clients, begun, draw)
        for stream, client in clients.items():
            session = make.db.session.get_one(make.LiveSession, room.id)
            client.catch_up(queries.since(session, stream, client.seq))
            assert client.state() == fresh(room.id, stream), stream


def deliver(clients: dict[str, Client], begun: int, draw: random.Random) -> None:
    """Rows lost, twice and out of order; a client that notices a gap asks, or not yet."""
    make.db.session.rollback()
    rows = [row for row in queries.rows_after(begun, limit=5000) if draw.random() < 0.5]
    draw.shuffle(rows)
    for row in rows:
        client = clients.get(row.stream)
        if client is None:
            continue
        if not client.take(row.seq, row.payload) and draw.random() < 0.3:
            session = make.db.session.get_one(make.LiveSession, row.session_id)
            client.catch_up(queries.since(session, row.stream, client.seq))


def test_seq_has_no_gap_in_any_stream(app: Flask) -> None:
    draw = random.Random(7)
    with app.app_context():
        room = make.make_room()
        moderator = make.moderator()
        for _ in range(120):
            one_deed(room, moderator, draw)
        rows = make.db.session.execute(make.db.select(LiveLog.stream, LiveLog.seq).order_by(LiveLog.id)).all()
        seen: dict[str, int] = {}
        for stream, seq in rows:
            assert seq == seen.get(stream, 0) + 1
            seen[stream] = seq
        for stream, seq in seen.items():
            assert queries.head(room.id, stream) == seq


# Where each state may be read: everybody, the big screens; the asker and the moderators always may.
READABLE = {
    QuestionState.PENDING: (),
    QuestionState.APPROVED: (PUBLIC,),
    QuestionState.ON_AIR: (PUBLIC, STAGE, GUEST),
    QuestionState.ANSWERED: (PUBLIC,),
    QuestionState.WRITTEN: (PUBLIC,),
    QuestionState.DECLINED: (),
    QuestionState.TAKEN_DOWN: (),
    QuestionState.WITHDRAWN: (),
}
WAY = {
    QuestionState.PENDING: (),
    QuestionState.APPROVED: (Deed.APPROVE,),
    QuestionState.ON_AIR: (Deed.APPROVE, Deed.AIR),
    QuestionState.ANSWERED: (Deed.APPROVE, Deed.AIR, Deed.ANSWER),
    QuestionState.WRITTEN: (Deed.APPROVE, Deed.DEFER),
    QuestionState.DECLINED: (Deed.DECLINE,),
    QuestionState.TAKEN_DOWN: (Deed.APPROVE, Deed.AIR, Deed.TAKE_DOWN),
    QuestionState.WITHDRAWN: (),
}
SECRET = "只有该看的人能看到这句话"


@pytest.mark.parametrize("state", list(QuestionState))
def test_leak_table(state: QuestionState, app: Flask, citizen_client: Any, staff_client: Any) -> None:
    """State × role × path: the text is where the table says, and nowhere else."""
    with app.app_context():
        room = make.make_room()
        asked = make.ask(room, SECRET, by=1, name="阿明的昵称")
        make.decide(room, asked, *WAY[state], reason=ReasonClass.INSULT)
        if state is QuestionState.WITHDRAWN:
            actions.withdraw(make.citizen(1), room.id, asked.public_id)
        guest = actions.make_link(make.moderator(), room.id, "嘉宾")
        public_id, question_id = room.public_id, asked.id
        own = queries.stream_of_device(room.id, make.citizen(1).device or "")
        for stream in STREAMS:
            told = str(fresh(room.id, stream)) + str(queries.since(room, stream, 0))
            readable = stream in READABLE[state] or (
                stream == MODERATORS and state is not QuestionState.WITHDRAWN
            )
            assert (SECRET in told) == readable, stream
        if not READABLE[state] and state is not QuestionState.TAKEN_DOWN:
            rows = [row for row in queries.rows_after(0) if row.stream in (PUBLIC, STAGE, GUEST)]
            assert SECRET not in str(rows)
        assert (SECRET in str(fresh(room.id, own))) == (state is not QuestionState.WITHDRAWN)
    asker, stranger = citizen_client(make.citizen(1).device), citizen_client("device" + "9".zfill(18))
    paths = {
        f"/live/{public_id}": PUBLIC,
        f"/live/{public_id}?all=1": PUBLIC,
        f"/live/{public_id}/ask": "",
        f"/live/{public_id}/stream": PUBLIC,
        f"/live/{public_id}/stream?after=0": PUBLIC,
        f"/live/{public_id}/stream?stream=mine": "",
        f"/live/{public_id}/stream?stream=moderators": "",
        f"/stage/{public_id}": STAGE,
        f"/stage/{public_id}/stream?after=0": STAGE,
        f"/guest/{guest}": GUEST,
        f"/guest/{guest}/stream?after=0": GUEST,
        f"/live/{public_id}/record": "",
        f"/staff/live/{public_id}/console": "",
        f"/staff/live/{public_id}/stream": "",
        f"/staff/live/{public_id}/questions.csv": "",
        "/": "",
    }
    for path, stream in paths.items():
        body = stranger.get(path, headers={"Accept": "text/html"}).text
        assert (SECRET in body) == (stream in READABLE[state]), path
    visible = state is not QuestionState.WITHDRAWN
    assert (SECRET in asker.get(f"/live/{public_id}/ask").text) == visible
    for role in ("typist", "moderator"):
        console = staff_client(role).get(f"/staff/live/{public_id}/console").text
        assert (SECRET in console) == visible, role
    nobody = staff_client().get(f"/staff/live/{public_id}/console")
    assert SECRET not in nobody.text
    record_is_silent(app, stranger, public_id, state, question_id)


def record_is_silent(app: Flask, client: Any, public_id: str, state: QuestionState, question_id: int) -> None:
    """The published record holds answered and deferred questions only, and counts all."""
    with app.app_context(), make.atomic():
        room = make.db.session.scalars(make.db.select(make.LiveSession)).one()
        room.phase, room.record_published_at = Phase.RECORDED, make.now()
    page = client.get(f"/live/{public_id}/record")
    assert page.status_code == 200
    assert (SECRET in page.text) == (state in (QuestionState.ANSWERED, QuestionState.WRITTEN))


def test_every_deed_leads_to_one_state_that_the_leak_table_knows() -> None:
    assert {rule.target for rule in DEEDS.values()} | {QuestionState.PENDING, QuestionState.WITHDRAWN} == set(
        READABLE
    )


def test_an_erased_question_is_in_no_row(app: Flask) -> None:
    with app.app_context():
        room = make.make_room()
        asked = make.ask(room, SECRET, by=1, name="阿明的昵称")
        make.decide(room, asked, Deed.APPROVE, Deed.AIR, Deed.ANSWER, answer="答复也要删掉")
        actions.erase(asked.id)
        actions.erase(asked.id)
        tables = [table for name, table in make.db.metadata.tables.items() if name.startswith("live_")]
        stored = str([make.db.session.execute(table.select()).all() for table in tables])
        assert SECRET not in stored
        assert "阿明的昵称" not in stored
        assert "答复也要删掉" not in stored
        assert make.question(asked.public_id).state is QuestionState.WITHDRAWN
