"""Fan-out: what is sent is what the library would send, to whom and in which order; nothing stays behind."""

from __future__ import annotations

from typing import Any

import engineio
import gevent
import pytest
import socketio
from socketio import packet

from engage.web import fanout
from engage.web.fanout import encode_event
from engage.web.socketserver import RealtimeServer, RealtimeSettings
from engage.web.websocket import HookMissing, check_hooks, engine


class Wire:
    """Stands for a WebSocket and keeps what was written."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.ended = False

    def write(self, data: bytes) -> bool:
        self.sent.append(data)
        return True

    def drop(self) -> None:
        self.ended = True

    def finish(self) -> None:
        pass

    close = drop

    @property
    def texts(self) -> list[str]:
        """The payloads of all frames, in order."""
        data, found = b"".join(self.sent), []
        while data:
            start, size = (4, int.from_bytes(data[2:4], "big")) if data[1] == 126 else (2, data[1])
            found.append(data[start : start + size].decode())
            data = data[start + size :]
        return found


@pytest.fixture
def server() -> RealtimeServer:
    return RealtimeServer(RealtimeSettings(), admit=lambda environ: None)


def add(server: RealtimeServer, room: str | None = "hall") -> tuple[str, Wire]:
    """A connected client in ``room``; its sid and its wire."""
    wire: Any = Wire()
    eio_sid = server.eio.generate_id()
    server.eio.sockets[eio_sid] = engine.EngineSocket(server.eio, eio_sid, wire)
    server._handle_eio_connect(eio_sid, {})
    server._handle_eio_message(eio_sid, "0{}")
    sid = server.manager.sid_from_eio_sid(eio_sid, "/")
    wire.sent.clear()
    if room:
        server.enter_room(sid, room)
    return sid, wire


PAYLOADS = [None, 1, "好\u2028", [1, {"a": None}], {"seq": 7, "text": "\u0000<>&"}]


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("namespace", ["/", "/staff"])
def test_what_is_sent_reads_as_the_library_reads_it(payload: Any, namespace: str) -> None:
    pkt = packet.Packet(encoded_packet=encode_event("delta", payload, namespace))
    assert (pkt.packet_type, pkt.namespace or "/", pkt.data) == (packet.EVENT, namespace, ["delta", payload])


def test_a_room_hears_and_others_do_not(server: RealtimeServer) -> None:
    _, inside = add(server)
    _, outside = add(server, None)
    assert server.manager.broadcast("hall", "delta", {"seq": 1}) == 1
    assert inside.texts == ['42["delta",{"seq":1}]']
    assert outside.texts == []
    assert server.manager.broadcast("nobody", "delta", 1) == 0


def test_one_client_hears_by_its_sid(server: RealtimeServer) -> None:
    sid, wire = add(server)
    _, other = add(server)
    assert server.manager.send_to(sid, "hello", 1)
    server.emit("hello", 2, to=sid)
    assert wire.texts == ['42["hello",1]', '42["hello",2]']
    assert other.texts == []
    assert not server.manager.send_to("gone", "hello", 1)


def test_the_librarys_other_ways_still_work(server: RealtimeServer) -> None:
    (sid, wire), (_, other) = add(server), add(server)
    server.emit("two", (1, 2), to="hall")
    server.emit("skipped", 1, to="hall", skip_sid=sid)
    server.emit("all", 1)
    server.emit("rooms", 1, to=["hall", "empty"])
    assert wire.texts == ['42["two",1,2]', '42["all",1]', '42["rooms",1]']
    assert other.texts == ['42["two",1,2]', '42["skipped",1]', '42["all",1]', '42["rooms",1]']


def test_a_large_room_is_served_in_slices_and_in_order(
    server: RealtimeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanout, "SLICE", 4)
    wires = [add(server)[1] for _ in range(10)]
    for number in range(3):
        server.manager.broadcast("hall", "delta", number)
    assert [len(wire.texts) for wire in wires] == [1] * 4 + [0] * 6  # the caller did not wait for the rest
    _, late = add(server)
    while server.manager._waiting:
        gevent.sleep(0)
    expected = [f'42["delta",{number}]' for number in range(3)]
    assert [wire.texts for wire in wires] == [expected] * 10
    assert late.texts == expected[1:]
    assert len(wires[0].sent) == 2  # what waited left as one piece
    server.manager.broadcast("hall", "delta", 3)
    assert wires[0].texts[-1] == '42["delta",3]'


def test_a_room_of_exactly_one_slice_ends(server: RealtimeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fanout, "SLICE", 4)
    wires = [add(server)[1] for _ in range(4)]
    server.manager.broadcast("hall", "delta", 1)
    while server.manager._waiting:
        gevent.sleep(0)
    assert [len(wire.texts) for wire in wires] == [1] * 4


def test_leaving_takes_a_client_out_of_everything(server: RealtimeServer) -> None:
    (first, _), (second, wire) = add(server), add(server)
    server.enter_room(first, "stage")
    assert server.rooms(first) == [first, "hall", "stage"]
    server.leave_room(first, "stage")
    server.leave_room(first, "stage")
    assert server.rooms(first) == [first, "hall"]
    eio_sid = server.manager.eio_sid_from_sid(first, "/")
    server.eio.sockets[eio_sid].close(abort=True)
    assert server.manager.count("hall") == 1
    assert server.manager._rooms_of == {second: {("/", "hall")}}
    assert server.environ.keys() == {server.manager.eio_sid_from_sid(second, "/")}
    server.close_room("hall")
    assert server.manager.broadcast("hall", "delta", 1) == 0
    assert wire.texts == []
    server.eio.sockets[server.manager.eio_sid_from_sid(second, "/")].close(abort=True)
    assert server.manager.rooms == {}
    assert server.manager._rooms_of == {}


def test_owners_are_counted_once_however_they_come_and_go(server: RealtimeServer) -> None:
    owners = server.manager.owners
    clients = [add(server, None)[0] for _ in range(4)]
    for client, owner in zip(clients, ("one", "one", "two", None), strict=True):
        if owner:
            server.manager.own(client, owner)
        for room in ("hall", "stage", "stage"):
            server.enter_room(client, room)
        with pytest.raises(ValueError, match="already"):
            server.manager.own(client, "another")
    assert (owners("stage"), server.manager.count("stage"), owners("nowhere")) == (3, 4, 0)
    server.leave_room(clients[0], "stage")
    server.leave_room(clients[0], "stage")
    assert owners("stage") == 3, "the other of the first owner is still there"
    eio_sid = server.manager.eio_sid_from_sid(clients[1], "/")
    server.eio.sockets[eio_sid].close(abort=True)
    assert (owners("stage"), owners("hall")) == (2, 3)
    server.enter_room(clients[0], "stage")
    assert owners("stage") == 3
    for room in ("stage", "hall"):
        server.close_room(room)
        assert owners(room) == 0
    assert server.manager._hearing == {}


def test_nobody_enters_the_room_of_another(server: RealtimeServer) -> None:
    (first, _), (second, _) = add(server), add(server)
    with pytest.raises(ValueError, match="sid room"):
        server.enter_room(first, second)


def test_the_heartbeat_pings_and_drops_the_silent(server: RealtimeServer) -> None:
    _, wire = add(server)
    eio: Any = server.eio
    socket = next(iter(eio.sockets.values()))
    eio._ping(socket, 100.0)
    assert wire.texts == ["2"]
    assert eio._due[-1][0] == 100.0 + eio.ping_interval
    socket._take("3")
    eio._ping(socket, 125.0)
    assert not wire.ended
    eio._ping(socket, 150.0)
    assert wire.ended
    assert wire.texts == ["2", "2"]


def test_the_private_names_we_stand_on_are_there() -> None:
    check_hooks()


def test_another_version_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(engine.PINNED, "python-engineio", "4.15.0")
    with pytest.raises(HookMissing, match="python-engineio"):
        RealtimeServer(RealtimeSettings(), admit=lambda environ: None)


@pytest.mark.parametrize(
    ("owner", "name"), [(engineio.Server, "_trigger_event"), (socketio.Server, "_handle_eio_message")]
)
def test_a_changed_private_name_stops_the_start(
    owner: type, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(owner, name, lambda self: None)
    with pytest.raises(HookMissing, match=name):
        check_hooks()
