"""A WebSocket client that says exactly what it is told, right or wrong."""

from __future__ import annotations

import base64
import json
import os
import socket
import urllib.request
from typing import Any

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
PATH = "/socket.io/?EIO=4&transport=websocket"


def get(port: int, path: str) -> Any:
    """The JSON answer of a page."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        return json.load(answer)


def frame(opcode: int, payload: bytes, *, head: int = 0x80, masked: bool = True, size: bytes = b"") -> bytes:
    """One client frame; ``head`` holds FIN and the reserved bits, ``size`` overrides the length bytes."""
    mark = 0x80 if masked else 0
    if not size:
        length = len(payload)
        if length < 126:
            size = bytes((mark | length,))
        elif length < 65536:
            size = bytes((mark | 126,)) + length.to_bytes(2, "big")
        else:
            size = bytes((mark | 127,)) + length.to_bytes(8, "big")
    mask = b"\x12\x34\x56\x78"
    body = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload)) if masked else payload
    return bytes((head | opcode,)) + size + (mask if masked else b"") + body


def opening(port: int, cookie: str = "", /, *, path: str = PATH, **changed: str | None) -> bytes:
    """The opening request; keyword arguments replace headers (``sec_websocket_version``), ``None`` omits."""
    headers: dict[str, str | None] = {
        "host": f"127.0.0.1:{port}",
        "origin": f"http://127.0.0.1:{port}",
        "upgrade": "websocket",
        "connection": "keep-alive, Upgrade",
        "sec-websocket-version": "13",
        "sec-websocket-key": base64.b64encode(os.urandom(16)).decode(),
        "cookie": f"device={cookie}",
    }
    headers |= {name.replace("_", "-"): value for name, value in changed.items()}
    lines = [f"{name}: {value}" for name, value in headers.items() if value is not None]
    return "\r\n".join((f"GET {path} HTTP/1.1", *lines, "", "")).encode()


class Client:
    """One connection; use as a context manager."""

    def __init__(self, port: int, *, receive_bytes: int = 0, timeout: float = 10) -> None:
        self.port = port
        self.socket = socket.socket()
        if receive_bytes:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        self.socket.settimeout(timeout)
        self.socket.connect(("127.0.0.1", port))
        self.buffer = b""
        self.status = 0
        self.headers: dict[str, str] = {}

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_error: object) -> None:
        self.socket.close()

    def open(self, request: bytes | None = None) -> Client:
        """Send the opening request and read its answer's head."""
        self.socket.sendall(request or opening(self.port))
        while b"\r\n\r\n" not in self.buffer:
            self._more()
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        first, *rest = head.decode().split("\r\n")
        self.status = int(first.split()[1])
        self.headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in rest)}
        return self

    def joined(self, device: dict[str, str] | None = None) -> Client:
        """Open as a device and connect Socket.IO; ready to send events."""
        device = device or get(self.port, "/test/device")
        self.open(opening(self.port, device["cookie"]))
        assert self.status == 101
        assert self.text().startswith("0{")
        self.say("40" + json.dumps({"token": device["token"]}))
        assert self.text().startswith('40{"sid"')
        return self

    def say(self, text: str) -> None:
        """Send one text frame."""
        self.send(frame(TEXT, text.encode()))

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.socket.sendall(data)

    def receive(self) -> tuple[int, bytes]:
        """The next frame's opcode and payload; raises ``EOFError`` at the end."""
        while True:
            found = self._frame()
            if found is not None:
                return found
            self._more()

    def text(self) -> str:
        """The next frame, which must be text; the server's heartbeat is answered and passed over."""
        opcode, payload = self.receive()
        assert opcode == TEXT, (opcode, payload)
        if payload == b"2":
            self.say("3")
            return self.text()
        return payload.decode()

    def call(self, event: str, payload: Any) -> Any:
        """Send an event and wait for its acknowledgement."""
        self.say("427" + json.dumps([event, payload]))
        answer = self.text()
        assert answer.startswith("437"), answer
        return json.loads(answer[3:])[0]

    def closed(self) -> int:
        """The code the server closes with; reads on until the connection has really ended."""
        code = None
        try:
            while True:
                opcode, payload = self.receive()
                if opcode == CLOSE:
                    code = int.from_bytes(payload[:2], "big") if payload else 1005
        except EOFError:
            assert code is not None, "the connection ended without a close frame"
            return code

    def rest(self) -> bytes:
        """Whatever still comes, raw, until the connection ends one way or the other."""
        try:
            while True:
                self._more()
        except (EOFError, ConnectionError):
            return self.buffer

    def _more(self) -> None:
        data = self.socket.recv(65536)
        if not data:
            raise EOFError
        self.buffer += data

    def _frame(self) -> tuple[int, bytes] | None:
        buffer = self.buffer
        if len(buffer) < 2:
            return None
        size, start = buffer[1], 2
        assert size < 128, "a server does not mask"
        if size > 125:
            start = 4 if size == 126 else 10
            size = int.from_bytes(buffer[2:start], "big")
        if len(buffer) < start + size:
            return None
        self.buffer = buffer[start + size :]
        assert buffer[0] & 0xF0 == 0x80
        return buffer[0] & 0x0F, buffer[start : start + size]
