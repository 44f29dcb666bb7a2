"""The work of staff on their pages: publishing, reviewing, answering, entering, exporting."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from engage.accounts.permissions import Role
from engage.consultations.models import Adoption, Comment, CommentState, Consultation, Kind, State
from engage.core.clock import now
from engage.core.db import db
from engage.core.ids import request_id
from engage.core.types import Localized
from tests.factories.accounts import make_unit
from tests.factories.consultations import DRAFT, clause_keys, make_comments, make_consultation
from tests.fixtures.clients import hidden_fields
from tests.fixtures.html import of_class, parsed, words_of
from tests.fixtures.staff import StaffClient

pytestmark = pytest.mark.database
CODE = re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}")


@pytest.fixture
def one(app: Flask) -> Consultation:
    with app.app_context():
        return make_consultation()


def _wall(days: int) -> str:
    """A time as a form gives it, in so many days."""
    return (now() + timedelta(days=days)).strftime("%Y-%m-%dT18:00")


def _rows(app: Flask) -> list[Comment]:
    with app.app_context():
        return list(db.session.scalars(select(Comment).order_by(Comment.id)))


def test_staff_publish_a_draft_from_pasted_text(
    app: Flask, client: FlaskClient, staff_client: Callable[..., StaffClient]
) -> None:
    with app.app_context():
        unit = make_unit()
    staff = staff_client(Role.DEPARTMENT, unit=unit)
    terms = {
        "unit": str(unit.id),
        "kind": "major-decision",
        "title": "停车管理办法",
        "background": "背景。",
        "contact": "市城管局",
        "opens_at": _wall(2),
        "closes_at": _wall(800),
        "activity_id": "0",
        "review_first": "y",
    }
    assert "一年以内" in staff.send("/staff/consultations/new", terms).text
    terms["closes_at"] = _wall(9)
    terms["_request_id"] = request_id()
    created = staff.send("/staff/consultations/new", terms)
    assert created.status_code == 303
    assert staff.send("/staff/consultations/new", terms).location == created.location
    base = created.location.removesuffix("/text")
    assert staff.get(created.location).status_code == 200
    split = staff.send(f"{base}/text", {"text": DRAFT, "revision": "0"})
    assert split.status_code == 303
    page = staff.get(f"{base}/clauses")
    assert "第三条" in page.text
    rows = re.findall(r'<textarea[^>]*name="text" rows="(\d+)"', page.text)
    # As many as the lines of the second article, also where no script lets the box grow.
    assert rows[2] == "3"
    refused = staff.send(f"{base}/publish")
    assert refused.status_code == 422
    assert "征集期限短于该类型的要求" in refused.text
    assert client.get(base.replace("/staff", "")).status_code == 404


def test_correcting_a_split(app: Flask, staff_client: Callable[..., StaffClient]) -> None:
    with app.app_context():
        one = make_consultation(state=State.DRAFT)
    staff = staff_client(Role.COORDINATOR)
    path = f"/staff/consultations/{one.public_id}/clauses"
    names = ("key", "part", "number", "title", "text")
    form: dict[str, Any] = {name: [each[name] for each in one.edit_clauses] for name in names}
    form["revision"] = "0"
    merged = staff.send(path, {**form, "do": "merge:3"})
    assert merged.text.count('name="key"') == len(one.edit_clauses) - 1
    refused = staff.send(path, {**form, "do": "split:1"})
    assert refused.status_code == 422
    assert "改善城区停车秩序" in refused.text
    form["title"] = ["总则", "宗旨", *form["title"][2:]]
    assert staff.send(path, {**form, "do": "save"}).status_code == 303
    assert staff.send(path, {**form, "do": "save"}).status_code == 303
    form["title"] = ["总则", "目标", *form["title"][2:]]
    late = staff.send(path, {**form, "do": "save"})
    assert late.status_code == 409
    assert "改善城区停车秩序" in late.text


def test_the_queue_decides_undoes_and_refuses(
    app: Flask, one: Consultation, staff_client: Callable[..., StaffClient]
) -> None:
    with app.app_context():
        rows = make_comments(one, ["甲的意见", "乙的意见，电话13812345678", "丙的意见"])
    staff = staff_client(Role.MODERATOR, unit=one.unit_id)
    path = f"/staff/consultations/{one.public_id}/comments"
    picks = [f"{row.public_id}:0" for row in rows]
    refused = staff.send(path, {"do": "decline", "pick": picks[:2], "note": "说明"})
    assert refused.status_code == 422
    assert "请选择不予公开的理由" in refused.text
    assert staff.send(path, {"do": f"publish={picks[0]}"}).status_code == 303
    assert "撤销刚才的处理" in staff.get(path).text
    other = staff_client(Role.MODERATOR, unit=one.unit_id)
    conflict = other.send(path, {"do": f"publish={picks[0]}"})
    assert conflict.status_code == 409
    assert "刚刚处理过这条意见" in conflict.text
    own = {f"reason-{rows[1].public_id}": "personal-data", "do": f"decline={picks[1]}"}
    assert staff.send(path, own).status_code == 303
    bulk = {"do": "decline", "pick": picks, "reason": "repeated"}
    assert staff.send(path, bulk).status_code == 303
    assert "有2条意见未改动" in staff.get(path).text
    assert [row.state.value for row in _rows(app)] == ["published", "declined", "declined"]
    assert [row.reason and row.reason.value for row in _rows(app)] == [None, "personal-data", "repeated"]


def test_a_noticed_number_is_covered_or_shown_only_after_a_look(
    app: Flask, one: Consultation, staff_client: Callable[..., StaffClient]
) -> None:
    """Covering comes first; of several published together those with a number wait for a look."""
    with app.app_context():
        rows = make_comments(one, ["电话13812345678，谢谢", "电话13987654321，谢谢"], held=True)
        rows += make_comments(one, ["没有号码"])
    staff = staff_client(Role.MODERATOR, unit=one.unit_id)
    path = f"/staff/consultations/{one.public_id}/comments"
    picks = [f"{row.public_id}:0" for row in rows]
    first = of_class(parsed(staff.get(path).text), "queue-item__actions")[0]
    buttons = [part for part in first.iter() if part.tag in ("button", "summary")]
    assert [words_of(part).split("：")[0] for part in buttons[:3]] == [
        "遮盖号码后公开",
        "公开",
        "不遮盖，直接公开",
    ]
    assert buttons[0].get("class") == "button button--small"
    assert staff.send(path, {"do": "publish", "pick": picks}).status_code == 303
    assert "有 2 条意见含个人信息，未公开，请逐条查看。" in staff.get(path).text
    assert [row.state.value for row in _rows(app)] == ["pending", "pending", "published"]
    all_held = staff.send(path, {"do": "publish", "pick": picks[:2]})
    assert all_held.status_code == 409
    assert "所选意见均含个人信息，请逐条查看。" in all_held.text
    # By hand: neither is what the button behind the question sends.
    assert staff.send(path, {"do": f"publish={picks[0]}"}).status_code == 409
    assert staff.send(path, {"do": "publish-as-it-is", "pick": picks}).status_code == 404
    alone = staff.send(f"{path}/{rows[0].public_id}/decide", {"revision": "0", "state": "published"})
    assert alone.status_code == 409
    assert "请遮盖后公开，或者确认按原文公开" in alone.text
    assert [row.state.value for row in _rows(app)] == ["pending", "pending", "published"]
    assert staff.send(path, {"do": f"cover={picks[0]}"}).status_code == 303
    one_page = f"{path}/{rows[1].public_id}"
    assert "遮盖号码后公开" in staff.get(one_page).text
    assert staff.send(f"{one_page}/decide", {"revision": "0", "state": "covered"}).status_code == 303
    assert [row.text for row in _rows(app)] == ["电话＊＊＊，谢谢", "电话＊＊＊，谢谢", "没有号码"]
    assert {row.state.value for row in _rows(app)} == {"published"}


@pytest.mark.parametrize("where", ["list", "page"])
def test_a_noticed_number_is_shown_as_it_is_by_the_button_behind_the_question(
    app: Flask, one: Consultation, staff_client: Callable[..., StaffClient], where: str
) -> None:
    with app.app_context():
        row = make_comments(one, ["电话13812345678，谢谢"], held=True)[0]
    staff = staff_client(Role.MODERATOR, unit=one.unit_id)
    path = f"/staff/consultations/{one.public_id}/comments"
    address = path if where == "list" else f"{path}/{row.public_id}"
    (button,) = of_class(parsed(staff.get(address).text), "button--danger")
    sent = {button.get("name"): button.get("value"), "revision": "0"}
    assert staff.send(button.get("formaction") or path, sent).status_code == 303
    assert [(row.state.value, row.text) for row in _rows(app)] == [("published", "电话13812345678，谢谢")]


def test_filters_search_and_pages_of_the_queue(
    app: Flask, one: Consultation, staff_client: Callable[..., StaffClient]
) -> None:
    with app.app_context():
        make_comments(one, [f"意见{number:03d}" for number in range(70)])
        make_comments(one, ["100%的停车位_太少"], clause=clause_keys(one)[0])
    staff = staff_client(Role.MODERATOR, unit=one.unit_id)
    path = f"/staff/consultations/{one.public_id}/comments"
    seen: list[str] = []
    address: str | None = path
    while address:
        page = staff.get(address).text
        seen += re.findall(r"意见\d{3}(?=<)", page)
        found = re.search(r'href="([^"]*after=\d+[^"]*)" rel="next"', page)
        address = found[1].replace("&amp;", "&") if found else None
    assert seen == [f"意见{number:03d}" for number in range(70)]
    for query, count in (("q=0%25", 1), ("q=_太", 1), ("q=意见06", 10), (f"clause={clause_keys(one)[0]}", 1)):
        assert staff.get(f"{path}?{query}").text.count("data-item") == count, query
    for view in ("to-answer", "done", "declined", "all", "nonsense"):
        assert staff.get(f"{path}?view={view}&after=x").status_code == 200


def test_replying_adopting_and_the_result_page(
    app: Flask, client: FlaskClient, staff_client: Callable[..., StaffClient]
) -> None:
    with app.app_context():
        one = make_consultation(opened=40, closes=-1)
        (row,) = make_comments(one, ["请延长免费时间"], state=CommentState.PUBLISHED)
    staff = staff_client(Role.DEPARTMENT, unit=one.unit_id)
    base = f"/staff/consultations/{one.public_id}"
    here = f"{base}/comments/{row.public_id}"
    assert staff.get(here).status_code == 200
    assert staff.send(f"{here}/reply", {"revision": "0", "reply": ""}).status_code == 422
    assert staff.send(f"{here}/reply", {"revision": "0", "reply": "已延长至一小时。"}).status_code == 303
    late = staff.send(f"{here}/reply", {"revision": "0", "reply": "另一个答复"})
    assert late.status_code == 409
    assert "另一个答复" in late.text
    missing = staff.send(f"{here}/adopt", {"revision": "1", "adoption": "partly"})
    assert missing.status_code == 422
    assert "请填写理由" in missing.text
    done = {"revision": "1", "adoption": "partly", "adoption_reason": "财力所限。"}
    assert staff.send(f"{here}/adopt", done).status_code == 303
    result = f"/results/consultations/{one.public_id}"
    assert client.get(result).status_code == 404
    assert staff.send(f"{base}/result", {"note": "共收到意见一条。"}).status_code == 303
    page = client.get(result).text
    for words in ("请延长免费时间", "已延长至一小时。", "财力所限。", "部分采纳", "共收到意见一条。"):
        assert words in page
    assert "请延长免费时间" not in client.get(f"{result}?outcome=not").text
    assert staff.send(f"{base}/settle").status_code == 303
    assert "已办结" in client.get(result).text


def test_no_button_of_a_comment_loses_what_was_typed_beside_another(
    app: Flask, one: Consultation, staff_client: Callable[..., StaffClient]
) -> None:
    with app.app_context():
        (row,) = make_comments(one, ["请延长免费时间"], state=CommentState.PUBLISHED)
    staff = staff_client(Role.DEPARTMENT, unit=one.unit_id)
    here = f"/staff/consultations/{one.public_id}/comments/{row.public_id}"
    open_edits = {"reply": "写到一半\r\n的答复", "adoption": "partly", "adoption_reason": "", "unit": ""}

    def send(deed: str, revision: int, **typed: str) -> Any:
        return staff.send(f"{here}/{deed}", {"revision": str(revision), **open_edits, **typed})

    def kept(page: Any, name: str) -> str:
        found = re.search(rf'<textarea[^>]*name="{name}"[^>]*>\n(.*?)</textarea>', page.text, re.DOTALL)
        return found[1] if found else ""

    form = re.search(r"<form[^>]*/reply.*?</form>", staff.get(here).text, re.DOTALL)
    assert form
    assert len(re.findall(r'formaction="[^"]*/(reply|adopt|assign|decide)"', form[0])) == 5
    refused = send("adopt", 0)
    assert refused.status_code == 422
    assert kept(refused, "reply") == "写到一半\n的答复"
    done = send("adopt", 0, adoption_reason="财力所限。")
    assert done.status_code == 200
    assert "采纳情况已公开。" in done.text
    assert "尚未公开：正式答复" in done.text
    assert kept(done, "reply") == "写到一半\n的答复"
    assert 'name="revision" value="1"' in done.text
    assert send("adopt", 0, adoption_reason="财力所限。").status_code == 200
    hidden = send("decide", 1, state="pending", adoption_reason="财力所限。")
    assert kept(hidden, "reply") == "写到一半\n的答复"
    shown = send("decide", 2, state="published", adoption_reason="财力所限。")
    assert kept(shown, "reply") == "写到一半\n的答复"
    assert send("reply", 3, adoption_reason="财力所限。").status_code == 303
    (stored,) = _rows(app)
    assert (stored.reply, stored.adoption_reason) == ("写到一半\n的答复", "财力所限。")


def test_after_its_end_a_period_is_set_again_and_the_contact_corrected(
    app: Flask, client: FlaskClient, staff_client: Callable[..., StaffClient]
) -> None:
    planned = Localized(zh_CN="适当缩短。")
    with app.app_context():
        one = make_consultation(kind=Kind.MAJOR_DECISION, short_reason=planned)
    staff = staff_client(Role.DEPARTMENT, unit=one.unit_id)
    base, public = f"/staff/consultations/{one.public_id}", f"/consultations/{one.public_id}"
    page = staff.get(base).text
    assert re.search(r'/close" method="post" novalidate data-module="confirm" data-question="[^"]+"', page)
    assert re.search(r'name="short_reason"[^>]*>\n</textarea>', page)
    assert staff.get(f"{base}/extend").status_code == 409
    assert staff.send(f"{base}/close").status_code == 422
    assert staff.send(f"{base}/close", {"short_reason": "防汛在即。"}).status_code == 303
    closed = staff.get(base).text
    assert f'href="{base}/extend"' in closed
    assert f'href="{base}/contact"' in closed
    assert staff.send(f"{base}/contact", {"contact": ""}).status_code == 422
    assert staff.send(f"{base}/contact", {"contact": "市城管局 0746-1111111"}).status_code == 303
    assert "0746-1111111" in client.get(public).text
    assert staff.send(f"{base}/extend", {"closes_at": "", "short_reason": "误操作"}).status_code == 422
    kept = staff.send(f"{base}/extend", {"closes_at": _wall(5), "short_reason": "字" * 501})
    assert kept.status_code == 422
    assert _wall(5) in kept.text
    assert staff.send(f"{base}/extend", {"closes_at": _wall(40), "short_reason": ""}).status_code == 303
    assert "提意见" in client.get(public).text
    assert "防汛在即。" not in client.get(public).text


def test_a_result_with_undecided_comments_is_published_with_open_eyes(
    app: Flask, staff_client: Callable[..., StaffClient]
) -> None:
    with app.app_context():
        one = make_consultation(opened=40, closes=-1)
        make_comments(one, ["甲", "乙"], state=CommentState.PUBLISHED)
        make_comments(one, ["丙"], state=CommentState.PUBLISHED, adoption=Adoption.ADOPTED)
    staff = staff_client(Role.DEPARTMENT, unit=one.unit_id)
    path = f"/staff/consultations/{one.public_id}/result"
    asked = re.search(r'data-module="confirm" data-question="([^"]*)"', staff.get(path).text)
    assert asked
    assert "2条" in asked[1]
    assert staff.send(path, {"note": "感谢。"}).status_code == 303
    assert "结果已公布" in staff.get(f"/staff/consultations/{one.public_id}").text


def test_entering_by_telephone(
    app: Flask, one: Consultation, staff_client: Callable[..., StaffClient]
) -> None:
    staff = staff_client(Role.TYPIST, unit=one.unit_id)
    path = f"/staff/consultations/{one.public_id}/enter"
    fields = hidden_fields(staff.get(path).text)
    refused = staff.send(path, {"_request_id": fields["_request_id"], "source": "telephone"})
    assert refused.status_code == 422
    data = {"_request_id": fields["_request_id"], "source": "telephone", "text": "来电意见"}
    stored = staff.send(path, data)
    assert CODE.search(stored.text)
    assert hidden_fields(stored.text)["_request_id"] != fields["_request_id"]
    assert [row.source.value for row in _rows(app)] == ["telephone"]
