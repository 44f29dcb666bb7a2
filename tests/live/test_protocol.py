"""docs/live-protocol.md held true: every event, payload and acknowledgement as they really are."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from engage.accounts.permissions import Role
from engage.core.clock import now
from engage.core.db import db
from engage.core.ids import request_id
from engage.core.writer import atomic
from engage.live import actions
from engage.live.models import GuestLink, Phase, QuestionState
from engage.live.queries import room as queries
from engage.live.rules.deeds import Deed
from engage.live.rules.streams import GUEST, MODERATORS, PUBLIC, STAGE
from engage.live.sockets import pump, screens
from engage.live.sockets.room import SHOWN_MOST
from engage.web import realtime
from tests.factories import live as make
from tests.factories.accounts import make_session, make_user

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "live-protocol.md").read_text(encoding="utf-8")
_SECTION = re.compile(r"^### `(live\.[a-z]+)`\n(.*?)(?=^##|\Z)", re.S | re.M)
_BLOCK = re.compile(r"```json (\w+)\n(.*?)\n```", re.S)
SECTIONS = {
    name: {kind: json.loads(text) for kind, text in _BLOCK.findall(body)}
    for name, body in _SECTION.findall(PAGE)
}


_FIELDS = re.compile(r"((?:`\w+`(?: and )?)+): (nothing|`[^`]+`)")


def described(kind: str) -> dict[str, list[str]]:
    """The fields of each stream's view, in the paragraph that begins with ``kind``, as they are listed."""
    text = " ".join(PAGE.split(f"{kind} on ")[1].split("\n\n")[0].split())
    sentence = text.replace("On `", "`").replace("on `", "`")
    return {
        stream: [] if fields == "nothing" else fields.strip("`").split()
        for streams, fields in _FIELDS.findall(sentence)
        for stream in re.findall(r"`(\w+)`", streams)
    }


def listed(name: str) -> list[str]:
    """The words of the list that ``name`` introduces."""
    [words] = re.findall(rf"{name}: `([^`]+)`", " ".join(PAGE.split()))
    return words.split()


QUESTION_FIELDS, SESSION_FIELDS = described("Question"), described("Session")


def test_no_message_holds_more_than_is_described() -> None:
    said = " ".join(PAGE.split())
    assert f"of at most {pump.TOTALS_MOST} questions at once" in said
    assert f"(at most {SHOWN_MOST})" in said


def test_every_stream_is_described() -> None:
    streams = {"public", "stage", "guest", "moderators", "mine"}
    assert set(QUESTION_FIELDS) == set(SESSION_FIELDS) == streams


def test_every_event_is_described_and_no_other() -> None:
    registered = {name for name in realtime.EVENTS if name.startswith("live.")}
    assert {name for name, blocks in SECTIONS.items() if "send" in blocks} == registered
    spoken = {pump.DELTA, pump.TOTALS, pump.CLOSED}
    assert {name for name, blocks in SECTIONS.items() if "sent" in blocks} == spoken


def test_views_have_the_described_fields(app: Flask) -> None:
    with app.app_context():
        room = make.make_room()
        make.decide(room, make.ask(room), Deed.APPROVE, Deed.AIR)
        own = queries.stream_of_device(room.id, make.citizen().device or "")
        for stream, name in (
            (PUBLIC, "public"),
            (STAGE, "stage"),
            (GUEST, "guest"),
            (MODERATORS, "moderators"),
            (own, "mine"),
        ):
            snapshot = queries.snapshot(make.db.session.get_one(make.LiveSession, room.id), stream)
            [view] = snapshot["questions"].values()
            assert list(view) == QUESTION_FIELDS[name], name
            assert list(snapshot["session"]) == SESSION_FIELDS[name], name


def test_states_and_phases_are_the_described_ones() -> None:
    assert listed("States") == [state.value for state in QuestionState]
    assert listed("Phases") == [phase.value for phase in Phase]
    assert listed("`deed`") == [deed.value for deed in Deed]


Connect = Callable[..., Any]


def same_shape(described: Any, real: Any, path: str = "") -> None:
    """The same keys all the way down; ids and totals by id aside."""
    if not isinstance(described, dict):
        assert type(described) is type(real), path
        return
    if path.endswith(("questions", "supports", "states")):
        return
    if "after" in described and "after" not in real:
        assert set(real) == {"seq", "session", "questions"}, path
        return
    assert set(described) == set(real) - {"questions", "session"}, path
    for key, value in described.items():
        same_shape(value, real[key], f"{path}.{key}")


def test_acknowledgements_are_the_described_ones(app: Flask, connect: Connect) -> None:
    with app.app_context():
        room = make.make_room()
        by = make.moderator()
        approved = make.decide(room, make.ask(room, by=5), Deed.APPROVE, by=by).public_id
        session = make_session(make_user(Role.MODERATOR))
        token = actions.make_link(by, room.id, "嘉宾")
        public_id = room.public_id
    phone, console = connect(1), connect(2, staff=session)

    def told(client: Any, name: str, **fields: Any) -> Any:
        sent = SECTIONS[name]["send"]
        values = {key: fields.get(key, sent[key]) for key in sent} | {"room": public_id}
        if "request_id" in sent:
            values["request_id"] = request_id()
        answer = client.emit(name, values, callback=True)
        assert "error" not in answer, answer
        same_shape(SECTIONS[name]["acknowledged"], answer, name)
        return answer

    told(phone, "live.join", have={})
    told(phone, "live.join", have={"public": 1, "mine": 0})
    asked = told(phone, "live.ask")["question"]
    assert told(phone, "live.support", question=approved, on=True)["supports"] == [1, 1]
    told(connect(3), "live.stage")
    told(connect(4), "live.guest", token=token)
    told(console, "live.console")
    told(console, "live.decide", question=approved, deed="air", revision=1)
    told(phone, "live.withdraw", question=asked)


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("name", "payload", "status"),
    [
        ("live.join", None, 422),
        ("live.join", {"room": 7}, 422),
        ("live.join", {"room": "nothing-here"}, 404),
        ("live.ask", {"request_id": "x" * 20, "text": "还没进入就提问", "name": ""}, 404),
        ("live.ask", [], 422),
        ("live.guest", {"room": "a", "token": "wrong"}, 410),
        ("live.console", {"room": "a"}, 403),
        ("live.decide", {"room": "a"}, 403),
    ],
)
def test_strangers_payloads_are_refused_with_a_sentence(
    connect: Connect, name: str, payload: Any, status: int
) -> None:
    answer = connect().emit(name, payload, callback=True)
    assert answer["error"]["status"] == status
    assert answer["error"]["message"]


STRANGE: list[Any] = [None, True, -1, 2**53, 1.5, "", "x" * 5_000, "\x00", [], [1], {}, {"a": [{}]}]


@pytest.mark.one_database
@pytest.mark.parametrize("name", ["live.join", "live.ask", "live.support", "live.withdraw", "live.decide"])
def test_no_field_of_another_kind_is_a_mistake_of_ours(app: Flask, connect: Connect, name: str) -> None:
    with app.app_context():
        room = make.make_room()
        public_id, asked = room.public_id, make.ask(room, by=9).public_id
        staff = make_session(make_user(Role.MODERATOR))
    client = connect(1, staff=staff)
    client.emit("live.join", {"room": public_id, "have": {}}, callback=True)
    usual = {**SECTIONS[name]["send"], "room": public_id}
    if "question" in usual:
        usual["question"] = asked
    for field in (*usual, "reason", "note", "answer", "questions", "have"):
        for value in STRANGE:
            answer = client.emit(name, {**usual, "request_id": request_id(), field: value}, callback=True)
            assert answer.get("error", {"status": 200})["status"] < 500, (field, value)


def test_a_phone_hears_no_other_stream(app: Flask, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is logged reaches its own stream's sockets only."""
    with app.app_context():
        room = make.make_room()
        public_id, room_id = room.public_id, room.id
    sent = threading.Condition()
    real = pump.broadcast

    def broadcast(*args: Any) -> None:
        real(*args)
        with sent:
            sent.notify_all()

    monkeypatch.setattr(pump, "broadcast", broadcast)
    first, second = connect(1), connect(2)
    for client in (first, second):
        client.emit("live.join", {"room": public_id, "have": {"public": 0, "mine": 0}}, callback=True)
    with app.app_context():
        make.ask(make.db.session.get_one(make.LiveSession, room_id), "只给自己看", by=1)
        make.decide(make.db.session.get_one(make.LiveSession, room_id), make.ask(room, by=3), Deed.APPROVE)
    assert deltas(first, 2, sent) == ["mine", "public"]
    assert deltas(second, 1, sent) == ["public"]


def test_a_page_whose_stream_is_forgotten_begins_anew(app: Flask, connect: Connect) -> None:
    with app.app_context():
        room = make.make_room()
        asked = make.ask(room, by=1).id
        public_id = room.public_id
    mine, other = connect(1), connect(2)
    for client in (mine, other):
        client.emit("live.join", {"room": public_id, "have": {}}, callback=True)
    with app.app_context():
        actions.erase(asked)
    assert not mine.is_connected()
    assert other.is_connected()


def deltas(client: Any, count: int, sent: threading.Condition) -> list[str]:
    """The streams of the deltas heard, once there are ``count``; ``sent`` tells of each that goes out."""
    heard: list[str] = []

    def enough() -> bool:
        received = client.get_received()
        heard.extend(each["args"][0]["stream"] for each in received if each["name"] == pump.DELTA)
        return len(heard) >= count

    with sent:
        assert sent.wait_for(enough, 10), heard
    return heard


def test_a_link_revoked_by_another_process_ends_too(app: Flask, connect: Connect) -> None:
    """Its event is heard by its own process only; the others look for themselves."""
    with app.app_context():
        room = make.make_room()
        by = make.moderator()
        gone, kept = (actions.make_link(by, room.id, name) for name in ("甲", "乙"))
    shut, still = connect(1), connect(2)
    for client, token in ((shut, gone), (still, kept)):
        assert "error" not in client.emit("live.guest", {"token": token, "have": {}}, callback=True)
    with app.app_context(), atomic():
        link = db.session.scalars(select(GuestLink).where(GuestLink.label == "甲")).one()
        link.revoked_at = now()
    with app.app_context():
        screens._recheck()
    assert not shut.is_connected()
    assert still.is_connected()


@pytest.mark.parametrize("hidden", [Phase.DRAFT, None])
def test_a_room_that_was_hidden_meanwhile_is_joined_by_nobody(
    app: Flask, connect: Connect, hidden: Phase | None
) -> None:
    with app.app_context():
        room = make.make_room()
        room_id, public_id = room.id, room.public_id
    join = ("live.join", {"room": public_id, "have": {}})
    assert "streams" in connect(1).emit(*join, callback=True)
    with app.app_context(), atomic():
        session = make.db.session.get_one(make.LiveSession, room_id)
        if hidden:
            session.phase = hidden
        else:
            make.db.session.delete(session)
    late = connect(2)
    assert late.emit(*join, callback=True)["error"]["status"] == 404
    assert realtime.viewers(pump.room_name(room_id, PUBLIC)) == 1
    asked = {"request_id": request_id(), "text": "加装电梯的费用怎么分摊？", "name": ""}
    assert late.emit("live.ask", asked, callback=True)["error"]["status"] == 404
