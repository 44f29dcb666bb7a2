"""What an installation stores is for its own system user: nobody else on the machine may read of it."""

from __future__ import annotations

import contextlib
import os
import pwd
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

UMASK = 0o077
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_BESIDE_SQLITE = ("", "-wal", "-shm", "-journal")


class Exposed(Exception):
    """Others can read the installation and this process cannot change that; the words say what to do."""


def keep_private(folder: Path, database_url: str = "") -> int:
    """Take group and others off the instance ``folder``, all below it and the SQLite database wherever it is.

    What this process and its children create from now on is private from its first moment (umask 0077).
    Links are not followed. Answers how many files and folders had to be mended, none where nothing is stored
    yet, as in a fresh checkout; raises ``Exposed``.
    """
    os.umask(UMASK)
    if folder in (Path("/"), Path.home()) or folder.stat().st_mode & stat.S_ISVTX:
        raise Exposed(f"{folder} is no folder for an installation alone: name another in ENGAGE_INSTANCE.")
    places = (folder, *_below(folder), *_database(database_url))
    mended = sum(map(_mended, places))
    return mended if mended and any(map(_holds_something, places)) else 0


def is_root_for(folder: Path) -> str:
    """The user ``folder`` belongs to where this process is root and that user is not, else empty."""
    owner = folder.stat().st_uid
    return _name(owner) if os.geteuid() == 0 and owner != 0 else ""


def _below(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            yield Path(place, name)


def _database(url: str) -> Iterable[Path]:
    kind, _, path = url.partition(":///")
    if not kind.startswith("sqlite") or not path:
        return ()
    return [Path(path + end) for end in _BESIDE_SQLITE if Path(path + end).is_file()]


def _holds_something(path: Path) -> bool:
    with contextlib.suppress(FileNotFoundError):
        found = path.lstat()
        return not stat.S_ISDIR(found.st_mode) and (found.st_size > 0 or not stat.S_ISREG(found.st_mode))
    return False


def _mended(path: Path) -> bool:
    # The workers of a running installation rename and delete meanwhile.
    with contextlib.suppress(FileNotFoundError):
        found = path.lstat()
        if stat.S_ISLNK(found.st_mode) or not found.st_mode & _OTHERS:
            return False
        try:
            path.chmod(stat.S_IMODE(found.st_mode) & ~_OTHERS)
        except PermissionError as error:
            raise Exposed(
                f"{path} is open to other users of this machine and belongs to {_name(found.st_uid)}, "
                f"so {_name(os.geteuid())} cannot close it. "
                f"As root run: chown -R {_name(os.geteuid())} {path} && chmod -R go= {path}"
            ) from error
        return True
    return False


def _name(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"
