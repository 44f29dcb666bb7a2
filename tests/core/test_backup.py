"""Backups: consistent, checked, and refused when damaged."""

from __future__ import annotations

import io
import json
import shutil
import sqlite3
import tarfile
import threading
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.engine import make_url

from engage.core import backup, dumps, replacing
from engage.core.backup import check_backup, unpack, write_backup
from engage.core.clock import now
from engage.core.db import db
from engage.core.dumps import BackupError, dump
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
    assert not list(archive.parent.glob(".engage-*"))


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
        aside = replacing.replace_by(folder, url=db.engine.url, instance=instance)
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


@pytest.mark.parametrize("part", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_a_flipped_bit_anywhere_is_noticed(archive: Path, part: float) -> None:
    data = bytearray(archive.read_bytes())
    for at in range(int(len(data) * part), int(len(data) * part) + 40):
        data[at] ^= 0x55
    archive.write_bytes(data)
    with pytest.raises(BackupError, match="not a usable backup"):
        check_backup(archive)


def test_no_room_to_unpack_is_not_blamed_on_the_backup(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup, "_extract", full)
    with pytest.raises(BackupError, match=r"cannot be unpacked: No space left on device\."):
        check_backup(archive)


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
    with app.app_context(), pytest.raises(BackupError, match="database"):
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


def test_it_ends_while_others_write_and_is_of_one_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dumps, "_PAGES", 300)
    path = tmp_path / "engage.db"
    with sqlite3.connect(path) as made:
        made.execute("PRAGMA journal_mode=WAL")
        made.execute("CREATE TABLE pair (a INTEGER, b INTEGER, filling TEXT)")
        made.executemany("INSERT INTO pair VALUES (0, 0, ?)", [("x" * 3000,)] * 7000)
    made.close()
    assert path.stat().st_size > 20_000_000
    stop, wrote = threading.Event(), threading.Event()

    def write() -> None:
        writer = sqlite3.connect(path, isolation_level=None, timeout=10)
        while not stop.is_set():
            writer.execute("BEGIN IMMEDIATE")
            writer.execute("UPDATE pair SET a = a + 1 WHERE rowid = 1")
            writer.execute("UPDATE pair SET b = b + 1 WHERE rowid = 7000")
            writer.execute("COMMIT")
            wrote.set()
        writer.close()

    told: list[str] = []

    def tell(text: str) -> None:
        # At least one commit comes between any two steps.
        told.append(text)
        wrote.clear()
        assert wrote.wait(10)

    writing = threading.Thread(target=write)
    copying = threading.Thread(
        target=dump, args=(make_url(f"sqlite:///{path}"), tmp_path / "copy.db", tell), daemon=True
    )
    writing.start()
    try:
        copying.start()
        copying.join(60)
        assert not copying.is_alive(), "the copying begins anew with each commit"
    finally:
        stop.set()
        writing.join()
    copy = sqlite3.connect(tmp_path / "copy.db")
    first = copy.execute("SELECT a FROM pair WHERE rowid = 1").fetchone()[0]
    last = copy.execute("SELECT b FROM pair WHERE rowid = 7000").fetchone()[0]
    assert copy.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    copy.close()
    assert first == last
    assert told[-1].strip().endswith("pages")


def test_an_upload_deleted_meanwhile_is_left_out(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance = app.config["ENGAGE"].instance
    (instance / "files").mkdir()
    (instance / "files" / "stays").write_bytes(b"1")
    listed = [instance / "files" / "gone", instance / "files" / "stays"]
    monkeypatch.setattr(backup, "_uploads", lambda _folder: iter(listed))
    with app.app_context():
        report = write_backup(
            tmp_path / "b.tar.gz",
            instance=instance,
            url=db.engine.url,
            secret_key="k",
            progress=lambda _text: None,
        )
    assert report.files == 3
    with tarfile.open(tmp_path / "b.tar.gz") as archive:
        assert set(archive.getnames()) == {"engage.db", "secret.key", "files/stays", "manifest.json"}


def _content(instance: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(instance)): path.read_bytes()
        for path in instance.rglob("*")
        if path.is_file() and not path.name.endswith(("-shm", "-wal"))
    }


@pytest.mark.parametrize("step", range(1, 7))
def test_whatever_step_fails_everything_is_as_it_was(
    app: Flask, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    instance = app.config["ENGAGE"].instance
    (instance / "files" / "photos" / "two.webp").write_bytes(b"later")
    folder = tmp_path / "unpacked"
    folder.mkdir()
    unpack(archive, folder)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
        url = db.engine.url
    before, moved, move = _content(instance), [], shutil.move

    def failing(source: Path, target: Path) -> Any:
        moved.append(source)
        if len(moved) == step:
            raise OSError(28, "No space left on device")
        return move(source, target)

    monkeypatch.setattr(replacing.shutil, "move", failing)
    with pytest.raises(BackupError, match=r"No space left on device\. Everything is as it was before"):
        replacing.replace_by(folder, url=url, instance=instance)
    assert _content(instance) == before
    assert not list(instance.glob("*restor*"))


def test_what_cannot_be_put_back_is_named(
    app: Flask, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "unpacked"
    folder.mkdir()
    unpack(archive, folder)
    move, moved = shutil.move, []

    def failing(source: Path, target: Path) -> Any:
        moved.append(source)
        if len(moved) > 1:
            raise OSError(5, "Input/output error")
        return move(source, target)

    monkeypatch.setattr(replacing.shutil, "move", failing)
    with app.app_context(), pytest.raises(BackupError, match=r"What was there is in .*restoring-"):
        replacing.replace_by(folder, url=db.engine.url, instance=app.config["ENGAGE"].instance)
