"""What counts: supports and their changes, the seq of each stream, totals, a device's questions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from engage.core.errors import Conflict, NotFound
from engage.core.ids import request_id
from engage.core.writer import atomic
from engage.live import actions
from engage.live.actions import asking
from engage.live.models import LiveLog, LiveStream, Phase
from engage.live.queries import room as queries
from engage.live.rules.deeds import Deed
from engage.live.rules.life import Step
from engage.live.rules.streams import GUEST, MODERATORS, PUBLIC, STAGE
from engage.live.sockets import pump
from engage.moderation.models import ReasonClass
from tests.factories import live as make
from tests.fixtures.server import wait_until

pytestmark = pytest.mark.database


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def published(room: Any, text: str = "加装电梯的费用怎么分摊？", by: int = 90) -> str:
    return make.decide(room, make.ask(room, text, by=by), Deed.APPROVE).public_id


def everything(room: Any) -> dict[str, list[int]]:
    """All totals of a room."""
    return queries.totals_since(room.id, 0)


# ---- supports
@pytest.mark.usefixtures("context")
def test_a_total_and_its_counter_are_counted_apart() -> None:
    """The counter grows with every deed, also with one that changes nothing: it orders what is told."""
    busy, room = make.make_room(), make.make_room()
    for by in range(3):  # another room has counters of its own
        actions.support(make.citizen(by), busy.id, published(busy, by=80 + by), True, request_id())
    question = published(room)
    told = []
    for by, on in [(1, True), (1, True), (2, True), (1, False), (1, False), (2, False), (2, True)]:
        done = actions.support(make.citizen(by), room.id, question, on, request_id())
        told.append((done.supports, done.changes, done.on))
        assert everything(room) == {question: [done.supports, done.changes]}
    assert told == [
        (1, 1, True), (1, 2, True), (2, 3, True), (1, 4, False), (1, 5, False), (0, 6, False), (1, 7, True),
    ]  # fmt: skip


@pytest.mark.usefixtures("context")
def test_a_retry_counts_neither_and_is_told_the_present_total() -> None:
    room = make.make_room()
    question, again = published(room), request_id()
    actions.support(make.citizen(1), room.id, question, True, again)
    actions.support(make.citizen(2), room.id, question, True, request_id())
    done = actions.support(make.citizen(1), room.id, question, True, again)
    assert (done.supports, done.changes) == (2, 2)


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("on", [False, True])
def test_supports_switched_off_are_not_taken(known: bool, on: bool) -> None:
    """Also for a question that was supported before, and also not to take one back."""
    room = make.make_room()
    question = published(room)
    if known:
        actions.support(make.citizen(1), room.id, question, True, request_id())
    before = everything(room)
    actions.edit(make.SYSTEM, room.id, room.revision, {"supports_on": False})
    with pytest.raises(Conflict, match="switched off"):
        actions.support(make.citizen(1), room.id, question, on, request_id())
    assert everything(room) == before
    make.db.session.rollback()
    assert (
        queries.snapshot(make.db.session.get_one(make.LiveSession, room.id), PUBLIC)["session"]["supporting"]
        is False
    )


@pytest.mark.usefixtures("context")
def test_only_what_somebody_supported_has_a_total() -> None:
    room = make.make_room()
    quiet, loved, given_back, taken_down = (published(room, f"第{n}个问题是什么", 90 + n) for n in range(4))
    for question in (loved, given_back, taken_down):
        actions.support(make.citizen(1), room.id, question, True, request_id())
    actions.support(make.citizen(1), room.id, given_back, False, request_id())
    make.decide(room, make.question(taken_down), Deed.TAKE_DOWN, reason=ReasonClass.INSULT)
    assert everything(room) == {loved: [1, 1], given_back: [0, 4]}
    assert queries.totals_since(room.id, 1) == {given_back: [0, 4]}
    assert queries.totals_since(room.id, 4) == {}
    assert queries.totals(room.id, [quiet, loved]) == {loved: [1, 1]}
    assert queries.totals(room.id, [quiet, taken_down], quiet=True) == {quiet: [0, 0]}
    assert queries.totals(room.id, []) == {}
    assert queries.supported_by(room.id, make.citizen(1).device or "", [quiet, loved]) == [loved]
    with pytest.raises(NotFound):
        actions.support(make.citizen(1), room.id, taken_down, True, request_id())


# ---- the seq of streams
def first_seq(room: Any, by: int) -> int:
    make.ask(room, by=by)
    stream = queries.stream_of_device(room.id, make.citizen(by).device or "")
    return (
        make.db.session.scalars(
            make.db.select(LiveLog.seq).where(LiveLog.stream == stream).order_by(LiveLog.id)
        ).first()
        or 0
    )


@pytest.mark.usefixtures("context")
def test_a_stream_begins_with_1_and_after_a_forgotten_one_with_a_gap() -> None:
    room = make.make_room()
    assert first_seq(room, 1) == 1
    assert first_seq(room, 2) == 1
    asked = make.ask(room, by=3)
    make.decide(room, asked, Deed.APPROVE)  # its stream is at 2
    actions.erase(asked.id)
    make.db.session.rollback()
    room = make.db.session.get_one(make.LiveSession, room.id)
    assert room.forgotten_seq == 3, "the erasing itself was told to it"
    assert first_seq(room, 3) == room.forgotten_seq + 2
    assert first_seq(room, 4) == room.forgotten_seq + 2, "who it was cannot be told from where it begins"
    make.decide(room, make.ask(room, by=5), Deed.APPROVE, Deed.AIR)
    begun = {queries.head(room.id, stream) for stream in (STAGE, GUEST)}
    assert begun == {1}, "what nobody forgets begins at 1 as ever"
    assert first_seq(make.make_room(), 3) == 1, "another room has forgotten nothing"
    other = make.make_room(Phase.COLLECTING)
    actions.step(make.SYSTEM, other.id, Step.START)
    assert {queries.head(other.id, stream) for stream in (PUBLIC, STAGE, GUEST, MODERATORS)} == {1}


@pytest.mark.one_database
@pytest.mark.usefixtures("context")
@pytest.mark.parametrize(
    ("gone", "after", "whole"),
    [
        ([], 0, False),
        ([], 3, False),
        ([1], 0, True),
        ([1, 2, 3], 0, True),
        ([1], 1, False),
        ([1, 2, 3], 3, False),
        ([3], 1, True),
        ([3], 2, True),
        ([3], 3, False),
        ([4, 5], 2, True),
        ([6], 5, True),
        ([5, 6], 3, True),
        ([1, 2, 3, 4, 5, 6], 0, True),
        ([], 6, False),
        ([], 7, True),
    ],
)
def test_a_gap_in_the_log_is_never_served_as_a_catch_up(gone: list[int], after: int, whole: bool) -> None:
    room = make.make_room(moderation=False)
    for number in range(6):
        make.ask(room, f"第{number}个问题是什么", by=number)
    with atomic():
        make.db.session.execute(
            make.db.delete(LiveLog).where(LiveLog.stream == PUBLIC, LiveLog.seq.in_(gone))
        )
    told = queries.since(room, PUBLIC, after)
    assert ("after" not in told) is whole
    assert told["seq"] == 6
    assert len(told.get("questions", {})) == (6 if whole else 6 - after)


@pytest.mark.usefixtures("context")
@pytest.mark.parametrize(("lacking", "whole"), [(queries.MOST_ROWS, False), (queries.MOST_ROWS + 1, True)])
def test_who_lacks_too_much_begins_anew(lacking: int, whole: bool) -> None:
    room = make.make_room(moderation=False)
    with atomic():
        for seq in range(1, lacking + 1):
            payload = {"questions": {f"q{seq}": None}}
            make.db.session.add(LiveLog(session_id=room.id, stream=PUBLIC, seq=seq, payload=payload))
        make.db.session.add(LiveStream(session_id=room.id, stream=PUBLIC, seq=lacking))
    told = queries.since(room, PUBLIC, 0)
    assert ("after" not in told) is whole
    assert told["seq"] == lacking


# ---- how much one device asks
@pytest.mark.usefixtures("context")
def test_a_device_asks_thirty_questions_in_a_session_and_no_more() -> None:
    room = make.make_room()
    with atomic():
        for number in range(30):
            make.ask(room, f"第{number}个问题是什么", by=1)
    with pytest.raises(Conflict, match="30"):
        make.ask(room, by=1)
    make.ask(room, by=2)
    make.ask(make.make_room(), by=1)
    assert asking.MOST_PER_DEVICE == 30


@pytest.mark.usefixtures("context")
def test_a_session_takes_so_many_questions_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    assert asking.MOST_PER_SESSION == 20_000
    monkeypatch.setattr(asking, "MOST_PER_SESSION", 3)
    room, other = make.make_room(), make.make_room()
    for by in range(3):
        make.ask(room, by=by)
    with pytest.raises(Conflict, match="takes no more"):
        make.ask(room, by=3)
    make.ask(other, by=3)


# ---- what a room is told of its totals
@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[dict[str, Any]]]:
    """What is broadcast as totals, by stream."""
    told: dict[str, list[dict[str, Any]]] = {PUBLIC: [], MODERATORS: []}

    def broadcast(room: str, event: str, payload: dict[str, Any]) -> None:
        if event == pump.TOTALS:
            told[room.rpartition(":")[2]].append(payload)

    monkeypatch.setattr(pump, "broadcast", broadcast)
    return told


@pytest.fixture
def deltas(said: Any, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The rows of the log that were sent on; totals go where they went."""
    heard: list[dict[str, Any]] = []
    totals = pump.broadcast

    def broadcast(room: str, event: str, payload: dict[str, Any]) -> None:
        if event == pump.DELTA:
            heard.append(payload)
        else:
            totals(room, event, payload)

    monkeypatch.setattr(pump, "broadcast", broadcast)
    return heard


@pytest.fixture
def sender(app: Flask, context: None) -> pump.Pump:
    """A pump that looks only when it is told to."""
    made = pump.Pump(app)
    made.stop()
    return made


@pytest.fixture
def watched(sender: pump.Pump, said: Any, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, dict[str, int]]:
    """A watched room and how many hear each of its streams; what it was told at first is forgotten."""
    present = {PUBLIC: 2, MODERATORS: 1}
    monkeypatch.setattr(pump, "viewers", lambda room: present[room.rpartition(":")[2]])
    room = make.make_room()
    sender.watch(room.id, room.public_id)
    sender._send_totals(changed=True)
    assert said[PUBLIC][0]["viewers"][0] == 2
    for told in said.values():
        told.clear()
    return room, present


def test_nothing_new_is_not_told(sender: pump.Pump, watched: Any, said: Any) -> None:
    room, present = watched
    for _ in range(3):
        sender._send_totals(changed=True)
    assert said == {PUBLIC: [], MODERATORS: []}
    present[PUBLIC] = 3
    sender._send_totals(changed=False)
    sender._send_totals(changed=True)
    assert [set(told) for told in said[PUBLIC]] == [{"room", "viewers"}]
    assert said[PUBLIC][0]["viewers"][0] == 3
    present[PUBLIC] = 2
    wait_until(lambda: sender.viewer_total(room.id)[1] > said[PUBLIC][0]["viewers"][1])
    sender._send_totals(changed=False)
    told = [frame["viewers"] for frame in said[PUBLIC]]
    assert [number for number, _ in told] == [3, 2]
    assert told[0][1] < told[1][1], "else a phone keeps the older number"
    present[PUBLIC] = present[MODERATORS] = 0
    sender._send_totals(changed=True)
    assert sender.totals(room.id, []) == {"supports": {}}, "nobody watches any more"


def test_only_what_changed_is_told_and_staff_hear_of_states(
    sender: pump.Pump, watched: Any, said: Any
) -> None:
    room, _present = watched
    asked = make.ask(room, by=7)
    sender._send_totals(changed=True)
    assert said[PUBLIC] == [], "what waits for review is not the room's business"
    [told] = said[MODERATORS]
    assert told == {"room": room.public_id, "states": [{"pending": 1}, 1]}
    make.decide(room, asked, Deed.APPROVE)
    actions.support(make.citizen(1), room.id, asked.public_id, True, request_id())
    sender._send_totals(changed=True)
    wanted = {"room": room.public_id, "supports": {asked.public_id: [1, 1]}, "published": [1, 1]}
    assert said[PUBLIC] == [wanted]
    assert said[MODERATORS][1] == wanted | {"states": [{"approved": 1}, 2]}


@pytest.mark.parametrize("again", [Deed.UNDO, Deed.APPROVE])
def test_what_is_public_again_is_told_with_its_total(
    sender: pump.Pump, watched: Any, said: Any, again: Deed
) -> None:
    """Whoever came while it was taken down has no total of it."""
    room, _present = watched
    loved, other = published(room), published(room, "第二个问题是什么", by=91)
    for by, question in ((1, loved), (2, loved), (1, other)):
        actions.support(make.citizen(by), room.id, question, True, request_id())
    make.decide(room, make.question(loved), Deed.TAKE_DOWN, reason=ReasonClass.INSULT)
    sender._send_totals(changed=True)
    assert said[PUBLIC][-1]["supports"] == {other: [1, 3]}
    make.decide(room, make.question(loved), again)
    sender._send_totals(changed=True)
    assert said[PUBLIC][-1]["supports"] == {loved: [2, 4]}
    said[PUBLIC].clear()
    make.decide(room, make.question(other), Deed.AIR)
    sender._send_totals(changed=True)
    assert said[PUBLIC] == [], "it was public before"


def test_the_number_of_published_questions_comes_with_what_made_it_so(
    sender: pump.Pump, watched: Any, said: Any, deltas: list[dict[str, Any]]
) -> None:
    room, _present = watched
    asked = [make.ask(room, f"第{number}个问题是什么", by=number) for number in range(3)]
    sender._send_log()
    assert not any("published" in delta for delta in deltas)
    for each in asked[:2]:
        make.decide(room, each, Deed.APPROVE)
    deltas.clear()
    sender._send_log()
    told = [delta.get("published") for delta in deltas if delta["stream"] == PUBLIC]
    assert told == [None, [2, 2]], "once for all that was published at once"
    sender._send_totals(changed=True)
    assert said[PUBLIC] == []
    assert said[MODERATORS] == [
        {"room": room.public_id, "published": [2, 2], "states": [{"pending": 1, "approved": 2}, 5]}
    ]
    make.decide(room, asked[0], Deed.AIR)
    make.decide(room, asked[1], Deed.TAKE_DOWN, reason=ReasonClass.INSULT)
    deltas.clear()
    sender._send_log()
    assert [delta.get("published") for delta in deltas if delta["stream"] == PUBLIC] == [None, [1, 4]]


def test_a_burst_of_supports_leaves_in_pieces_and_in_turn(
    sender: pump.Pump, watched: Any, said: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pump, "TOTALS_MOST", 2)
    room, _present = watched
    with atomic():
        asked = [make.ask(room, f"第{number}个问题是什么", by=number) for number in range(5)]
    ids = [make.decide(room, each, Deed.APPROVE).public_id for each in asked]
    heard: dict[str, list[int]] = {}
    for turn in range(4):
        for question in ids[: 5 - turn]:  # the first ones never rest
            actions.support(make.citizen(turn + 50), room.id, question, True, request_id())
        sender._send_totals(changed=True)
        supports = said[PUBLIC][-1]["supports"]
        assert len(supports) == 2
        heard |= supports
    assert set(heard) == set(ids), "nobody waits for ever"
    for _ in range(3):
        sender._send_totals(changed=True)
    heard = {key: total for told in said[PUBLIC] for key, total in told.get("supports", {}).items()}
    assert heard == everything(room)


def test_what_a_support_costs_is_the_same_whatever_else_was_supported(
    sender: pump.Pump, watched: Any, said: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a room's totals only those that changed are read, and states are counted where one changed."""
    room, _present = watched
    with atomic():
        ids = [make.ask(room, f"第{number}个问题是什么", by=number) for number in range(8)]
    for asked in ids:
        make.decide(room, asked, Deed.APPROVE)
        actions.support(make.citizen(1), room.id, asked.public_id, True, request_id())
    sender._send_totals(changed=True)
    assert len(said[PUBLIC][-1]["supports"]) == 8
    read: list[dict[str, list[int]]] = []
    real = queries.totals_since
    monkeypatch.setattr(queries, "totals_since", lambda *args: (read.append(real(*args)), read[-1])[1])
    monkeypatch.setattr(pump, "state_counts", lambda _session: pytest.fail("no question changed its state"))
    monkeypatch.setattr(queries, "totals", lambda *_args, **_more: pytest.fail("what is known is read again"))
    for by, number in enumerate((3, 5, 3), start=50):
        actions.support(make.citizen(by), room.id, ids[number].public_id, True, request_id())
        sender._send_totals(changed=True)
        assert [*read[-1]] == [ids[number].public_id]
        assert said[PUBLIC][-1]["supports"] == read[-1]
    shown = [each.public_id for each in ids]
    assert sender.totals(room.id, shown)["supports"] == everything(room)


def test_who_joins_is_told_of_what_nobody_else_asked_for_and_the_others_still_hear_of_it(
    sender: pump.Pump, watched: Any, said: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    room, present = watched
    loved, quiet, later = (published(room, f"第{n}个问题是什么", 90 + n) for n in range(3))
    actions.support(make.citizen(1), room.id, loved, True, request_id())
    sender._send_totals(changed=True)
    del sender._sent[room.id]
    sender.watch(room.id, room.public_id)
    present[PUBLIC] += 1
    asked: list[list[str]] = []
    real = queries.totals

    def totals(session_id: int, ids: list[str], *, quiet: bool = False) -> dict[str, list[int]]:
        asked.append(list(ids))
        return real(session_id, ids, quiet=quiet)

    monkeypatch.setattr(queries, "totals", totals)
    actions.support(make.citizen(1), room.id, later, True, request_id())
    for _ in range(3):  # a crowd
        told = sender.totals(room.id, [loved, quiet, later, "nothing"])["supports"]
        assert told == {loved: [1, 1], later: [1, 2]}
    assert asked == [[loved, quiet, later, "nothing"], ["nothing"], ["nothing"]]
    sender._send_totals(changed=True)
    assert said[PUBLIC][-1]["supports"] == {later: [1, 2]}
