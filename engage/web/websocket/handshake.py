"""The opening handshake of RFC 6455: what a request must bring, and what it is answered."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from typing import Any, Final

_GUID: Final = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class BadHandshake(Exception):
    """The request cannot become a WebSocket; ``status`` and ``headers`` are those of the HTTP answer."""

    def __init__(self, status: str, reason: str, headers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(reason)
        self.status = status
        self.headers = headers


def _tokens(value: str) -> set[str]:
    return {token.strip().lower() for token in value.split(",")}


def answer(environ: Mapping[str, Any]) -> bytes:
    """The bytes of the 101 answer to the request in ``environ``; raises ``BadHandshake``."""
    if environ.get("REQUEST_METHOD") != "GET" or environ.get("SERVER_PROTOCOL") == "HTTP/1.0":
        raise BadHandshake("400 Bad Request", "A WebSocket opens with a GET of HTTP/1.1.")
    if "websocket" not in _tokens(environ.get("HTTP_UPGRADE", "")):
        raise BadHandshake(
            "426 Upgrade Required", "Only WebSocket is spoken here.", (("Upgrade", "websocket"),)
        )
    if "upgrade" not in _tokens(environ.get("HTTP_CONNECTION", "")):
        raise BadHandshake("400 Bad Request", "The Connection header does not ask for an upgrade.")
    if environ.get("HTTP_SEC_WEBSOCKET_VERSION", "").strip() != "13":
        raise BadHandshake(
            "426 Upgrade Required", "Version 13 is spoken here.", (("Sec-WebSocket-Version", "13"),)
        )
    key = environ.get("HTTP_SEC_WEBSOCKET_KEY", "").strip()
    try:
        whole = len(base64.b64decode(key, validate=True)) == 16
    except (binascii.Error, ValueError):
        whole = False
    if not whole:
        raise BadHandshake("400 Bad Request", "The Sec-WebSocket-Key is not 16 bytes in base64.")
    # The protocol asks for SHA-1 here; nothing is kept secret by it.
    accept = base64.b64encode(hashlib.sha1(key.encode() + _GUID, usedforsecurity=False).digest())
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )
