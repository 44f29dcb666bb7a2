"""Backups: one archive of database, key and uploads, consistent while running, checked after writing."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from sqlalchemy.engine import URL

from engage.core.clock import now
from engage.core.dumps import DATABASE, BackupError, dialect_of, dump
from engage.core.slots import NAME, SlotFile
from engage.core.workfolder import work_folder

FORMAT = 2
_MANIFEST = "manifest.json"
_WORK = ".engage-work-"
# Made again from the database; leaving them out keeps backups small.
_DERIVED = {"columns", "exports"}
_MOST_BYTES = 200 * 1024**3
_MANIFEST_BYTES = 50_000_000
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What an archive holds: number of files, bytes before packing, when it was made (ISO 8601)."""

    files: int
    size: int
    made_at: str


def write_backup(
    target: Path, *, instance: Path, url: URL, secret_key: str, progress: Callable[[str], None]
) -> BackupReport:
    """Write an archive to ``target`` and read it back to check it.

    The database is copied by its own backup function, so it may be written to meanwhile. Raises
    ``BackupError`` where something is missing or the written archive does not check out.
    """
    target = target.resolve()
    if not target.parent.is_dir():
        raise BackupError(f"The folder {target.parent} does not exist.")
    try:
        with work_folder(target.parent, _WORK) as folder:
            partial = folder / target.name
            with tempfile.TemporaryDirectory(dir=folder) as copies:
                copied = Path(copies)
                # First: who takes part from now on is in neither, or in the database alone.
                with contextlib.suppress(FileNotFoundError):
                    _copy_marks(instance / NAME, copied / NAME)
                progress("Copying the database …")
                dump(url, copied / DATABASE[dialect_of(url)], progress)
                _write_private(copied / "secret.key", secret_key)
                progress("Packing …")
                _pack(partial, copied, instance / "files", dialect_of(url))
            progress("Checking what was written …")
            report = check_backup(partial)
            partial.replace(target)
    except OSError as error:
        raise BackupError(f"The backup could not be written: {error.strerror or error}.") from error
    return report


def check_backup(path: Path, room: Path | None = None) -> BackupReport:
    """Read an archive whole, compare every file with its hash, and check the database in it.

    ``room`` is the folder to unpack in meanwhile (default: the archive's own, since the temporary one
    is often small). Raises ``BackupError`` for one that is damaged, incomplete or not ours.
    """
    with work_folder(room or path.resolve().parent, _WORK) as folder:
        manifest = unpack(path, folder)
    size = sum(item["size"] for item in manifest["files"].values())
    return BackupReport(len(manifest["files"]), size, manifest["made_at"])


def unpack(path: Path, folder: Path) -> dict[str, Any]:
    """Extract an archive into an empty ``folder``, check it, and answer its manifest.

    Raises ``BackupError``.
    """
    try:
        with tarfile.open(path, "r:gz") as archive:
            manifest = _manifest(archive)
            for name, described in manifest["files"].items():
                _extract(archive, name, described, folder)
    except (tarfile.TarError, gzip.BadGzipFile, zlib.error, EOFError, KeyError, ValueError) as error:
        raise BackupError(f"{path.name} is not a usable backup: {error}") from error
    except OSError as error:
        raise BackupError(f"{path.name} cannot be unpacked: {error.strerror or error}.") from error
    database = folder / DATABASE["sqlite"]
    if database.exists():
        _check_sqlite(database)
    return manifest


def _write_private(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as file:
        file.write(text)


def _copy_private(source: Path, target: Path) -> None:
    with source.open("rb") as file, os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as copy:
        shutil.copyfileobj(file, copy)


def _copy_marks(source: Path, target: Path) -> None:
    _copy_private(source, target)
    copy = SlotFile(target)
    # A damaged file is kept as it is, for whoever mends it.
    with contextlib.suppress(OSError):
        # While an answer is stored its mark says which one it waits for. An archive would say so for good.
        for slot in copy.open_slots():
            copy.clear(slot)


def _pack(target: Path, copied: Path, uploads: Path, dialect: str) -> None:
    members = {path.name: path for path in sorted(copied.iterdir())}
    members.update({f"files/{path.relative_to(uploads).as_posix()}": path for path in _uploads(uploads)})
    files: dict[str, dict[str, Any]] = {}
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=3) as archive:
            for name, path in members.items():
                # People go on working meanwhile: an upload may be gone since it was listed.
                with contextlib.suppress(FileNotFoundError):
                    files[name] = _add(archive, name, path)
            manifest = {"format": FORMAT, "made_at": now().isoformat(), "database": dialect, "files": files}
            data = json.dumps(manifest, indent=1).encode()
            # Last, because only now it is known what was packed.
            described = tarfile.TarInfo(_MANIFEST)
            described.size = len(data)
            archive.addfile(described, io.BytesIO(data))
        file.flush()
        os.fsync(file.fileno())


class _Hashed:
    """A file that is hashed while it is read."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self.file.read(size)
        self.digest.update(data)
        return data


def _add(archive: tarfile.TarFile, name: str, path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        member = archive.gettarinfo(arcname=name, fileobj=file)
        hashed = _Hashed(file)
        archive.addfile(member, cast(BinaryIO, hashed))
    return {"size": member.size, "sha256": hashed.digest.hexdigest()}


def _uploads(folder: Path) -> Iterator[Path]:
    if not folder.exists():
        return
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and path.relative_to(folder).parts[0] not in _DERIVED:
            yield path


def _manifest(archive: tarfile.TarFile) -> dict[str, Any]:
    try:
        member = archive.getmember(_MANIFEST)
    except KeyError:
        raise ValueError("it has no manifest") from None
    if member.size > _MANIFEST_BYTES:
        raise ValueError("its manifest is too large")
    file = archive.extractfile(member)
    manifest = json.loads(file.read()) if file else {}
    if manifest.get("format") != FORMAT:
        raise ValueError(f"its format is {manifest.get('format')}, this version reads {FORMAT}")
    if sum(int(item["size"]) for item in manifest["files"].values()) > _MOST_BYTES:
        raise ValueError("it is too large")
    return dict(manifest)


def _extract(archive: tarfile.TarFile, name: str, described: dict[str, Any], folder: Path) -> None:
    target = (folder / name).resolve()
    if not target.is_relative_to(folder.resolve()):
        raise ValueError(f"it holds a path outside: {name}")
    member = archive.getmember(name)
    source = archive.extractfile(member)
    if source is None or not member.isfile() or member.size != described["size"]:
        raise ValueError(f"{name} is damaged")
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            file.write(chunk)
    if digest.hexdigest() != described["sha256"]:
        raise ValueError(f"{name} is damaged")


def _check_sqlite(path: Path) -> None:
    connection = sqlite3.connect(path)
    try:
        answer = connection.execute("PRAGMA integrity_check").fetchone()[0]
        broken = connection.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.DatabaseError as error:
        raise BackupError(f"The database in the backup is damaged: {error}") from error
    finally:
        connection.close()
    if answer != "ok" or broken is not None:
        raise BackupError("The database in the backup is damaged.")
