"""What domains build on: who is let in, what a handler sees, what a refusal says (by the test client)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask, current_app, g, request
from flask_socketio import SocketIOTestClient

from engage.accounts.permissions import Permission
from engage.core.errors import TooMany
from engage.core.writer import gather
from engage.web import citizen, realtime
from engage.web.guards import Door, Guard
from engage.web.realtime import (
    Peer,
    broadcast,
    emit_to,
    hot_event,
    join,
    leave,
    members,
    socket_event,
    viewers,
)


@pytest.fixture
def events() -> Iterator[Callable[[str], str]]:
    """Names of events that are forgotten after the test."""
    made: list[str] = []
    hub = realtime.socketio
    before = (dict(realtime.EVENTS), list(hub.handlers), dict(hub.lean), list(hub.leaving))

    def name(wanted: str) -> str:
        made.append(f"test.{wanted}")
        return made[-1]

    yield name
    realtime.EVENTS.clear()
    realtime.EVENTS.update(before[0])
    hub.handlers[:], hub.leaving[:] = before[1], before[3]
    hub.lean.clear()
    hub.lean.update(before[2])


@pytest.fixture
def connect(app: Flask) -> Iterator[Callable[..., SocketIOTestClient]]:
    """Connect a phone, with another token or more cookies where asked for."""
    made: list[SocketIOTestClient] = []

    def connecting(
        device: str = "phone", *, token: str | None = None, cookies: str = ""
    ) -> SocketIOTestClient:
        with app.app_context():
            own = citizen.citizen_token(device) if token is None else token
            cookie = f"device={citizen.signed_device(device)}; {cookies}"
        client = SocketIOTestClient(app, realtime.socketio, headers={"Cookie": cookie}, auth={"token": own})
        made.append(client)
        return client

    yield connecting
    for client in made:
        if client.is_connected():
            client.disconnect()


def call(client: SocketIOTestClient, name: str, payload: Any = None) -> Any:
    """The acknowledgement of an event."""
    return client.emit(name, payload, callback=True)


def test_a_phone_with_its_token_is_let_in_and_others_are_not(connect: Callable[..., Any]) -> None:
    assert connect("phone").is_connected()
    assert not connect("phone", token="0" * 32).is_connected()
    assert not connect("phone", token="").is_connected()
    assert [peer.device for peer in realtime.socketio.peers.values()] == ["phone"]


def test_an_ordinary_event_has_a_request_and_a_hot_one_has_none(
    events: Callable[[str], str], connect: Callable[..., Any]
) -> None:
    @socket_event(events("ordinary"), Guard(Door.PUBLIC))
    def ordinary(peer: Peer, payload: Any) -> Any:
        return [peer.device, request.cookies["device"].split(".")[0], payload]

    @hot_event(events("hot"), Guard(Door.CITIZEN_WRITE))
    def hot(peer: Peer, payload: Any) -> Any:
        g.seen = True
        return [peer.device, bool(request), bool(current_app), payload]

    client = connect("phone")
    assert call(client, "test.ordinary", {"a": 1}) == ["phone", "phone", {"a": 1}]
    assert call(client, "test.hot", "好") == ["phone", False, True, "好"]
    assert call(client, "test.hot") == ["phone", False, True, None]


def test_staff_events_are_closed_to_citizens_and_say_so(
    events: Callable[[str], str], connect: Callable[..., Any]
) -> None:
    @socket_event(events("staff"), Guard(Door.STAFF, Permission.LIVE_MODERATE))
    def staff(_peer: Peer, _payload: Any) -> Any:
        return "let in"

    assert call(connect(), "test.staff")["error"]["status"] == 403
    with pytest.raises(ValueError, match="citizens"):
        hot_event(events("hot-staff"), Guard(Door.SIGNED_IN))


def test_a_refusal_speaks_the_persons_language(
    events: Callable[[str], str], connect: Callable[..., Any]
) -> None:
    @hot_event(events("wait"), Guard(Door.PUBLIC))
    def wait(_peer: Peer, _payload: Any) -> Any:
        raise TooMany(7)

    english = call(connect("one", cookies="language=en"), "test.wait")["error"]
    assert english["message"].startswith("Too many requests. Please wait 7 seconds")
    assert (english["status"], english["retry_after"]) == (429, 7)


@pytest.mark.one_database
@pytest.mark.parametrize("kind", ["ordinary", "hot"])
@pytest.mark.parametrize(("language", "words"), [("zh_CN", "系统暂时"), ("en", "cannot save right now")])
def test_a_write_that_cannot_be_made_is_answered_with_its_sentence(
    app: Flask,
    events: Callable[[str], str],
    connect: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    language: str,
    words: str,
) -> None:
    register = socket_event if kind == "ordinary" else hot_event

    @register(events("write"), Guard(Door.CITIZEN_WRITE))
    def write(_peer: Peer, _payload: Any) -> Any:
        return gather(lambda: "written")

    monkeypatch.setattr("engage.core.writer.WAIT_SECONDS", 0.05)
    client = connect(cookies=f"language={language}")
    with app.extensions["engage_writer"].lock:
        error = call(client, "test.write")["error"]
    assert error["status"] == 503
    assert words in error["message"]
    assert call(client, "test.write") == "written"


def test_rooms_hear_and_leaving_is_told(events: Callable[[str], str], connect: Callable[..., Any]) -> None:
    left: list[str] = []

    @socket_event(events("join"), Guard(Door.PUBLIC))
    def enter(peer: Peer, payload: Any) -> Any:
        join(peer, payload)
        emit_to(peer, "hello", viewers(payload))
        return None

    realtime.on_leave(lambda peer: left.append(peer.device))
    first, second = connect("first"), connect("second")
    call(first, "test.join", "hall")
    call(second, "test.join", "hall")
    assert broadcast("hall", "delta", {"seq": 1}) == 2
    assert [item["args"] for item in first.get_received()] == [[1], [{"seq": 1}]]
    assert [item["name"] for item in second.get_received()] == ["hello", "delta"]
    leave(members("hall")[0], "hall")
    assert [peer.device for peer in members("hall")] == ["second"]
    second.disconnect()
    assert left == ["second"]
    assert broadcast("hall", "delta", 2) == 0


def test_a_handler_outlives_the_application_it_was_made_under(
    make_app: Callable[..., Flask], events: Callable[[str], str]
) -> None:
    make_app()

    @socket_event(events("still"), Guard(Door.PUBLIC))
    def still(_peer: Peer, _payload: Any) -> Any:
        return "here"

    app = make_app()
    with app.app_context():
        cookie, token = citizen.signed_device("phone"), citizen.citizen_token("phone")
    client = SocketIOTestClient(
        app, realtime.socketio, headers={"Cookie": f"device={cookie}"}, auth={"token": token}
    )
    assert call(client, "test.still") == "here"
