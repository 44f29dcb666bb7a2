"""Streams: deltas bring every client to the fresh snapshot, and nothing unpublished is in any of them."""

from __future__ import annotations

import random
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from engage.accounts.permissions import Role
from engage.cases.models import Case, CaseState
from engage.core.errors import Conflict
from engage.live import actions
from engage.live.models import LiveLog, Phase, QuestionState
from engage.live.queries import room as queries
from engage.live.rules.deeds import DEEDS, Deed
from engage.live.rules.life import Step
from engage.live.rules.streams import GUEST, MODERATORS, PUBLIC, STAGE, question_view
from engage.moderation.models import ReasonClass
from tests.factories import live as make
from tests.live.walk import ASKERS, Client, assert_in_step, deliver, fresh, one_deed, questions, seed_ids

STREAMS = (PUBLIC, STAGE, GUEST, MODERATORS)


@pytest.fixture(autouse=True)
def _ids(monkeypatch: pytest.MonkeyPatch) -> None:
    seed_ids(monkeypatch.setattr)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32), length=st.integers(5, 60))
@example(seed=5026, length=60)  # undo after the end put a question on air
@example(seed=1482320, length=9)  # ends with a question on air, whose view there has no state
def test_deltas_bring_every_client_to_the_fresh_snapshot(app: Flask, seed: int, length: int) -> None:
    draw, story = random.Random(seed), list[str]()
    with app.app_context():
        room = make.make_room(moderation=draw.random() < 0.7)
        moderator = make.moderator()
        askers = [queries.stream_of_device(room.id, make.citizen(n).device or "") for n in ASKERS]
        clients = {stream: Client(fresh(room.id, stream)) for stream in (*STREAMS, *askers)}
        begun = queries.last_log_id()
        for _ in range(length):
            one_deed(room, moderator, draw, story)
            deliver(clients, begun, draw, room_id=room.id)
        told = "\n".join(story)
        for stream, client in clients.items():
            session = make.db.session.get_one(make.LiveSession, room.id)
            client.catch_up(queries.since(session, stream, client.seq))
            assert_in_step(client, room.id, stream, told)
        streams_agree(room.id, askers, told)


def streams_agree(room_id: int, askers: list[str], told: str) -> None:
    """What one stream says of a question, the others that know of it say too; what is erased is in none."""
    views = {stream: fresh(room_id, stream)["questions"] for stream in (*STREAMS, *askers)}
    session = make.db.session.get_one(make.LiveSession, room_id)
    rows = {row.public_id: row for row in questions(room_id)}
    shown = {key for key, row in rows.items() if row.state is QuestionState.ON_AIR}
    assert len(shown) <= (session.phase is Phase.LIVE), told
    assert shown == set(views[STAGE]) == set(views[GUEST]), told
    kept = {key for key, row in rows.items() if row.state is not QuestionState.WITHDRAWN}
    assert kept == set(views[MODERATORS]), told
    if session.phase is Phase.RECORDED:
        assert not {row.state for row in rows.values()} & {QuestionState.PENDING, QuestionState.APPROVED}, (
            told
        )
    owed = {row.id for row in rows.values() if row.state is QuestionState.WRITTEN and not row.answer}
    query = make.db.select(Case.source_id).where(Case.state == CaseState.OPEN)
    assert owed == set(make.db.session.scalars(query.where(Case.unit_id == session.unit_id))), told
    for stream in (PUBLIC, *askers):
        for key, view in views[stream].items():
            other = question_view(MODERATORS, rows[key]) or {}
            same = {name: other[name] for name in ("state", "due") + (("text",) if key in kept else ())}
            assert {name: view[name] for name in same} == same, f"{stream}\n{told}"
    erased = {key for key, row in rows.items() if not row.text}
    log = queries.rows_after(0, limit=100_000)
    kept = [(row.payload.get("questions", {}).get(key) or {}) for row in log for key in erased]
    assert not any(view.get("text") or view.get("answer") or view.get("name") for view in kept), told
    assert not any(key in views[stream] for key in erased for stream in askers), told


def test_deeds_in_one_room_say_nothing_in_another(app: Flask) -> None:
    draw = random.Random(1005)
    with app.app_context():
        quiet, room = make.make_room(), make.make_room()
        make.decide(quiet, make.ask(quiet), Deed.APPROVE, Deed.AIR)
        before = {stream: fresh(quiet.id, stream) for stream in STREAMS}
        begun = queries.last_log_id()
        for _ in range(60):
            one_deed(room, make.moderator(), draw)
        make.db.session.rollback()
        assert {row.session_id for row in queries.rows_after(begun)} == {room.id}
        assert {stream: fresh(quiet.id, stream) for stream in STREAMS} == before


@pytest.mark.parametrize("deed", [Deed.ANSWER, Deed.TAKE_DOWN, Deed.DEFER])
def test_undo_puts_nothing_on_air_once_the_session_is_over(app: Flask, deed: Deed) -> None:
    with app.app_context():
        room = make.make_room()
        asked = make.decide(room, make.ask(room), Deed.APPROVE, Deed.AIR, deed, reason=ReasonClass.INSULT)
        actions.step(make.SYSTEM, room.id, Step.END)
        with pytest.raises(Conflict):
            make.decide(room, asked, Deed.UNDO)
        make.db.session.rollback()
        assert fresh(room.id, STAGE)["questions"] == {}
        actions.step(make.SYSTEM, room.id, Step.REOPEN)
        assert make.decide(room, asked, Deed.UNDO).state is QuestionState.ON_AIR


def test_undo_leaves_nothing_undecided_in_a_published_record(app: Flask) -> None:
    with app.app_context():
        room = make.make_room()
        asked = make.decide(room, make.ask(room), Deed.DECLINE, reason=ReasonClass.INSULT)
        actions.step(make.SYSTEM, room.id, Step.END)
        actions.step(make.SYSTEM, room.id, Step.PUBLISH_RECORD)
        with pytest.raises(Conflict):
            make.decide(room, asked, Deed.UNDO)


def test_what_is_erased_on_air_is_gone_everywhere_and_undo_brings_none_of_it_back(app: Flask) -> None:
    with app.app_context():
        room = make.make_room()
        first = make.decide(room, make.ask(room, SECRET, by=1), Deed.APPROVE, Deed.AIR)
        second = make.decide(room, make.ask(room, by=2), Deed.APPROVE, Deed.AIR)
        actions.erase(first.id)
        assert make.decide(room, second, Deed.UNDO).state is QuestionState.APPROVED
        make.decide(room, second, Deed.AIR)
        actions.erase(second.id)
        own = [queries.stream_of_device(room.id, make.citizen(n).device or "") for n in ASKERS]
        for stream in (PUBLIC, STAGE, GUEST, *own):
            assert fresh(room.id, stream)["questions"] == {}, stream
        streams_agree(room.id, own, "")


def test_seq_has_no_gap_in_any_stream(app: Flask) -> None:
    draw = random.Random(7)
    with app.app_context():
        room = make.make_room()
        moderator = make.moderator()
        for _ in range(120):
            one_deed(room, moderator, draw)
        rows = make.db.session.execute(make.db.select(LiveLog.stream, LiveLog.seq).order_by(LiveLog.id)).all()
        forgotten = make.db.session.get_one(make.LiveSession, room.id).forgotten_seq
        seen: dict[str, int] = {}
        for stream, seq in rows:
            # A device's stream begins after a gap where another was forgotten; all go on without one.
            if stream in seen or stream in STREAMS or seq == 1:
                assert seq == seen.get(stream, 0) + 1
            else:
                assert 2 < seq <= forgotten + 2
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
        f"/live/{public_id}?by=supports": PUBLIC,
        f"/live/{public_id}/questions": PUBLIC,
        f"/live/{public_id}/questions?by=answered": PUBLIC,
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
        f"/staff/live/{public_id}/written": "",
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
    exported = f"/staff/live/{public_id}/questions.csv"
    for role in (Role.TYPIST, Role.MODERATOR, Role.DEPARTMENT):
        assert (SECRET in staff_client(role).send(exported, buffered=True).text) == visible, role
    nobody = staff_client()
    for answer in (
        nobody.get(f"/staff/live/{public_id}/console"),
        nobody.send(exported),
        stranger.post(exported, data={"_token": stranger.token}),
        asker.post(exported, data={"_token": asker.token}),
    ):
        assert answer.status_code in (401, 403)
        assert SECRET not in answer.text
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
