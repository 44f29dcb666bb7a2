"""One address that draws devices: how far it gets, that a hall gets in, and what staff are told."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from engage.accounts.permissions import Role
from engage.consultations.rules.comments import MOST_COMMENTS
from engage.core.clock import today
from engage.core.db import db
from engage.core.errors import TooMany
from engage.core.ids import request_id
from engage.live.actions.asking import MOST_PER_DEVICE, MOST_PER_SESSION
from engage.live.rules.deeds import Deed
from engage.surveys.models import Response
from engage.web import stuffing
from engage.web.citizen import (
    _MINT_PER_NETWORK,
    citizen_token,
    is_young,
    new_device,
    read_device,
    signed_device,
)
from tests.factories import live
from tests.factories.consultations import make_consultation
from tests.factories.surveys import make_survey
from tests.fixtures.html import parsed, words_of
from tests.fixtures.staff import StaffClient

ROOT = Path(__file__).resolve().parents[2]

ADDRESS = {"REMOTE_ADDR": "198.51.100.7"}
TEXT = {"id": "t1", "type": "text", "text": {"zh_CN": "您的建议"}}


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """Limits on."""
    return make_app(rate_limits=True)


def _newcomers(app: Flask, path: str, most: int) -> int:
    """How many of ``most`` visitors without a cookie are let in from one address."""
    client = app.test_client(use_cookies=False)
    codes = [client.get(path, environ_base=ADDRESS).status_code for _ in range(most)]
    assert set(codes) <= {200, 429}
    return codes.count(200)


def test_a_hall_gets_in_and_an_address_gets_no_more_than_is_told(app: Flask) -> None:
    with app.app_context():
        path = f"/surveys/{make_survey(one_per_device=True).public_id}"
    assert _newcomers(app, path, 700) == 600
    other = app.test_client(use_cookies=False).get(path, environ_base={"REMOTE_ADDR": "198.51.100.8"})
    assert other.status_code == 200


# Many requests, one after the other, for limits that are counted beside the database.
@pytest.mark.either_database
def test_as_the_attacker_did_one_address_answers_once_for_each_cookie_it_gets(app: Flask) -> None:
    with app.app_context():
        survey = make_survey({"pages": [{"id": "p1", "questions": [TEXT]}]}, one_per_device=True)
        path, id = f"/surveys/{survey.public_id}", survey.id
    stored = 0
    for _ in range(620):
        client = app.test_client()
        if client.get(path, environ_base=ADDRESS).status_code != 200:
            continue
        cookie = client.get_cookie("device")
        assert cookie is not None
        with app.app_context():
            device = read_device(cookie.value)
            assert device is not None
            assert is_young(device)
            token = citizen_token(device)
        form = {"_version": "1", "_whole": "1", "_token": token, "_request_id": request_id(), "q-t1": "好"}
        stored += client.post(path, data=form, environ_base=ADDRESS).status_code == 303
    with app.app_context():
        assert stored == db.session.scalar(select(func.count()).select_from(Response)) == 600
        seen = stuffing.crowd(f"survey:{id}")
    assert seen == stuffing.Crowd(600, 600)


@pytest.mark.parametrize(
    ("device", "young"),
    [
        (new_device(today()), True),
        (new_device(today() - timedelta(days=1)), False),
        (new_device(today() + timedelta(days=1)), False),
        ("a" * 24, False),
        ("", False),
    ],
    # Devices are drawn: each process that runs tests must call them the same.
    ids=["today", "yesterday", "tomorrow", "of no day", "none"],
)
def test_the_cookie_says_of_which_day_it_is(app: Flask, device: str, young: bool) -> None:
    with app.app_context():
        assert is_young(device) is young
        assert read_device(signed_device(device)) == (device or "")
        forged = signed_device(device).replace(device, new_device(today() - timedelta(days=9)), 1)
        assert read_device(forged) is None or not device


@pytest.mark.parametrize(("age", "taken"), [(0, 10), (1, 30)])
def test_a_device_of_today_asks_less(app: Flask, age: int, taken: int) -> None:
    device = new_device(today() - timedelta(days=age))
    with app.app_context():
        room = live.make_room()
        client = app.test_client()
        client.set_cookie("device", signed_device(device))
        token, path = citizen_token(device), f"/live/{room.public_id}/ask"
        db.session.remove()
    codes = []
    for number in range(31):
        # Each minute's own limit is not what is tried here.
        app.extensions["limit_counters"]._windows.pop(60, None)
        form = {
            "_token": token,
            "_request_id": request_id(),
            "text": f"第{number}个问题，何时动工？",
            "name": "",
        }
        codes.append(client.post(path, data=form, environ_base=ADDRESS).status_code)
    assert codes.count(303) == taken
    assert codes[-1] in (409, 429)


def test_one_network_cannot_fill_the_queue(app: Flask) -> None:
    with app.app_context():
        for _ in range(2000):
            stuffing.limit_queue(1, "198.51.100.7")
        with pytest.raises(TooMany):
            stuffing.limit_queue(1, "198.51.100.7")
        stuffing.limit_queue(1, "198.51.100.8")
        stuffing.limit_queue(2, "198.51.100.7")


def test_one_network_cannot_fill_a_consultation_and_its_staff_are_told(
    app: Flask, staff_client: Callable[..., StaffClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stuffing, "COMMENTS_PER_NETWORK", "120/day")
    with app.app_context():
        one, other = make_consultation(), make_consultation()
        paths = [f"/consultations/{each.public_id}/comment" for each in (one, other)]
        staff_page = f"/staff/consultations/{one.public_id}"

    def send(path: str, address: str) -> Any:
        client = app.test_client()
        device = new_device(today())
        with app.app_context():
            client.set_cookie("device", signed_device(device))
            form = {"_token": citizen_token(device), "_request_id": request_id(), "text": "路灯太暗了"}
        return client.post(path, data=form, environ_base={"REMOTE_ADDR": address})

    assert {send(paths[0], "198.51.100.7").status_code for _ in range(120)} == {303}
    refused = send(paths[0], "198.51.100.7")
    assert refused.status_code == 429
    assert "路灯太暗了" in refused.text
    assert send(paths[0], "198.51.100.8").status_code == 303
    assert send(paths[1], "198.51.100.7").status_code == 303
    said = words_of(parsed(staff_client(Role.COORDINATOR).get(staff_page).text))
    assert "今天收到的 121 份中有 120 份来自同一网络地址" in said


# Many requests, one after the other, for limits that are counted beside the database.
@pytest.mark.either_database
def test_devices_of_today_lift_a_question_only_so_far(app: Flask) -> None:
    with app.app_context():
        room = live.make_room()
        room_id = room.id
        question = live.decide(room, live.ask(room), Deed.APPROVE).public_id
        path = f"/live/{room.public_id}/support"
        devices = [new_device(today()) for _ in range(420)]
        people = [(signed_device(device), citizen_token(device)) for device in devices]
        db.session.remove()
    given = 0
    for cookie, token in people:
        client = app.test_client()
        client.set_cookie("device", cookie)
        form = {"_token": token, "_request_id": request_id(), "question": question, "on": "1"}
        given += client.post(path, data=form, environ_base=ADDRESS).status_code == 303
    assert given == 400
    with app.app_context():
        assert live.question(question).supports == 400
        assert stuffing.crowd(f"live:{room_id}:supports") == stuffing.Crowd(400, 400)


def test_the_figures_that_staff_are_told_are_those_that_hold(
    app: Flask, staff_client: Callable[..., StaffClient]
) -> None:
    """Beside "one from each device" stands how many one address can forge, and what is stronger."""
    limits = [re.split("/", limit) for limit in _MINT_PER_NETWORK]
    assert [period for _, period in limits] == ["10 minutes", "hour", "day"]
    numbers = [int(number) for number, _ in limits]
    figures = [f"{number:,}" for number in numbers]
    with app.app_context():
        path = f"/staff/surveys/{make_survey().public_id}/settings"
    said = words_of(parsed(staff_client(Role.COORDINATOR).get(path).text))
    assert "同一网络地址十分钟内最多可提交 {} 份，一小时 {} 份，一天 {} 份".format(*numbers) in said
    assert "定向邀请或经核验的手机号" in said
    guide = " ".join((ROOT / "docs" / "operations.md").read_text(encoding="utf-8").split())
    assert "no more than {} in ten minutes, {} in an hour and {} in a day".format(*figures) in guide
    queue = int(stuffing.QUEUE_PER_NETWORK.removesuffix("/day"))
    assert f"at most {queue:,} questions of one network in a day, of {MOST_PER_SESSION:,} in all" in guide
    comments = int(stuffing.COMMENTS_PER_NETWORK.removesuffix("/day"))
    assert f"a consultation at most {comments:,} comments, of {MOST_COMMENTS:,}" in guide
    assert 10 * comments == MOST_COMMENTS
    asked = stuffing._YOUNG["live-ask"]["per_device"].removesuffix("/day")
    assert f"asks at most {asked} questions in a day (others {MOST_PER_DEVICE} in a session)" in guide
    lifted = stuffing._YOUNG_SUPPORTS.removesuffix("/hour")
    assert f"give one question at most {lifted} supports an hour from one network" in guide
    assert f"Where {stuffing.WARN_FROM} and more of one survey, consultation or session" in guide


@pytest.mark.parametrize(("largest", "told"), [(99, False), (100, True)])
def test_staff_are_told_from_a_hundred_on(app: Flask, largest: int, told: bool) -> None:
    with app.app_context():
        for number in range(largest):
            stuffing.count("survey:1", str(number), address="198.51.100.7")
            stuffing.count("survey:1", str(number), address="198.51.100.7")
            stuffing.count("survey:2", str(number), address=f"198.51.100.{number}")
        stuffing.count("survey:1", "another", address="203.0.113.9")
        assert stuffing.crowd("survey:1") == (stuffing.Crowd(largest, largest + 1) if told else None)
        assert stuffing.crowd("survey:2") is None
        kept = repr(app.extensions["engage_crowds"])
        assert "198.51.100" not in kept


def test_only_what_came_lately_is_known_again(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stuffing, "_LATEST", 50)
    with app.app_context():
        for _ in range(2):
            for number in range(51):
                stuffing.count("survey:1", str(number), address="198.51.100.7")
        assert stuffing.crowd("survey:1") == stuffing.Crowd(102, 102)
        assert len(app.extensions["engage_crowds"].latest) == 50


def test_the_next_day_begins_at_nothing(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        for number in range(100):
            stuffing.count("survey:1", str(number), address="198.51.100.7")
        before = app.extensions["engage_crowds"].key
        monkeypatch.setattr(stuffing, "today", lambda: today() + timedelta(days=1))
        assert stuffing.crowd("survey:1") is None
        assert app.extensions["engage_crowds"].key != before


def test_cookies_are_of_one_client(app: Flask) -> None:
    client: FlaskClient = app.test_client()
    with app.app_context():
        path = f"/surveys/{make_survey().public_id}"
    client.get(path, environ_base=ADDRESS)
    first = client.get_cookie("device")
    client.get(path, environ_base=ADDRESS)
    assert first is not None
    assert client.get_cookie("device") == first
