"""Removing exactly the demonstration: what is marked, and all that hangs on it.

A row is removed where it is marked (``is_demo``), or where its table has no mark and it belongs (by a
reference that may not be empty) to a removed row. Real content that belongs to something of the demonstration
keeps it: the mark is taken off, and it stays. References that may be empty are emptied.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, delete, false, or_, select, update
from sqlalchemy.sql.expression import Select

from engage.accounts.models import Grant, Unit
from engage.analysis.models import Export
from engage.audit.actions import record
from engage.consultations.events import RECEIPT_KIND as COMMENT_RECEIPT
from engage.consultations.models import Comment, Consultation
from engage.core.actor import SYSTEM, ScopeKind
from engage.core.db import Model, db
from engage.core.jobs import enqueue
from engage.core.writer import atomic, publish
from engage.demo.build.people import demo_settings
from engage.demo.entries import REMOVED
from engage.live.actions.asking import RECEIPT_KIND as QUESTION_RECEIPT
from engage.live.models import LiveQuestion, LiveSession
from engage.participation.models import Receipt
from engage.settings.events import SettingsChanged
from engage.settings.models import DEFAULT_CITY, DEFAULT_NAME, ONLY_ID, SiteSettings
from engage.surveys.models import Response, Survey
from engage.surveys.queries.responses import RECEIPT_KIND as RESPONSE_RECEIPT
from engage.themedays.models import Activity, ReportPhoto

_MARK = "is_demo"


def remove(files: Path) -> bool:
    """Remove the demonstration; ``False`` where there is none. Raises ``Busy``."""
    with atomic():
        if not any(_marked_rows(table) for table in _tables() if _MARK in table.c):
            return False
        _keep_what_real_content_needs()
        surveys = list(db.session.scalars(select(Survey.id).where(Survey.is_demo)))
        orphans = _files(files, surveys)
        _forget_receipts()
        _forget_grants()
        for table in reversed(_tables()):
            db.session.execute(delete(table).where(_doomed(table)))
        _reset_settings()
        for survey_id in surveys:  # a running worker holds their columns in memory
            enqueue("analysis.rebuild", {"survey_id": survey_id})
        record(SYSTEM, REMOVED, "demo", 1)
    for path in orphans:
        rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    db.session.expunge_all()
    return True


def _tables() -> list[Table]:
    return Model.metadata.sorted_tables


def _marked_rows(table: Table) -> bool:
    return db.session.execute(select(1).select_from(table).where(table.c[_MARK]).limit(1)).first() is not None


def _references(table: Table) -> Iterator[tuple[Column[object], Column[object]]]:
    """Each referring column with what it refers to."""
    for column in table.columns:
        for key in column.foreign_keys:
            yield column, key.column


def _keep_what_real_content_needs() -> None:
    for table in reversed(_tables()):
        if _MARK not in table.c:
            continue
        for column, target in _references(table):
            if column.nullable or _MARK not in target.table.c:
                continue
            needed = select(column).where(~table.c[_MARK])
            parent = target.table
            db.session.execute(
                update(parent).where(parent.c[_MARK], target.in_(needed)).values({_MARK: False})
            )
    for table in _tables():
        for column, target in _references(table):
            if column.nullable:
                db.session.execute(
                    update(table)
                    .where(column.in_(_doomed_keys(target)), ~_doomed(table))
                    .values({column.name: None})
                )


def _doomed(table: Table) -> ColumnElement[bool]:
    """Which rows of ``table`` are removed."""
    if _MARK in table.c:
        return table.c[_MARK].is_(True)
    found = [
        column.in_(_doomed_keys(target))
        for column, target in _references(table)
        if not column.nullable and target.table is not table
    ]
    return or_(false(), *found)


def _doomed_keys(target: Column[object]) -> Select[Any]:
    parent = target.table
    assert isinstance(parent, Table)
    return select(target).where(_doomed(parent))


def _forget_receipts() -> None:
    responses = select(Response.id).join(Survey).where(Survey.is_demo)
    comments = select(Comment.id).join(Consultation).where(Consultation.is_demo)
    questions = select(LiveQuestion.id).join(LiveSession).where(LiveSession.is_demo)
    for kind, objects in (
        (RESPONSE_RECEIPT, responses),
        (COMMENT_RECEIPT, comments),
        (QUESTION_RECEIPT, questions),
    ):
        db.session.execute(delete(Receipt).where(Receipt.kind == kind, Receipt.object_id.in_(objects)))


def _forget_grants() -> None:
    """What real staff were granted on demo units and activities: a later one could get the same number."""
    for scope, objects in (
        (ScopeKind.UNIT, select(Unit.id).where(Unit.is_demo)),
        (ScopeKind.ACTIVITY, select(Activity.id).where(Activity.is_demo)),
    ):
        db.session.execute(delete(Grant).where(Grant.scope == scope, Grant.scope_id.in_(objects)))


def _files(files: Path, surveys: list[int]) -> list[Path]:
    """Photos no real report shows, columns, and exports of what is removed."""
    used = select(ReportPhoto.file_name).join(Activity).where(~Activity.is_demo)
    names = db.session.scalars(
        select(ReportPhoto.file_name)
        .join(Activity)
        .where(Activity.is_demo, ReportPhoto.file_name.not_in(used))
        .distinct()
    )
    paths = [files / "photos" / f"{name}{size}.webp" for name in names for size in ("", "-phone")]
    exports = db.session.scalars(select(Export).join(Survey).where(Survey.is_demo))
    paths += [files / "exports" / export.file_name for export in exports]
    paths += [files / "columns" / f"survey-{survey_id}" for survey_id in surveys]
    return [path for path in paths if path.exists()]


def _reset_settings() -> None:
    """Each setting that still says what the demonstration wrote becomes what it is on a new installation."""
    row = db.session.get(SiteSettings, ONLY_ID)
    if row is None:
        return
    demo = demo_settings()
    fresh = {"city": DEFAULT_CITY, "name": DEFAULT_NAME}
    for name in ("city", "name", "organiser", "undertaker", "contact", "icp", "police_filing", "site_code"):
        said = getattr(demo, name)
        if getattr(row, name) == said:
            setattr(row, name, fresh.get(name, "" if isinstance(said, str) else type(said)()))
    row.revision += 1
    publish(SettingsChanged(row.revision))
