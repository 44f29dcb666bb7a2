"""Answers compressed on their way: whole, once, of a length that tells little."""

from __future__ import annotations

import gzip

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient

from engage.web.compression import LEAST_BYTES, gzipped

pytestmark = [pytest.mark.database, pytest.mark.either_database]
GZIP = {"Accept-Encoding": "gzip, deflate, br"}


def test_what_is_pressed_comes_back_whole_and_its_length_varies() -> None:
    body = "政务公开".encode() * 1_000
    pressed = [gzipped(body) for _ in range(20)]
    assert {gzip.decompress(one) for one in pressed} == {body}
    assert len({len(one) for one in pressed}) > 1


def test_a_page_is_pressed_for_who_takes_it(client: FlaskClient) -> None:
    plain = client.get("/personal-data")
    pressed = client.get("/personal-data", headers=GZIP)
    assert "Content-Encoding" not in plain.headers
    assert pressed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in pressed.headers["Vary"]
    assert len(pressed.data) == int(pressed.headers["Content-Length"]) < len(plain.data) / 2
    assert "个人信息" in gzip.decompress(pressed.data).decode()
    refused = client.get("/personal-data", headers={"Accept-Encoding": "gzip;q=0"})
    assert "Content-Encoding" not in refused.headers


@pytest.mark.parametrize("path", ["/", "/healthz", "/qr.svg?path=/"])
def test_never_twice(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers=GZIP)
    body = gzip.decompress(answer.data) if "Content-Encoding" in answer.headers else answer.data
    assert body[:2] != b"\x1f\x8b"


def test_a_pressed_answer_keeps_a_weak_tag(app: Flask) -> None:
    def long_answer() -> Response:
        response = Response("x" * LEAST_BYTES, mimetype="application/json")
        response.add_etag()
        return response

    with app.test_request_context(headers=GZIP):
        response = app.process_response(long_answer())
    assert response.headers["Content-Encoding"] == "gzip"
    assert response.headers["ETag"].startswith("W/")
