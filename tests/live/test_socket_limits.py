"""What one network forges is capped and counted where it comes by socket as where it comes by form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from engage.core.ids import request_id
from engage.live.rules.deeds import Deed
from engage.live.sockets import room as sockets
from engage.web import stuffing
from engage.web.citizen import citizen_token, is_young, signed_device
from tests.factories import live as make

pytestmark = pytest.mark.database


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """Limits on."""
    return make_app(rate_limits=True)


@pytest.fixture
def room(app: Flask) -> tuple[int, str, str]:
    """The id and address of a room, and a question that is published there."""
    with app.app_context():
        session = make.make_room()
        question = make.decide(session, make.ask(session, by=99), Deed.APPROVE).public_id
        found = session.id, session.public_id, question
        make.db.session.remove()
    return found


@pytest.fixture
def of_today(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every device's cookie is of today."""
    assert not is_young(make.citizen(1).device or "")
    monkeypatch.setattr(stuffing, "is_young", lambda _device: True)


def joined(connect: Callable[..., Any], number: int, room: str) -> Any:
    phone = connect(number)
    assert "streams" in phone.emit("live.join", {"room": room, "have": {}}, callback=True)
    return phone


def send(app: Flask, phone: Any, event: str, **fields: Any) -> Any:
    """0 for what was taken, else the status of the refusal; each minute's own limit is not what is tried."""
    app.extensions["limit_counters"]._windows.pop(60, None)
    told = phone.emit(event, {"request_id": request_id(), **fields}, callback=True)
    return told.get("error", {}).get("status", 0)


@pytest.mark.usefixtures("of_today")
def test_a_device_of_today_asks_ten_and_they_are_counted(
    app: Flask, room: tuple[int, str, str], connect: Callable[..., Any]
) -> None:
    phone = joined(connect, 1, room[1])
    asked = [send(app, phone, "live.ask", text=f"第{number}个问题，何时动工？") for number in range(12)]
    assert asked == [0] * 10 + [429] * 2
    with app.app_context():
        networks = stuffing._counts().of[f"live:{room[0]}:questions"]
        assert list(networks.values()) == [10]


def test_one_network_cannot_fill_the_queue(
    app: Flask, room: tuple[int, str, str], connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stuffing, "QUEUE_PER_NETWORK", "3/day")
    phones = [joined(connect, number, room[1]) for number in (1, 2)]
    asked = [send(app, phones[n % 2], "live.ask", text=f"第{n}个问题，何时动工？") for n in range(5)]
    assert asked == [0, 0, 0, 429, 429]


@pytest.mark.usefixtures("of_today")
def test_devices_of_today_lift_a_question_only_so_far_and_are_counted(
    app: Flask, room: tuple[int, str, str], connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stuffing, "_YOUNG_SUPPORTS", "3/hour")
    given = [
        send(app, joined(connect, number, room[1]), "live.support", question=room[2], on=True)
        for number in range(5)
    ]
    assert given == [0, 0, 0, 429, 429]
    with app.app_context():
        assert make.question(room[2]).supports == 3
        assert list(stuffing._counts().of[f"live:{room[0]}:supports"].values()) == [3]


@pytest.mark.usefixtures("of_today")
def test_what_is_no_question_is_not_counted_under_its_name(
    app: Flask, room: tuple[int, str, str], connect: Callable[..., Any]
) -> None:
    """Else each name a stranger thinks of, of any length, is kept for an hour."""
    phone, client = joined(connect, 1, room[1]), app.test_client()
    with app.app_context():
        device = make.citizen(1).device or ""
        client.set_cookie("device", signed_device(device))
        token = citizen_token(device)
    for number in range(5):
        names = (f"q{number}", f"{number}" * 60, "aaaaaaaaaaa2")
        assert [send(app, phone, "live.support", question=name, on=True) for name in names] == [404] * 3
        form = {"_token": token, "_request_id": request_id(), "on": "1", "question": f"{number}" * 200_000}
        assert client.post(f"/live/{room[1]}/support", data=form).status_code == 404
    assert 3600 not in app.extensions["limit_counters"]._windows


NAMES = ["\x00", "a" * 9_000, "", "AAAAAAAAAAAA", "aaaaaaaaaaa2", 5, None, {}]


def test_totals_are_told_of_questions_whatever_else_is_asked_for(
    room: tuple[int, str, str], connect: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    """PostgreSQL takes no text with a zero in it."""
    asked = {"room": room[1], "have": {}, "questions": [*NAMES, room[2]]}
    told = connect(1).emit("live.join", asked, callback=True)
    assert told["streams"]["public"]["questions"]
    assert not caplog.records


@pytest.mark.parametrize(
    ("event", "limits", "fields"),
    [
        ("live.join", "JOIN_LIMITS", {"have": {}}),
        ("live.ask", "ASK_LIMITS", {"text": "何时动工？有没有时间表？"}),
        ("live.support", "SUPPORT_LIMITS", {"on": True}),
        ("live.withdraw", "WITHDRAW_LIMITS", {}),
    ],
)
def test_each_event_is_limited_for_a_device_and_a_network(
    room: tuple[int, str, str],
    connect: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    event: str,
    limits: str,
    fields: dict[str, Any],
) -> None:
    phones = [joined(connect, number, room[1]) for number in (1, 2, 3)]
    shipped = getattr(sockets, limits)
    fewer = {"per_device": "2/day", "per_network": "5/day"}
    monkeypatch.setattr(sockets, limits, {who: fewer[who] for who in shipped})

    def tell(phone: Any) -> bool:
        sent = {"room": room[1], "question": room[2], "request_id": request_id(), **fields}
        return bool(phone.emit(event, sent, callback=True).get("error", {}).get("status") == 429)

    refused = [tell(phone) for phone in phones for _ in range(3)]
    of_device = [False, False, True]
    assert refused[:6] == of_device * 2
    # What a device was refused was no attempt of its network's.
    assert refused[6:] == ([False, True, True] if "per_network" in shipped else of_device)


def test_addresses_of_screens_cannot_be_tried_out(app: Flask, client: Any) -> None:
    codes = [client.get(f"/guest/{'x' * 42}{number % 10}").status_code for number in range(62)]
    assert codes == [410] * 60 + [429] * 2
