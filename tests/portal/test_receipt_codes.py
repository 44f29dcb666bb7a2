"""Receipt codes under attack: mistyped, unknown, guessed, sent from elsewhere; nothing of anybody else."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from engage.core.ids import request_id
from engage.core.writer import atomic
from engage.participation.deletion import erase_by_code
from engage.participation.receipts import issue
from engage.portal.receipts import what_is_wrong
from engage.web import citizen as citizens
from tests.factories.receipts import answered, asked, commented, look_up

Clients = Callable[..., Any]


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "请输入查询码"),
        ("ABCD", "有 4 位"),
        ("ABCD-EFGH-JKMN-PQRS", "有 16 位"),
        ("ABCD-EFGH-JK0O", "不含 0、1、I、L、O、U"),
        ("２３４５６７８９ＡＢＣＯ", "不含 0、1、I、L、O、U"),
        ("２３４５６７８９ＡＢＣＤ", "校验未通过"),
        ("<script>x</s", "不含 0、1、I、L、O、U"),
        ("' OR 1=1 -- -", "12 位字母和数字"),
        ("停车停车停车停车停车停车", "不含 0、1、I、L、O、U"),
        ("A" * 5000, "12 位字母和数字"),
    ],
)
def test_what_is_no_code_gets_a_sentence(citizen_client: Clients, typed: str, words: str) -> None:
    page = look_up(citizen_client(), typed)
    assert page.status_code == 422
    assert words in page.text
    assert "<script>x" not in page.text


def test_a_code_opens_however_it_is_typed(context: Flask, citizen_client: Clients) -> None:
    code = answered()
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in code)
    blanks = wide.replace("－", "\u3000")
    client = citizen_client()
    for way in (wide, wide.lower(), f"\u3000{blanks} ", code.replace("-", "—"), f"\u200b{code}\ufeff"):
        page = look_up(client, way)
        assert page.status_code == 200, way
        assert code in page.text


def test_a_mistyped_letter_is_told_from_an_unknown_code(context: Flask, citizen_client: Clients) -> None:
    code = answered()
    wrong = code[:-1] + ("2" if code[-1] != "2" else "3")
    client = citizen_client()
    page = look_up(client, wrong)
    assert page.status_code == 422
    assert "校验未通过" in page.text
    assert wrong in page.text
    assert what_is_wrong("") is not None


def test_an_unknown_code_gets_a_calm_sentence(context: Flask, citizen_client: Clients) -> None:
    with atomic():
        unknown = issue(request_id(), "survey-response", 4711)
        other = issue(request_id(), "something-else", 1)
    for code in (unknown, other):
        page = look_up(citizen_client(), code)
        assert page.status_code == 404
        assert "没有查到这个查询码" in page.text
        assert code in page.text


def test_a_code_opens_only_its_own(context: Flask, citizen_client: Clients) -> None:
    """Three kinds of objects with the same row ids: each code shows its own words and none of the others'."""
    texts = ["甲的答卷文字", "乙的意见文字", "丙的提问文字内容"]
    codes = [answered(q4=texts[0]), commented(texts[1])[0], asked(texts[2])[0]]
    second = answered(q4="丁的另一份答卷")
    client = citizen_client()
    for own, code in zip(texts, codes, strict=True):
        page = look_up(client, code).text
        assert own in page
        assert not [text for text in [*texts, "丁的另一份答卷"] if text != own and text in page]
        assert not [other for other in [*codes, second] if other != code and other in page]


def test_the_code_is_in_no_address_and_no_log(
    context: Flask, citizen_client: Clients, caplog: pytest.LogCaptureFixture
) -> None:
    code = answered()
    client = citizen_client()
    with caplog.at_level(logging.DEBUG):
        page = look_up(client, code)
    bare = code.replace("-", "")
    assert code not in caplog.text
    assert bare not in caplog.text
    links = [part.split('"')[0] for part in page.text.split('href="')[1:] + page.text.split('action="')[1:]]
    assert not [link for link in links if code in link or bare in link]
    assert look_up(client, "").status_code == 422
    assert "您填写的内容" not in client.get(f"/receipts?code={code}").text


def test_it_takes_our_form_only(context: Flask, client: Any, citizen_client: Clients) -> None:
    code = answered()
    assert client.post("/receipts", data={"code": code}).status_code == 403
    other = citizen_client()
    away = look_up(other, code, headers={"Origin": "https://elsewhere.example"})
    assert away.status_code == 403
    assert look_up(other, code).status_code == 200


def test_trying_codes_out_is_limited(make_app: Callable[..., Flask], citizen_client: Clients) -> None:
    app = make_app(rate_limits=True)
    with app.app_context():
        from_here = _client_of(app)
        answers = [
            from_here.post("/receipts", data={"_token": from_here.token}).status_code for _ in range(31)
        ]
    assert answers == [422] * 30 + [429]


def _client_of(app: Flask) -> Any:
    client = app.test_client()
    device = "device" + "9" * 18
    client.set_cookie(citizens.COOKIE, citizens.signed_device(device))
    client.token = citizens.citizen_token(device)
    return client


def test_what_was_looked_up_is_come_back_to_until_another_is(context: Flask, citizen_client: Clients) -> None:
    code = answered()
    client = citizen_client()
    assert client.get("/receipts/found").headers["Location"] == "/receipts"
    assert "您填写的内容" in look_up(client, code).text
    again = client.get("/receipts/found")
    assert "您填写的内容" in again.text
    assert again.headers["Cache-Control"] == "no-store"
    assert "您填写的内容" not in citizen_client().get("/receipts/found").text
    client.get("/receipts/found?hide=1")
    assert client.get("/receipts/found").headers["Location"] == "/receipts"


def test_what_was_erased_meanwhile_is_not_shown_again(context: Flask, citizen_client: Clients) -> None:
    code = answered()
    client = citizen_client()
    look_up(client, code)
    erase_by_code(code, request_id())
    gone = client.get("/receipts/found")
    assert gone.status_code == 410
    assert code not in gone.text
    assert client.get("/receipts/found").headers["Location"] == "/receipts"
