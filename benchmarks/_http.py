"""The thinnest HTTP/1.1 client that is honest: keep-alive, cookies, compressed bodies, whole or in chunks."""

from __future__ import annotations

import gzip
import socket
from dataclasses import dataclass, field

_TIMEOUT_SECONDS = 30


@dataclass
class Answer:
    """One response; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes
    cookies: dict[str, str] = field(default_factory=dict)


class Connection:
    """One connection from a local address of the sender's choice."""

    def __init__(self, host: str, port: int, source: str) -> None:
        self.host = f"{host}:{port}"
        where = (source, 0) if host == "127.0.0.1" else None
        self.socket = socket.create_connection((host, port), _TIMEOUT_SECONDS, where)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.reader = self.socket.makefile("rb")

    def get(self, path: str, cookies: dict[str, str] | None = None) -> Answer:
        """Fetch a page."""
        return self._ask(f"GET {path} HTTP/1.1\r\n", b"", cookies)

    def post(self, path: str, body: bytes, cookies: dict[str, str]) -> Answer:
        """Send a form."""
        head = (
            f"POST {path} HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Origin: http://{self.host}\r\nContent-Length: {len(body)}\r\n"
        )
        return self._ask(head, body, cookies)

    def close(self) -> None:
        self.reader.close()
        self.socket.close()

    def _ask(self, head: str, body: bytes, cookies: dict[str, str] | None) -> Answer:
        if cookies:
            head += "Cookie: " + "; ".join(f"{name}={value}" for name, value in cookies.items()) + "\r\n"
        self.socket.sendall(
            f"{head}Host: {self.host}\r\nAccept: text/html\r\nAccept-Encoding: gzip\r\n\r\n".encode() + body
        )
        return self._answer()

    def _answer(self) -> Answer:
        status = self.reader.readline()
        if not status:
            raise ConnectionError("closed by the server")
        headers: dict[str, str] = {}
        cookies: dict[str, str] = {}
        while (line := self.reader.readline()) not in (b"\r\n", b""):
            name, _, value = line.decode("latin-1").partition(":")
            name, value = name.lower(), value.strip()
            if name == "set-cookie":
                key, _, content = value.partition(";")[0].partition("=")
                cookies[key] = content
            headers[name] = value
        body = self._body(headers)
        if headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        return Answer(int(status.split()[1]), headers, body, cookies)

    def _read(self, size: int) -> bytes:
        body = self.reader.read(size)
        if len(body) < size:
            raise ConnectionError("broken off by the server")
        return body

    def _body(self, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding") != "chunked":
            return self._read(int(headers.get("content-length", "0")))
        pieces = []
        while size := int(self.reader.readline(), 16):
            pieces.append(self._read(size))
            self.reader.readline()
        self.reader.readline()
        return b"".join(pieces)
