"""``flask engage backup`` and ``flask engage restore``."""

from __future__ import annotations

import json
from pathlib import Path
from shutil import rmtree
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from engage.cli import migrate_database
from engage.core.backup import check_backup, unpack, write_backup
from engage.core.db import db
from engage.core.dumps import BackupError
from engage.core.replacing import UNPACKED, cut_off, finish, is_unused, replace_by
from engage.core.running import Running, Unusable, stopped
from engage.core.workfolder import work_folder
from engage.participation import erased, marks
from engage.participation.deletion import NotAllDeleted, deletions, reapply_deletions
from engage.participation.erased import Noted

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
            report = check_backup(file, current_app.config["ENGAGE"].instance)
            _say(
                {"file": str(file), "files": report.files, "made_at": report.made_at},
                as_json,
                "The backup is good.",
            )
            return
        with stopped(current_app.config["ENGAGE"].instance):
            if not yes:
                click.confirm("Replace the content of this installation by the backup?", abort=True)
            aside = _restore(file, tell)
    except Unusable as error:
        raise click.ClickException(str(error)) from error
    except Running as error:
        raise click.ClickException("The site is running. Stop web and worker first, then restore.") from error
    except BackupError as error:
        raise click.ClickException(str(error)) from error
    _say(
        {"restored": str(file), "moved_aside": str(aside) if aside else None},
        as_json,
        f"Restored. What was there is now in {aside}: delete that folder when you need it no more."
        if aside
        else "Restored.",
    )


def _restore(file: Path, tell: Any) -> Path | None:
    """The folder that holds what was there; ``None`` where nothing was."""
    instance = current_app.config["ENGAGE"].instance
    unused = is_unused(_url(), instance) and cut_off(instance) is None
    with work_folder(instance, UNPACKED) as folder:
        tell("Unpacking and checking …")
        manifest = unpack(file, folder)
        ours, theirs = _url().get_backend_name(), manifest["database"]
        if ours != theirs:
            raise BackupError(f"The backup is of a {theirs} database, this installation uses {ours}.")
        noted = _noted(instance, manifest["made_at"])
        url = _url()
        db.session.remove()
        db.engine.dispose()
        tell("Putting it in place …")
        aside = replace_by(folder, url=url, instance=instance)
        marks.look_anew()
    tell("Bringing the database up to date …")
    migrate_database()
    tell("Deleting again what was deleted since the backup …")
    try:
        reapply_deletions(noted)
    except NotAllDeleted as error:
        click.echo(f"Warning: {error} The log says why; the worker tries again every hour.", err=True)
    erased.write_down(instance, deletions())
    aside = finish(aside)
    if unused:
        rmtree(aside)
        return None
    return aside


def _noted(instance: Path, made_at: str) -> list[Noted]:
    """The deletions known here, from the database and from the list beside it; a warning without either."""
    known = erased.read(instance)
    try:
        in_database: list[Noted] | None = deletions()
    except SQLAlchemyError:
        in_database = None
    if known is None and in_database is None:
        click.echo(
            f"Warning: neither the present database nor {instance / erased.NAME} can be read. What people "
            f"had erased since {made_at} comes back with this backup: find a copy of that file, put it "
            "there and restore once more, or erase by hand.",
            err=True,
        )
    return erased.joined(in_database or [], known or [])


def _url() -> URL:
    return db.engine.url


def _tell(as_json: bool) -> Any:
    return (lambda _text: None) if as_json else click.echo


def _say(result: dict[str, Any], as_json: bool, text: str) -> None:
    click.echo(json.dumps(result, ensure_ascii=False) if as_json else text)


commands: tuple[click.Command, ...] = (backup, restore)
