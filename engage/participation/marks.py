"""Which devices took part, kept in a file apart from the database (the reasons: docs/decisions).

A mark is a keyed hash of device and activity. It is on the disk before the answer is, and says by its tag,
the hash of the answer's receipt code, which one it waits for: a crash between the two is told by whether that
receipt exists. The tag goes with the commit, before anyone is told that the answer was received.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast

from flask import current_app

from engage.core.clock import local, today
from engage.core.errors import Busy
from engage.core.ids import keyed_bytes
from engage.core.keys import key
from engage.core.messages import msg
from engage.core.personal import Personal, kept_outside
from engage.core.slot_layout import MARK_BYTES, Slot
from engage.core.slots import NAME, SlotFile
from engage.core.writer import accompany, atomic
from engage.participation import receipts

log = logging.getLogger(__name__)

PARTICIPATION: Final = 1
RETRACTED: Final = 2
DAYS: Final = {PARTICIPATION: 180, RETRACTED: 30}
_AT_ONCE: Final = 500

kept_outside(
    "participation",
    Personal(
        purpose=msg("To allow one response per device and to show you your own participation."),
        what=msg("A mark that this device took part, as a code that cannot be turned back"),
        days=DAYS[PARTICIPATION],
    ),
)


@dataclass(frozen=True, slots=True)
class _Following:
    """A mark that stands or falls with the running transaction."""

    file: SlotFile
    mark: bytes

    def sync(self) -> None:
        self.file.sync()

    def settle(self) -> None:
        try:
            self.file.settle(self.mark)
        except OSError:
            # It is stored; the worker's clock takes the tag away.
            log.exception("mark not settled")


def take_part(activity: str, device: str, code_hash: str) -> bool:
    """Note with the running transaction that ``device`` took part; ``False`` if it already had.

    ``activity`` is kind and id (``"survey:17"``); ``code_hash`` (``receipts.hash_of``) is of the code whose
    receipt the same transaction stores. Raises ``Busy`` where the disk takes no mark.
    """
    mark, file = _participation(activity, device), marks()
    with _as_busy():
        slot = file.find(mark)
        if slot is not None:
            if _stands(slot):
                return False
            file.clear(slot)
        file.put(mark, PARTICIPATION, today(), bytes.fromhex(code_hash))
    accompany(_Following(file, mark))
    return True


def took_part(activity: str, device: str) -> bool:
    """Whether ``device`` is noted for ``activity``."""
    with _as_busy():
        slot = marks().find(_participation(activity, device))
    return slot is not None and _stands(slot)


def was_retracted(code_hash: str) -> bool:
    """Whether what the code of ``code_hash`` opened was erased by its author lately.

    Raises ``Busy`` where the marks cannot be read.
    """
    with _as_busy():
        return marks().find(_retracted(code_hash)) is not None


def note_retracted(code_hash: str) -> None:
    """Note with the running transaction that what the code of ``code_hash`` opened was erased.

    A form of it that a phone still sends must not bring it back. While its receipt exists the note says
    nothing, so it need not be undone.
    """
    mark, file = _retracted(code_hash), marks()
    with _as_busy():
        if file.find(mark) is None:
            file.put(mark, RETRACTED, today())
    accompany(_Following(file, mark))


def forget_due(moment: datetime) -> int:
    """Forget the marks whose days are over; answers how many. Short transactions, as for rows."""
    file, forgotten = marks(), 0
    for kind, days in DAYS.items():
        before = local(moment - timedelta(days=days)).date()
        forgotten += _in_turns(file, file.due(kind, before), file.clear)
    return forgotten


def tidy() -> None:
    """Settle what crashes have left open, and make room ahead of need."""
    file = marks()

    def decide(slot: Slot) -> None:
        if slot.tag is not None:
            if _stands(slot):
                file.settle(slot.mark)
            else:
                file.clear(slot)

    _in_turns(file, file.open_slots(), decide)
    if file.is_old():
        with atomic():
            file.renew()
    if file.is_half_full():
        with atomic():
            file.grow()


def marks() -> SlotFile:
    """The file of this installation."""
    file = current_app.extensions.get("engage_marks")
    if file is None:
        path = current_app.config["ENGAGE"].instance / NAME
        file = current_app.extensions["engage_marks"] = SlotFile(path)
    return cast(SlotFile, file)


def look_anew() -> None:
    """Another file is in its place now, or none: a backup was restored."""
    current_app.extensions.pop("engage_marks", None)


def _in_turns(file: SlotFile, found: list[Slot], work: Callable[[Slot], None]) -> int:
    for start in range(0, len(found), _AT_ONCE):
        with atomic():
            for was in found[start : start + _AT_ONCE]:
                # Looked up anew: meanwhile it may be another day's, or lie elsewhere.
                slot = file.find(was.mark)
                if slot is not None and slot.day == was.day:
                    work(slot)
            file.sync()
    return len(found)


def _stands(slot: Slot) -> bool:
    """Whether the transaction of a mark ended well, or is the running one and has come that far."""
    return slot.tag is None or receipts.is_stored(slot.tag.hex())


def _participation(activity: str, device: str) -> bytes:
    return keyed_bytes(key("participation"), activity, device)[:MARK_BYTES]


def _retracted(code_hash: str) -> bytes:
    return keyed_bytes(key("retracted"), "code", code_hash)[:MARK_BYTES]


@contextmanager
def _as_busy() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        log.warning("mark refused: %s", error)
        raise Busy from error
