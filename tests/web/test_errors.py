from __future__ import annotations

import io
import re
import sqlite3
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import TooManyRequests

from engage.accounts.permissions import Role
from engage.core import errors
from engage.core.messages import msg
from engage.web.guards import citizen_write, public, signed_in

pytestmark = pytest.mark.either_database

COMMENT = "第三条的范围太窄，\n二〇〇六年建成的小区也应当纳入。"


def _raise(app: Flask, error: Exception, guard: Any = public) -> None:
    def view() -> str:
        raise error

    app.add_url_rule("/fault", "fault", guard(view), methods=["GET"] if guard is public else ["GET", "POST"])


@pytest.fixture
def phone(citizen_client: Any) -> FlaskClient:
    return citizen_client()


def _post(phone: Any, **fields: str) -> Any:
    data = {"_token": phone.token, "_request_id": "r" * 22, **fields}
    return phone.post("/fault", data=data, headers={"Referer": "http://localhost/consultations/abc?c=3"})


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (errors.Refusal(), 400, "无法识别您的请求"),
        (errors.NotAllowed(), 403, "您没有权限进行此操作"),
        (errors.NotFound(), 404, "没有找到该页面"),
        (errors.Conflict(), 409, "内容已发生变化"),
        (errors.Gone(), 410, "内容已不再提供"),
        (errors.TooLarge(), 413, "提交的内容过大"),
        (errors.Invalid({"title": msg("Home")}), 422, "请检查填写的内容"),
        (errors.TooMany(42), 429, "42 秒"),
        (errors.Busy(), 503, "系统暂时无法保存"),
        (TooManyRequests(retry_after=9), 429, "9 秒后可以重试"),
    ],
)
def test_each_refusal_has_a_designed_page(
    app: Flask, client: FlaskClient, error: Exception, status: int, words: str
) -> None:
    _raise(app, error)
    answer = client.get("/fault")
    assert answer.status_code == status
    assert words in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_waiting_time_is_said_in_the_header(app: Flask, client: FlaskClient) -> None:
    _raise(app, errors.TooMany(42))
    assert client.get("/fault").headers["Retry-After"] == "42"


def test_in_english(app: Flask, client: FlaskClient) -> None:
    assert "This page was not found" in client.get("/nowhere?lang=en").text


def test_json_for_json_clients(app: Flask, client: FlaskClient) -> None:
    _raise(app, errors.TooMany(7))
    answer = client.get("/fault", headers={"Accept": "application/json"})
    assert answer.json == {
        "error": "too-many-requests",
        "message": "操作过于频繁，请等待 7 秒后再试，您填写的内容已保留。",
        "retry_after": 7,
    }
    assert client.get("/api/nowhere").json["error"] == "not-found"


def test_wrong_method_says_which_is_right(app: Flask, client: FlaskClient) -> None:
    answer = client.post("/healthz")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_a_mistake_of_ours(app: Flask, client: FlaskClient) -> None:
    _raise(app, RuntimeError("secret detail"))
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = client.get("/fault")
    assert answer.status_code == 500
    assert "系统出现异常" in answer.text
    assert "secret detail" not in answer.text
    assert answer.headers["X-Request-Id"] in answer.text


def _sqlite(words: str) -> OperationalError:
    return OperationalError("SELECT secret", {}, sqlite3.OperationalError(words))


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (_sqlite("database is locked"), 503),
        (_sqlite("database or disk is full"), 503),
        (_sqlite("unable to open database file"), 503),
        (OperationalError("SELECT 1", {}, Exception("the server closed the connection")), 503),
        (PoolTimeout(), 503),
        (_sqlite("no such column: colour"), 500),
        (_sqlite("no such table: survey"), 500),
    ],
)
def test_only_a_database_out_of_reach_asks_to_try_again(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture, error: Exception, status: int
) -> None:
    _raise(app, error)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    answer = client.get("/fault")
    assert answer.status_code == status
    assert "SELECT" not in answer.text
    (told,) = [record for record in caplog.records if record.exc_info]
    assert told.exc_info is not None
    assert told.exc_info[1] is error


def test_when_the_error_page_itself_fails(app: Flask, client: FlaskClient) -> None:
    _raise(app, RuntimeError)
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.jinja_env.globals["icon"] = app.jinja_env.globals["theme_url"] = None
    answer = client.get("/fault")
    assert answer.status_code == 500
    assert "系统出现异常" in answer.text


class TestSignedOut:
    """A sign-in that ended while someone wrote: the text is shown, and the way in leads back to the form."""

    def test_shows_the_text_and_the_way_in(self, client: FlaskClient) -> None:
        page = "http://localhost/staff/units/new?from=list"
        answer = client.post("/staff/units/new", data={"note_zh": COMMENT}, headers={"Referer": page})
        assert answer.status_code == 401
        assert "二〇〇六年" in answer.text
        (way_in,) = re.findall(r'<a class="button" href="([^"]*)">.*?登录</a>', answer.text)
        form = client.get(unescape(way_in)).text
        assert 'name="next" value="/staff/units/new?from=list"' in form

    @pytest.mark.parametrize("page", ["http://evil/staff/", "http://localhost//evil/", "http://[", ""])
    def test_leads_nowhere_else(self, client: FlaskClient, page: str) -> None:
        answer = client.post("/staff/units/new", data={"note_zh": COMMENT}, headers={"Referer": page})
        assert answer.status_code == 401
        assert 'href="/staff/sign-in"' in answer.text
        assert "evil" not in answer.text


def test_a_staff_form_can_be_sent_again(app: Flask, staff_client: Callable[..., Any]) -> None:
    _raise(app, errors.Busy(), signed_in)
    client = staff_client(Role.DEPARTMENT)
    answer = client.send("/fault", {"reply": COMMENT, "_request_id": "r" * 22})
    assert answer.status_code == 503
    assert answer.text.count("二〇〇六年建成的小区也应当纳入。") == 2  # to read, and to send
    assert f'name="csrf_token" value="{client.token}"' in answer.text
    assert 'name="_request_id" value="' + "r" * 22 in answer.text


class TestKept:
    @pytest.mark.parametrize("error", [errors.TooMany(5), errors.Busy()])
    def test_what_was_typed_can_be_sent_again(self, app: Flask, phone: Any, error: Exception) -> None:
        _raise(app, error, citizen_write)
        page = _post(phone, text=COMMENT, stance="agree").text
        assert page.count("二〇〇六年建成的小区也应当纳入。") == 2  # to read, and to send
        assert 'name="_request_id" value="' + "r" * 22 in page
        assert 'name="stance" value="agree"' in page
        assert 'action="/fault"' in page
        assert 'href="/consultations/abc?c=3"' in page
        assert ">agree</textarea>" not in page

    def test_a_conflict_shows_the_text_but_does_not_repeat_it(self, app: Flask, phone: Any) -> None:
        _raise(app, errors.Conflict(), citizen_write)
        page = _post(phone, text=COMMENT).text
        assert "二〇〇六年" in page
        assert "重新提交" not in page
        assert "_request_id" not in page

    def test_a_text_for_what_is_gone_is_still_shown(self, app: Flask, phone: Any) -> None:
        _raise(app, errors.Gone(), citizen_write)
        answer = _post(phone, text=COMMENT)
        assert answer.status_code == 410
        assert "二〇〇六年" in answer.text

    def test_a_text_over_the_limit_is_still_shown(self, app: Flask, phone: Any) -> None:
        _raise(app, errors.NotFound(), citizen_write)
        answer = _post(phone, text=COMMENT + "长" * 30_000)
        assert answer.status_code == 413
        assert "二〇〇六年" in answer.text

    def test_passwords_are_never_shown(self, app: Flask, phone: Any) -> None:
        _raise(app, errors.TooMany(5), citizen_write)
        assert (
            "correct horse battery" not in _post(phone, password="correct horse battery", text=COMMENT).text
        )

    def test_files_are_not_kept(self, app: Flask, phone: Any) -> None:
        _raise(app, errors.Busy(), citizen_write)
        data = {"_token": phone.token, "text": COMMENT, "photo": (io.BytesIO(b"x"), "a.png")}
        page = phone.post("/fault", data=data).text
        assert "二〇〇六年" in page
        assert "重新提交" not in page

    def test_another_sites_address_is_no_way_back(self, app: Flask, phone: Any) -> None:
        _raise(app, errors.Conflict(), citizen_write)
        page = phone.post(
            "/fault",
            data={"_token": phone.token},
            headers={"Origin": "http://localhost", "Referer": "http://evil/x"},
        ).text
        assert "evil" not in page

    def test_what_was_typed_is_escaped(self, app: Flask, phone: Any) -> None:
        _raise(app, errors.Busy(), citizen_write)
        page = _post(phone, text="</textarea><script>alert(1)</script>").text
        assert "<script>alert" not in page


def test_refusals_inside_a_request_keep_their_own_words(app: Flask, client: FlaskClient) -> None:
    _raise(app, errors.Conflict(msg("Home")))
    assert "首页" in client.get("/fault").text
