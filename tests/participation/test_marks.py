"""One response per device holds wherever a write is cut off, and the mark stays apart from the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from engage.core.backup import unpack, write_backup
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import Busy, Conflict
from engage.core.ids import request_id
from engage.core.slots import NAME, SlotFile
from engage.core.writer import atomic
from engage.participation import deletion, marks
from engage.participation.marks import PARTICIPATION, took_part
from engage.surveys.models import Response, Survey
from tests.factories.consultations import comments_of, make_consultation, send_comment
from tests.factories.questions import twenty_answers
from tests.factories.surveys import make_survey, send_response
from tests.participation.files import read_all

pytestmark = pytest.mark.database


@pytest.fixture
def survey(app: Flask) -> Iterator[Survey]:
    with app.app_context():
        yield make_survey(one_per_device=True)


def _responses() -> int:
    return db.session.scalar(select(func.count()).select_from(Response)) or 0


def _open() -> int:
    return len(marks.marks().open_slots())


def test_nothing_of_the_answer_is_left_at_the_mark(survey: Survey) -> None:
    send_response(survey)
    assert (marks.marks().count(PARTICIPATION), _open()) == (1, 0)


def test_a_backup_does_not_say_which_answer_a_mark_waits_for(
    app: Flask, survey: Survey, tmp_path: Path
) -> None:
    """One made in the moment in which somebody answers: the others' marks are in it, theirs has its time."""
    send_response(survey, device="before")
    url = db.engine.url
    archive, room = tmp_path / "kept.tar.gz", tmp_path / "room"
    with atomic():
        send_response(survey, device="meanwhile")
        [waiting] = marks.marks().open_slots()
        assert waiting.tag is not None
        secret = app.config["ENGAGE"].secret_key
        instance = app.config["ENGAGE"].instance
        write_backup(archive, instance=instance, url=url, secret_key=secret, progress=lambda _words: None)
    assert (marks.marks().count(PARTICIPATION), _open()) == (2, 0)
    room.mkdir()
    unpack(archive, room)
    kept = SlotFile(room / NAME)
    assert (kept.count(PARTICIPATION), kept.open_slots()) == (1, [])
    assert not [path for path, data in read_all(room).items() if waiting.tag in data]


class Cut(BaseException):
    """The power goes."""


def test_a_cut_before_the_commit_lets_the_device_answer(
    survey: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(_self: object) -> None:
        raise Cut

    with monkeypatch.context() as patch, pytest.raises(Cut):
        patch.setattr("engage.participation.marks._Following.sync", cut)
        send_response(survey)
    assert (_responses(), _open()) == (0, 1)
    assert not took_part(f"survey:{survey.id}", "phone")
    send_response(survey)
    assert (_responses(), _open(), marks.marks().count()) == (1, 0, 1)


def test_a_cut_after_the_commit_leaves_the_device_noted(
    survey: Survey, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("engage.participation.marks._Following.settle", lambda _self: None)
        code, id = "", request_id()
        code = send_response(survey, id=id)
    assert (_responses(), _open()) == (1, 1)
    assert took_part(f"survey:{survey.id}", "phone")
    with pytest.raises(Conflict):
        send_response(survey)
    assert send_response(survey, id=id) == code
    marks.tidy()
    assert (_open(), took_part(f"survey:{survey.id}", "phone")) == (0, True)


def test_what_never_ended_is_tidied_away(survey: Survey, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(_self: object) -> None:
        raise Cut

    with monkeypatch.context() as patch, pytest.raises(Cut):
        patch.setattr("engage.participation.marks._Following.sync", cut)
        send_response(survey)
    marks.tidy()
    assert (marks.marks().count(), _open()) == (0, 0)


@pytest.mark.parametrize("step", ["find", "put", "sync"])
def test_a_disk_that_fails_is_told_and_nothing_is_stored(
    survey: Survey, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def fails(*_values: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch, pytest.raises(Busy):
        patch.setattr(SlotFile, step, fails)
        send_response(survey)
    assert _responses() == 0
    send_response(survey)
    assert _responses() == 1


def test_a_refused_commit_lets_the_device_answer(survey: Survey) -> None:
    def refuse(_connection: Any) -> None:
        raise RuntimeError("refused")

    event.listen(db.engine, "commit", refuse)
    try:
        with pytest.raises(RuntimeError):
            send_response(survey)
    finally:
        event.remove(db.engine, "commit", refuse)
    assert _responses() == 0
    send_response(survey)
    with pytest.raises(Conflict):
        send_response(survey)


def test_a_stance_counts_once_after_a_cut(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        one = make_consultation()
        with monkeypatch.context() as patch:
            patch.setattr("engage.participation.marks._Following.settle", lambda _self: None)
            send_comment(one)
        send_comment(one, text="再说一句。")
        assert [row.counted for row in comments_of(one)] == [True, False]


@pytest.mark.parametrize(("days", "back"), [(0, False), (29, False), (31, True)])
def test_what_was_erased_does_not_come_back_with_a_late_retry(app: Flask, days: int, back: bool) -> None:
    with app.app_context():
        survey, id = make_survey(one_per_device=False), request_id()
        code = send_response(survey, id=id)
        deletion.erase_by_code(code, request_id())
        assert _responses() == 0
        deletion.delete_due(now() + timedelta(days=days))
        assert send_response(survey, id=id) == code
        assert _responses() == int(back)


def test_the_worker_makes_room_ahead_of_need(survey: Survey, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engage.core.slots._FIRST_BUCKETS", 1)
    for number in range(33):
        send_response(survey, device=f"phone-{number}")
    size = marks.marks().path.stat().st_size
    marks.tidy()
    assert marks.marks().path.stat().st_size == 2 * size
    assert all(took_part(f"survey:{survey.id}", f"phone-{number}") for number in range(33))


@pytest.mark.parametrize("content", [b"", b"no marks", b"\xff" * 5000])
def test_damaged_marks_take_no_answer_and_lose_no_word(
    app: Flask, citizen_client: Callable[..., Any], content: bytes
) -> None:
    with app.app_context():
        survey = make_survey(one_per_device=True)
        path, public_id = marks.marks().path, survey.public_id
    path.write_bytes(content)
    client = citizen_client()
    fields = {"_token": client.token, "_request_id": request_id(), "_version": "1", "_whole": "1"}
    typed = {f"q-{name}": value for name, value in twenty_answers().items()}
    answer = client.post(f"/surveys/{public_id}", data=fields | typed)
    assert answer.status_code == 503
    assert typed["q-q4"] in answer.text
    with app.app_context():
        assert _responses() == 0
    assert path.read_bytes() == content
