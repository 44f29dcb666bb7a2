"""Drafts and replies in Markdown; a plain text stays as it was written; nothing hostile is let out."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from engage.accounts.permissions import Role
from engage.consultations.actions import editing
from engage.consultations.models import Adoption, CommentState, Consultation, State
from engage.consultations.rules.clauses import from_data
from engage.consultations.rules.markup import is_markdown
from engage.consultations.rules.splitting import split
from engage.core.clock import now
from engage.core.db import db
from engage.core.formatting import with_format
from tests.factories.accounts import make_actor
from tests.factories.consultations import make_comments, make_consultation
from tests.fixtures.staff import StaffClient

PLAIN = """第一条 面积按长*宽计算，带*号的（见注**）除外。
1. 首半小时免费；
2.夜间减半。
• 残疾人车辆免费。
> 60 分钟的，按日计。
| 甲 | 乙 |
a_b_c ~~ <b>不是标签</b> [1]
第二条 ** 本条无内容 **"""
TABLE = """**第一条** 收费标准如下，**首半小时免费**：

| 区域 | 每小时 |
|---|---|
| 一类 | **二元** |

- 夜间减半
- 残疾人免费
第二条 【目的】**个人**免收。"""
HOSTILE = """# 办法
第一条 **甲** <script>alert(1)</script> [点此](javascript:alert(1)) ![](https://evil.example/x.png)
<img src=x onerror=alert(1)> [去](https://example.com" onclick="x)"""


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("# 办法", True),
        ("#1号楼", False),
        ("#", False),
        ("**个人**", True),
        ("** 个人 **", False),
        ("罚款~~五百元~~一千元", True),
        ("10~~20 米", False),
        ("~~~通知~~~", False),
        ("~" * 50_000, False),
        ("~~" + "字" * 50_000, False),
        ("注**：见附表", False),
        ("***", False),
        ("|---|:--:|", True),
        ("--- | ---", True),
        ("---", False),
        ("| 甲 | 乙 |", False),
        ("1. 甲", False),
        ("- 甲", False),
        ("* 甲 *", False),
        ("*" * 50_000, False),
        ("|-" * 30_000, False),
        ("**" + "字" * 50_000, False),
    ],
)
def test_what_makes_a_text_markdown(line: str, found: bool) -> None:
    assert is_markdown(["第一条 甲。", line]) is found


def test_a_plain_text_stays_as_it_was_written() -> None:
    clauses = split(PLAIN)
    written = PLAIN.removeprefix("第一条 ").partition("\n第二条 ")
    assert [one.text for one in clauses] == [written[0], written[2]]
    assert not any(one.markdown for one in clauses)


def test_markdown_keeps_its_signs_but_in_numbers_and_titles() -> None:
    first, second = split(TABLE)
    assert (first.number, first.markdown) == ("第一条", True)
    assert first.text == TABLE.removeprefix("**第一条** ").partition("\n第二条")[0]
    assert (second.number, second.title, second.text) == ("第二条", "目的", "**个人**免收。")
    (whole,) = split("| 区域 | 每小时 |\n|---|---|\n| 一类 | 二元 |")
    assert whole.text.count("\n") == 2
    assert whole.name == "区域 每小时"
    assert split("**个人**免收。\n\n**其他**。")[0].name == "个人免收。"
    titled = split("**停车办法**\n\n## **目标**\n**甲**乙。")
    assert [(one.title, one.text) for one in titled] == [("停车办法", ""), ("目标", "**甲**乙。")]


@pytest.mark.database
def test_struck_words_of_a_draft_are_struck(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        one = make_consultation(draft="第一条 罚款~~五百元~~一千元。\n第二条 甲。")
    assert "罚款<s>五百元</s>一千元。" in client.get(f"/consultations/{one.public_id}").text


def _shown(page: str) -> list[str]:
    return re.findall(r'<div class="clause__text">(.*?)</div>', page, re.DOTALL)


@pytest.mark.database
def test_people_read_tables_and_bold_words(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        one, plain = make_consultation(draft=TABLE), make_consultation(draft=PLAIN)
    text = _shown(client.get(f"/consultations/{one.public_id}").text)[0]
    for piece in (
        "<strong>首半小时免费</strong>",
        "<th>区域</th>",
        "<td><strong>二元</strong></td>",
        "<li>夜间减半",
    ):
        assert piece in text
    key = one.edit_clauses[0]["key"]
    assert "<th>区域</th>" in client.get(f"/consultations/{one.public_id}/clauses/{key}").text
    text = _shown(client.get(f"/consultations/{plain.public_id}").text)[0]
    lines = [re.sub("&lt;", "<", line).replace("&gt;", ">") for line in re.findall("<p>(.*?)</p>", text)]
    assert lines == PLAIN.removeprefix("第一条 ").split("\n")[:-1]


@pytest.mark.database
def test_hostile_markdown_is_harmless_in_clauses_and_replies(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        one = make_consultation(draft=HOSTILE, opened=40, closes=-1, result_published_at=now())
        written = with_format(HOSTILE, chosen=True)
        given: dict[str, Any] = {"reply": written, "replied_at": now(), "reply_unit_id": one.unit_id}
        given |= {"adoption": Adoption.NOT, "adoption_reason": written, "state": CommentState.PUBLISHED}
        make_comments(one, [HOSTILE], **given)
    for path in (f"/consultations/{one.public_id}", f"/results/consultations/{one.public_id}"):
        page = client.get(path).text
        assert "<strong>甲</strong>" in page, path
        # The client has looked for handlers and script addresses in every page it fetched.
        for sign in ("<script>alert", 'evil.example/x.png"', "<img src=x"):
            assert sign not in page, (path, sign)


@pytest.mark.database
def test_what_the_office_formats_is_markdown_and_what_people_write_is_not(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        one = make_consultation(opened=40, closes=-1, result_published_at=now())
        reply = "**个人**免收：\n1. 本市户籍\n2. 残疾人\n\n联系 *市城管局*。"
        given = {"reply": with_format(reply, chosen=True), "replied_at": now()}
        make_comments(one, ["**我**\n1. 甲"], state=CommentState.PUBLISHED, **given)
    page = client.get(f"/results/consultations/{one.public_id}").text
    assert "<strong>个人</strong>免收" in page
    assert "<li>本市户籍</li>" in page
    assert "**我**\n1. 甲" in page


@pytest.mark.database
def test_staff_correct_whether_it_is_markdown(app: Flask, staff_client: Callable[..., StaffClient]) -> None:
    with app.app_context():
        one = make_consultation(state=State.DRAFT)
        editing.set_text(make_actor(Role.COORDINATOR), one.id, TABLE, 0)
    staff = staff_client(Role.COORDINATOR)
    path = f"/staff/consultations/{one.public_id}/clauses"
    assert re.search(r'name="markdown" value="1" checked', staff.get(path).text)

    def stored() -> list[dict[str, Any]]:
        with app.app_context():
            return list(db.session.get_one(Consultation, one.id).edit_clauses)

    names = ("key", "part", "number", "title", "text")
    form: dict[str, Any] = {name: [each[name] for each in stored()] for name in names}
    assert re.search(
        r'name="markdown" value="1" checked',
        staff.send(path, {**form, "markdown": "1", "do": "add:0"}).text,
    )
    assert staff.send(path, {**form, "do": "save", "revision": "1"}).status_code == 303
    assert not any(each.markdown for each in from_data(stored()))
    assert "markdown" not in stored()[0]
    assert staff.send(path, {**form, "markdown": "1", "do": "save", "revision": "2"}).status_code == 303
    assert all(each.markdown for each in from_data(stored()))
