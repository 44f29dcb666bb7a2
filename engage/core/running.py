"""That an installation is running: a lock on a file, which ends with the process however it ends."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_NAME = "running.lock"
_BEAT = "worker.beat"
# A web process killed outright leaves a child that looks for its parent once a second.
PATIENCE_SECONDS = 2.0
# That child looks late on a busy machine, and lets running requests end before it does.
ORPHAN_SECONDS = 20.0


class Running(Exception):
    """Web or worker of this installation is running; the words say which and where, as far as known."""


class Unusable(Running):
    """What lies in the place of a lock or a socket is something else; the words say what to do."""


def hold_running(instance: Path) -> int:
    """Mark this process as running until it ends; waits while the installation is being restored.

    Answers the descriptor that holds the lock. Raises ``Unusable``.
    """
    handle = _open(instance / _NAME)
    fcntl.flock(handle, fcntl.LOCK_SH)
    return handle


@contextmanager
def in_place(path: Path) -> Iterator[None]:
    """Raise ``Unusable`` where the system refuses what is done at ``path``."""
    try:
        yield
    except OSError as error:
        takes_nothing = error.errno in (errno.EROFS, errno.ENOSPC, errno.EDQUOT)
        what_to_do = (
            "make the disk take writes" if takes_nothing else "move it away, it is made anew at each start"
        )
        raise Unusable(f"{path} cannot be used ({error.strerror}): {what_to_do}.") from error


@contextmanager
def stopped(instance: Path) -> Iterator[None]:
    """Keep web and worker from starting meanwhile. Raises ``Running`` where one runs already."""
    handle = _open(instance / _NAME)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Running from error
        yield
    finally:
        os.close(handle)


def hold_alone(
    instance: Path, kind: str, why: str, *, where: str = "", patience: float = PATIENCE_SECONDS
) -> int:
    """Be the installation's only process of this ``kind`` until it and all forked from it have ended.

    ``where`` is what a second one is told, ``why`` the reason. Answers the descriptor that holds the lock.
    Raises ``Running`` where there is one after ``patience`` seconds, or after ``ORPHAN_SECONDS`` where the
    process that took the lock is gone and only what it forked holds it still.
    """
    path = instance / f"{kind}.lock"
    handle = _open(path)
    began = time.monotonic()
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError as error:
            if time.monotonic() < began + (ORPHAN_SECONDS if _is_orphaned(path) else patience):
                time.sleep(0.05)
                continue
            os.close(handle)
            raise Running(
                f"The {kind} process of this installation runs already ({_holder(path)}), {why}: "
                "stop that one first, or name another folder in ENGAGE_INSTANCE."
            ) from error
    # On a full disk it runs all the same: its pages say what cannot be stored.
    with suppress(OSError):
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{where}{', ' if where else ''}process {os.getpid()}".encode(), 0)
    return handle


def _is_orphaned(path: Path) -> bool:
    """Whether the process named in a lock file has ended."""
    number = _holder(path).rpartition(" ")[2]
    if not number.isdecimal():
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False


def hold_web(instance: Path, database_url: str, *, where: str = "") -> int | None:
    """Be the only web process where the database is SQLite, whose one writer is inside of it.

    Raises ``Running``.
    """
    if not database_url.startswith("sqlite"):
        return None
    return hold_alone(instance, "web", "and on SQLite there may be only one", where=where)


def hold_worker(instance: Path) -> int:
    """Be the only worker: each takes what is begun and not in its own hands for work of a killed one.

    Raises ``Running``.
    """
    return hold_alone(instance, "worker", "and there may be only one")


def beat(instance: Path) -> None:
    """Note that the worker is alive at this moment."""
    path = instance / _BEAT
    try:
        path.touch()
    except FileNotFoundError:
        # A link that leads nowhere; what is noted is of this moment alone.
        path.unlink(missing_ok=True)
        path.touch()


def seconds_since_beat(instance: Path) -> float | None:
    """How long ago the worker was alive; ``None`` where it never was."""
    try:
        return max(0.0, time.time() - (instance / _BEAT).stat().st_mtime)
    except OSError:
        return None


def _holder(path: Path) -> str:
    return path.read_text("utf-8", errors="replace")


def _open(path: Path) -> int:
    with in_place(path):
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            # Of a pipe, whoever reads who holds it would wait without end.
            os.close(handle)
            raise OSError(errno.EINVAL, "it is no file")
        return handle
