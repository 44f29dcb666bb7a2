"""Pages rendered and compressed once, with holes for what differs between requests.

Rendering a form takes milliseconds and compressing it nearly as long; both are the same for everyone but for
a token, a request id and a nonce. A prepared page is cut at these holes. Its pieces are deflated once, each
ending on a byte boundary; a response joins them with the holes' values as stored (uncompressed) blocks, which
is a valid gzip stream (RFC 1951, 1952).
"""

from __future__ import annotations

import secrets
import struct
import zlib
from collections.abc import Mapping
from typing import Final

_GZIP_HEAD: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_LAST_BLOCK: Final = b"\x03\x00"
_STORED_LIMIT: Final = 65_535


def hole(name: str) -> str:
    """A marker for `name` that no content can imitate; harmless in HTML text and attributes."""
    return f"{_MARK}{name}{_MARK}"


_MARK: Final = f"hole{secrets.token_hex(12)}"


class Prepared:
    """One page cut at its holes. Values must be safe where they stand: they are not escaped here."""

    def __init__(self, html: str) -> None:
        pieces = html.split(_MARK)
        self._texts = [piece.encode() for piece in pieces[0::2]]
        self._names = pieces[1::2]
        self._deflated = [_deflate(text) for text in self._texts]

    def plain(self, values: Mapping[str, str]) -> bytes:
        """The page as it is."""
        parts = [self._texts[0]]
        for name, text in zip(self._names, self._texts[1:], strict=True):
            parts += (values[name].encode(), text)
        return b"".join(parts)

    def gzipped(self, values: Mapping[str, str]) -> bytes:
        """The page for clients that accept gzip. Each value is at most 65,535 bytes."""
        body = self.plain(values)
        parts = [_GZIP_HEAD, self._deflated[0]]
        for name, deflated in zip(self._names, self._deflated[1:], strict=True):
            value = values[name].encode()
            if len(value) > _STORED_LIMIT:
                raise ValueError("a hole's value is too long")
            parts += (struct.pack("<BHH", 0, len(value), len(value) ^ 0xFFFF), value, deflated)
        parts += (_LAST_BLOCK, struct.pack("<II", zlib.crc32(body), len(body) & 0xFFFFFFFF))
        return b"".join(parts)


def _deflate(text: bytes) -> bytes:
    """Raw deflate blocks, none of them the last, ending on a byte boundary."""
    press = zlib.compressobj(9, zlib.DEFLATED, -15, 9)
    return press.compress(text) + press.flush(zlib.Z_FULL_FLUSH)
