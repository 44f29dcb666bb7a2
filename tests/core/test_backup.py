"""Backups: consistent, checked, and refused when damaged."""

from __future__ import annotations

import io
import json
import sqlite3
import tarfile
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from engage.core.backup import BackupError, check_backup, restore_database, unpack, write_backup
from engage.core.clock import now
from engage.core.db import db
from engage.core.jobs import OutboxJob
from engage.core.writer import atomic

# PostgreSQL is copied by its own programs, tried in test_maintenance.
pytestmark = pytest.mark.sqlite_only


@pytest.fixture
def archive(app: Flask, tmp_path: Path) -> Path:
    instance = app.config["ENGAGE"].instance
    (instance / "files" / "photos").mkdir(parents=True)
    (instance / "files" / "photos" / "one.webp").write_bytes(b"picture")
    (instance / "files" / "columns").mkdir()
    (instance / "files" / "columns" / "derived.parquet").write_bytes(b"again")
    (instance / "secret.key").write_text("old-key")
    target = tmp_path / "backup.tar.gz"
    with app.app_context():
        with atomic():
            db.session.add(OutboxJob(name="kept", payload={}, run_at=now()))
        heard: list[str] = []
        report = write_backup(
            target, instance=instance, url=db.engine.url, secret_key="old-key", progress=heard.append
        )
    assert report.files == 3
    assert len(heard) == 3
    return target


def test_it_is_private_checked_and_whole(archive: Path, tmp_path: Path) -> None:
    assert archive.stat().st_mode & 0o077 == 0
    assert check_backup(archive).files == 3
    folder = tmp_path / "unpacked"
    folder.mkdir()
    manifest = unpack(archive, folder)
    assert set(manifest["files"]) == {"engage.db", "secret.key", "files/photos/one.webp"}
    assert not list(archive.parent.glob("*.part"))


def test_restored_is_what_was_saved_and_the_rest_is_kept_aside(
    app: Flask, archive: Path, tmp_path: Path
) -> None:
    instance = app.config["ENGAGE"].instance
    with app.app_context():
        with atomic():
            db.session.add(OutboxJob(name="later", payload={}, run_at=now()))
        (instance / "files" / "photos" / "two.webp").write_bytes(b"later")
        db.session.remove()
        db.engine.dispose()
        folder = tmp_path / "unpacked"
        folder.mkdir()
        unpack(archive, folder)
        aside = restore_database(db.engine.url, folder, instance)
        assert set(db.session.scalars(select(OutboxJob.name))) == {"kept"}
    assert (aside / "files" / "photos" / "two.webp").read_bytes() == b"later"
    assert not (instance / "files" / "photos" / "two.webp").exists()
    assert (instance / "secret.key").read_text() == "old-key"


def _rewritten(archive: Path, target: Path, change: str) -> Path:
    """The archive with one thing wrong."""
    with tarfile.open(archive) as source, tarfile.open(target, "w:gz") as copy:
        for member in source.getmembers():
            file = source.extractfile(member)
            assert file is not None
            data = file.read()
            if change == "content" and member.name == "secret.key":
                data = b"x" * len(data)
            if change == "missing" and member.name == "secret.key":
                continue
            if member.name == "manifest.json":
                data = _manifest(data, change)
            member.size = len(data)
            copy.addfile(member, io.BytesIO(data))
        if change == "outside":
            member = tarfile.TarInfo("../outside")
            member.size = 1
            copy.addfile(member, io.BytesIO(b"x"))
    return target


def _manifest(data: bytes, change: str) -> bytes:
    manifest = json.loads(data)
    if change == "format":
        manifest["format"] = 99
    if change == "outside":
        digest = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
        manifest["files"]["../outside"] = {"size": 1, "sha256": digest}
    if change == "huge":
        manifest["files"]["huge"] = {"size": 10**15, "sha256": ""}
    return json.dumps(manifest).encode()


@pytest.mark.parametrize("change", ["content", "missing", "format", "outside", "huge"])
def test_damaged_or_hostile_archives_are_refused(archive: Path, tmp_path: Path, change: str) -> None:
    bad = _rewritten(archive, tmp_path / "bad.tar.gz", change)
    with pytest.raises(BackupError, match="not a usable backup"):
        check_backup(bad)
    assert not (tmp_path.parent / "outside").exists()


@pytest.mark.parametrize("content", [b"", b"not an archive", b"\x1f\x8b\x08 cut short"])
def test_other_files_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.tar.gz"
    path.write_bytes(content)
    with pytest.raises(BackupError, match="not a usable backup"):
        check_backup(path)


def test_a_damaged_database_is_noticed(app: Flask, tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    database = folder / "engage.db"
    connection = sqlite3.connect(database)
    connection.execute("CREATE TABLE a (b)")
    connection.executemany("INSERT INTO a VALUES (?)", [("x" * 3000,)] * 50)
    connection.commit()
    connection.close()
    data = bytearray(database.read_bytes())
    data[5000:60000] = b"\xff" * 55000
    database.write_bytes(data)
    with app.app_context(), pytest.raises((BackupError, sqlite3.DatabaseError)):
        write_backup(
            tmp_path / "b.tar.gz",
            instance=folder,
            url=db.engine.url.set(database=str(database)),
            secret_key="k",
            progress=lambda _text: None,
        )
    assert not (tmp_path / "b.tar.gz").exists()


def test_a_missing_folder_is_said(app: Flask, tmp_path: Path) -> None:
    with app.app_context(), pytest.raises(BackupError, match="does not exist"):
        write_backup(
            tmp_path / "nowhere" / "b.tar.gz",
            instance=tmp_path,
            url=db.engine.url,
            secret_key="k",
            progress=lambda _text: None,
        )
