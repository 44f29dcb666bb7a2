"""What offices write is shown as typed, and formatted only where they chose it."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from engage.accounts.permissions import Role
from engage.consultations.models import Comment, CommentState
from engage.core.clock import now
from engage.core.db import db
from engage.core.formatting import CHOSEN, as_it_was_read, is_formatted, with_format, words_of
from engage.web.richtext import to_html
from engage.web.typedtext import official, typed
from tests.factories.consultations import make_comments, make_consultation
from tests.fixtures.clients import hidden_fields
from tests.fixtures.staff import StaffClient

TYPED = [
    "当事人张*明、李*华已补办。\n费用=3*2*5。",
    "当事人张**、李**已补办，证号43**21**90。",
    "罚款~~五百元~~一千元",
    "您好：\n\n    一、关于停车。",
    "感谢来信。\n---\n市停车办",
    "# 号楼\n1. 甲\n- 乙\n> 丙\n`丁` [戊](https://a.example) _己_ <b>庚</b>",
]


@pytest.mark.parametrize("text", TYPED)
def test_every_sign_stands_as_it_was_typed(text: str) -> None:
    shown = str(official(text))
    words = re.sub("<[^>]+>", "", shown.replace("</p>\n", "\n\n"))
    assert unescape(words) == text
    assert set(re.findall("<(/?[a-z0-9]+)", shown)) == {"p", "/p"}


@given(st.text(st.sampled_from("甲a1*~_#->| \n`[]()"), max_size=60))
def test_nothing_is_lost_or_read_as_a_sign(text: str) -> None:
    shown = re.sub("<[^>]+>", "", typed(text)).replace("&gt;", ">")
    assert "".join(shown.split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("罚款~~五百元~~一千元", "<p>罚款<s>五百元</s>一千元</p>"),
        ("**个人**免收", "<p><strong>个人</strong>免收</p>"),
        ("免收的是**个人**，*注意*。", "<p>免收的是<strong>个人</strong>，<em>注意</em>。</p>"),
        ("张*明、李*华", "<p>张*明、李*华</p>"),
        ("3*2*5=30，a*b*c", "<p>3*2*5=30，a*b*c</p>"),
        ("43**21**90", "<p>43**21**90</p>"),
        ("您好：\n\n    一、甲", "<p>您好：</p>\n<p>一、甲</p>"),
        ("来信。\n---\n市停车办", "<p>来信。</p>\n<hr>\n<p>市停车办</p>"),
        ("来信。\n===\n市停车办", "<p>来信。<br>\n===<br>\n市停车办</p>"),
    ],
)
def test_chosen_formatting_reads_no_mask_and_no_sum(text: str, html: str) -> None:
    assert official(with_format(text, chosen=True)).strip() == html


def test_rows_of_a_spreadsheet_become_a_table_with_its_columns() -> None:
    html = typed("收费：\n序号\t车型\t首小时\n1\t小型车\t2元\n\t大型车\t\n说明")
    assert html.startswith('<p class="as-typed">收费：</p>')
    assert "<tr><th>序号</th><th>车型</th><th>首小时</th></tr>" in html
    assert "<tr><td></td><td>大型车</td><td></td></tr>" in html
    assert "table" in typed("序号\t车型\t首小时")
    assert "table" not in typed("联系人\t张三")
    assert 'class="table-scroll"' in to_html("| 甲 | 乙 |\n|---|---|\n| 丙 | 丁 |")


@pytest.mark.parametrize(
    ("text", "formatted"),
    [
        ("**甲**", True),
        ("## 甲", True),
        ("- 甲", True),
        ("[甲](https://a.example)", True),
        ("~~甲~~", True),
        ("张*明、李*华", False),
        ("1. 甲", False),
        ("3*2*5", False),
        ("---", False),
        ("", False),
    ],
)
def test_texts_from_before_the_choice_keep_their_meaning(text: str, formatted: bool) -> None:
    stored = as_it_was_read(text)
    assert (is_formatted(stored), words_of(stored)) == (formatted, text)
    assert as_it_was_read(stored) == stored


@pytest.mark.database
@pytest.mark.parametrize("chosen", [False, True])
def test_a_reply_is_formatted_where_its_writer_chose_it(
    app: Flask, client: FlaskClient, staff_client: Callable[..., StaffClient], chosen: bool
) -> None:
    text = "当事人张*明、李*华。\n**注意**：罚款~~五百元~~一千元。"
    with app.app_context():
        one = make_consultation(opened=40, closes=-1, result_published_at=now())
        make_comments(one, ["甲"], state=CommentState.PUBLISHED)
        comment = db.session.scalars(select(Comment)).one().public_id
    staff = staff_client(Role.DEPARTMENT, unit=one.unit_id)
    path = f"/staff/consultations/{one.public_id}/comments/{comment}"
    form = {**hidden_fields(staff.get(path).text), "reply": text}
    sent = staff.send(f"{path}/reply", form | ({"reply__format": "markdown"} if chosen else {}))
    assert sent.status_code == 303
    page = client.get(f"/results/consultations/{one.public_id}").text
    assert "张*明、李*华" in page
    assert ("<strong>注意</strong>：罚款<s>五百元</s>" in page) is chosen
    assert ("**注意**：罚款~~五百元~~一千元" in page) is not chosen
    assert CHOSEN not in page
    editor = staff.get(path).text
    assert f"{text}</textarea>" in editor
    assert (
        bool(re.search(r'name="reply__format" value="markdown" id="reply-format" checked', editor)) is chosen
    )


def test_only_offices_choose_how_their_words_are_shown(app: Flask) -> None:
    fields = {"text": "**甲**", "text__format": "markdown", "other__format": "markdown", "__format": "x"}
    for path, shown, rest in (
        ("/staff/consultations/a/comments/b/reply", with_format("**甲**", chosen=True), {"__format"}),
        ("/consultations/a/comment", "**甲**", {"text__format", "other__format", "__format"}),
        ("/surveys/a", "**甲**", {"text__format", "other__format", "__format"}),
        ("/live/a/ask", "**甲**", {"text__format", "other__format", "__format"}),
    ):
        with app.test_request_context(path, method="POST", data=fields):
            assert request.form["text"] == shown
            assert set(request.form) == {"text"} | rest
