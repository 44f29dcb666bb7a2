"""Whether the disk takes what people send, and files that are whole or not there."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path

_NEEDED_BYTES = 1024 * 1024
_LOOK_AGAIN_SECONDS = 5.0


@dataclass(slots=True)
class Disk:
    """The disk that holds ``folder``; tried at most every five seconds, however often it is asked."""

    folder: Path
    _room: bool = True
    _tried: float = field(default=float("-inf"))

    def has_room(self) -> bool:
        """Whether a further megabyte can be stored there."""
        if time.monotonic() - self._tried >= _LOOK_AGAIN_SECONDS:
            self._tried = time.monotonic()
            self._room = self._try()
        return self._room

    def _try(self) -> bool:
        # Free space alone says too little: quotas, reserves and a disk that went read-only count as well.
        path = self.folder / f".room-{os.getpid()}"
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
            try:
                os.posix_fallocate(handle, 0, _NEEDED_BYTES)
            finally:
                os.close(handle)
                path.unlink()
        except OSError:
            return False
        return True


def store_file(target: Path, data: bytes | bytearray) -> None:
    """Have ``data`` lie at ``target`` and on the disk, whatever lay there: whole, or as it was before.

    Only this system user may read it. Raises ``OSError``.
    """
    part = target.with_name(target.name + ".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
