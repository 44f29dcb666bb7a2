"""Personal data goes when its time is up, when its owner asks, and again after a restore."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, insert, select

from engage.accounts.models import StaffSession, User
from engage.audit.actions import record
from engage.audit.models import ADDRESS_DAYS, AuditEntry, AuditOrigin
from engage.core.actor import Actor, ActorKind
from engage.core.clock import now, today
from engage.core.db import db
from engage.core.errors import Gone, Invalid, NotFound
from engage.core.ids import request_id
from engage.core.jobs import OutboxJob
from engage.core.messages import msg
from engage.core.writer import atomic
from engage.participation import deletion, jobs, receipts
from engage.participation import erased as erased_list
from engage.participation.erasers import Eraser, _erasers, register_eraser
from engage.participation.marks import PARTICIPATION, _participation, marks, took_part
from engage.participation.models import Deletion, Receipt, WriteRequest
from engage.surveys.models import KEEP_DAYS, Response
from engage.web.display import days_text
from tests.audit.test_log import TRIED
from tests.factories.accounts import make_session, make_user
from tests.factories.surveys import make_survey, send_response

pytestmark = pytest.mark.database


def _mark(device: str) -> bytes:
    return _participation("survey:1", device)


def test_keeps_until_the_day_and_deletes_after_it(app: Flask) -> None:
    with app.app_context():
        ages = {"kept": 179, "gone": 182}
        with atomic():
            for device, age in ages.items():
                marks().put(_mark(device), PARTICIPATION, today() - timedelta(days=age))
        assert deletion.delete_due() == 1
        assert [took_part("survey:1", device) for device in ages] == [True, False]


def test_deletes_in_batches(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deletion, "BATCH", 7)
    monkeypatch.setattr("engage.participation.marks._AT_ONCE", 7)
    with app.app_context():
        with atomic():
            for number in range(50):
                marks().put(_mark(str(number)), PARTICIPATION, today() - timedelta(days=400))
                db.session.execute(
                    insert(WriteRequest).values(
                        request_hash=str(number),
                        body_hash="b",
                        answer={},
                        day=today() - timedelta(days=31 * (number % 2)),
                    )
                )
        deletion.delete_due()
        assert marks().count() == 0
        assert db.session.scalar(select(func.count()).select_from(WriteRequest)) == 25


def test_a_closed_account_loses_its_name_and_an_open_one_keeps_it(app: Flask) -> None:
    with app.app_context():
        closed = make_user(name="李华", active=False, closed_at=now() - timedelta(days=366)).id
        recent = make_user(name="王芳", active=False, closed_at=now() - timedelta(days=300)).id
        still = make_user(name="赵强", created_at=now() - timedelta(days=4000)).id
        deletion.delete_due()
        db.session.expire_all()
        assert (db.session.get_one(User, closed).name, db.session.get_one(User, closed).email) == ("", None)
        assert db.session.get_one(User, recent).name == "王芳"
        assert db.session.get_one(User, still).name == "赵强"


def test_the_address_of_a_deed_goes_before_the_deed(app: Flask) -> None:
    with app.app_context():
        anna = Actor(ActorKind.STAFF, 1, "安娜", address="192.0.2.7")
        with atomic(), pytest.MonkeyPatch.context() as patch:
            patch.setattr("engage.audit.actions.now", lambda: now() - timedelta(days=ADDRESS_DAYS + 1))
            record(anna, TRIED, "thing", 1)
        with atomic():
            record(anna, TRIED, "thing", 2)
        deletion.delete_due()
        assert db.session.scalars(select(AuditOrigin.entry_id)).all() == [2]
        assert db.session.scalars(select(AuditEntry.actor_label)).all() == ["安娜", "安娜"]


def test_sessions_go_after_their_time(app: Flask) -> None:
    with app.app_context():
        make_session(make_user())
        deletion.delete_due(now() + timedelta(days=91))
        assert db.session.scalar(select(StaffSession.id)) is None


@pytest.fixture
def erased(app: Flask) -> Iterator[list[int]]:
    """A kind of receipt whose erasures are written down."""
    seen: list[int] = []
    register_eraser("test", Eraser(msg("A test"), msg("The test goes."), seen.append))
    yield seen
    del _erasers["test"]


def _issue(kind: str = "test", object_id: int = 5) -> str:
    with atomic():
        return receipts.issue(request_id(), kind, object_id)


def test_erases_by_code_once(app: Flask, erased: list[int]) -> None:
    with app.app_context():
        code = _issue()
        deletion.erase_by_code(code.lower().replace("-", " "), "a" * 20)
        assert erased == [5]
        assert db.session.scalar(select(Receipt.kind)) is None
        with pytest.raises(NotFound):
            deletion.erase_by_code(code, "b" * 20)
        assert erased == [5]


def test_the_same_form_sent_again_is_answered_as_the_first_time(app: Flask, erased: list[int]) -> None:
    with app.app_context():
        code, other = _issue(), _issue(object_id=6)
        deletion.erase_by_code(code, "a" * 20)
        deletion.erase_by_code(code, "a" * 20)
        assert erased == [5]
        assert len(deletion.deletions()) == 1
        # Gone back in the browser, another code is typed into the same form.
        deletion.erase_by_code(other, "a" * 20)
        assert erased == [5, 6]


@pytest.mark.parametrize("request_id", ["", "short", "ü" * 20])
def test_a_form_without_its_number_erases_nothing(app: Flask, erased: list[int], request_id: str) -> None:
    with app.app_context():
        code = _issue()
        with pytest.raises(Invalid):
            deletion.erase_by_code(code, request_id)
        assert erased == []
        assert receipts.find(code) is not None


def test_an_erasure_is_written_down_beside_the_database(app: Flask, erased: list[int]) -> None:
    instance = app.config["ENGAGE"].instance
    with app.app_context():
        assert erased_list.read(instance) is None
        deletion.erase_by_code(_issue(), request_id())
        assert erased_list.read(instance) == deletion.deletions()
        line = json.loads((instance / erased_list.NAME).read_text())
        assert set(line) == {"mark", "kind", "id", "day"}
        deletion.keep_outside()
        assert len(erased_list.read(instance) or []) == 1


def test_a_list_that_cannot_be_written_refuses_nobody_and_is_made_up_for(
    app: Flask, erased: list[int]
) -> None:
    instance = app.config["ENGAGE"].instance
    (instance / erased_list.NAME).mkdir()
    with app.app_context():
        deletion.erase_by_code(_issue(), request_id())
        assert erased == [5]
        (instance / erased_list.NAME).rmdir()
        jobs.delete_on_time()
        assert erased_list.read(instance) == deletion.deletions()


def test_a_line_cut_off_costs_no_other(tmp_path: Path) -> None:
    first, second = (erased_list.Noted(mark, "test", 1, today()) for mark in ("one", "two"))
    erased_list.write_down(tmp_path, [first])
    with (tmp_path / erased_list.NAME).open("a") as file:
        file.write('{"mark": "cut o')
    erased_list.write_down(tmp_path, [first, second])
    assert erased_list.read(tmp_path) == [first, second]


def test_a_table_that_fails_holds_up_no_other(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first, *_ = [duty.table.name for duty in deletion._duties()]
    batch = deletion._delete_batch

    def failing(duty: deletion._Duty, moment: datetime) -> int:
        if duty.table.name == first:
            raise ZeroDivisionError
        return batch(duty, moment)

    monkeypatch.setattr(deletion, "_delete_batch", failing)
    with app.app_context():
        make_session(make_user())
        with atomic():
            old = {"request_hash": "r", "body_hash": "b", "answer": {}, "day": today() - timedelta(days=99)}
            db.session.execute(insert(WriteRequest).values(old))
        with pytest.raises(deletion.NotAllDeleted, match=first):
            deletion.delete_due(now() + timedelta(days=91))
        assert first != "staff_session"
        assert db.session.scalar(select(StaffSession.id)) is None
        assert db.session.scalar(select(WriteRequest.day)) is None


def test_responses_past_their_time_go_with_what_was_made_of_them(app: Flask) -> None:
    with app.app_context():
        survey = make_survey()
        send_response(survey)
        deletion.delete_due(now() + timedelta(days=KEEP_DAYS - 1))
        assert db.session.scalar(select(func.count()).select_from(Response)) == 1
        deletion.delete_due(now() + timedelta(days=KEEP_DAYS + 1))
        assert db.session.scalar(select(func.count()).select_from(Response)) == 0
        jobs_waiting = db.session.execute(select(OutboxJob.name, OutboxJob.payload)).all()
        assert ("analysis.rebuild", {"survey_id": survey.id}) in jobs_waiting


def test_a_failing_eraser_leaves_everything(app: Flask, erased: list[int]) -> None:
    def fail(_object_id: int) -> None:
        raise ZeroDivisionError

    register_eraser("test", Eraser(msg("A test"), msg("The test goes."), fail))
    with app.app_context():
        code = _issue()
        with pytest.raises(ZeroDivisionError):
            deletion.erase_by_code(code, request_id())
        assert receipts.find(code) is not None
        assert deletion.deletions() == []


def test_a_kind_nobody_erases_is_refused(app: Flask) -> None:
    with app.app_context():
        code = _issue("unknown-kind")
        with pytest.raises(Gone):
            deletion.erase_by_code(code, request_id())


def test_a_restore_applies_what_the_backup_does_not_know(app: Flask, erased: list[int]) -> None:
    with app.app_context():
        deletion.erase_by_code(_issue(object_id=1), request_id())
        backup = deletion.deletions()
        deletion.erase_by_code(_issue(object_id=2), request_id())
        noted = deletion.deletions()
        with atomic():  # the backup comes back: it knows the first erasure only
            db.session.execute(Deletion.__table__.delete().where(Deletion.object_id == 2))
        assert deletion.deletions() == backup
        erased.clear()
        assert deletion.reapply_deletions(noted) == 1
        assert erased == [2]
        assert deletion.deletions() == noted


def test_a_number_given_anew_is_not_taken_for_the_erasure_before_it(app: Flask, erased: list[int]) -> None:
    with app.app_context():
        deletion.erase_by_code(_issue(object_id=1), request_id())
        before = deletion.deletions()
        # After a restore the number was given to somebody else, who has it erased on the same day.
        deletion.erase_by_code(_issue(object_id=1), request_id())
        noted = deletion.deletions()
        with atomic():
            later = [one.mark for one in noted if one not in before]
            db.session.execute(Deletion.__table__.delete().where(Deletion.mark.in_(later)))
        erased.clear()
        assert deletion.reapply_deletions(noted) == 1
        assert erased == [1]


def test_the_page_says_what_is_kept_in_both_languages(client: Any) -> None:
    page = client.get("/personal-data").text
    assert "6 个月" in page
    # Staff are named once, not in front of each line.
    assert "工作人员：" not in page
    assert "本设备已参与的标记" in page
    # On phones each row is a block, with the headings in front of its cells.
    rows = page.count('<tr><th scope="row"')
    assert page.count('data-head="保存期限"') == page.count('data-head="用途"') == rows > 0
    assert "6 months" in client.get("/personal-data?lang=en").text


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("days", "words"),
    [
        (1, "1 day"),
        (30, "30 days"),
        (90, "3 months"),
        (180, "6 months"),
        (200, "200 days"),
        (365, "1 year"),
        (1826, "5 years"),
        (3650, "10 years"),
        (3653, "10 years"),
    ],
)
def test_periods_are_told_as_people_say_them(app: Flask, days: int, words: str) -> None:
    with app.test_request_context("/?lang=en"):
        assert days_text(days) == words


def test_people_erase_their_own_after_confirming_twice(
    app: Flask, erased: list[int], citizen_client: Callable[..., Any]
) -> None:
    phone = citizen_client()
    with app.app_context():
        code = _issue()
    fields = {"_token": phone.token, "_request_id": "x" * 20, "code": code}
    asked = phone.post("/personal-data/erase", data=fields)
    assert (asked.status_code, asked.location) == (303, "/personal-data/erase")
    assert code in phone.get(asked.location).text
    unsure = phone.post("/personal-data/erase", data={**fields, "step": "confirm"})
    assert (unsure.status_code, unsure.location) == (303, "/personal-data/erase?unsure=yes")
    assert "请勾选" in phone.get(unsure.location).text
    assert erased == []
    done = phone.post("/personal-data/erase", data={**fields, "step": "confirm", "sure": "yes"})
    assert (done.status_code, done.location) == (303, "/personal-data/erased")
    assert erased == [5]
    assert phone.get("/personal-data/erased").status_code == 200
    retry = phone.post("/personal-data/erase", data={**fields, "step": "confirm", "sure": "yes"})
    assert (retry.status_code, retry.location) == (303, "/personal-data/erased")
    assert erased == [5]
    back = phone.get("/personal-data/erase")
    assert back.status_code == 410
    assert "已删除" in back.text
    assert phone.get("/personal-data/erase").location == "/personal-data#erase"
    again = phone.post("/personal-data/erase", data=fields)
    assert again.status_code == 422
    assert code in again.text
    lost = {**fields, "step": "confirm", "sure": "yes", "_request_id": ""}
    assert "页面已过期，请刷新后重新提交" in phone.post("/personal-data/erase", data=lost).text


@pytest.mark.one_database
@pytest.mark.parametrize(
    "code", ["", "ABCD", "ABCD-EFGH-JKMN", "<script>alert(1)</script>", "长" * 5000, "\1"]
)
def test_a_wrong_code_is_answered_with_a_sentence(citizen_client: Callable[..., Any], code: str) -> None:
    phone = citizen_client()
    answer = phone.post("/personal-data/erase", data={"_token": phone.token, "code": code})
    assert answer.status_code == 422
    assert "查询码" in answer.text
    assert "<script>alert" not in answer.text


def test_codes_cannot_be_tried_out(make_app: Callable[..., Flask]) -> None:
    app = make_app(rate_limits=True)
    client = app.test_client()
    with app.app_context():
        from_page = client.get("/personal-data").text
    token = re.findall(r'name="_token" value="([0-9a-f]+)"', from_page)[0]
    statuses = [
        client.post("/personal-data/erase", data={"_token": token, "code": "x"}).status_code
        for _ in range(31)
    ]
    assert statuses == [422] * 30 + [429]
