"""``flask engage …``: the commands of an installation."""

from __future__ import annotations

import errno
import json
import re
import signal
import sqlite3
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import AppGroup, ScriptInfo
from flask_migrate import upgrade
from sqlalchemy import exists, inspect, or_, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from engage.config import ROOT
from engage.consultations import models as consultations
from engage.consultations.models import Comment, Consultation
from engage.core.calendar import FILE, CalendarError
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import Busy, Invalid, NotFound, Refusal
from engage.core.private import is_root_for
from engage.core.replacing import cut_off
from engage.core.running import Running, Unusable, stopped
from engage.core.schema import HELP, SchemaError, first_line, require_known_revision, require_schema
from engage.core.writer import atomic
from engage.participation.marks import DAYS, PARTICIPATION, marks
from engage.settings.actions import import_working_days
from engage.surveys import models as surveys
from engage.surveys.models import Response, Survey

# What is said on pages speaks of pages and of what was typed there.
_SENTENCES: dict[type[Refusal], str] = {
    Busy: "The database cannot be written now: another program holds it, or the disk is full. Try later.",
    NotFound: "What this command names is not there.",
}
_MIGRATIONS = ROOT / "migrations"
_STOOD_STILL = "The database could not be brought up to date, and was left as it is"
_NO_TABLE = re.compile(r"no such (table|column)|(relation|column) .* does not exist")
_NO_DATABASE = re.compile(r'database "(.+)" does not exist')


class EngageGroup(AppGroup):
    """Commands that say in a sentence what stood in their way; our own mistakes stay tracebacks."""

    def invoke(self, ctx: click.Context) -> Any:
        _warn_of_root(ctx.ensure_object(ScriptInfo).load_app().config["ENGAGE"].instance)
        try:
            with _in_order():
                return super().invoke(ctx)
        except SchemaError as error:
            raise click.ClickException(str(error)) from error
        except Unusable as error:
            raise click.ClickException(str(error)) from error
        except Running as error:
            raise click.ClickException("The site is running. Stop web and worker first.") from error
        except Invalid as refusal:
            raise click.ClickException(" ".join(map(str, refusal.errors.values()))) from refusal
        except Refusal as refusal:
            raise click.ClickException(_SENTENCES.get(type(refusal), str(refusal.message))) from refusal
        except DBAPIError as error:
            raise click.ClickException(_about_database(error.orig)) from error
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise click.ClickException(_about_database(error)) from error
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise
            where = f"{error.filename}: " if error.filename else ""
            raise click.ClickException(f"{where}{error.strerror or error}.") from error


@contextmanager
def _in_order() -> Iterator[None]:
    """Told to end, or left by its terminal, a command undoes what it has half done and tidies up first."""
    ours = []
    if threading.current_thread() is threading.main_thread():
        ours = [each for each in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(each) is signal.SIG_DFL]
    for number in ours:
        signal.signal(number, lambda number, _frame: sys.exit(128 + number))
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)


def _warn_of_root(instance: Path) -> None:
    owner = is_root_for(instance)
    if owner:
        click.echo(
            f"Warning: you are root and {instance} belongs to {owner}, who cannot write what root makes "
            f"there. Better: sudo -u {owner} .venv/bin/flask engage …",
            err=True,
        )


def _about_database(error: BaseException | None) -> str:
    words = str(error).strip()
    missing = _NO_DATABASE.search(words)
    if missing:
        name = missing.group(1)
        return (
            f"The PostgreSQL server has no database {name}. "
            f"Make it (createdb -E UTF8 {name}), then run this again."
        )
    if _NO_TABLE.search(words):
        return "There is no database yet, or one of an older version. Run first: .venv/bin/flask engage init"
    return f"The database cannot be used: {first_line(error)}."


engage_cli = EngageGroup("engage", help="Run and keep an Engage installation.")


def say(result: dict[str, Any], *, as_json: bool, text: str) -> None:
    """Print ``text`` for people or ``result`` as one JSON object for scripts."""
    click.echo(json.dumps(result, ensure_ascii=False) if as_json else text)


def is_new() -> bool:
    """Whether the database has not been created yet.

    Raises ``SchemaError`` after a restore cut off, and where the database of those who took part is gone.
    """
    _require_no_restore_cut_off()
    new = not inspect(db.engine).has_table("alembic_version")
    if new and _holds_marks():
        raise SchemaError(
            f"There is no database, though {marks().path} knows of people who took part: restore a backup. "
            "To begin with an empty one run first: .venv/bin/flask engage begin-marks"
        )
    return new


def _holds_marks() -> bool:
    try:
        return marks().count() > 0
    except OSError:
        return False  # Damaged: the next start says what to do.


def require_current(app: Flask) -> None:
    """Return where the database of ``app`` is one of this version, and its marks are whole.

    Raises ``SchemaError``.
    """
    with app.app_context():
        _require_no_restore_cut_off()
        require_schema(db.engine, db.metadata, _MIGRATIONS)
        try:
            marks().check()
            if marks().is_blank() and devices_took_part():
                raise FileNotFoundError(errno.ENOENT, "it holds nothing, though people have answered")
        except OSError as error:
            raise SchemaError(
                f"{marks().path} cannot be used ({error.strerror}): put it back from a backup. "
                "Where there is none, run .venv/bin/flask engage begin-marks; "
                "everybody can then answer once more."
            ) from error


def _require_no_restore_cut_off() -> None:
    aside = cut_off(current_app.config["ENGAGE"].instance)
    if aside is not None:
        raise SchemaError(
            "A restore was cut off, so part of the backup is in place and part may not be: restore it once "
            f"more. What was there before is in {aside}."
        )


def devices_took_part() -> bool:
    """Whether there is an answer that counts once a device and whose mark is not due to be forgotten yet."""
    since = now() - timedelta(days=DAYS[PARTICIPATION] - 1)
    answered = exists().where(
        Response.survey_id == Survey.id,
        Survey.one_per_device,
        Survey.is_demo.is_(False),
        Response.source == surveys.Source.WEB,
        Response.submitted_minute > since,
    )
    stood = exists().where(
        Comment.consultation_id == Consultation.id,
        Consultation.is_demo.is_(False),
        Comment.counted,
        Comment.source == consultations.Source.WEB,
        Comment.submitted_minute > since,
    )
    return bool(db.session.scalar(select(or_(answered, stood))))


def migrate_database() -> None:
    """Bring the database to the newest revision, all or nothing. Raises ``SchemaError`` for a foreign one."""
    require_known_revision(db.engine, _MIGRATIONS)
    try:
        upgrade()
    except DBAPIError as error:
        raise SchemaError(f"{_STOOD_STILL}: {first_line(error.orig)}. {HELP}") from error
    require_schema(db.engine, db.metadata, _MIGRATIONS)


def _import_working_days(folder: Path, *, as_json: bool) -> None:
    """What earlier versions read at each start is stored once; people edit it in a page since then."""
    try:
        days = import_working_days(folder / FILE)
    except CalendarError as error:
        raise click.ClickException(str(error)) from error
    if days and not as_json:
        click.echo(f"Stored the {days} dates of {FILE}; they are edited under /staff/working-days now.")


def _begin_first_marks() -> None:
    """From the beginning, so that a missing file is a lost one, whatever is switched on later."""
    with atomic():
        try:
            marks().check()
            blank = marks().is_blank()
        except OSError:
            return  # Damaged: the next start says what to do.
        if blank and not devices_took_part():
            marks().begin()


@engage_cli.command()
@click.option("--yes", is_flag=True, help="Do not ask before everybody can answer once more.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def begin_marks(yes: bool, as_json: bool) -> None:
    """Begin participation.marks anew where it is lost: everybody can then answer once more."""
    with stopped(current_app.config["ENGAGE"].instance):
        if not yes:
            click.confirm("Begin anew? Everybody can then answer once more.", abort=True)
        marks().begin()
    path = str(marks().path)
    say({"begun": path}, as_json=as_json, text=f"Begun anew: {path}")


@engage_cli.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def init(as_json: bool) -> None:
    """Create or migrate the database in the instance folder; safe to run again."""
    fresh = is_new()
    if not as_json:
        click.echo("Creating the database …" if fresh else "Bringing the database up to date …")
    migrate_database()
    folder: Path = current_app.config["ENGAGE"].instance
    current_app.config["ENGAGE"].files.mkdir(parents=True, exist_ok=True)
    _import_working_days(folder, as_json=as_json)
    _begin_first_marks()
    say(
        {"new": fresh, "instance": str(folder)},
        as_json=as_json,
        text="Created the database." if fresh else "The database is up to date.",
    )
