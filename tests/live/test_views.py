"""Pages of the live sessions, with and without what a script would do."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask

from engage.accounts.permissions import Role
from engage.core.ids import request_id
from engage.live.models import GuestLink, Phase, QuestionState
from engage.live.rules.deeds import Deed
from engage.live.views import staff as staff_views
from engage.moderation.models import ReasonClass
from engage.participation.deletion import erase_by_code
from tests.factories import live as make
from tests.fixtures.clients import hidden_fields
from tests.fixtures.html import parsed, words_of


@pytest.fixture
def room(app: Flask) -> str:
    with app.app_context():
        return str(make.make_room().public_id)


def ask(client: Any, room: str, text: str, **more: str) -> Any:
    fields = {"_token": client.token, "_request_id": request_id(), "text": text, **more}
    return client.post(f"/live/{room}/ask", data=fields)


def test_room_without_questions(client: Any, room: str) -> None:
    page = client.get(f"/live/{room}")
    assert page.status_code == 200
    assert "老旧小区改造在线访谈" in page.text
    assert "李建国" in page.text


def test_asking_without_a_script_gives_a_receipt_and_shows_the_state(citizen_client: Any, room: str) -> None:
    phone = citizen_client()
    page = phone.get(f"/live/{room}/ask")
    fields = hidden_fields(page.text)
    assert "refresh" not in page.headers
    assert "http-equiv" not in page.text
    done = phone.post(
        f"/live/{room}/ask", data={**fields, "_token": phone.token, "text": "加装电梯怎么分摊费用"}
    )
    # A page that can be loaded again and come back to, unlike what answers a form.
    assert (done.status_code, done.location) == (303, f"/live/{room}/ask?asked=yes")
    assert "receipt__code" in phone.get(done.location).text
    assert "receipt__code" not in phone.get(f"/live/{room}/ask").text
    assert "加装电梯怎么分摊费用" in phone.get(f"/live/{room}/ask").text
    assert "加装电梯怎么分摊费用" not in citizen_client().get(f"/live/{room}/ask").text


@pytest.mark.parametrize(("moderation", "says"), [(True, "提问经审核后公开"), (False, "提问将立即公开")])
def test_each_form_that_asks_says_what_becomes_of_it(
    citizen_client: Any, app: Flask, moderation: bool, says: str
) -> None:
    with app.app_context():
        room = make.make_room(moderation=moderation).public_id
    for path in (f"/live/{room}", f"/live/{room}/ask"):
        forms = [
            form for form in parsed(citizen_client().get(path).text).iter("form") if "ask" in str(form.attrib)
        ]
        words = [words_of(form) for form in forms]
        assert [one for one in words if says in one and "请勿填写电话号码" in one], path


def test_a_retry_of_the_form_answers_the_same_receipt(citizen_client: Any, room: str, app: Flask) -> None:
    phone = citizen_client()
    fields = {"_token": phone.token, "_request_id": request_id(), "text": "什么时候开始施工"}
    first, second = (
        phone.post(f"/live/{room}/ask", data=fields, headers={"Accept": "application/json"}) for _ in "ab"
    )
    assert first.json == second.json
    with app.app_context():
        assert len(make.db.session.scalars(make.db.select(make.LiveQuestion)).all()) == 1


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("text", "kept"), [("   ", ""), ("？！。", "？！。"), ("好吗", "好吗"), ("长" * 501, "长长长")]
)
def test_what_is_no_question_is_refused_and_kept(
    citizen_client: Any, room: str, text: str, kept: str
) -> None:
    answer = ask(citizen_client(), room, text)
    assert answer.status_code == 422
    assert "error-summary" in answer.text
    assert kept in answer.text


@pytest.mark.one_database
@pytest.mark.parametrize(
    "text", ["能办证吗", "长" * 500, "𠀀𠀁𠀂𠀃", "没有问号也是提问", "full-width，标点。"]
)
def test_what_is_a_question_is_taken(citizen_client: Any, room: str, text: str) -> None:
    assert ask(citizen_client(), room, text).status_code == 303


def test_support_without_a_script_and_taking_it_back(citizen_client: Any, room: str, app: Flask) -> None:
    phone = citizen_client()
    with app.app_context():
        session = make.db.session.scalars(make.db.select(make.LiveSession)).one()
        asked = make.ask(session, by=9)
        make.decide(session, asked, Deed.APPROVE)
        public = asked.public_id
    for on, total in (("1", 1), ("1", 1), ("0", 0), ("0", 0), ("1", 1)):
        fields = {"_token": phone.token, "_request_id": request_id(), "question": public, "on": on}
        answer = phone.post(f"/live/{room}/support", data=fields)
        assert answer.status_code == 303
        assert answer.location.endswith(f"#q-{public}")
        with app.app_context():
            assert make.question(public).supports == total


def test_a_code_that_was_erased_is_not_offered_any_more(citizen_client: Any, room: str, app: Flask) -> None:
    phone = citizen_client()
    fields = {"_token": phone.token, "_request_id": request_id(), "text": "请问何时开工？"}
    asked = phone.post(f"/live/{room}/ask", data=fields).location
    shown = re.search(r'id="receipt-code">([^<]+)<', phone.get(asked).text)
    assert shown
    with app.app_context():
        erase_by_code(shown[1], request_id())
    again = phone.get(asked)
    assert again.status_code == 200
    assert shown[1] not in again.text
    again = phone.get(phone.post(f"/live/{room}/ask", data=fields).location)
    assert again.status_code == 200
    assert shown[1] not in again.text


def test_withdrawing_is_for_the_asker_only(citizen_client: Any, room: str, app: Flask) -> None:
    phone = citizen_client("device" + "1".zfill(18))
    with app.app_context():
        session = make.db.session.scalars(make.db.select(make.LiveSession)).one()
        public = make.ask(session, by=1).public_id
    stranger = citizen_client()
    stranger = citizen_client()
    fields = {"_request_id": request_id(), "question": public}
    assert (
        stranger.post(f"/live/{room}/withdraw", data={**fields, "_token": stranger.token}).status_code == 404
    )
    asked = phone.post(f"/live/{room}/withdraw", data={**fields, "_token": phone.token})
    assert asked.status_code == 303
    assert stranger.get(asked.location).location == f"/live/{room}/ask"
    asked = phone.get(asked.location)
    assert asked.status_code == 200
    with app.app_context():
        assert make.question(public).state is QuestionState.PENDING
    form = {part.get("name"): part.get("value") or "" for part in parsed(asked.text).iter("input")}
    assert phone.post(f"/live/{room}/withdraw", data=form).status_code == 303
    with app.app_context():
        assert make.question(public).state is QuestionState.WITHDRAWN
    assert phone.get(f"/live/{room}/withdraw?question={public}").location == f"/live/{room}/ask"


def test_join_by_code(client: Any, room: str, app: Flask) -> None:
    with app.app_context():
        code = make.db.session.scalars(make.db.select(make.LiveSession)).one().join_code
    assert client.get(f"/join?code={code[:3]}+{code[3:]}").location == f"/live/{room}"
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code)
    assert client.get("/join", query_string={"code": f"{wide[:3]}－{wide[3:]}"}).location == f"/live/{room}"
    assert client.get("/join?code=999998").status_code == 404
    assert client.get("/join").status_code == 200


def test_codes_are_not_tried_out_and_a_hall_comes_in_by_its_own(make_app: Callable[..., Flask]) -> None:
    """Also while somebody behind the same address tries codes."""
    app = make_app(rate_limits=True)
    with app.app_context():
        session = make.make_room()
        code, address = session.join_code or "", f"/live/{session.public_id}"
    client = app.test_client()
    wrong = [f"{number:06d}" for number in range(126) if f"{number:06d}" != code][:125]
    answers = [client.get(f"/join?code={each}").status_code for each in wrong]
    assert answers[0] == 404
    assert answers[-1] == 429
    assert {client.get(f"/join?code={code}").location for _ in range(300)} == {address}


def test_a_draft_is_not_there(client: Any, app: Flask) -> None:
    with app.app_context():
        draft = make.make_room(Phase.DRAFT).public_id
    for path in (f"/live/{draft}", f"/live/{draft}/ask", f"/stage/{draft}", f"/live/{draft}/stream"):
        assert client.get(path).status_code == 404


def test_stream_answers_by_etag(citizen_client: Any, room: str) -> None:
    phone = citizen_client()
    first = phone.get(f"/live/{room}/stream")
    assert first.json["seq"] == 0
    again = phone.get(f"/live/{room}/stream", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


def test_moderating_without_a_script(citizen_client: Any, staff_client: Any, room: str, app: Flask) -> None:
    ask(citizen_client(), room, "停车位够不够")
    moderator = staff_client(Role.MODERATOR)
    console = moderator.get(f"/staff/live/{room}/console")
    assert "停车位够不够" in console.text
    with app.app_context():
        public = make.db.session.scalars(make.db.select(make.LiveQuestion)).one().public_id
    fields = {"question": public, "revision": "0", "deed": "approve"}
    assert moderator.send(f"/staff/live/{room}/decide", fields).status_code == 303
    late = moderator.send(f"/staff/live/{room}/decide", {**fields, "deed": "decline", "reason": "insult"})
    assert late.status_code == 409
    assert "停车位够不够" in citizen_client().get(f"/live/{room}").text
    on_air = moderator.send(f"/staff/live/{room}/decide", {**fields, "deed": "air", "revision": "1"})
    assert on_air.status_code == 303
    assert "停车位够不够" in citizen_client().get(f"/stage/{room}").text


@pytest.mark.parametrize("deed", ["approve", "defer"])
def test_a_number_is_published_only_after_a_second_look(
    citizen_client: Any, staff_client: Any, room: str, app: Flask, deed: str
) -> None:
    """The form of the page says that its question was answered; whoever sends another one is told to."""
    ask(citizen_client(), room, "我的电话是13812345678，请回电")
    moderator = staff_client(Role.MODERATOR)
    page = parsed(moderator.get(f"/staff/live/{room}/console").text)
    box = next(part for part in page.findall(".//li//details") if part.get("data-deed-box") == deed)
    fields = {field.get("name", ""): field.get("value", "") for field in box.iter("input")}
    assert fields["confirmed"] == "1"
    by_hand = {name: value for name, value in fields.items() if name != "confirmed"}
    for sent in (by_hand, by_hand | {"confirmed": ""}, by_hand | {"confirmed": "0"}):
        refused = moderator.send(f"/staff/live/{room}/decide", sent)
        assert refused.status_code == 409
        assert "请遮盖后公开，或者确认按原文公开" in refused.text
    assert "13812345678" not in citizen_client().get(f"/live/{room}").text
    assert moderator.send(f"/staff/live/{room}/decide", fields).status_code == 303
    assert "13812345678" in citizen_client().get(f"/live/{room}").text


def test_what_is_covered_is_nowhere_any_more(
    citizen_client: Any, staff_client: Any, room: str, app: Flask
) -> None:
    """Neither in a table nor for a console that was away and asks for what it lacks, nor after an undo."""
    asker, moderator = citizen_client(), staff_client(Role.MODERATOR)
    ask(asker, room, "我的电话是13812345678，请回电")
    stream = f"/staff/live/{room}/stream?after=0"
    assert "13812345678" in moderator.get(stream).text
    with app.app_context():
        public = make.db.session.scalars(make.db.select(make.LiveQuestion)).one().public_id
    fields = {"question": public, "revision": "0", "deed": "mask"}
    assert moderator.send(f"/staff/live/{room}/decide", fields).status_code == 303
    undo = {"question": public, "revision": "1", "deed": "undo"}
    assert moderator.send(f"/staff/live/{room}/decide", undo).status_code == 303
    assert "电话是＊＊＊，请回电" in moderator.get(stream).text
    assert "电话是＊＊＊，请回电" in asker.get(f"/live/{room}/ask").text
    with app.app_context():
        tables = [table.select() for table in make.db.metadata.sorted_tables]
        rows = [str(row) for table in tables for row in make.db.session.execute(table)]
    assert rows
    assert not [row for row in rows if "13812345678" in row]


def test_typed_in_from_the_hall(staff_client: Any, room: str) -> None:
    typist = staff_client(Role.TYPIST)
    fields = {"_request_id": request_id(), "text": "大厅里有人问暖气", "source": "hall", "name": ""}
    assert typist.send(f"/staff/live/{room}/enter", fields).status_code == 303
    assert typist.send(f"/staff/live/{room}/enter", {**fields, "text": "，"}).status_code == 422
    assert "大厅里有人问暖气" in typist.get(f"/staff/live/{room}/console").text
    assert typist.send(f"/staff/live/{room}/decide", {"question": "x"}).status_code == 403


def test_guest_link_opens_one_session_until_revoked(
    client: Any, staff_client: Any, room: str, app: Flask
) -> None:
    moderator = staff_client(Role.MODERATOR)
    made = moderator.send(f"/staff/live/{room}/guest-links", {"label": "李局长"})
    token = made.text.split("/guest/")[1].split("<")[0]
    assert client.get(f"/guest/{token}").status_code == 200
    assert client.get(f"/guest/{token}").headers["Referrer-Policy"] == "same-origin"
    assert token not in moderator.get(f"/staff/live/{room}").text
    with app.app_context():
        link = make.db.session.scalars(make.db.select(GuestLink)).one()
        assert token not in link.token_hash
    assert moderator.send(f"/staff/live/{room}/guest-links/{link.id}/revoke").status_code == 303
    assert client.get(f"/guest/{token}").status_code == 410
    assert client.get(f"/guest/{token}/stream").status_code == 410
    assert client.get("/guest/wrong").status_code == 410


def test_a_session_run_to_its_record(staff_client: Any, client: Any, app: Flask) -> None:
    coordinator = staff_client(Role.COORDINATOR)
    with app.app_context():
        unit = make.make_unit("市医保局").id
    assert coordinator.get("/staff/live/new").status_code == 200
    fields = {
        "unit": str(unit),
        "activity": "0",
        "title_zh": "医保政策直播间",
        "title_en": "Health insurance",
        "guests": "王芳 市医保局局长",
        "starts_at": "2026-12-01T15:00",
        "ends_at": "2026-12-01T16:30",
        "names": "choice",
        "moderation": "y",
        "supports_on": "y",
        "listed": "y",
    }
    wrong = coordinator.send("/staff/live/new", {**fields, "video_address": "https://evil.example/x"})
    assert wrong.status_code == 422
    assert "医保政策直播间" in wrong.text
    made = coordinator.send("/staff/live/new", fields)
    assert made.status_code == 303
    path = made.location
    room = path.rsplit("/", 1)[1]
    edited = coordinator.send(f"{path}/edit", {**fields, "revision": "0", "title_zh": "医保政策直播间（一）"})
    assert edited.status_code == 303
    stale = coordinator.send(f"{path}/edit", {**fields, "revision": "0", "title_zh": "医保政策直播间（二）"})
    assert stale.status_code == 409
    assert "医保政策直播间（二）" in stale.text
    for step in ("announce", "collect", "start", "end"):
        assert coordinator.send(f"{path}/steps", {"step": step}).status_code == 303
    assert client.get(f"/live/{room}/record").status_code == 404
    assert coordinator.get(f"{path}/record").status_code == 200
    assert coordinator.send(f"{path}/record", {"summary": "说明了门诊报销。"}).status_code == 303
    assert "说明了门诊报销。" in client.get(f"/live/{room}/record").text
    assert "医保政策直播间（一）" in client.get(f"/live/{room}").text


def test_record_waits_until_every_question_is_decided(staff_client: Any, app: Flask) -> None:
    coordinator = staff_client(Role.COORDINATOR)
    with app.app_context():
        session = make.make_room(Phase.ENDED, ended_at=make.now())
        with make.atomic():
            session = make.db.session.get(make.LiveSession, session.id)
            session.phase = Phase.LIVE
        make.ask(session)
        with make.atomic():
            make.db.session.get(make.LiveSession, session.id).phase = Phase.ENDED
        room = session.public_id
    refused = coordinator.send(f"/staff/live/{room}/record", {"summary": "摘要"})
    assert refused.status_code == 409
    assert "摘要" in refused.text


def test_export_is_for_staff_and_safe(
    staff_client: Any, room: str, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        session = make.db.session.scalars(make.db.select(make.LiveSession)).one()
        asked = make.ask(session, '=HYPERLINK("http://evil")这是什么')
        make.decide(session, asked, Deed.DECLINE, reason=ReasonClass.ADVERTISEMENT)
        for number in range(4):
            make.ask(session, f"第{number}个问题", by=number + 2)
    monkeypatch.setattr(staff_views, "EXPORT_PIECE", 2)
    answer = staff_client(Role.MODERATOR).send(f"/staff/live/{room}/questions.csv", buffered=True)
    named = answer.headers["Content-Disposition"]
    assert named.isascii()
    assert quote("-提问-") in named
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row[0] for row in rows[1:]] == ["1", "2", "3", "4", "5"], "piece by piece, none twice"
    assert rows[1][4].startswith("'=")


def test_video_sources_are_allowed_for_this_session_only(client: Any, app: Flask) -> None:
    with app.app_context():
        hls = make.make_room(video_address="https://live.example.cn/room/a.m3u8").public_id
        embed = make.make_room(video_address="https://player.bilibili.com/player.html?bvid=1").public_id
        plain = make.make_room().public_id
    policy = client.get(f"/live/{hls}").headers["Content-Security-Policy"]
    assert "media-src 'self' blob: https://live.example.cn;" in policy
    assert policy.split("connect-src")[1].split(";")[0].endswith("https://live.example.cn")
    assert (
        "frame-src 'self' https://player.bilibili.com"
        in client.get(f"/live/{embed}").headers["Content-Security-Policy"]
    )
    assert "example.cn" not in client.get(f"/live/{plain}").headers["Content-Security-Policy"]
    assert "<iframe" not in client.get(f"/live/{embed}").text
