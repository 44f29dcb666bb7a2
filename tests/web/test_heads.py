"""How much of a request's head is read, however many lines of one name it has."""

from __future__ import annotations

import time
from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from engage.web.heads import COOKIE_MOST, HOST_MOST, WISH_MOST, WISHES, _Bounded

pytestmark = [pytest.mark.database, pytest.mark.either_database]
# All a head may have: gunicorn joins the lines of one name by commas.
MOST = 31_000


@pytest.mark.parametrize(
    ("name", "length", "read"),
    [case for name in WISHES for case in ((name, WISH_MOST, True), (name, WISH_MOST + 1, False))]
    + [
        ("HTTP_COOKIE", COOKIE_MOST, True),
        ("HTTP_COOKIE", COOKIE_MOST + 1, False),
        ("HTTP_REFERER", 4_000, True),
    ],
)
def test_longer_wishes_and_cookies_are_left_unread(name: str, length: int, read: bool) -> None:
    passed: dict[str, Any] = {}

    def app(environ: dict[str, Any], _start: object) -> list[bytes]:
        passed.update(environ)
        return []

    _Bounded(app)({name: "a" * length, "HTTP_HOST": "city.example"}, None)  # type: ignore[arg-type]
    assert (name in passed) is read


@pytest.mark.parametrize(
    ("header", "unit"),
    [
        ("Accept-Encoding", 'a;b="\\"",'),
        ("Accept-Encoding", "a;q=0.1,"),
        ("Accept", 'text/html;a="\\"",'),
        ("If-None-Match", '"a",'),
        ("If-None-Match", ","),
        ("Cookie", ";"),
        ("Cookie", 'a="\\001";'),
    ],
)
@pytest.mark.one_database
def test_no_list_in_a_head_is_read_for_long(app: Flask, header: str, unit: str) -> None:
    environ = {"HTTP_" + header.upper().replace("-", "_"): unit * (MOST // len(unit))}
    spent = 0.0

    def look(path_environ: dict[str, Any], _start: object) -> list[bytes]:
        nonlocal spent
        with app.request_context(path_environ):
            began = time.thread_time()
            parsed = (
                request.accept_encodings,
                request.accept_mimetypes,
                request.if_none_match,
                request.cookies,
            )
            spent = time.thread_time() - began
        assert len(parsed) == 4
        return []

    with app.test_request_context("/", environ_overrides=environ):
        whole = request.environ.copy()
    _Bounded(look)(whole, None)  # type: ignore[arg-type]
    assert spent < 0.01


@pytest.mark.parametrize(
    ("host", "status"),
    [("a." * 126 + "a:65535", 200), ("a" * (HOST_MOST + 1), 400), ("a." * 4_000, 400)],
)
@pytest.mark.parametrize("path", ["/healthz", "/qr.svg?path=/"])
def test_a_host_longer_than_a_name_is_refused(client: FlaskClient, path: str, host: str, status: int) -> None:
    assert client.get(path, headers={"Host": host}).status_code == status
