"""A random walk through a live session: any deed, possible or not, written down as it goes."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from engage.cases import actions as cases
from engage.cases.models import Case
from engage.core import ids
from engage.core.actor import Actor
from engage.core.errors import Refusal
from engage.core.ids import request_id
from engage.live import actions
from engage.live.models import LiveQuestion, LiveSession, QuestionState
from engage.live.queries import room as queries
from engage.live.queries.queue import COLUMNS
from engage.live.rules.deeds import Deed, possible_deeds
from engage.live.rules.life import Step, steps_from
from engage.live.rules.streams import MODERATORS, question_view
from engage.moderation.models import ReasonClass
from tests.factories import live as make

ASKERS = range(1, 5)
SHORTEST_PAGE = min(column.rows for column in COLUMNS.values())
_KINDS = {"ask": 3, "enter": 1, "step": 1, "edit": 1, "decide": 14, "withdraw": 1, "erase": 2, "write": 1}


def seed_ids(patch: Callable[..., None], seed: int = 20) -> None:
    """Let public ids and request ids repeat from run to run; ``patch`` is ``monkeypatch.setattr``."""
    draw = random.Random(seed)
    source = SimpleNamespace(
        token_bytes=draw.randbytes, token_urlsafe=lambda size: draw.randbytes(size).hex()
    )
    patch(ids, "secrets", source)


class Client:
    """What static/js/live/_stream.js does, in Python: applies in order, asks for what it lacks."""

    def __init__(self, snapshot: dict[str, Any]) -> None:
        self.beginnings = 0
        self.replace(snapshot)

    def replace(self, snapshot: dict[str, Any]) -> None:
        self.beginnings += 1
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


@dataclass(frozen=True, slots=True)
class Scene:
    """What a deed finds: the session, its questions in order, who moderates, chance; ``told`` tells of it."""

    room: LiveSession
    rows: list[LiveQuestion]
    moderator: Actor
    draw: random.Random
    told: list[str]


def one_deed(
    room: LiveSession, moderator: Actor, draw: random.Random, story: list[str] | None = None
) -> None:
    """Any live deed in ``room``, possible or not; ``story`` gains a line of what was done, how it ended."""
    kind = draw.choices(list(_KINDS), list(_KINDS.values()))[0]
    scene = Scene(room, questions(room.id), moderator, draw, [kind])
    try:
        if scene.rows or kind in ("ask", "enter", "step", "edit"):
            _DEEDS[kind](scene)
    except Refusal as refusal:
        scene.told.append(type(refusal).__name__)
        make.db.session.rollback()
    if story is not None:
        story.append(" ".join(scene.told))


def questions(room_id: int) -> list[LiveQuestion]:
    """The questions of this session only (one database may hold more), in one order on every database."""
    query = make.db.select(LiveQuestion).where(LiveQuestion.session_id == room_id)
    return list(make.db.session.scalars(query.order_by(LiveQuestion.id)).all())


def fresh(room_id: int, stream: str) -> dict[str, Any]:
    """The snapshot of a stream as it is now."""
    make.db.session.rollback()
    return queries.snapshot(make.db.session.get_one(LiveSession, room_id), stream)


def assert_in_step(client: Client, room_id: int, stream: str, told: str = "") -> None:
    """Where a new client would begin; of questions beyond a first page it has the last word on each."""
    now, has = fresh(room_id, stream), client.state()
    shown, known = now.pop("questions"), has.pop("questions")
    assert has == now, f"{stream}\n{told}"
    rows = questions(room_id)
    if len(rows) <= SHORTEST_PAGE:
        # Who moderated when a question was taken back knows that it is gone; it is in no column.
        listed = {
            key: view
            for key, view in known.items()
            if stream != MODERATORS or view["state"] != QuestionState.WITHDRAWN
        }
        assert listed == shown, f"{stream}\n{told}"
    views = [view for row in rows if (view := question_view(stream, row))]
    assert known == {view["id"]: view for view in views if view["id"] in known}, f"{stream}\n{told}"
    # Who began again in between, with a first page, lacks what has come onto it from later ones.
    assert client.beginnings > 1 or shown.items() <= known.items(), f"{stream}\n{told}"


def deliver(
    clients: dict[str, Client], begun: int, draw: random.Random, *, room_id: int | None = None
) -> None:
    """Rows lost, twice and out of order; a client that notices a gap asks, or not yet.

    ``clients`` by stream; ``room_id`` is theirs where the log after ``begun`` tells of other rooms too.
    """
    make.db.session.rollback()
    rows = [row for row in queries.rows_after(begun, limit=5000) if room_id in (None, row.session_id)]
    rows = [row for row in rows if draw.random() < 0.5]
    draw.shuffle(rows)
    for row in rows:
        client = clients.get(row.stream)
        if client is None:
            continue
        if not client.take(row.seq, row.payload) and draw.random() < 0.3:
            session = make.db.session.get_one(LiveSession, row.session_id)
            client.catch_up(queries.since(session, row.stream, client.seq))


def _ask(scene: Scene) -> None:
    by = scene.draw.choice(ASKERS)
    scene.told.append(f"by {by}")
    asked = make.ask(scene.room, f"问题{scene.draw.random()}是什么", by=by)
    scene.told.append(f"#{asked.number}")


def _enter(scene: Scene) -> None:
    source = scene.draw.choice(list(make.Source))
    text = f"大厅里的问题{scene.draw.random()}"
    actions.enter(scene.moderator, scene.room.id, text, "", source, request_id())


def _step(scene: Scene) -> None:
    # Mostly one that is possible, and soon live again: there most happens.
    likely = [*steps_from(scene.room.phase) * 2, Step.REOPEN, Step.REOPEN, Step.START]
    taken = scene.draw.choice(likely if scene.draw.random() < 0.9 else list(Step))
    scene.told.append(taken)
    actions.step(make.SYSTEM, scene.room.id, taken)


def _edit(scene: Scene) -> None:
    change = {scene.draw.choice(["listed", "supports_on", "moderation"]): scene.draw.random() < 0.7}
    scene.told.append(str(change))
    actions.edit(make.SYSTEM, scene.room.id, scene.room.revision, change)


def _withdraw(scene: Scene) -> None:
    row, by = scene.draw.choice(scene.rows), scene.draw.choice(ASKERS)
    scene.told.append(f"#{row.number} {row.state} by {by}")
    actions.withdraw(make.citizen(by), scene.room.id, row.public_id)


def _erase(scene: Scene) -> None:
    shown = [row for row in scene.rows if row.state is QuestionState.ON_AIR]
    row = scene.draw.choice(shown if shown and scene.draw.random() < 0.4 else scene.rows)
    scene.told.append(f"#{row.number} {row.state}")
    actions.erase(row.id)


def _write(scene: Scene) -> None:
    owed = [row.case_id for row in scene.rows if row.case_id is not None]
    if not owed:
        return
    case = make.db.session.get_one(Case, scene.draw.choice(owed))
    scene.told.append(f"case {case.id} {case.state}")
    cases.answer_case(make.SYSTEM, case.id, "书面答复：明年开工。", case.revision)


def _decide(scene: Scene) -> None:
    # Mostly the same few, so that one deed follows another on them.
    row = scene.draw.choice(scene.rows[-3:] if scene.draw.random() < 0.7 else scene.rows)
    likely = [*possible_deeds(row.state, scene.room.phase), Deed.UNDO]
    likely += [Deed.AIR, Deed.AIR] if Deed.AIR in likely else []
    deed = scene.draw.choice(likely if scene.draw.random() < 0.8 else list(Deed))
    revision = row.revision - (scene.draw.random() < 0.1)
    scene.told.append(f"{deed} #{row.number} {row.state} {revision}/{row.revision}")
    reason = scene.draw.choice(list(ReasonClass))
    actions.decide(
        scene.moderator,
        scene.room.id,
        row.public_id,
        deed,
        revision,
        reason=reason,
        note="理由在这里",
        answer="答复如下。",
    )


_DEEDS: dict[str, Callable[[Scene], None]] = {
    "ask": _ask,
    "enter": _enter,
    "step": _step,
    "edit": _edit,
    "decide": _decide,
    "withdraw": _withdraw,
    "erase": _erase,
    "write": _write,
}
