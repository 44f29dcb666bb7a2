"""Folders for work under way that a killed process may leave behind, and a later one deletes."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def work_folder(parent: Path, prefix: str) -> Iterator[Path]:
    """A private folder in ``parent`` for as long as it is needed; those nobody holds any more go first.

    ``prefix`` must be one that nobody but us gives to a folder. Raises ``OSError`` where none can be made.
    """
    for left in parent.glob(f"{prefix}*"):
        _delete_left(left)
    folder, held = _made(parent, prefix)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(held)


def _made(parent: Path, prefix: str) -> tuple[Path, int]:
    """A new folder and the descriptor that holds it; it ends with the process however that ends."""
    while True:
        folder = Path(tempfile.mkdtemp(dir=parent, prefix=prefix))
        # Between the two another one may have taken it for left over.
        with contextlib.suppress(FileNotFoundError):
            held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            with contextlib.suppress(OSError):  # Where folders cannot be locked none is ever taken for left.
                fcntl.flock(held, fcntl.LOCK_EX)
            if folder.exists():
                return folder, held
            os.close(held)


def _delete_left(folder: Path) -> None:
    # Held by a running one, gone meanwhile, of somebody else, or no folder: not ours to delete.
    with contextlib.suppress(OSError):
        held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder)
        finally:
            os.close(held)
