"""A file that knows which marks were made and nothing of their order: unlike a database, it keeps no history.

A mark (28 bytes of a keyed hash) lies in one of the two buckets its own bits name, in a free slot drawn by
lot, and is written in place. So the file is the same whoever came first, and no write of it leaves a trace
beside the rows of the transaction it belongs to, as a database's pages and log would.

A slot is 64 bytes: mark, day (days since 1970), kind, state, and while its transaction is open the tag by
which that one is found out after a crash. All writes happen inside a write transaction, which comes alone.
"""

from __future__ import annotations

import errno
import os
import secrets
import struct
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

NAME: Final = "participation.marks"
"""The file's name in the folder of the installation."""
MARK_BYTES: Final = 28
TAG_BYTES: Final = 32
_SLOT: Final = struct.Struct(f"<{MARK_BYTES}sHBB{TAG_BYTES}s")
_DAY_AT, _KIND_AT, _STATE_AT = MARK_BYTES, MARK_BYTES + 2, MARK_BYTES + 3
_BUCKET: Final = 4096
_PER_BUCKET: Final = _BUCKET // _SLOT.size
_ALL: Final = range(_PER_BUCKET)
_FIRST_BUCKETS: Final = 1024
_FREE, _SETTLED, _OPEN = 0, 1, 2
_EPOCH: Final = date(1970, 1, 1)
_CHUNK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Slot:
    """A mark as it lies in the file; ``tag`` names the transaction that has not been seen to end."""

    place: int
    mark: bytes
    day: date
    kind: int
    tag: bytes | None


class _Handle:
    """An open file, closed when nobody reads from it any more."""

    def __init__(self, path: Path) -> None:
        self.number = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        found = os.fstat(self.number)
        self.inode, self.size = found.st_ino, found.st_size
        if self.size < _BUCKET or self.size % _BUCKET:
            raise _damaged(path)

    def __del__(self) -> None:
        with suppress(OSError, AttributeError):
            os.close(self.number)


class SlotFile:
    """The marks at ``path``; made with the first one. Raises ``OSError`` where the disk fails."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._kept: _Handle | None = None

    def check(self) -> None:
        """Read the whole file. Raises ``OSError`` where it holds something else than slots."""
        file = self._file()
        if file is not None and any(
            set(data[_STATE_AT :: _SLOT.size]) - {_FREE, _SETTLED, _OPEN} for _, data in _chunks(file)
        ):
            raise _damaged(self.path)

    def find(self, mark: bytes) -> Slot | None:
        """The slot of ``mark``, ``None`` where it was never made."""
        file = self._file()
        if file is None:
            return None
        for bucket in _buckets(mark, file.size):
            data = os.pread(file.number, _BUCKET, bucket)
            at = data.find(mark)
            while at >= 0:
                if at % _SLOT.size == 0 and data[at + _STATE_AT] != _FREE:
                    return _slot(bucket + at, data[at : at + _SLOT.size])
                at = data.find(mark, at + 1)
        return None

    def put(self, mark: bytes, kind: int, day: date, tag: bytes | None = None) -> int:
        """Write a mark the file lacks; answers its place. It is on the disk after ``sync``.

        With ``tag`` it is open until ``settle``.
        """
        file = self._file() or self._made(_FIRST_BUCKETS)
        place = _free_place(file, mark)
        while place is None:
            file = self._made(2 * file.size // _BUCKET)
            place = _free_place(file, mark)
        os.pwrite(file.number, _packed(mark, kind, day, tag), place)
        return place

    def sync(self) -> None:
        """Let what was written be on the disk."""
        file = self._file()
        if file is not None:
            os.fdatasync(file.number)

    def settle(self, mark: bytes) -> None:
        """The transaction of ``mark`` has ended well: nothing of it is left beside the mark."""
        slot = self.find(mark)
        file = self._file()
        if file is not None and slot is not None and slot.tag is not None:
            os.pwrite(file.number, _packed(slot.mark, slot.kind, slot.day, None), slot.place)

    def clear(self, slot: Slot) -> None:
        """Forget a mark."""
        file = self._file()
        if file is not None:
            os.pwrite(file.number, bytes(_SLOT.size), slot.place)

    def open_slots(self) -> list[Slot]:
        """Marks whose transaction was not seen to end, of all processes."""
        return list(self._where(lambda data: _places(data[_STATE_AT :: _SLOT.size], _OPEN)))

    def due(self, kind: int, before: date) -> list[Slot]:
        """The marks of a kind made before a day."""
        limit = (before - _EPOCH).days

        def early(data: bytes) -> Iterator[int]:
            days = zip(data[_DAY_AT :: _SLOT.size], data[_DAY_AT + 1 :: _SLOT.size], strict=True)
            kinds = data[_KIND_AT :: _SLOT.size]
            for at, (low, high) in enumerate(days):
                if kinds[at] == kind and low + 256 * high < limit:
                    yield at

        return list(self._where(early))

    def count(self, kind: int | None = None) -> int:
        """How many marks there are, of one kind or of all."""
        file = self._file()
        if file is None:
            return 0
        taken = 0
        for _, data in _chunks(file):
            states, kinds = data[_STATE_AT :: _SLOT.size], data[_KIND_AT :: _SLOT.size]
            taken += len(states) - states.count(_FREE) if kind is None else kinds.count(kind)
        return taken

    def is_half_full(self) -> bool:
        """Whether it should ``grow`` before a mark finds no place."""
        file = self._file()
        return file is not None and 2 * self.count() * _SLOT.size >= file.size

    def grow(self) -> None:
        """Double the file; ``put`` does so where a mark finds no place."""
        file = self._file()
        if file is not None:
            self._made(2 * file.size // _BUCKET)

    def _where(self, which: Callable[[bytes], Iterable[int]]) -> Iterator[Slot]:
        file = self._file()
        if file is None:
            return
        for start, data in _chunks(file):
            for at in which(data):
                offset = at * _SLOT.size
                yield _slot(start + offset, data[offset : offset + _SLOT.size])

    def _file(self) -> _Handle | None:
        """The file as it is now: another process may have made a larger one."""
        try:
            inode = self.path.stat().st_ino
        except FileNotFoundError:
            return None
        if self._kept is None or self._kept.inode != inode:
            self._kept = _Handle(self.path)
        return self._kept

    def _made(self, buckets: int) -> _Handle:
        """A new file with room for more, holding what the present one holds, put in its place."""
        fresh = self.path.with_name(self.path.name + ".new")
        content = bytearray(buckets * _BUCKET)
        for slot in self._where(lambda data: _taken(data[_STATE_AT :: _SLOT.size])):
            packed = _packed(slot.mark, slot.kind, slot.day, slot.tag)
            _put_into(content, slot.mark, packed)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.path)
        _sync_folder(self.path.parent)
        self._kept = _Handle(self.path)
        return self._kept


def _damaged(path: Path) -> OSError:
    return OSError(errno.EIO, "damaged", str(path))


def _buckets(mark: bytes, size: int) -> tuple[int, int]:
    count = size // _BUCKET
    first, second = int.from_bytes(mark[:8]) % count, int.from_bytes(mark[8:16]) % count
    return first * _BUCKET, second * _BUCKET


def _free_place(file: _Handle, mark: bytes) -> int | None:
    """A free slot of the emptier bucket, by lot."""
    return _drawn(
        (bucket, os.pread(file.number, _BUCKET, bucket)[_STATE_AT :: _SLOT.size])
        for bucket in _buckets(mark, file.size)
    )


def _put_into(content: bytearray, mark: bytes, packed: bytes) -> None:
    """As ``_free_place``, in memory; a file twice as large always has the room."""
    place = _drawn(
        (bucket, content[bucket + _STATE_AT : bucket + _BUCKET : _SLOT.size])
        for bucket in _buckets(mark, len(content))
    )
    assert place is not None
    content[place : place + _SLOT.size] = packed


def _drawn(buckets: Iterable[tuple[int, bytes | bytearray]]) -> int | None:
    """A free slot of the bucket with the most, from the places of buckets and the states of their slots."""
    bucket, states = max(buckets, key=lambda found: found[1].count(_FREE))
    if _FREE not in states:
        return None
    while states[at := secrets.choice(_ALL)] != _FREE:
        pass
    return bucket + at * _SLOT.size


def _places(states: bytes, wanted: int) -> list[int]:
    places, at = [], states.find(wanted)
    while at >= 0:
        places.append(at)
        at = states.find(wanted, at + 1)
    return places


def _taken(states: bytes) -> list[int]:
    return sorted(_places(states, _SETTLED) + _places(states, _OPEN))


def _packed(mark: bytes, kind: int, day: date, tag: bytes | None) -> bytes:
    state = _SETTLED if tag is None else _OPEN
    return _SLOT.pack(mark, (day - _EPOCH).days, kind, state, tag or bytes(TAG_BYTES))


def _slot(place: int, data: bytes) -> Slot:
    mark, day, kind, state, tag = _SLOT.unpack(data)
    return Slot(place, mark, _EPOCH + timedelta(days=day), kind, tag if state == _OPEN else None)


def _chunks(file: _Handle) -> Iterator[tuple[int, bytes]]:
    for start in range(0, file.size, _CHUNK):
        yield start, os.pread(file.number, _CHUNK, start)


def _sync_folder(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
