"""Rules that no other test would miss: one each, with the inputs that tell it apart from its neighbours."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from engage.core.db import db
from engage.core.errors import Conflict
from engage.core.ids import request_id
from engage.core.writer import atomic
from engage.live.models import LiveLog
from engage.participation import deletion, erased, receipts
from engage.participation.erasers import rows_of_kinds
from engage.participation.models import Receipt, WriteRequest
from engage.surveys.actions.submit import Submission, submit
from engage.surveys.models import Response, Survey
from engage.surveys.queries.published import published
from tests.factories import live
from tests.factories.consultations import make_consultation, send_comment
from tests.factories.questions import twenty_answers
from tests.factories.surveys import make_survey, send_response

pytestmark = pytest.mark.database


def _count(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.parametrize(("before", "after", "stored"), [(False, True, 1), (True, False, 2)])
def test_one_per_device_is_read_where_the_answer_is_stored(
    app: Flask, before: bool, after: bool, stored: int
) -> None:
    """The survey a page was made from may be a second old: staff may have turned the switch since."""
    with app.app_context():
        survey = make_survey(one_per_device=before)
        seen = published(survey.public_id)
        with atomic():
            db.session.execute(update(Survey).where(Survey.id == survey.id).values(one_per_device=after))
        for _ in range(2):
            try:
                submit(seen, Submission(twenty_answers(), 1, "zh_CN", request_id(), "phone"))
            except Conflict:
                assert after
        assert _count(Response) == stored


@pytest.mark.parametrize(("once", "stored"), [(True, 1), (False, 2)])
def test_other_answers_under_the_same_id(app: Flask, once: bool, stored: int) -> None:
    with app.app_context():
        survey, id = make_survey(one_per_device=once), request_id()
        send_response(survey, id=id)
        if once:
            with pytest.raises(Conflict):
                send_response(survey, id=id, q0="c")
        else:
            send_response(survey, id=id, q0="c")
        assert _count(Response) == _count(Receipt) == stored


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 30, 15, 59, tzinfo=UTC), "2026-11-30"),
        (datetime(2026, 11, 30, 16, 1, tzinfo=UTC), "2026-12-01"),
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), "2027-01-01"),
    ],
)
def test_a_request_is_of_the_day_on_the_clocks_of_the_site(
    app: Flask, monkeypatch: pytest.MonkeyPatch, moment: datetime, day: str
) -> None:
    with app.app_context():
        room = live.make_room()
        monkeypatch.setattr("engage.core.clock.now", lambda: moment)
        live.ask(room)
        assert {row.isoformat() for row in db.session.scalars(select(WriteRequest.day))} == {day}


# Each weight decides one of these; the last character is the check.
@pytest.mark.parametrize(
    "code",
    [
        "322222222223",
        "232222222229",
        "22322222222D",
        "22232222222F",
        "22223222222K",
        "22222322222N",
        "22222232222S",
        "22222223222Z",
        "222222223223",
        "222222222329",
        "22222222223D",
    ],
)
def test_the_check_character_weighs_each_place(code: str) -> None:
    assert receipts._check_character(code[:-1]) == code[-1]
    assert receipts.well_formed(code)


def test_a_wrong_or_changed_character_is_seen() -> None:
    chance = random.Random(5)
    letters = receipts._ALPHABET
    for _ in range(50):
        body = "".join(chance.choice(letters) for _ in range(11))
        code = body + receipts._check_character(body)
        for at in range(12):
            for other in letters.replace(code[at], ""):
                assert not receipts.well_formed(code[:at] + other + code[at + 1 :])


@pytest.mark.parametrize("known", [False, True])
def test_an_erasure_is_on_the_disk_before_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    synced: list[bytes] = []

    def sync(number: int) -> None:
        synced.append(os.pread(number, 10_000, 0))

    monkeypatch.setattr("engage.participation.erased.os.fsync", sync)
    noted = erased.Noted("mark-1", "survey-response", 7, datetime(2026, 11, 30, tzinfo=UTC).date())
    erased.write_down(tmp_path, [noted])
    assert [b"mark-1" in data for data in synced] == [True]
    if known:
        erased.write_down(tmp_path, [noted])
        assert len(synced) == 1


def _answered() -> str:
    return send_response(make_survey())


def _commented() -> str:
    return send_comment(make_consultation())


@pytest.mark.parametrize("say", [_answered, _commented])
def test_a_receipt_goes_with_what_it_opens(app: Flask, say: Callable[[], str]) -> None:
    with app.app_context():
        gone, kept = say(), say()
        found = receipts.find(gone)
        assert found is not None
        column = rows_of_kinds()[found.kind]
        with atomic():
            db.session.execute(column.class_.__table__.delete().where(column == found.object_id))
        deletion.delete_due()
        assert receipts.find(gone) is None
        assert receipts.find(kept) is not None


def test_the_log_of_a_room_is_no_finer_than_the_minute(app: Flask) -> None:
    with app.app_context():
        live.ask(live.make_room())
        moments = list(db.session.scalars(select(LiveLog.created_at)))
        assert moments
        assert {(moment.second, moment.microsecond) for moment in moments} == {(0, 0)}
