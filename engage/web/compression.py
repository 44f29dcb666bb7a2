"""Pages and data compressed on their way out, where nothing closer to them has done so already.

A page holds the token of its reader. Against guessing it from lengths (the BREACH attack) the length is
blurred by a file name of chance length in the gzip head, as Django does (RFC 1952, field FNAME).
"""

from __future__ import annotations

import secrets
import struct
import zlib
from typing import Final

from flask import Flask, Response, request

from engage.core.threads import Turn

LEAST_BYTES: Final = 1_000
"""Shorter answers fit one packet as they are."""
_KINDS: Final = frozenset({"text/html", "text/css", "text/csv", "application/json", "image/svg+xml"})
# A page of 100 KB takes a millisecond and a half at this level, and twice that at zlib's usual one.
_LEVEL: Final = 4
_BLUR: Final = 100
_AT_ONCE: Final = 64 * 1024
_HEAD: Final = b"\x1f\x8b\x08\x08\x00\x00\x00\x00\x00\xff"


def init_compression(app: Flask) -> None:
    """Compress what the views of ``app`` answer."""
    app.after_request(_compress)


def gzipped(body: bytes) -> bytes:
    """``body`` as a gzip stream whose length tells little."""
    name = b"a" * secrets.randbelow(_BLUR) + b"\x00"
    press = zlib.compressobj(_LEVEL, zlib.DEFLATED, -15, 9)
    tail = struct.pack("<II", zlib.crc32(body), len(body) & 0xFFFFFFFF)
    turn = Turn()
    pressed: list[bytes] = []
    for start in range(0, len(body), _AT_ONCE):
        pressed.append(press.compress(body[start : start + _AT_ONCE]))
        turn.pause()
    return b"".join((_HEAD, name, *pressed, press.flush(), tail))


def _compress(response: Response) -> Response:
    if response.mimetype not in _KINDS or response.is_streamed or response.direct_passthrough:
        return response
    if "Content-Encoding" in response.headers:
        return response
    response.vary.add("Accept-Encoding")
    body = response.get_data()
    if len(body) < LEAST_BYTES or not request.accept_encodings["gzip"]:
        return response
    response.set_data(gzipped(body))
    response.headers["Content-Encoding"] = "gzip"
    tag, weak = response.get_etag()
    if tag is not None and not weak:
        response.set_etag(tag, weak=True)  # the same content in another form
    return response
