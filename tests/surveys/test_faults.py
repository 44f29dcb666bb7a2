"""The web process killed in the middle of answers: nothing acknowledged is lost, nothing is stored twice."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from flask import Flask
from sqlalchemy import func, select

from benchmarks._forms import fill_in
from benchmarks._http import Connection
from engage.core.db import db
from engage.participation import receipts
from engage.participation.marks import PARTICIPATION, marks
from engage.participation.models import Receipt
from engage.surveys.models import Response
from tests.factories.surveys import make_survey
from tests.fixtures.server import Server

pytestmark = [pytest.mark.faults, pytest.mark.database]
PEOPLE = 120
KILL_AT = 40
TRIES = 400


@pytest.fixture
def context(app: Flask) -> Iterator[Flask]:
    with app.app_context():
        yield app


class Crowd:
    """People who fill in the form and send it until they are told that it was received."""

    def __init__(self, port: int, path: str) -> None:
        self.port = port
        self.path = path
        self.received = 0
        self.killing = threading.Event()
        self.back = threading.Event()
        self.back.set()

    def person(self, number: int) -> str:
        """One journey with retries; answers the receipt code."""
        cookies: dict[str, str] = {}
        body = b""
        for _ in range(TRIES):
            self.back.wait(30)
            try:
                with closing(Connection("127.0.0.1", self.port, f"127.0.1.{2 + number % 200}")) as connection:
                    if not body:
                        form = connection.get(self.path)
                        cookies, body = form.cookies, fill_in(form.body)
                    return self._send(connection, body, cookies)
            except OSError:
                continue
        raise AssertionError("never received")

    def _send(self, connection: Connection, body: bytes, cookies: dict[str, str]) -> str:
        sent = connection.post(self.path, body, cookies)
        assert sent.status == 303, sent.status
        done = connection.get(sent.headers["location"], cookies | sent.cookies)
        code = re.findall(rb'id="receipt-code">([^<]+)<', done.body)[0].decode()
        self.received += 1
        if self.received >= KILL_AT:
            self.killing.set()
        return str(code)


def test_a_kill_under_load_loses_nothing_and_doubles_nothing(context: Flask, live_server: Server) -> None:
    survey = make_survey(one_per_device=True)
    crowd = Crowd(live_server.port, f"/surveys/{survey.public_id}")
    with ThreadPoolExecutor(10) as threads:
        codes = [threads.submit(crowd.person, number) for number in range(PEOPLE)]
        assert crowd.killing.wait(60)
        crowd.back.clear()
        live_server.kill()
        live_server.start()
        crowd.back.set()
        received = [code.result(60) for code in codes]
    db.session.rollback()
    assert len(set(received)) == PEOPLE
    assert all(receipts.find(code) for code in received)
    for table in (Response, Receipt):
        assert db.session.scalar(select(func.count()).select_from(table)) == PEOPLE
    assert marks().count(PARTICIPATION) == PEOPLE
