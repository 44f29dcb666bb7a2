"""What a door lets anybody send: how much, and that it is looked at whole."""

from __future__ import annotations

import gc
import io
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from gunicorn.http.errors import (
    ChunkMissingTerminator,
    InvalidChunkExtension,
    InvalidChunkSize,
    InvalidHeader,
    LimitRequestHeaders,
    ParseException,
)

from engage.accounts.permissions import Role
from engage.core import threads
from engage.web.formreading import FormReader

pytestmark = [pytest.mark.database, pytest.mark.either_database]
KB = 1024


def _fields(size: int) -> str:
    """A body of many small fields: what costs most to read."""
    return "&".join(f"{number:06x}=1" for number in range(size // 9))


def _long(size: int) -> str:
    return "a=" + "x" * size


def _multipart(size: int) -> str:
    field = '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
    return field * (size // len(field)) + "--x--\r\n"


KINDS: dict[str, Callable[[int], str]] = {
    "application/x-www-form-urlencoded": _fields,
    "multipart/form-data; boundary=x": _multipart,
}


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The kinds of bodies that were read."""
    kinds: list[str] = []
    parse = FormReader.parse

    def noted(self: FormReader, stream: Any, mimetype: str, *rest: Any) -> Any:
        stream.read(1)
        kinds.append(mimetype)
        return parse(self, stream, mimetype, *rest)

    monkeypatch.setattr(FormReader, "parse", noted)
    return kinds


@pytest.mark.one_database
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "path", ["/receipts", "/personal-data/erase", "/surveys/aaaaaaaaaaaa", "/staff/sign-in"]
)
def test_what_anybody_may_send_is_small_and_refused_unread(
    client: FlaskClient, citizen_client: Callable[..., Any], read: list[str], path: str, kind: str
) -> None:
    """The body is judged before the token in it can be."""
    answer = citizen_client().post(path, data=KINDS[kind](1024 * KB), content_type=kind)
    assert answer.status_code == 413
    assert "提交的内容过大" in answer.text
    # Nobody we know: a citizen's door says that first.
    answer = client.post(path, data=KINDS[kind](1024 * KB), content_type=kind)
    assert answer.status_code == (413 if path == "/staff/sign-in" else 403)
    assert read == []


def test_a_body_without_a_length_is_read_no_further_than_the_limit(
    citizen_client: Callable[..., Any],
) -> None:
    body = io.BytesIO(_fields(1024 * KB).encode())
    answer = citizen_client().post(
        "/receipts",
        input_stream=body,
        content_type="application/x-www-form-urlencoded",
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert answer.status_code == 413
    assert body.tell() < 600 * KB


def test_a_long_text_of_a_citizen_passes(citizen_client: Callable[..., Any]) -> None:
    client = citizen_client()
    answer = client.post("/receipts", data={"_token": client.token, "code": "长" * 20_000})
    assert answer.status_code not in (403, 413)


@pytest.mark.parametrize("kind", KINDS)
def test_staff_whose_session_has_ended_are_strangers(client: FlaskClient, read: list[str], kind: str) -> None:
    assert client.post("/staff/settings", data=KINDS[kind](1024 * KB), content_type=kind).status_code == 401
    assert read == []
    answer = client.post("/staff/settings", data={"name_zh": "长" * 20_000})
    assert answer.status_code == 401
    assert "长" * 20_000 in answer.text


@pytest.mark.parametrize(
    ("size", "kind", "body", "too_large"),
    [
        (2048, "application/x-www-form-urlencoded", _long, False),
        (4096, "application/x-www-form-urlencoded", _long, True),
        (4096, "multipart/form-data; boundary=x", _multipart, True),
    ],
)
def test_forms_of_staff_may_be_longer(
    staff_client: Callable[..., Any], size: int, kind: str, body: Any, too_large: bool
) -> None:
    answer = staff_client(Role.ADMINISTRATOR).post(
        "/staff/units/new", data=body(size * KB), content_type=kind
    )
    assert (answer.status_code == 413) == too_large


@pytest.mark.parametrize(("megabytes", "status"), [(4, 422), (13, 413)])
def test_only_where_files_are_taken_a_body_may_be_large(
    staff_client: Callable[..., Any], megabytes: int, status: int
) -> None:
    admin = staff_client(Role.ADMINISTRATOR)
    head = f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{admin.token}\r\n'
    file = '--x\r\nContent-Disposition: form-data; name="emblem"; filename="a.png"\r\n\r\n'
    body = f"{head}{file}{'x' * megabytes * KB * KB}\r\n--x--\r\n"
    answer = admin.post("/staff/settings", data=body, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == status
    answer = admin.post(
        "/staff/settings", data=_fields(4096 * KB), content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 413


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"code": ["a", "b\0"]}, 422),
        ({"code": "\0"}, 422),
        ({"co\0de": "a"}, 400),
        ({"a_password": "x\0"}, 400),
    ],
)
def test_a_nul_is_taken_out_of_a_text_and_refused_elsewhere(
    citizen_client: Callable[..., Any], fields: dict[str, Any], status: int
) -> None:
    phone = citizen_client()
    assert phone.post("/receipts", data={"_token": phone.token, **fields}).status_code == status


@pytest.mark.parametrize("query", ["a=1&a=%00", "a=%00", "%00=1"])
def test_an_address_with_a_nul_leads_nowhere(client: FlaskClient, query: str) -> None:
    assert client.get(f"/receipts?{query}").status_code == 404


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_texts_are_clean_and_passwords_as_typed(app: Flask, kind: str) -> None:
    typed = "价\u202e格\r\n\x01二"
    data = {"text": [typed, "e\u0301"], "new_password": typed}
    with app.test_request_context(method="POST", data=data, content_type=kind):
        assert request.form.getlist("text") == ["价格\n二", "é"]
        assert request.form["new_password"] == typed
        assert request.form is request.form


BROKEN = {
    "a part without a name": b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--\r\n",
    "a file without a name": b'--x\r\nContent-Disposition: form-data; filename="a"\r\n\r\na\r\n--x--\r\n',
    "no disposition": b"--x\r\nContent-Type: text/plain\r\n\r\na\r\n--x--\r\n",
    "no end": b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\na',
    "no boundary": b"aaa",
    "headers that are no text": b'--x\r\nContent-Disposition: form-data; name="\xff"\r\n\r\na\r\n--x--\r\n',
}


@pytest.mark.one_database
@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("path", ["/receipts", "/staff/sign-in"])
def test_a_broken_multipart_body_is_a_bad_request(
    citizen_client: Callable[..., Any], path: str, body: bytes
) -> None:
    answer = citizen_client().post(path, data=body, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 400
    for kind in ("multipart/form-data", "multipart/form-data; boundary=长", "multipart/form-data; boundary="):
        assert citizen_client().post(path, data=body, content_type=kind).status_code == 400


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("body", "form"),
    [
        (b"a=1&b=%E9%95%BF+x&a=2&c&&=d", [("a", "1"), ("b", "长 x"), ("a", "2"), ("c", ""), ("", "d")]),
        (b"a=%ff%zz%", [("a", "\ufffd%zz%")]),
        (b"a=\xe9%95\xbf+%2b%2B%26%3d&b%3D=%E9%95", [("a", "长 ++&="), ("b=", "\ufffd")]),
        (b"a=" + b"%E9%95%BF" * 20_000 + b"x" * 40_000, [("a", "长" * 20_000 + "x" * 40_000)]),
        (b"a=" + "长".encode() * 30_000, [("a", "长" * 30_000)]),
    ],
)
def test_a_form_is_read_in_pieces_as_in_one(app: Flask, body: bytes, form: list[tuple[str, str]]) -> None:
    kind = "application/x-www-form-urlencoded"
    with app.test_request_context(method="POST", data=body, content_type=kind):
        assert sorted(request.form.items(multi=True)) == sorted(form)


DEAR = {
    "fields": ("application/x-www-form-urlencoded", b"&a=" * 9_999),
    "escapes": ("application/x-www-form-urlencoded", b"a=" + b"%cc%81" * 43_000),
    "escapes apart": ("application/x-www-form-urlencoded", b"a=" + b"%41a" * 65_000),
    "escapes in fields": ("application/x-www-form-urlencoded", b"&a=%cc%81" * 9_999),
    "no text": ("application/x-www-form-urlencoded", b"a=" + b"%ff" * 87_000),
    "marks": ("application/x-www-form-urlencoded", b"a=" + "\u0f71\u0f74".encode() * 43_000),
    "marks apart": ("application/x-www-form-urlencoded", b"a=" + "\U0001d160".encode() * 65_000),
    "parts": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n' * 4_900 + b"--x--\r\n",
    ),
    "files": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\n\r\n' * 3_800 + b"--x--\r\n",
    ),
}


@pytest.mark.alone
@pytest.mark.parametrize(("kind", "body"), DEAR.values(), ids=DEAR)
def test_no_body_is_read_without_letting_others_run(
    app: Flask, monkeypatch: pytest.MonkeyPatch, kind: str, body: bytes
) -> None:
    gc.collect()
    gc.freeze()  # as the web process does
    turns = [time.process_time()]
    monkeypatch.setattr(threads, "let_others_run", lambda: turns.append(time.process_time()))
    with app.test_request_context(method="POST", data=body, content_type=kind):
        assert request.form is not None
        turns.append(time.process_time())
    gc.unfreeze()
    assert max(later - sooner for sooner, later in pairwise(turns)) < 0.05


def test_more_fields_than_any_page_has_are_refused(citizen_client: Callable[..., Any]) -> None:
    kind = "application/x-www-form-urlencoded"
    assert citizen_client().post("/receipts", data="a&" * 10_001, content_type=kind).status_code == 413


class _Broken(io.RawIOBase):
    """A body in pieces as gunicorn hands it on, whose next piece is none."""

    def __init__(self, error: ParseException) -> None:
        self.error = error

    def read(self, _size: int = -1) -> bytes:
        raise self.error

    def readinto(self, _into: Any) -> int:
        raise self.error


@pytest.mark.one_database
@pytest.mark.parametrize(
    "error",
    [
        InvalidChunkSize(b"-1"),
        InvalidChunkExtension("bare CR not allowed"),
        ChunkMissingTerminator(b"xx"),
        LimitRequestHeaders("limit request headers fields"),
        InvalidHeader("bare LF as line terminator"),
    ],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize("path", ["/receipts", "/staff/sign-in", "/personal-data/erase"])
@pytest.mark.parametrize("kind", [*KINDS, "application/json"])
def test_a_body_in_pieces_that_are_none_is_no_mistake_of_ours(
    app: Flask, caplog: pytest.LogCaptureFixture, path: str, kind: str, error: ParseException
) -> None:
    answer = app.test_client().post(
        path,
        content_type=kind,
        headers={"Origin": "http://localhost"},
        environ_overrides={"wsgi.input": _Broken(error), "wsgi.input_terminated": True},
    )
    # Where the kind is refused unread, or the origin first, that stands.
    assert 400 <= answer.status_code < 500
    assert not [record for record in caplog.records if record.exc_info]
