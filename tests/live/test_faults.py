"""A killed web process: nothing acknowledged is lost, nothing is there twice, whatever clients send again."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask

from engage.core.ids import request_id
from engage.live.models import LiveQuestion, LiveSupport
from engage.live.rules.deeds import Deed
from engage.web.citizen import COOKIE, citizen_token, signed_device
from tests.factories import live as make
from tests.fixtures.server import Server

pytestmark = pytest.mark.faults

PHONES = 12
EACH = 12
_GIVE_UP_SECONDS = 60.0


class Progress:
    """How many deeds were acknowledged to all phones, and whether the server should be there."""

    def __init__(self) -> None:
        self.up = threading.Event()
        self.up.set()
        self._told = 0
        self._changed = threading.Condition()

    def one_more(self) -> None:
        with self._changed:
            self._told += 1
            self._changed.notify_all()

    def reach(self, count: float) -> None:
        """Wait until that many were acknowledged."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._told >= count, _GIVE_UP_SECONDS)


@dataclass
class Phone:
    """One device that sends each deed until it is acknowledged, always with the same request id."""

    number: int
    cookie: str
    token: str
    port: int
    progress: Progress
    told: dict[str, Any] = field(default_factory=dict)

    def run(self, room: str, question: str) -> None:
        for turn in range(EACH):
            body = {"text": f"手机{self.number}的第{turn}个问题"}
            self._until_told(f"/live/{room}/ask", {**body, "_request_id": request_id()})
            on = {"question": question, "on": "1" if turn % 2 == 0 else "0"}
            self._until_told(f"/live/{room}/support", {**on, "_request_id": request_id()})

    def _until_told(self, path: str, fields: dict[str, str]) -> None:
        deadline = time.monotonic() + _GIVE_UP_SECONDS
        while time.monotonic() < deadline:
            try:
                status, answer = self._post(path, fields)
            except (OSError, http.client.HTTPException):
                assert self.progress.up.wait(_GIVE_UP_SECONDS)
                continue
            if status == 200:
                self.told[fields["_request_id"]] = answer
                self.progress.one_more()
                return
            assert status == 503, (status, answer)
        raise AssertionError("never acknowledged")

    def _post(self, path: str, fields: dict[str, str]) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request(
                "POST",
                path,
                urlencode({**fields, "_token": self.token}),
                {
                    "Content-Type": "application/x-www-form-urlencoded",
                    "Accept": "application/json",
                    "Cookie": f"{COOKIE}={self.cookie}",
                },
            )
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"{}")
        finally:
            connection.close()


@pytest.mark.database
def test_a_kill_loses_nothing_acknowledged_and_doubles_nothing(
    app: Flask, make_server: Callable[..., Server]
) -> None:
    with app.app_context():
        room = make.make_room()
        question = make.decide(room, make.ask(room, by=999), Deed.APPROVE).public_id
        public_id = room.public_id
    server = make_server(rate_limits="false")
    with app.app_context():
        phones, progress = [], Progress()
        for number in range(PHONES):
            device = make.citizen(number).device or ""
            phones.append(Phone(number, signed_device(device), citizen_token(device), server.port, progress))
    threads = [threading.Thread(target=phone.run, args=(public_id, question)) for phone in phones]
    for thread in threads:
        thread.start()
    for share in (0.2, 0.6):
        progress.reach(share * PHONES * EACH * 2)
        progress.up.clear()
        server.kill()
        server.start()
        progress.up.set()
    for thread in threads:
        thread.join(_GIVE_UP_SECONDS)
    with app.app_context():
        make.db.session.rollback()
        texts = [row.text for row in make.db.session.scalars(make.db.select(LiveQuestion)).all()]
        wanted = [f"手机{number}的第{turn}个问题" for number in range(PHONES) for turn in range(EACH)]
        assert sorted(text for text in texts if text.startswith("手机")) == sorted(wanted)
        told = [
            answer["question"] for phone in phones for answer in phone.told.values() if "question" in answer
        ]
        stored = set(make.db.session.scalars(make.db.select(LiveQuestion.public_id)).all())
        assert len(told) == len(set(told)) == PHONES * EACH
        assert set(told) <= stored
        rows = make.db.session.scalars(make.db.select(LiveSupport)).all()
        # Everybody's last word was to take the support back.
        assert len(rows) == make.question(question).supports == 0
