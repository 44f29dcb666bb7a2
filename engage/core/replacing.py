"""Putting a backup in the place of what is there: all of it, or everything stays as it was."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from sqlalchemy.engine import URL

from engage.core.clock import now
from engage.core.dumps import DATABASE, BackupError, dialect_of, dump, load
from engage.core.slots import NAME as MARKS

_BESIDE = ("-wal", "-shm")
_UNDER_WAY, _DONE = "restoring-", "before-restore-"
UNPACKED = ".restore-"
"""How folders begin into which a backup is unpacked."""


class _Steps:
    """Steps done one after the other, which can be undone in the opposite order."""

    def __init__(self) -> None:
        self.undoing: list[Callable[[], object]] = []

    def move(self, source: Path, target: Path) -> None:
        if source.exists():
            shutil.move(source, target)
            self.undoing.append(lambda: shutil.move(target, source))

    def undo(self) -> None:
        while self.undoing:
            self.undoing.pop()()


def is_unused(url: URL, instance: Path) -> bool:
    """Whether nothing is there yet but, at most, a key: that has signed nothing then.

    To be asked before anything looks into the database, which would make it.
    """
    if dialect_of(url) != "sqlite":
        return False
    database = Path(str(url.database))
    return not (database.exists() and database.stat().st_size) and not any(
        path.is_file() for path in (instance / "files").rglob("*")
    )


def replace_by(folder: Path, *, url: URL, instance: Path) -> Path:
    """Put the unpacked backup in ``folder`` in place; answers the folder that holds what was there.

    Until ``finish`` nothing starts (``cut_off``). Raises ``BackupError`` where a step fails; then everything
    is again as it was before.
    """
    aside = instance / f"{_UNDER_WAY}{now():%Y%m%d-%H%M%S}"
    steps = _Steps()
    try:
        aside.mkdir(mode=0o700)
    except OSError as error:
        raise BackupError(f"{aside} cannot be made: {error.strerror or error}.") from error
    try:
        if dialect_of(url) == "sqlite":
            _replace_file(steps, Path(str(url.database)), folder, aside)
        else:
            _replace_content(steps, url, folder, aside)
        for name in ("secret.key", "files", MARKS):
            steps.move(instance / name, aside / name)
            steps.move(folder / name, instance / name)
    except BaseException as error:
        _put_back(steps, aside)
        if isinstance(error, OSError):
            why = error.strerror or error
            raise BackupError(f"The restore failed: {why}. Everything is as it was before.") from error
        raise
    return aside


def cut_off(instance: Path) -> Path | None:
    """The folder with what was there before a restore that has not come to its end."""
    return min(instance.glob(f"{_UNDER_WAY}*"), default=None)


def finish(aside: Path) -> Path:
    """The restore that put away what is in ``aside`` is done, and those cut off before it are over.

    Answers where that is now.
    """
    for path in aside.parent.glob(f"{_UNDER_WAY}*"):
        path.rename(_done(path))
    return _done(aside)


def _done(path: Path) -> Path:
    return path.with_name(path.name.replace(_UNDER_WAY, _DONE, 1))


def _replace_file(steps: _Steps, database: Path, folder: Path, aside: Path) -> None:
    for path in (database, *(database.with_name(database.name + end) for end in _BESIDE)):
        steps.move(path, aside / path.name)
    steps.move(folder / DATABASE["sqlite"], database)


def _replace_content(steps: _Steps, url: URL, folder: Path, aside: Path) -> None:
    kept = aside / DATABASE["postgresql"]
    try:
        dump(url, kept, lambda _text: None)
        kept.chmod(0o600)
        load(url, folder / DATABASE["postgresql"])
    except BackupError:
        # The loading is one transaction: nothing of it is left.
        kept.unlink(missing_ok=True)
        raise
    steps.undoing.append(lambda: _load_back(url, kept))


def _load_back(url: URL, kept: Path) -> None:
    load(url, kept)
    kept.unlink()


def _put_back(steps: _Steps, aside: Path) -> None:
    try:
        steps.undo()
        aside.rmdir()
    except (OSError, BackupError) as error:
        raise BackupError(
            f"The restore failed, and not everything could be put back ({error}). "
            f"What was there is in {aside}."
        ) from error
