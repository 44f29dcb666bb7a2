"""``flask engage backup`` and ``flask engage restore``."""

from __future__ import annotations

import json
import socket
import tempfile
from pathlib import Path
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from engage.analysis.socket_path import is_ours, socket_path
from engage.core.backup import BackupError, check_backup, restore_database, unpack, write_backup
from engage.core.db import db
from engage.participation.deletion import Noted, deletions, reapply_deletions

_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_JSON
@with_appcontext
def backup(file: Path, as_json: bool) -> None:
    """Write database, secret key and uploads to FILE (.tar.gz) while the site runs, and check it.

    The archive holds the secret key and everything citizens said: keep it as safe as the installation.
    """
    config = current_app.config["ENGAGE"]
    try:
        report = write_backup(
            file, instance=config.instance, url=_url(), secret_key=config.secret_key, progress=_tell(as_json)
        )
    except BackupError as error:
        raise click.ClickException(str(error)) from error
    described = {"file": str(file), "files": report.files, "bytes": report.size, "made_at": report.made_at}
    _say(described, as_json, f"Wrote and checked {file}: {report.files} files, {report.size:,} bytes.")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Do not ask before replacing what is there.")
@click.option("--check", is_flag=True, help="Only check the archive; change nothing.")
@_JSON
@with_appcontext
def restore(file: Path, yes: bool, check: bool, as_json: bool) -> None:
    """Put the backup FILE in the place of what is there; that is moved aside, not deleted.

    Stop the site first. Deletions that were due since the backup was made are done again.
    """
    tell = _tell(as_json)
    try:
        if check:
            report = check_backup(file)
            _say(
                {"file": str(file), "files": report.files, "made_at": report.made_at},
                as_json,
                "The backup is good.",
            )
            return
        _refuse_while_running()
        if not yes:
            click.confirm("Replace the content of this installation by the backup?", abort=True)
        tell("Checking the backup …")
        check_backup(file)
        aside = _restore(file, tell)
    except BackupError as error:
        raise click.ClickException(str(error)) from error
    _say(
        {"restored": str(file), "moved_aside": str(aside)},
        as_json,
        f"Restored. What was there is now in {aside}.",
    )


def _restore(file: Path, tell: Any) -> Path:
    instance = current_app.config["ENGAGE"].instance
    with tempfile.TemporaryDirectory(dir=instance, prefix=".restore-") as folder:
        tell("Unpacking …")
        manifest = unpack(file, Path(folder))
        ours, theirs = _url().get_backend_name(), manifest["database"]
        if ours != theirs:
            raise BackupError(f"The backup is of a {theirs} database, this installation uses {ours}.")
        noted = _deletions()
        url = _url()
        db.session.remove()
        db.engine.dispose()
        aside = restore_database(url, Path(folder), instance)
    tell("Bringing the database up to date …")
    upgrade()
    tell("Deleting again what was deleted since the backup …")
    reapply_deletions(noted)
    return aside


def _deletions() -> list[Noted]:
    """The deletions the present database knows; none where it cannot be read any more."""
    try:
        return deletions()
    except SQLAlchemyError:
        return []


def _refuse_while_running() -> None:
    path = socket_path(current_app.config["ENGAGE"].instance)
    if is_ours(path) and _answers(path):
        raise BackupError("The site seems to be running. Stop it first, then restore.")


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        return probe.connect_ex(str(path)) == 0


def _url() -> URL:
    return db.engine.url


def _tell(as_json: bool) -> Any:
    return (lambda _text: None) if as_json else click.echo


def _say(result: dict[str, Any], as_json: bool, text: str) -> None:
    click.echo(json.dumps(result, ensure_ascii=False) if as_json else text)


commands: tuple[click.Command, ...] = (backup, restore)
