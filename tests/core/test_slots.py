"""The file of marks: what was put is found, nothing tells of an order, and nothing is lost when it grows."""

from __future__ import annotations

import random
import secrets
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

import pytest

from engage.core import slots
from engage.core.slot_layout import BUCKET, MARK_BYTES, SLOT, STATE_AT, TAG_BYTES, buckets_of, pack
from engage.core.slots import SlotFile
from tests.participation.files import ALIKE, likeness

TODAY = date(2026, 11, 30)


def _marks(count: int) -> list[bytes]:
    return [secrets.token_bytes(MARK_BYTES) for _ in range(count)]


@pytest.fixture
def file(tmp_path: Path) -> SlotFile:
    return SlotFile(tmp_path / "marks")


def test_nothing_is_there_before_the_first(file: SlotFile) -> None:
    assert file.find(_marks(1)[0]) is None
    assert (file.count(), file.open_slots(), file.due(1, TODAY), file.is_half_full()) == (0, [], [], False)
    file.sync()
    assert not file.path.exists()


def test_what_was_put_is_found_by_others_too(file: SlotFile) -> None:
    marks, other = _marks(300), SlotFile(file.path)
    for at, mark in enumerate(marks):
        file.put(mark, 1 + at % 2, TODAY - timedelta(days=at))
    for at, mark in enumerate(marks):
        slot = other.find(mark)
        assert slot is not None
        assert (slot.mark, slot.kind, slot.day, slot.tag) == (
            mark,
            1 + at % 2,
            TODAY - timedelta(days=at),
            None,
        )
    assert other.find(_marks(1)[0]) is None
    assert (other.count(), other.count(1), other.count(2)) == (300, 150, 150)
    assert file.path.stat().st_mode & 0o777 == 0o600


def test_a_mark_is_open_until_it_is_settled(file: SlotFile) -> None:
    (mark, gone), tag = _marks(2), secrets.token_bytes(TAG_BYTES)
    file.put(mark, 1, TODAY, tag)
    file.put(gone, 1, TODAY, tag)
    assert {slot.mark for slot in file.open_slots()} == {mark, gone}
    file.settle(mark)
    slot = file.find(gone)
    assert slot is not None
    file.clear(slot)
    assert file.open_slots() == []
    assert (file.find(mark) is not None, file.find(gone)) == (True, None)
    assert tag not in file.path.read_bytes()
    assert gone not in file.path.read_bytes()


@pytest.mark.parametrize(("age", "due"), [(29, False), (30, False), (31, True), (300, True)])
def test_what_is_due_is_told_by_kind_and_day(file: SlotFile, age: int, due: bool) -> None:
    early, other = _marks(2)
    file.put(early, 1, TODAY - timedelta(days=age))
    file.put(other, 2, TODAY - timedelta(days=age))
    assert [slot.mark for slot in file.due(1, TODAY - timedelta(days=30))] == ([early] if due else [])


def test_it_grows_and_loses_nothing(file: SlotFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slots, "_FIRST_BUCKETS", 2)
    marks, other = _marks(3000), SlotFile(file.path)
    for at, mark in enumerate(marks):
        file.put(mark, 1, TODAY, secrets.token_bytes(TAG_BYTES) if at % 100 == 0 else None)
    assert all(other.find(mark) is not None for mark in marks)
    assert (other.count(), len(other.open_slots())) == (3000, 30)
    size = file.path.stat().st_size
    file.grow()
    assert (file.path.stat().st_size, other.count(), file.is_half_full()) == (2 * size, 3000, False)


@pytest.mark.parametrize("taken", [0, 1, 63])
def test_the_last_free_slot_of_a_bucket_is_found(
    file: SlotFile, monkeypatch: pytest.MonkeyPatch, taken: int
) -> None:
    monkeypatch.setattr(slots, "_FIRST_BUCKETS", 1)
    places = {file.put(mark, 1, TODAY) for mark in _marks(taken + 1)}
    assert len(places) == taken + 1 == file.count()
    assert file.path.stat().st_size == 64 * 64


def test_the_place_says_nothing_of_the_order(file: SlotFile, monkeypatch: pytest.MonkeyPatch) -> None:
    # One bucket: the worst case, where a database's page would hold its rows in the order of arrival.
    monkeypatch.setattr(slots, "_FIRST_BUCKETS", 1)
    monkeypatch.setattr("engage.core.slot_layout.secrets.choice", random.Random(4).choice)
    marks = _marks(50)
    for mark in marks:
        file.put(mark, 1, TODAY)
    data = file.path.read_bytes()
    order = sorted(range(50), key=lambda at: data.find(marks[at]))
    assert likeness(order, range(50)) < ALIKE


@pytest.mark.parametrize(
    "content", [b"", b"x", bytes(4095), bytes(4097), secrets.token_bytes(1000)], ids=["empty", *"abcd"]
)
def test_a_file_of_another_size_is_damaged(file: SlotFile, content: bytes) -> None:
    file.path.write_bytes(content)
    for read in (file.check, file.count, file.sync, lambda: file.find(_marks(1)[0])):
        with pytest.raises(OSError, match="damaged"):
            read()
    with pytest.raises(OSError, match="damaged"):
        file.put(_marks(1)[0], 1, TODAY)
    assert file.path.read_bytes() == content


def test_what_is_no_slot_is_noticed(file: SlotFile) -> None:
    file.check()
    for mark in _marks(100):
        file.put(mark, 1, TODAY, secrets.token_bytes(TAG_BYTES))
    file.check()
    whole = file.path.read_bytes()
    for damage in (secrets.token_bytes(4096), b"\xff" * 512, b"no marks" * 64):
        file.path.write_bytes(damage + whole[len(damage) :])
        with pytest.raises(OSError, match="damaged"):
            SlotFile(file.path).check()


def _old(count: int, buckets: int = 4) -> tuple[bytes, list[bytes]]:
    """A file as release 0.1.0 wrote it, where a free slot is all zero, and its marks."""
    content, marks = bytearray(buckets * BUCKET), _marks(count)
    for at, mark in enumerate(marks):
        place = buckets_of(mark, len(content))[at % 2]
        while content[place + STATE_AT]:
            place += SLOT.size
        content[place : place + SLOT.size] = pack(mark, 1, TODAY, None)
    return bytes(content), marks


@pytest.mark.parametrize("share", [0.01, 0.5, 1])
def test_what_is_overwritten_with_zeros_is_noticed(file: SlotFile, share: float) -> None:
    marks = _marks(100)
    for mark in marks:
        file.put(mark, 1, TODAY)
    whole = file.path.read_bytes()
    file.path.write_bytes(bytes(int(share * len(whole))) + whole[int(share * len(whole)) :])
    if share < 1:
        with pytest.raises(OSError, match="damaged"):
            SlotFile(file.path).check()
    else:
        assert SlotFile(file.path).is_blank()
    # Nor does who has it open take what is gone for a device that never answered.
    for mark in marks:
        with suppress(OSError):
            assert file.find(mark) is not None


def test_who_has_it_open_notices_that_it_is_gone(file: SlotFile) -> None:
    file.put(_marks(1)[0], 1, TODAY)
    file.path.unlink()
    for work in (file.check, lambda: file.find(_marks(1)[0]), lambda: file.put(_marks(1)[0], 1, TODAY)):
        with pytest.raises(FileNotFoundError):
            work()
    assert not file.path.exists()


def test_a_file_of_the_first_release_is_used_and_renewed(file: SlotFile) -> None:
    content, marks = _old(60)
    file.path.write_bytes(content)
    file.check()
    [more, gone] = _marks(2)
    file.put(more, 1, TODAY)
    file.put(gone, 1, TODAY)
    slot = file.find(gone)
    assert slot is not None
    file.clear(slot)
    assert (file.is_old(), file.is_blank(), file.count(), file.find(gone)) == (True, False, 61, None)
    file.renew()
    file.check()
    assert (file.is_old(), file.count(), file.find(gone)) == (False, 61, None)
    assert all(SlotFile(file.path).find(mark) for mark in (*marks, more))


def test_what_was_begun_anew_is_not_blank(file: SlotFile) -> None:
    assert file.is_blank()
    file.path.write_bytes(bytes(8192))
    assert file.is_blank()
    file.begin()
    assert (file.is_blank(), file.is_old(), file.count()) == (False, False, 0)
    file.check()
