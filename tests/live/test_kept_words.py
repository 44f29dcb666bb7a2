"""What people typed is never lost: refused, late, too long, in another language or on another clock."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from engage.accounts.permissions import Role
from engage.core.ids import request_id
from engage.live.models import LiveSession, Phase
from engage.live.rules.deeds import Deed
from engage.live.rules.session import SUMMARY_MOST
from engage.settings.models import SiteSettings
from tests.factories import live as make
from tests.fixtures.clients import hidden_fields

TEXT = "刚刚想到一个问题：停车位够吗"


def room_in(app: Flask, phase: Phase, **values: Any) -> str:
    with app.app_context():
        return str(make.make_room(phase, **values).public_id)


@pytest.mark.parametrize(
    ("phase", "status"), [(Phase.ENDED, 410), (Phase.RECORDED, 410), (Phase.ANNOUNCED, 409)]
)
def test_a_question_that_comes_too_late_stays_on_the_page(
    app: Flask, citizen_client: Any, phase: Phase, status: int
) -> None:
    phone, room = citizen_client(), room_in(app, phase)
    fields = {"_token": phone.token, "_request_id": request_id(), "text": TEXT}
    answer = phone.post(f"/live/{room}/ask", data=fields)
    assert answer.status_code == status
    assert TEXT in answer.text
    assert "error-summary" in answer.text
    told = phone.post(f"/live/{room}/ask", data=fields, headers={"Accept": "application/json"})
    assert told.status_code == status
    assert told.json["message"]


def test_one_question_too_many_stays_in_the_form(
    app: Flask, citizen_client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engage.live.actions.asking.MOST_PER_DEVICE", 0)
    phone, room = citizen_client(), room_in(app, Phase.LIVE)
    fields = {"_token": phone.token, "_request_id": request_id(), "text": TEXT}
    answer = phone.post(f"/live/{room}/ask", data=fields)
    assert answer.status_code == 409
    assert f"{TEXT}</textarea>" in answer.text
    assert "已达每台设备上限" in answer.text


def test_a_summary_too_long_is_refused_and_kept(app: Flask, staff_client: Any) -> None:
    room, coordinator = room_in(app, Phase.ENDED), staff_client(Role.COORDINATOR)
    summary = "字" * SUMMARY_MOST + "尾"
    refused = coordinator.send(f"/staff/live/{room}/record", {"summary": summary})
    assert refused.status_code == 422
    assert summary in refused.text
    assert f"最多 {SUMMARY_MOST} 个字" in refused.text
    assert coordinator.send(f"/staff/live/{room}/record", {"summary": summary[:-1]}).status_code == 303
    with app.app_context():
        assert make.db.session.scalars(make.db.select(LiveSession)).one().record_summary == summary[:-1]


def test_steps_publish_with_the_summary_that_is_stored(app: Flask, staff_client: Any) -> None:
    room, coordinator = room_in(app, Phase.ENDED, record_summary="已有摘要"), staff_client(Role.COORDINATOR)
    fields = {"step": "publish-record", "summary": "字" * 9000}
    assert coordinator.send(f"/staff/live/{room}/steps", fields).status_code == 303
    with app.app_context():
        assert make.db.session.scalars(make.db.select(LiveSession)).one().record_summary == "已有摘要"


def test_editing_keeps_both_languages_and_the_clock_of_the_site(app: Flask, staff_client: Any) -> None:
    with app.app_context(), make.atomic():
        make.db.session.add(SiteSettings(id=1, time_zone="Asia/Urumqi"))
    starts = datetime(2026, 12, 1, 7, 0, tzinfo=UTC)
    introduction = {"zh_CN": "局长在线回答。", "en": "The director answers."}
    room = room_in(app, Phase.DRAFT, starts_at=starts, introduction=make.Localized(introduction))
    coordinator = staff_client(Role.COORDINATOR)
    page = coordinator.get(f"/staff/live/{room}/edit")
    assert 'value="2026-12-01T13:00"' in page.text
    assert "The director answers." in page.text
    fields = hidden_fields(page.text) | {
        "unit": "1",
        "activity": "0",
        "title_zh": "访谈",
        "introduction": introduction["zh_CN"],
        "introduction_en": introduction["en"],
        "starts_at": "2026-12-01T13:00",
        "names": "choice",
    }
    assert coordinator.send(f"/staff/live/{room}/edit", fields).status_code == 303
    with app.app_context():
        stored = make.db.session.scalars(make.db.select(LiveSession)).one()
        assert (stored.starts_at, dict(stored.introduction)) == (starts, introduction)


def test_the_same_form_twice_makes_one_session(app: Flask, staff_client: Any) -> None:
    coordinator = staff_client(Role.COORDINATOR)
    with app.app_context():
        unit = make.make_unit("市医保局").id
    page = coordinator.get("/staff/live/new")
    fields = hidden_fields(page.text) | {
        "unit": str(unit),
        "activity": "0",
        "title_zh": "医保政策直播间",
        "names": "choice",
    }
    first, second = (coordinator.send("/staff/live/new", fields) for _ in "ab")
    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    with app.app_context():
        assert len(make.db.session.scalars(make.db.select(LiveSession)).all()) == 1


def test_the_same_link_form_twice_shows_one_link(app: Flask, staff_client: Any) -> None:
    room, moderator = room_in(app, Phase.LIVE), staff_client(Role.MODERATOR)
    fields = {"label": "李局长", "_request_id": request_id()}
    tokens = {
        moderator.send(f"/staff/live/{room}/guest-links", fields).text.split("/guest/")[1].split("<")[0]
        for _ in "ab"
    }
    assert len(tokens) == 1


def test_a_written_answer_is_corrected_on_its_page(app: Flask, staff_client: Any, client: Any) -> None:
    with app.app_context():
        session = make.make_room()
        room = session.public_id
        asked = make.decide(session, make.ask(session), Deed.APPROVE, Deed.DEFER)
        with make.atomic():
            make.question(asked.public_id).answer = "明年三月开工。"
        public, revision = asked.public_id, asked.revision
    for role, status in ((Role.TYPIST, 403), (Role.APPROVER, 403), (Role.DEPARTMENT, 200)):
        page = staff_client(role).get(f"/staff/live/{room}/written")
        assert page.status_code == status, role
    assert "明年三月开工。" in page.text
    department = staff_client(Role.DEPARTMENT)
    path, fields = f"/staff/live/{room}/written", {"question": public, "revision": str(revision)}
    refused = department.send(path, {**fields, "answer": "改" * 10_001})
    assert refused.status_code == 422
    assert "改" * 10_001 in refused.text
    assert department.send(path, {**fields, "answer": "明年四月开工。"}).status_code == 303
    stale = department.send(path, {**fields, "answer": "明年五月开工。"})
    assert stale.status_code == 409
    assert "明年五月开工。" in stale.text
    assert "明年四月开工。" in client.get(f"/live/{room}").text


def test_the_asker_is_told_that_the_written_answer_is_there(app: Flask, citizen_client: Any) -> None:
    phone = citizen_client(make.citizen(1).device)
    with app.app_context():
        session = make.make_room()
        asked = make.decide(session, make.ask(session, by=1), Deed.APPROVE, Deed.DEFER)
        room = session.public_id
    assert "将书面答复" in phone.get(f"/live/{room}/ask").text
    with app.app_context(), make.atomic():
        make.question(asked.public_id).answer = "明年三月开工。"
    page = phone.get(f"/live/{room}/ask").text
    assert "已书面答复" in page
    assert "将书面答复" not in page


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("phase", "stage", "guest"),
    [
        (Phase.ANNOUNCED, "即将开始", "本场尚未开始"),
        (Phase.COLLECTING, "欢迎提问", "本场尚未开始"),
        (Phase.LIVE, "欢迎提问", "暂无提问"),
        (Phase.ENDED, "本场已结束", "本场已结束"),
        (Phase.RECORDED, "本场已结束", "本场已结束"),
    ],
)
def test_empty_screens_say_what_is_so(app: Flask, client: Any, phase: Phase, stage: str, guest: str) -> None:
    with app.app_context():
        session = make.make_room(phase)
        room, token = session.public_id, make.actions.make_link(make.moderator(), session.id, "李局长")
    for path, words in ((f"/stage/{room}", stage), (f"/guest/{token}", guest)):
        idle = client.get(path).text.split("data-idle")[1].split("</p>")[0]
        assert words in idle.split(">")[-1], path
