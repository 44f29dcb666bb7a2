"""That an installation is running: a lock on a file, which ends with the process however it ends."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NAME = "running.lock"
_BEAT = "worker.beat"


class Running(Exception):
    """Web or worker of this installation is running."""


def hold_running(instance: Path) -> int:
    """Mark this process as running until it ends; waits while the installation is being restored.

    Answers the descriptor that holds the lock.
    """
    handle = _open(instance)
    fcntl.flock(handle, fcntl.LOCK_SH)
    return handle


@contextmanager
def stopped(instance: Path) -> Iterator[None]:
    """Keep web and worker from starting meanwhile. Raises ``Running`` where one runs already."""
    handle = _open(instance)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Running from error
        yield
    finally:
        os.close(handle)


def beat(instance: Path) -> None:
    """Note that the worker is alive at this moment."""
    (instance / _BEAT).touch()


def seconds_since_beat(instance: Path) -> float | None:
    """How long ago the worker was alive; ``None`` where it never was."""
    try:
        return max(0.0, time.time() - (instance / _BEAT).stat().st_mtime)
    except OSError:
        return None


def _open(instance: Path) -> int:
    return os.open(instance / _NAME, os.O_RDWR | os.O_CREAT, 0o600)
