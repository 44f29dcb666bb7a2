"""People who send forms over HTTP and try again until they are told that they were heard."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import Flask

from engage.core.ids import request_id
from engage.web import citizen
from tests.fixtures.server import Server

TRY_SECONDS = 60.0


@dataclass
class Phone:
    """One device with its cookie, its own address and its token."""

    number: int
    cookie: str
    token: str

    @property
    def address(self) -> str:
        return f"127.0.{1 + self.number // 200}.{1 + self.number % 200}"


@dataclass
class Heard:
    """What phones were told: request id → the answer of the server."""

    answers: dict[str, Any] = field(default_factory=dict)
    retries: int = 0
    refused: list[str] = field(default_factory=list)


def phones(app: Flask, count: int) -> list[Phone]:
    """Devices with genuine cookies; call outside an application context."""
    with app.app_context():
        return [
            Phone(number, citizen.signed_device(device), citizen.citizen_token(device))
            for number, device in ((number, f"fault{number:019d}") for number in range(count))
        ]


def send_until_heard(server: Server, phone: Phone, path: str, form: dict[str, str], heard: Heard) -> None:
    """Send a form with one request id again and again until the server acknowledges it."""
    number = request_id()
    body = urlencode({**form, "_token": phone.token, "_request_id": number})
    deadline = time.monotonic() + TRY_SECONDS
    while time.monotonic() < deadline:
        status, answer = _send(server, phone, path, body)
        if status in (200, 303):
            heard.answers[number] = answer
            return
        if status is not None and status not in (429, 503):
            heard.refused.append(f"{path}: {status} {answer}")
            return
        heard.retries += 1
        time.sleep(0.05)
    heard.refused.append(f"{path}: never heard")


def all_at_once(work: list[Callable[[], None]], threads: int) -> list[threading.Thread]:
    """Start threads that take the work from one list."""
    left = list(work)
    mutex = threading.Lock()

    def run() -> None:
        while True:
            with mutex:
                if not left:
                    return
                job = left.pop()
            job()

    started = [threading.Thread(target=run, daemon=True) for _ in range(threads)]
    for thread in started:
        thread.start()
    return started


def _send(server: Server, phone: Phone, path: str, body: str) -> tuple[int | None, Any]:
    connection = http.client.HTTPConnection(
        "127.0.0.1", server.port, timeout=20, source_address=(phone.address, 0)
    )
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept": "application/json",
        "Cookie": f"{citizen.COOKIE}={phone.cookie}",
        "Origin": server.url,
        "Host": f"127.0.0.1:{server.port}",
    }
    try:
        connection.request("POST", path, body, headers)
        response = connection.getresponse()
        content = response.read()
    except (OSError, http.client.HTTPException):
        return None, None
    finally:
        connection.close()
    try:
        return response.status, json.loads(content)
    except ValueError:
        return response.status, None
