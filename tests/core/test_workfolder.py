"""What a killed process leaves of its work is deleted by a later one, and nothing else is."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.engine import make_url

from engage.core import backup, workfolder
from engage.core.workfolder import work_folder
from tests.fixtures.server import ROOT

PREFIX = ".engage-trial-"
_HOLDS = f"""
import sys
from pathlib import Path
from engage.core.workfolder import work_folder
with work_folder(Path(sys.argv[1]), "{PREFIX}") as folder:
    (folder / "secret.key").write_text("key")
    print(folder, flush=True)
    sys.stdin.read()
"""


def test_of_a_killed_process_it_is_deleted_and_of_a_running_one_kept(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _HOLDS, str(tmp_path)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        left = Path(other.stdout.readline().strip())
        with work_folder(tmp_path, PREFIX) as ours:
            assert (left / "secret.key").exists()
            assert ours.stat().st_mode & 0o077 == 0
        other.kill()
        other.wait()
        assert (left / "secret.key").exists()
    with work_folder(tmp_path, PREFIX) as ours:
        assert list(tmp_path.iterdir()) == [ours]
    assert not list(tmp_path.iterdir())


def test_files_and_links_of_others_stay(tmp_path: Path) -> None:
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "kept").touch()
    (tmp_path / f"{PREFIX}link").symlink_to("theirs")
    (tmp_path / f"{PREFIX}file").touch()
    os.mkfifo(tmp_path / f"{PREFIX}pipe")
    with work_folder(tmp_path, PREFIX):
        pass
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"theirs", f"{PREFIX}link", f"{PREFIX}file", f"{PREFIX}pipe"}
    assert (tmp_path / "theirs" / "kept").exists()


def test_where_another_took_the_new_one_for_left_over_there_is_a_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock, taken = fcntl.flock, []

    def late(handle: int, how: int) -> None:
        if not taken:
            taken.extend(tmp_path.iterdir())
            shutil.rmtree(taken[0])
        lock(handle, how)

    monkeypatch.setattr(workfolder.fcntl, "flock", late)
    with work_folder(tmp_path, PREFIX) as folder:
        assert folder.is_dir()
        assert [folder] != taken


@pytest.mark.sqlite_only
def test_a_backup_and_a_check_delete_what_killed_ones_left(app: Flask, tmp_path: Path) -> None:
    config, folder = app.config["ENGAGE"], tmp_path / "backups"
    target = folder / "new.tar.gz"
    url = make_url(config.database_url)

    def leave() -> None:
        (folder / ".engage-work-killed").mkdir(parents=True)
        (folder / ".engage-work-killed" / "secret.key").write_text("key")

    leave()
    # A folder of this name may be somebody's own.
    (folder / ".backup-20260305").mkdir()
    backup.write_backup(
        target, instance=config.instance, url=url, secret_key="key", progress=lambda _line: None
    )
    assert {path.name for path in folder.iterdir()} == {".backup-20260305", "new.tar.gz"}
    leave()
    backup.check_backup(target)
    assert {path.name for path in folder.iterdir()} == {".backup-20260305", "new.tar.gz"}
