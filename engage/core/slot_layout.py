"""How a slot lies in the file of marks (``slots``): its bytes, its two buckets, and which places are free."""

from __future__ import annotations

import secrets
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

MARK_BYTES: Final = 28
TAG_BYTES: Final = 32
SLOT: Final = struct.Struct(f"<{MARK_BYTES}sHBB{TAG_BYTES}s")
DAY_AT, KIND_AT, STATE_AT = MARK_BYTES, MARK_BYTES + 2, MARK_BYTES + 3
BUCKET: Final = 4096
PER_BUCKET: Final = BUCKET // SLOT.size
ALL: Final = range(PER_BUCKET)
ZERO, SETTLED, OPEN, FREE = 0, 1, 2, 3
EMPTY: Final = bytes(STATE_AT) + bytes([FREE]) + bytes(SLOT.size - STATE_AT - 1)
EPOCH: Final = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Slot:
    """A mark as it lies in the file; ``tag`` names the transaction that has not been seen to end."""

    place: int
    mark: bytes
    day: date
    kind: int
    tag: bytes | None


def buckets_of(mark: bytes, size: int) -> tuple[int, int]:
    """Where the two buckets begin that the bits of ``mark`` name, in a file of ``size`` bytes."""
    count = size // BUCKET
    first, second = int.from_bytes(mark[:8]) % count, int.from_bytes(mark[8:16]) % count
    return first * BUCKET, second * BUCKET


def put_into(content: bytearray, mark: bytes, packed: bytes) -> None:
    """Put a slot into a free place of ``content``, by lot; a file twice as large always has the room."""
    place = draw(
        (
            (bucket, content[bucket + STATE_AT : bucket + BUCKET : SLOT.size])
            for bucket in buckets_of(mark, len(content))
        ),
        FREE,
    )
    assert place is not None
    content[place : place + SLOT.size] = packed


def draw(buckets: Iterable[tuple[int, bytes | bytearray]], free: int) -> int | None:
    """A free slot of the bucket with the most, from the places of buckets and the states of their slots."""
    bucket, states = max(buckets, key=lambda found: found[1].count(free))
    if free not in states:
        return None
    while states[at := secrets.choice(ALL)] != free:
        pass
    return bucket + at * SLOT.size


def places_of(states: bytes, wanted: int) -> list[int]:
    """The numbers of the slots of a state."""
    places, at = [], states.find(wanted)
    while at >= 0:
        places.append(at)
        at = states.find(wanted, at + 1)
    return places


def taken_in(states: bytes) -> list[int]:
    """The numbers of the slots that hold a mark."""
    return sorted(places_of(states, SETTLED) + places_of(states, OPEN))


def pack(mark: bytes, kind: int, day: date, tag: bytes | None) -> bytes:
    """The bytes of a slot; open where there is a ``tag``."""
    state = SETTLED if tag is None else OPEN
    return SLOT.pack(mark, (day - EPOCH).days, kind, state, tag or bytes(TAG_BYTES))


def slot_of(place: int, data: bytes) -> Slot:
    """The slot that ``data`` is, read at ``place``."""
    mark, day, kind, state, tag = SLOT.unpack(data)
    return Slot(place, mark, EPOCH + timedelta(days=day), kind, tag if state == OPEN else None)
