"""WebSocket frames (RFC 6455) without input or output: bytes in, messages out; payload in, one frame out.

A server's view only: frames that arrive must be masked, frames that leave are not. No extension is
negotiated, so every reserved bit is refused.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from typing import Final, Literal, TypeAlias

CONTINUATION: Final = 0x0
TEXT: Final = 0x1
BINARY: Final = 0x2
CLOSE: Final = 0x8
PING: Final = 0x9
PONG: Final = 0xA

NORMAL: Final = 1000
PROTOCOL_ERROR: Final = 1002
UNSUPPORTED: Final = 1003
NO_STATUS: Final = 1005
BAD_TEXT: Final = 1007
POLICY: Final = 1008
TOO_BIG: Final = 1009
RESTART: Final = 1012

_OPCODES: Final = frozenset({CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG})
_CONTROL_BYTES: Final = 125
PIECES_MOST: Final = 48
"""Browsers send a message in one."""

Item: TypeAlias = (
    tuple[Literal[1], str] | tuple[Literal[2, 9, 10], bytes] | tuple[Literal[8], tuple[int, str]]
)
"""``(TEXT, str)``, ``(BINARY | PING | PONG, bytes)`` or ``(CLOSE, (code, reason))``."""


class ProtocolError(Exception):
    """The peer broke the protocol; ``code`` is the status to close with."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def encode(opcode: int, payload: bytes) -> bytes:
    """One unmasked, unfragmented frame."""
    size = len(payload)
    if size < 126:
        return bytes((0x80 | opcode, size)) + payload
    if size < 65536:
        return bytes((0x80 | opcode, 126)) + size.to_bytes(2, "big") + payload
    return bytes((0x80 | opcode, 127)) + size.to_bytes(8, "big") + payload


def encode_text(text: str) -> bytes:
    """One text frame."""
    return encode(TEXT, text.encode())


def encode_close(code: int, reason: str = "") -> bytes:
    """A close frame; ``NO_STATUS`` makes one without a code. The reason is cut to what fits."""
    if code == NO_STATUS:
        return encode(CLOSE, b"")
    words = reason.encode()[: _CONTROL_BYTES - 2].decode(errors="ignore").encode()
    return encode(CLOSE, code.to_bytes(2, "big") + words)


def may_be_sent(code: int) -> bool:
    """Whether a peer may close with ``code`` (RFC 6455, 7.4, with the codes registered since)."""
    return (1000 <= code <= 1014 and code not in {1004, 1005, 1006}) or 3000 <= code <= 4999


def unmask(payload: bytes, mask: bytes) -> bytes:
    """``payload`` exclusive-or the repeated four bytes of ``mask``."""
    size = len(payload)
    if not size or mask == b"\0\0\0\0":
        return payload
    pattern = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(pattern, "big")).to_bytes(size, "big")


class FrameReader:
    """Turns a stream of bytes, cut anywhere, into messages. Dead after a ``ProtocolError`` or a close."""

    __slots__ = (
        "_buffer",
        "_count",
        "_decoder",
        "_ended",
        "_max_bytes",
        "_opcode",
        "_parts",
        "_pieces",
        "_size",
    )

    def __init__(self, max_bytes: int, count: Callable[[], None] = lambda: None) -> None:
        """``count`` is called for every frame, whatever it is, and may raise ``ProtocolError``."""
        self._max_bytes = max_bytes
        self._count = count
        self._buffer = b""
        self._ended = False
        self._opcode = 0  # of the fragmented message under way; 0 for none
        self._parts: list[bytes] = []
        self._pieces = self._size = 0
        self._decoder: codecs.IncrementalDecoder | None = None

    def feed(self, data: bytes) -> Iterator[Item]:
        """The messages that ``data`` completes, in order; at most one message and one frame are held back.

        Raises ``ProtocolError`` when iterated to the point where the peer broke the protocol.
        """
        self._buffer = self._buffer + data if self._buffer else data
        while not self._ended:
            frame = self._take_frame()
            if frame is None:
                return
            self._count()
            item = self._accept(*frame)
            if item is not None:
                self._ended = item[0] == CLOSE
                yield item

    def _fail(self, code: int, reason: str) -> ProtocolError:
        self._ended = True
        self._buffer = b""
        self._parts = []
        return ProtocolError(code, reason)

    def _take_frame(self) -> tuple[bool, int, bytes] | None:
        buffer = self._buffer
        have = len(buffer)
        if have < 2:
            return None
        first, second = buffer[0], buffer[1]
        opcode, size = first & 0x0F, second & 0x7F
        self._check_head(first, second, opcode, size)
        start = 2
        if size > 125:
            start = 4 if size == 126 else 10
            if have < start:
                return None
            size = self._long_size(int.from_bytes(buffer[2:start], "big"), start)
        if opcode < CLOSE and self._size + size > self._max_bytes:
            raise self._fail(TOO_BIG, f"a message may have {self._max_bytes} bytes")
        end = start + 4 + size
        if have < end:
            return None
        payload = unmask(buffer[start + 4 : end], buffer[start : start + 4])
        self._buffer = buffer[end:] if have > end else b""
        return first >= 0x80, opcode, payload

    def _check_head(self, first: int, second: int, opcode: int, size: int) -> None:
        if first & 0x70:
            raise self._fail(PROTOCOL_ERROR, "a reserved bit is set")
        if opcode not in _OPCODES:
            raise self._fail(PROTOCOL_ERROR, "unknown kind of frame")
        if second < 0x80:
            raise self._fail(PROTOCOL_ERROR, "a frame from a client must be masked")
        if opcode >= CLOSE and (first < 0x80 or size > _CONTROL_BYTES):
            raise self._fail(PROTOCOL_ERROR, "a control frame is whole and short")
        if opcode in (TEXT, BINARY) and self._opcode:
            raise self._fail(PROTOCOL_ERROR, "a message began inside another")
        if opcode == CONTINUATION and not self._opcode:
            raise self._fail(PROTOCOL_ERROR, "nothing to continue")

    def _long_size(self, size: int, start: int) -> int:
        if size < (126 if start == 4 else 65536) or size >= 1 << 63:
            raise self._fail(PROTOCOL_ERROR, "the length is not written in its shortest form")
        return size

    def _accept(self, final: bool, opcode: int, payload: bytes) -> Item | None:
        if opcode == TEXT and final:
            try:
                return TEXT, payload.decode()
            except UnicodeDecodeError:
                raise self._fail(BAD_TEXT, "the text is not UTF-8") from None
        if opcode == PING:
            return PING, payload
        if opcode == PONG:
            return PONG, payload
        if opcode == CLOSE:
            return CLOSE, self._close_status(payload)
        return self._fragment(final, opcode, payload)

    def _fragment(self, final: bool, opcode: int, payload: bytes) -> Item | None:
        if opcode != CONTINUATION:
            self._opcode = opcode
            self._decoder = codecs.getincrementaldecoder("utf-8")() if opcode == TEXT else None
        if self._decoder is not None:
            try:  # a bad fragment ends it at once, not after the rest has come
                self._decoder.decode(payload, final)
            except UnicodeDecodeError:
                raise self._fail(BAD_TEXT, "the text is not UTF-8") from None
        self._pieces += 1
        if self._pieces > PIECES_MOST:
            raise self._fail(POLICY, f"a message may come in {PIECES_MOST} pieces")
        if payload:
            self._parts.append(payload)
            self._size += len(payload)
        if not final:
            return None
        whole, kind = b"".join(self._parts), self._opcode
        self._opcode, self._parts, self._decoder = 0, [], None
        self._pieces = self._size = 0
        return (TEXT, whole.decode()) if kind == TEXT else (BINARY, whole)

    def _close_status(self, payload: bytes) -> tuple[int, str]:
        if not payload:
            return NO_STATUS, ""
        code = int.from_bytes(payload[:2], "big")
        if len(payload) == 1 or not may_be_sent(code):
            raise self._fail(PROTOCOL_ERROR, "not a code to close with")
        try:
            return code, payload[2:].decode()
        except UnicodeDecodeError:
            raise self._fail(BAD_TEXT, "the reason is not UTF-8") from None
