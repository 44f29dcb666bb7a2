"""Where tests keep what they throw away: in memory where there is room, else on the disk."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 - folders in it are made by mkdtemp
ROOM_BYTES = 4 * 1024**3


def place() -> str | None:
    """The memory-backed folder; None where there is none, or less room than tests may need."""
    if not MEMORY.is_dir() or not os.access(MEMORY, os.W_OK):
        return None
    return str(MEMORY) if shutil.disk_usage(MEMORY).free >= ROOM_BYTES else None


def folder(purpose: str) -> Path:
    """A new empty folder; whoever asks removes it."""
    return Path(tempfile.mkdtemp(prefix=f"engage-{purpose}-", dir=place()))


@contextmanager
def scratch(purpose: str) -> Iterator[Path]:
    """A folder that is gone afterwards."""
    made = folder(purpose)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
