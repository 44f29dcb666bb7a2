"""Backups: one archive of database, key and uploads, consistent while running, checked after writing."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL

from engage.core.clock import now

FORMAT = 1
_DATABASE = {"sqlite": "engage.db", "postgresql": "engage.dump"}
# Made again from the database; leaving them out keeps backups small.
_DERIVED = {"columns", "exports"}
_MOST_BYTES = 200 * 1024**3
_CHUNK = 1 << 20


class BackupError(Exception):
    """A backup that cannot be made or used; the message says why and what to do."""


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
    partial = target.with_name(target.name + ".part")
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
            copied = Path(folder)
            progress("Copying the database …")
            _dump(url, copied / _DATABASE[_dialect(url)])
            _write_private(copied / "secret.key", secret_key)
            progress("Packing …")
            _pack(partial, copied, instance / "files", _dialect(url))
        progress("Checking what was written …")
        report = check_backup(partial)
        partial.replace(target)
    except OSError as error:
        raise BackupError(f"The backup could not be written: {error.strerror or error}.") from error
    finally:
        partial.unlink(missing_ok=True)
    return report


def check_backup(path: Path) -> BackupReport:
    """Read an archive whole, compare every file with its hash, and check the database in it.

    Raises ``BackupError`` for one that is damaged, incomplete or not ours.
    """
    with tempfile.TemporaryDirectory(prefix="engage-check-") as folder:
        manifest = unpack(path, Path(folder))
        database = Path(folder) / _DATABASE["sqlite"]
        if database.exists():
            _check_sqlite(database)
    size = sum(item["size"] for item in manifest["files"].values())
    return BackupReport(len(manifest["files"]), size, manifest["made_at"])


def unpack(path: Path, folder: Path) -> dict[str, Any]:
    """Extract an archive into an empty ``folder`` and answer its manifest. Raises ``BackupError``."""
    try:
        with tarfile.open(path, "r:gz") as archive:
            manifest = _manifest(archive)
            for name, described in manifest["files"].items():
                _extract(archive, name, described, folder)
    except (tarfile.TarError, EOFError, OSError, KeyError, ValueError) as error:
        raise BackupError(f"{path.name} is not a usable backup: {error}") from error
    return manifest


def restore_database(url: URL, folder: Path, instance: Path) -> Path:
    """Put the unpacked parts in place; answers the folder to which what was there has been moved."""
    aside = instance / f"before-restore-{now():%Y%m%d-%H%M%S}"
    aside.mkdir()
    for name in ("secret.key", "files"):
        if (instance / name).exists():
            shutil.move(instance / name, aside / name)
    if _dialect(url) == "sqlite":
        database = Path(str(url.database))
        for path in (database, *(database.with_name(database.name + end) for end in ("-wal", "-shm"))):
            if path.exists():
                shutil.move(path, aside / path.name)
        shutil.move(folder / _DATABASE["sqlite"], database)
    else:
        _run(
            [
                "pg_restore",
                "--clean",
                "--if-exists",
                "--no-owner",
                "-d",
                _plain(url),
                str(folder / _DATABASE["postgresql"]),
            ]
        )
    shutil.move(folder / "secret.key", instance / "secret.key")
    if (folder / "files").exists():
        shutil.move(folder / "files", instance / "files")
    return aside


def _dialect(url: URL) -> str:
    return url.get_backend_name()


def _dump(url: URL, target: Path) -> None:
    if _dialect(url) == "sqlite":
        with sqlite3.connect(str(url.database)) as source, sqlite3.connect(target) as copy:
            source.backup(copy, pages=2000, sleep=0.01)
        copy.close()
        source.close()
        return
    _run(["pg_dump", "--format=custom", "--file", str(target), _plain(url)])


def _run(command: list[str]) -> None:
    try:
        finished = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise BackupError(f"{command[0]} is missing: install the PostgreSQL client programs.") from error
    if finished.returncode:
        raise BackupError(f"{command[0]} failed: {finished.stderr.strip()[-500:]}")


def _plain(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _write_private(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as file:
        file.write(text)


def _pack(target: Path, copied: Path, uploads: Path, dialect: str) -> None:
    members = {path.name: path for path in sorted(copied.iterdir())}
    members.update({f"files/{path.relative_to(uploads).as_posix()}": path for path in _uploads(uploads)})
    files = {name: {"size": path.stat().st_size, "sha256": _hash(path)} for name, path in members.items()}
    manifest = {"format": FORMAT, "made_at": now().isoformat(), "database": dialect, "files": files}
    data = json.dumps(manifest, indent=1).encode()
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        with tarfile.open(fileobj=file, mode="w:gz", compresslevel=3) as archive:
            head = tarfile.TarInfo("manifest.json")
            head.size = len(data)
            archive.addfile(head, io.BytesIO(data))
            for name, path in members.items():
                archive.add(path, name, recursive=False)
        file.flush()
        os.fsync(file.fileno())


def _uploads(folder: Path) -> Iterator[Path]:
    if not folder.exists():
        return
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and path.relative_to(folder).parts[0] not in _DERIVED:
            yield path


def _manifest(archive: tarfile.TarFile) -> dict[str, Any]:
    first = archive.next()
    if first is None or first.name != "manifest.json" or first.size > 50_000_000:
        raise ValueError("it has no manifest")
    file = archive.extractfile(first)
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


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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
