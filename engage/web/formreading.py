"""Bodies of forms, read in turns: no form keeps the others waiting, however many fields it has.

Werkzeug reads a form in one go: 256 KB of the dearest kind stop the process for a third of a second. What a
browser would not send (more fields than any page has, a part without a name) is refused.
"""

from __future__ import annotations

import re
from binascii import unhexlify
from functools import partial
from io import BytesIO
from typing import IO

from gunicorn.http.errors import ParseException
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData, State

from engage.core.threads import Turn

_AT_ONCE = 16 * 1024
_PART_HEADERS = 16 * 1024
_FIELDS_AT_ONCE = 32
# A sentence in Chinese is one run of them: a call for each run, not for each byte.
_ESCAPES = re.compile(rb"(?:%[0-9A-Fa-f]{2})+")
_CHARSETS = frozenset({"ascii", "us-ascii", "utf-8", "iso-8859-1"})

_Fields = list[tuple[str, str]]
_Files = list[tuple[str, FileStorage]]


class FormReader(FormDataParser):
    """Reads what werkzeug's parser reads; raises ``BadRequest`` or ``RequestEntityTooLarge``."""

    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> tuple[IO[bytes], MultiDict[str, str], MultiDict[str, FileStorage]]:
        """The stream, the fields and the files of a body."""
        fields: _Fields = []
        files: _Files = []
        try:
            if mimetype == "application/x-www-form-urlencoded":
                fields = _urlencoded(stream.read(), self.max_form_parts)
            elif mimetype == "multipart/form-data":
                fields, files = self._multipart(stream, (options or {}).get("boundary", ""), content_length)
        except (ValueError, ParseException) as error:
            raise BadRequest from error
        return stream, self.cls(fields), self.cls(files)

    def _multipart(self, stream: IO[bytes], boundary: str, length: int | None) -> tuple[_Fields, _Files]:
        if not boundary:
            raise BadRequest
        decoder = MultipartDecoder(
            boundary.encode("ascii"),
            max_form_memory_size=self.max_form_memory_size,
            max_parts=self.max_form_parts,
        )
        parts = _Parts(self, length)
        turn = Turn()
        while not decoder.complete:
            decoder.receive_data(stream.read(_AT_ONCE) or None)
            while not isinstance(event := decoder.next_event(), Epilogue | NeedData):
                turn.pause()
                parts.take(event)
            if decoder.state is State.PART and len(decoder.buffer) > _PART_HEADERS:
                raise RequestEntityTooLarge
        return parts.fields, parts.files


class _Parts:
    """The parts of a multipart body, put together from what the decoder finds."""

    def __init__(self, reader: FormReader, length: int | None) -> None:
        self.fields: _Fields = []
        self.files: _Files = []
        self._new_file = partial(reader.stream_factory, total_content_length=length)
        self._most = reader.max_form_memory_size
        self._part: Field | File | None = None
        self._into: IO[bytes] = BytesIO()

    def take(self, event: Event) -> None:
        """Begin a part or add to it."""
        if isinstance(event, Field | File):
            if event.name is None:
                raise BadRequest
            self._part = event
            self._into = self._file(event) if isinstance(event, File) else BytesIO()
        elif isinstance(event, Data) and self._part is not None:
            self._into.write(event.data)
            if isinstance(self._part, Field) and self._most is not None and self._into.tell() > self._most:
                raise RequestEntityTooLarge
            if not event.more_data:
                self._end(self._part)

    def _file(self, part: File) -> IO[bytes]:
        kind = part.headers.get("Content-Type")
        return self._new_file(content_type=kind, filename=part.filename, content_length=0)

    def _end(self, part: Field | File) -> None:
        self._into.seek(0)
        if isinstance(part, File):
            stored = FileStorage(self._into, part.filename, part.name, headers=part.headers)
            self.files.append((part.name, stored))
        else:
            kind = parse_options_header(part.headers.get("Content-Type"))[1]
            charset = kind.get("charset", "").lower()
            text = self._into.read().decode(charset if charset in _CHARSETS else "utf-8", "replace")
            self.fields.append((part.name, text))


def _urlencoded(body: bytes, most: int | None) -> _Fields:
    """The fields of ``body``; bytes that are not UTF-8 become U+FFFD."""
    if most is not None and body.count(b"&") >= most:
        raise RequestEntityTooLarge
    turn = Turn()
    fields: _Fields = []
    for at, pair in enumerate(body.replace(b"+", b" ").split(b"&")):
        if not at % _FIELDS_AT_ONCE:
            turn.pause()
        if pair:
            name, _, value = pair.partition(b"=")
            fields.append((_unquoted(name, turn), _unquoted(value, turn)))
    return fields


def _unquoted(quoted: bytes, turn: Turn) -> str:
    if b"%" not in quoted:
        return quoted.decode(errors="replace")
    turn.pause()
    plain: list[bytes] = []
    start = 0
    while (cut := quoted.find(b"%", start + _AT_ONCE)) > 0:
        plain.append(_ESCAPES.sub(_meant, quoted[start:cut]))
        turn.pause()
        start = cut
    plain.append(_ESCAPES.sub(_meant, quoted[start:]))
    return b"".join(plain).decode(errors="replace")


def _meant(escapes: re.Match[bytes]) -> bytes:
    return unhexlify(escapes[0].replace(b"%", b""))
