"""Theme days: changed freely before the schedule is published, with a public reason afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select, update

from engage.accounts.models import Unit
from engage.accounts.permissions import Permission
from engage.accounts.rules import require
from engage.audit.actions import changes, record
from engage.core.actor import Actor
from engage.core.db import db
from engage.core.errors import Conflict, Invalid
from engage.core.messages import Message, msg
from engage.core.types import Localized
from engage.core.writer import atomic
from engage.participation.actions import made_once
from engage.themedays import entries
from engage.themedays.actions._load import active_unit, check_texts, cohost_ids, load
from engage.themedays.actions.activities import activities_of_rows, cancel_with_day
from engage.themedays.actions.arranging import DECEMBER, delete_day, has_rows_or_activities, join_cohosts
from engage.themedays.models import (
    Activity,
    PlanRow,
    ScheduleChange,
    ThemeDay,
    ThemeDayCohost,
    ThemeDayState,
)
from engage.themedays.rules import NOTE_LIMIT, TEXT_LIMIT, THEME_LIMIT, YEARS, change_needs_note

_NOTHING = Localized()
_SCHEDULE = ("theme", "month", "day")
"""What the annual schedule promises; the story is no part of it."""


@dataclass(frozen=True, slots=True)
class DayFields:
    """A theme day; ``day`` lies in ``month`` where it is set, ``story`` is Markdown."""

    month: int
    theme: Localized
    unit: int
    day: date | None = None
    story: Localized = _NOTHING
    cohosts: tuple[int, ...] = ()


def create_theme_day(
    actor: Actor, year: int, fields: DayFields, *, request_id: str = "", is_demo: bool = False
) -> str:
    """Write a draft theme day without a row behind it, once for a ``request_id``; answers its public id.

    Raises ``Invalid``.
    """
    require(actor, Permission.PLAN_ARRANGE)
    if year not in YEARS:
        raise Invalid({"month": msg("Please enter a year such as 2027.")})
    _check(year, fields)

    def make() -> str:
        active_unit(fields.unit)
        day = ThemeDay(year=year, is_demo=is_demo, revision=0)
        _put(day, fields)
        db.session.add(day)
        db.session.flush()
        label = day.theme.text()
        record(actor, entries.DAY_CREATED, "theme-day", day.public_id, after=_state(day), label=label)
        return day.public_id

    with atomic():
        return made_once(actor, request_id, f"theme-day.create:{year}", fields, make)


def change_theme_day(
    actor: Actor,
    public_id: str,
    fields: DayFields,
    revision: int,
    note: Localized = _NOTHING,
    *,
    request_id: str = "",
) -> None:
    """Change a theme day, once for a ``request_id``.

    Once published, a change of theme, month or day needs ``note``, which citizens read.
    Raises ``NotFound``, ``Conflict``, ``Invalid``.
    """
    require(actor, Permission.PLAN_ARRANGE)

    def make() -> str:
        day = load(ThemeDay, public_id, revision)
        if day.state is ThemeDayState.CANCELLED:
            raise Conflict(msg("This theme day has been cancelled."))
        _check(day.year, fields, note)
        active_unit(fields.unit)
        before, promised = _state(day) | {"story": day.story}, {n: getattr(day, n) for n in _SCHEDULE}
        moved = any(getattr(fields, name) != value for name, value in promised.items())
        if moved and change_needs_note(day.state):
            _explain(day, note, promised)
        _put(day, fields)
        db.session.flush()
        old, new = changes(before, _state(day) | {"story": day.story})
        if new:
            new |= {"note": note} if note else {}
            label = day.theme.text()
            record(actor, entries.DAY_CHANGED, "theme-day", public_id, old, new, label=label)
        return public_id

    with atomic():
        made_once(actor, request_id, f"theme-day.change:{public_id}", [fields, note], make)


def cancel_theme_day(actor: Actor, public_id: str, note: Localized) -> None:
    """Cancel a published theme day, and its activities to come, with a reason citizens read.

    Raises ``NotFound``, ``Conflict``, ``Invalid``.
    """
    require(actor, Permission.PLAN_PUBLISH)
    with atomic():
        day = load(ThemeDay, public_id)
        if day.state is not ThemeDayState.PUBLISHED:
            raise Conflict(msg("Only a published theme day can be cancelled."))
        _check_note(note)
        _explain(day, note, {name: getattr(day, name) for name in _SCHEDULE})
        _move(actor, day, ThemeDayState.CANCELLED, note)
        cancel_with_day(actor, day, note)


def remove_theme_day(actor: Actor, public_id: str) -> None:
    """Delete a draft theme day with nothing in it. Raises ``NotFound``, ``Conflict``."""
    require(actor, Permission.PLAN_ARRANGE)
    with atomic():
        day = load(ThemeDay, public_id)
        if day.state is not ThemeDayState.DRAFT:
            raise Conflict(msg("Only a theme day that is not public yet can be deleted."))
        if has_rows_or_activities(day):
            raise Conflict(
                msg("Plan rows or activities belong to this theme day. Move or delete them first.")
            )
        delete_day(actor, day)


def merge_theme_days(actor: Actor, into_id: str, from_id: str, note: Localized = _NOTHING) -> None:
    """Hold two theme days of a year as a joint one: rows, activities and hosts of ``from_id`` move over.

    A published theme day that is merged away is cancelled with ``note``, a drafted one is deleted.
    Raises ``NotFound``, ``Invalid``, ``Conflict`` also where what is public would move into a draft.
    """
    require(actor, Permission.PLAN_ARRANGE)
    with atomic():
        into, merged = load(ThemeDay, into_id), load(ThemeDay, from_id)
        if into.id == merged.id or into.year != merged.year:
            raise Invalid({"merge": msg("Please choose another theme day of the same year.")})
        if ThemeDayState.CANCELLED in (into.state, merged.state):
            raise Conflict(msg("This theme day has been cancelled."))
        if (merged.state, into.state) == (ThemeDayState.PUBLISHED, ThemeDayState.DRAFT):
            raise Conflict(
                msg(
                    "The other theme day is public, this one is not. Open the public one and merge this one "
                    "into it, or publish the schedule first."
                )
            )
        if change_needs_note(merged.state):
            _explain(merged, note, {name: getattr(merged, name) for name in _SCHEDULE})
        join_cohosts(into, {merged.unit_id, *(one.unit_id for one in merged.cohosts)})
        into.revision += 1
        drafted = db.session.scalars(
            select(PlanRow).where(PlanRow.theme_day_id == merged.id, PlanRow.activity_id.is_(None))
        ).all()
        for table in (PlanRow, Activity):
            db.session.execute(
                update(table).where(table.theme_day_id == merged.id).values(theme_day_id=into.id)
            )
        after = {"merged": merged.theme} | ({"note": note} if note else {})
        label = into.theme.text()
        record(actor, entries.DAY_MERGED, "theme-day", into.public_id, after=after, label=label)
        if (merged.state, into.state) == (ThemeDayState.DRAFT, ThemeDayState.PUBLISHED):
            activities_of_rows(actor, drafted)
        if merged.state is ThemeDayState.PUBLISHED:
            _move(actor, merged, ThemeDayState.CANCELLED, note)
        else:
            merged.cohosts = []
            db.session.flush()
            db.session.delete(merged)


def _move(actor: Actor, day: ThemeDay, state: ThemeDayState, note: Localized) -> None:
    before, day.state = day.state, state
    day.revision += 1
    record(
        actor,
        entries.DAY_STATE,
        "theme-day",
        day.public_id,
        {"state": before},
        {"state": state, "note": note},
        label=day.theme.text(),
    )


def _explain(day: ThemeDay, note: Localized, promised: dict[str, Any]) -> None:
    _check_note(note)
    db.session.add(ScheduleChange(theme_day_id=day.id, note=note, **promised))


def _put(day: ThemeDay, fields: DayFields) -> None:
    """Write ``fields`` into a theme day; its revision counts what changed."""
    before = _said(day)
    day.month, day.theme, day.day, day.story = fields.month, fields.theme, fields.day, fields.story
    day.unit_id = fields.unit
    wanted = cohost_ids(fields.cohosts, fields.unit)
    kept = {one.unit_id: one for one in day.cohosts}
    day.cohosts = [kept.get(unit_id) or ThemeDayCohost(unit_id=unit_id) for unit_id in wanted]
    if _said(day) != before:
        day.revision = (day.revision or 0) + 1


def _said(day: ThemeDay) -> DayFields:
    cohosts = tuple(sorted(one.unit_id for one in day.cohosts))
    return DayFields(day.month, day.theme, day.unit_id, day.day, day.story, cohosts)


def _state(day: ThemeDay) -> dict[str, Any]:
    ids = [day.unit_id, *(one.unit_id for one in day.cohosts)]
    names = {
        row.id: row.name for row in db.session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(ids)))
    }
    return {
        "theme": day.theme,
        "month": day.month,
        "day": day.day,
        "unit": names[day.unit_id],
        "cohosts": [names[one.unit_id].text() for one in day.cohosts],
    }


def _check_note(note: Localized) -> None:
    errors = _note_errors(note)
    if not note.get("zh_CN"):
        errors["note_zh"] = msg("The schedule is public. Please give the reason; citizens read it.")
    if errors:
        raise Invalid(errors)


def _note_errors(note: Localized) -> dict[str, Message]:
    return check_texts({"note": (note, NOTE_LIMIT)})


def _check(year: int, fields: DayFields, note: Localized = _NOTHING) -> None:
    errors = _note_errors(note) | check_texts(
        {"theme": (fields.theme, THEME_LIMIT), "story": (fields.story, TEXT_LIMIT)}
    )
    if not fields.theme.get("zh_CN"):
        errors["theme_zh"] = msg("Please enter the Chinese theme.")
    if not 1 <= fields.month <= DECEMBER:
        errors["month"] = msg("Please choose a month.")
    if fields.day is not None and (fields.day.year, fields.day.month) != (year, fields.month):
        errors["day"] = msg("Please choose a day in the month of the theme day.")
    if errors:
        raise Invalid(errors)
