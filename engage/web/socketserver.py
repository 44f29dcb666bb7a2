"""The Socket.IO server: our Engine.IO, our fan-out, JSON by orjson, and what one client may cost."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson
import socketio
from socketio import packet

from engage.web.fanout import Fanout
from engage.web.websocket import Admission, EngineServer, Limits, PeerError

log = logging.getLogger(__name__)
# The libraries tell of every packet at level INFO.
library_log = logging.getLogger(f"{__name__}.library")
library_log.setLevel(logging.WARNING)


class FastJSON:
    """orjson under the names the library calls."""

    @staticmethod
    def dumps(value: Any, **_options: Any) -> str:
        """JSON text without spaces."""
        return orjson.dumps(value).decode()

    @staticmethod
    def loads(text: str | bytes) -> Any:
        """The value of JSON text; raises ``ValueError``."""
        return orjson.loads(text)


@dataclass(frozen=True, slots=True)
class RealtimeSettings:
    """Limits of the socket server. Times in seconds, sizes in bytes."""

    max_sockets: int = 15000
    per_device: int = 5
    per_network: int = 7500
    ping_interval: float = 25
    ping_timeout: float = 20
    connection: Limits = field(default_factory=Limits)


class RealtimeServer(socketio.Server):
    """Events run in their client's own greenlet, one after the other; binary packets are refused."""

    def __init__(self, settings: RealtimeSettings, admit: Callable[[dict[str, Any]], Admission]) -> None:
        super().__init__(
            client_manager=Fanout(),
            json=FastJSON,
            async_mode="gevent",
            async_handlers=False,
            always_connect=True,
            logger=library_log,
            engineio_logger=library_log,
            limits=settings.connection,
            max_http_buffer_size=settings.connection.message_bytes,
            max_sockets=settings.max_sockets,
            ping_interval=settings.ping_interval,
            ping_timeout=settings.ping_timeout,
            cors_allowed_origins=[],
            admit=admit,
        )

    def _engineio_server_class(self) -> type[EngineServer]:
        return EngineServer

    def _handle_eio_message(self, eio_sid: str, data: str) -> None:
        try:
            pkt = self.packet_class(encoded_packet=data)
        except (ValueError, TypeError, IndexError, RecursionError):
            raise PeerError("unreadable packet") from None
        kind, namespace = pkt.packet_type, pkt.namespace or "/"
        # Any word would keep a socket beyond the time for the first one.
        if kind in (packet.EVENT, packet.ACK) and self.manager.sid_from_eio_sid(eio_sid, "/") is None:
            raise PeerError("connect first")
        if kind == packet.EVENT and self._is_event(pkt.data):
            run = self._handle_event
            arguments: tuple[Any, ...] = (eio_sid, namespace, pkt.id, pkt.data)
        elif kind == packet.CONNECT and namespace == "/":
            run, arguments = self._handle_connect, (eio_sid, namespace, pkt.data)
        elif kind == packet.DISCONNECT and namespace == "/":
            run, arguments = self._handle_disconnect, (eio_sid, namespace)
        elif kind == packet.ACK and isinstance(pkt.data, list) and pkt.id is not None:
            run, arguments = self._handle_ack, (eio_sid, namespace, pkt.id, pkt.data)
        else:
            raise PeerError("unknown packet")
        try:
            run(*arguments)
        except Exception:
            log.exception("a packet could not be handled")
        if kind in (packet.CONNECT, packet.DISCONNECT):
            self._end_unless_connected(eio_sid)

    def _is_event(self, data: Any) -> bool:
        """Whether ``data`` is an event a client may send; coming and going only the library tells of."""
        return (
            isinstance(data, list)
            and bool(data)
            and isinstance(data[0], str)
            and data[0] not in self.reserved_events
        )

    def _end_unless_connected(self, eio_sid: str) -> None:
        """Whoever was refused, or has said goodbye, does not keep a socket."""
        socket = self.eio.sockets.get(eio_sid)
        if socket is not None and self.manager.sid_from_eio_sid(eio_sid, "/") is None:
            socket.close()
