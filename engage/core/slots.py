"""A file that knows which marks were made and nothing of their order: unlike a database, it keeps no history.

A mark (28 bytes of a keyed hash) lies in one of the two buckets its own bits name, in a free slot drawn by
lot, and is written in place. So the file is the same whoever came first, and no write of it leaves a trace
beside the rows of the transaction it belongs to, as a database's pages and log would.

A slot is 64 bytes: mark, day (days since 1970), kind, state, and while its transaction is open the tag by
which that one is found out after a crash. A free one is not all zero, so that what was cut out or overwritten
by a disk is told from it; in files made before release 0.2.0 it is, until ``renew``. All writes happen inside
a write transaction, which comes alone.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Final

from engage.core.disk import store_file
from engage.core.slot_layout import (
    BUCKET,
    DAY_AT,
    EMPTY,
    EPOCH,
    FREE,
    KIND_AT,
    OPEN,
    PER_BUCKET,
    SETTLED,
    SLOT,
    STATE_AT,
    ZERO,
    Slot,
    buckets_of,
    draw,
    pack,
    places_of,
    put_into,
    slot_of,
    taken_in,
)

_FIRST_BUCKETS: Final = 1024
_CHUNK: Final = 1 << 20
NAME: Final = "participation.marks"
"""The file's name in the folder of the installation."""


class _Handle:
    """An open file, closed when nobody reads from it any more."""

    def __init__(self, path: Path) -> None:
        self.number = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        found = os.fstat(self.number)
        self.inode, self.size = found.st_ino, found.st_size
        if self.size < BUCKET or self.size % BUCKET:
            raise _damaged(path)
        # As it was when it was opened: a file that grows or is renewed is another one.
        self.free = FREE if self.has_free() else ZERO
        self.states = frozenset({self.free, SETTLED, OPEN})

    def has_free(self) -> bool:
        """Whether a slot says that it is free; in a file half empty the first bucket does."""
        return any(FREE in data[STATE_AT :: SLOT.size] for _, data in _chunks(self))

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
            set(data[STATE_AT :: SLOT.size]) - file.states for _, data in _chunks(file)
        ):
            raise _damaged(self.path)

    def is_blank(self) -> bool:
        """Whether there is no file, or one of zeros alone: no mark, and nobody has begun it anew."""
        file = self._file()
        return file is None or (file.free == ZERO and self.count() == 0)

    def begin(self) -> None:
        """Put a new file without marks in the place of whatever is there."""
        self._kept = None
        self._write(_FIRST_BUCKETS, [])

    def is_old(self) -> bool:
        """Whether it is a file of before release 0.2.0, with marks."""
        file = self._file()
        return file is not None and file.free == ZERO and self.count() > 0

    def renew(self) -> None:
        """Write such a file anew, as it is written now."""
        file = self._file()
        if file is not None:
            self._made(file.size // BUCKET)

    def find(self, mark: bytes) -> Slot | None:
        """The slot of ``mark``, ``None`` where it was never made."""
        file = self._file()
        if file is None:
            return None
        for bucket in buckets_of(mark, file.size):
            data = _bucket(file, bucket, self.path)
            at = data.find(mark)
            while at >= 0:
                if at % SLOT.size == 0 and data[at + STATE_AT] in (SETTLED, OPEN):
                    return slot_of(bucket + at, data[at : at + SLOT.size])
                at = data.find(mark, at + 1)
        return None

    def put(self, mark: bytes, kind: int, day: date, tag: bytes | None = None) -> int:
        """Write a mark the file lacks; answers its place. It is on the disk after ``sync``.

        With ``tag`` it is open until ``settle``.
        """
        file = self._file() or self._made(_FIRST_BUCKETS)
        place = _free_place(file, mark)
        while place is None:
            file = self._made(2 * file.size // BUCKET)
            place = _free_place(file, mark)
        os.pwrite(file.number, pack(mark, kind, day, tag), place)
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
            os.pwrite(file.number, pack(slot.mark, slot.kind, slot.day, None), slot.place)

    def clear(self, slot: Slot) -> None:
        """Forget a mark."""
        file = self._file()
        if file is not None:
            os.pwrite(file.number, EMPTY if file.free == FREE else bytes(SLOT.size), slot.place)

    def open_slots(self) -> list[Slot]:
        """Marks whose transaction was not seen to end, of all processes."""
        return list(self._where(lambda data: places_of(data[STATE_AT :: SLOT.size], OPEN)))

    def due(self, kind: int, before: date) -> list[Slot]:
        """The marks of a kind made before a day."""
        limit = (before - EPOCH).days

        def early(data: bytes) -> Iterator[int]:
            days = zip(data[DAY_AT :: SLOT.size], data[DAY_AT + 1 :: SLOT.size], strict=True)
            kinds = data[KIND_AT :: SLOT.size]
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
            states, kinds = data[STATE_AT :: SLOT.size], data[KIND_AT :: SLOT.size]
            taken += states.count(SETTLED) + states.count(OPEN) if kind is None else kinds.count(kind)
        return taken

    def is_half_full(self) -> bool:
        """Whether it should ``grow`` before a mark finds no place."""
        file = self._file()
        return file is not None and 2 * self.count() * SLOT.size >= file.size

    def grow(self) -> None:
        """Double the file; ``put`` does so where a mark finds no place."""
        file = self._file()
        if file is not None:
            self._made(2 * file.size // BUCKET)

    def _where(self, which: Callable[[bytes], Iterable[int]]) -> Iterator[Slot]:
        file = self._file()
        if file is None:
            return
        for start, data in _chunks(file):
            for at in which(data):
                offset = at * SLOT.size
                yield slot_of(start + offset, data[offset : offset + SLOT.size])

    def _file(self) -> _Handle | None:
        """The file as it is now: another process may have made a larger one."""
        try:
            inode = self.path.stat().st_ino
        except FileNotFoundError:
            if self._kept is not None:
                # It was there: without it everybody could answer once more.
                raise
            return None
        if self._kept is None or self._kept.inode != inode:
            self._kept = _Handle(self.path)
        return self._kept

    def _made(self, buckets: int) -> _Handle:
        """A new file with room for more, holding what the present one holds, put in its place."""
        found = self._where(lambda data: taken_in(data[STATE_AT :: SLOT.size]))
        return self._write(buckets, found)

    def _write(self, buckets: int, slots: Iterable[Slot]) -> _Handle:
        content = bytearray(EMPTY * (buckets * PER_BUCKET))
        for slot in slots:
            packed = pack(slot.mark, slot.kind, slot.day, slot.tag)
            put_into(content, slot.mark, packed)
        store_file(self.path, content)
        self._kept = _Handle(self.path)
        return self._kept


def _damaged(path: Path) -> OSError:
    return OSError(errno.EIO, "damaged", str(path))


def _bucket(file: _Handle, start: int, path: Path) -> bytes:
    data = os.pread(file.number, BUCKET, start)
    if not file.states.issuperset(data[STATE_AT :: SLOT.size]):
        raise _damaged(path)
    return data


def _free_place(file: _Handle, mark: bytes) -> int | None:
    """A free slot of the emptier bucket, by lot."""
    return draw(
        (
            (bucket, os.pread(file.number, BUCKET, bucket)[STATE_AT :: SLOT.size])
            for bucket in buckets_of(mark, file.size)
        ),
        file.free,
    )


def _chunks(file: _Handle) -> Iterator[tuple[int, bytes]]:
    for start in range(0, file.size, _CHUNK):
        yield start, os.pread(file.number, _CHUNK, start)
