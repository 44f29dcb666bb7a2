"""Sending one event to a whole room: encoded once, written straight into every idle socket.

A room of up to ``SLICE`` members is served by the caller at once; a larger one by a greenlet that lets others
run after every slice, so a caller never waits for thousands of sends. What comes for a room that is being
served waits and leaves as one piece, one send for each member: order is kept, a burst costs one round.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import gevent
import orjson
from bidict import bidict
from engineio import packet
from socketio import Manager

from engage.web.websocket import frames

SLICE = 256
_Key = tuple[str, str]


def encode_event(event: str, data: Any, namespace: str = "/") -> str:
    """The Engine.IO payload of one Socket.IO event with one argument, without the leading ``4``."""
    prefix = "2" if namespace == "/" else f"2{namespace},"
    return prefix + orjson.dumps([event, data]).decode()


class Fanout(Manager):
    """The clients and rooms of one process. Members are sids; a client's own room needs no entry."""

    def __init__(self) -> None:
        super().__init__()
        self._rooms_of: dict[str, set[_Key]] = {}
        self._owners: dict[str, str] = {}
        self._hearing: dict[_Key, Counter[str]] = {}
        self._waiting: dict[_Key, list[str]] = {}

    # ---- sending
    def broadcast(self, room: str, event: str, data: Any, namespace: str = "/") -> int:
        """Send ``event`` to all members of ``room``; answers how many there are. Never waits for a client."""
        members = self._members(namespace, room)
        if not members:
            return 0
        text = encode_event(event, data, namespace)
        key = (namespace, room)
        waiting = self._waiting.get(key)
        if waiting is not None:
            waiting.append(text)
            return len(members)
        targets = iter(list(members.values()))
        if not self._send_slice(targets, [text]):
            self._waiting[key] = []
            gevent.spawn(self._serve_room, key, targets, [text])
        return len(members)

    def send_to(self, sid: str, event: str, data: Any, namespace: str = "/") -> bool:
        """Send ``event`` to one client; ``False`` where it is gone."""
        eio_sid = self.eio_sid_from_sid(sid, namespace) if namespace in self.rooms else None
        if eio_sid is None:
            return False
        self._send_slice(iter((eio_sid,)), [encode_event(event, data, namespace)])
        return True

    def emit(
        self,
        event: str,
        data: Any,
        namespace: str,
        room: Any = None,
        skip_sid: Any = None,
        callback: Any = None,
        to: Any = None,
        **kwargs: Any,
    ) -> None:
        """The library's way in: plain emits to one room take the fast path, all others its own."""
        target = to or room
        plain = isinstance(target, str) and not skip_sid and callback is None and not isinstance(data, tuple)
        if not plain or data is None or self.server.packet_class.data_is_binary(data):
            super().emit(event, data, namespace, room, skip_sid, callback, to, **kwargs)
        elif self.is_sid_room(namespace, target):
            self.send_to(target, event, data, namespace)
        else:
            self.broadcast(target, event, data, namespace)

    def count(self, room: str, namespace: str = "/") -> int:
        """How many members ``room`` has."""
        return len(self._members(namespace, room))

    def own(self, sid: str, owner: str) -> None:
        """Whose a client is: one owner may have several. Raises ``ValueError`` once it is in a room."""
        if sid in self._rooms_of:
            raise ValueError("is in a room already")
        self._owners[sid] = owner

    def owners(self, room: str, namespace: str = "/") -> int:
        """How many different owners have clients in ``room``; costs the same however many there are."""
        return len(self._hearing.get((namespace, room), ()))

    def _serve_room(self, key: _Key, targets: Iterator[str], texts: list[str]) -> None:
        try:
            while True:
                gevent.sleep(0)
                if not self._send_slice(targets, texts):
                    continue
                texts = self._waiting[key]
                if not texts:
                    return
                self._waiting[key] = []
                targets = iter(list(self._members(*key).values()))
        finally:
            del self._waiting[key]

    def _send_slice(self, targets: Iterator[str], texts: list[str]) -> bool:
        """Send to the next ``SLICE`` targets; ``True`` when there is none left."""
        sockets = self.server.eio.sockets
        data = b"".join([frames.encode_text("4" + text) for text in texts])
        sent = 0
        for eio_sid in islice(targets, SLICE):
            sent += 1
            socket = sockets.get(eio_sid)
            if socket is not None:
                socket.websocket.write(data)
            elif (
                eio_sid in self.server.environ
            ):  # a client without a socket of ours: the library's test client
                for text in texts:
                    self.server._send_eio_packet(eio_sid, packet.Packet(packet.MESSAGE, text))
        return sent < SLICE

    # ---- members: the library walks every room there is when one client leaves; here each knows its own
    def basic_enter_room(
        self, sid: str, namespace: str, room: str | None, eio_sid: str | None = None
    ) -> None:
        """Add a client to a room; its own room (named like its sid) exists without an entry."""
        if room == sid:
            return
        if eio_sid is None and namespace not in self.rooms:
            raise ValueError("sid is not connected to requested namespace")
        if self.is_sid_room(namespace, room):
            raise ValueError("cannot enter a sid room")
        rooms = self.rooms.setdefault(namespace, {})
        if room is None:
            rooms.setdefault(None, bidict())[sid] = eio_sid
            return
        key, members = (namespace, room), rooms.setdefault(room, {})
        if sid not in members:
            self._hearing.setdefault(key, Counter())[self._owners.get(sid, sid)] += 1
        members[sid] = eio_sid or rooms[None][sid]
        self._rooms_of.setdefault(sid, set()).add(key)

    def basic_leave_room(self, sid: str, namespace: str, room: str | None) -> None:
        """Take a client out of a room; an empty room is no more."""
        rooms = self.rooms.get(namespace, {})
        members = rooms.get(room)
        if members is None or members.pop(sid, None) is None:
            return
        if room is not None:
            self._hears_no_more(sid, (namespace, room))
        if not members:
            del rooms[room]
            if not rooms:
                del self.rooms[namespace]

    def _hears_no_more(self, sid: str, key: _Key) -> None:
        mine = self._rooms_of.get(sid, set())
        mine.discard(key)
        if not mine:
            self._rooms_of.pop(sid, None)
        hearing, owner = self._hearing[key], self._owners.get(sid, sid)
        hearing[owner] -= 1
        if not hearing[owner]:
            del hearing[owner]
        if not hearing:
            del self._hearing[key]

    def basic_disconnect(self, sid: str, namespace: str, **_kwargs: Any) -> None:
        """Take a client out of every room of ``namespace``."""
        for space, room in list(self._rooms_of.get(sid, ())):
            if space == namespace:
                self.basic_leave_room(sid, namespace, room)
        self.basic_leave_room(sid, namespace, None)
        self._owners.pop(sid, None)
        self.callbacks.pop(sid, None)
        for pending in (self.pending_connect, self.pending_disconnect):
            if sid in pending.get(namespace, ()):
                pending[namespace].remove(sid)
                if not pending[namespace]:
                    del pending[namespace]

    def get_participants(self, namespace: str, room: Any) -> Iterable[tuple[str, str]]:
        """The ``(sid, eio_sid)`` of every member of a room, of several rooms, or of all (``None``)."""
        if not isinstance(room, str) and room is not None:
            together: dict[str, str] = {}
            for one in room:
                together.update(self._members(namespace, one))
            return list(together.items())
        return list(self._members(namespace, room).items())

    def get_rooms(self, sid: str, namespace: str) -> list[str]:
        """The rooms a client is in, its own first."""
        return [sid, *sorted(room for space, room in self._rooms_of.get(sid, ()) if space == namespace)]

    def _members(self, namespace: str, room: str | None) -> dict[str, str]:
        rooms = self.rooms.get(namespace, {})
        everyone = rooms.get(None, {})
        if room is not None and room in everyone:
            return {room: everyone[room]}
        return rooms.get(room, {})
