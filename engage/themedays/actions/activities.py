"""Activities of a theme day: written by a unit, published and cancelled by who may publish."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from engage.accounts.permissions import Permission
from engage.accounts.rules import may, require
from engage.audit.actions import changes, record
from engage.core.actor import Actor
from engage.core.clock import as_shown, from_local, now
from engage.core.db import db
from engage.core.errors import Conflict, Invalid, NotAllowed
from engage.core.messages import msg
from engage.core.types import Localized
from engage.core.writer import atomic
from engage.participation.actions import made_once
from engage.settings.queries import site
from engage.themedays import entries
from engage.themedays.actions._activity_fields import (
    ActivityFields,
    activity_state,
    check_activity,
    missing_in_activity,
    put_activity,
)
from engage.themedays.actions._load import active_unit, check_texts, load
from engage.themedays.models import Activity, ActivityState, PlanRow, ThemeDay, ThemeDayState
from engage.themedays.rules import (
    ACTIVITY_DEEDS,
    NOT_HOSTED,
    NOTE_LIMIT,
    ActivityDeed,
    activity_phase,
    activity_possible,
    require_activity,
)

__all__ = [
    "ActivityFields",
    "activities_of_rows",
    "allowed_activity",
    "cancel_activity",
    "cancel_with_day",
    "change_activity",
    "create_activity",
    "publish_activity",
    "remove_activity",
]

_MORNING = time(9)


def create_activity(
    actor: Actor,
    theme_day_id: str,
    unit_id: int,
    fields: ActivityFields,
    *,
    request_id: str = "",
    is_demo: bool = False,
) -> str:
    """Write a draft activity of a theme day, once for a ``request_id``; answers its public id.

    It belongs to the host or a co-host; the coordinator may write one for any unit.
    Raises ``NotFound``, ``NotAllowed``, ``Invalid``, ``Conflict`` for a cancelled theme day.
    """

    def make() -> str:
        day = load(ThemeDay, theme_day_id)
        unit = active_unit(unit_id)
        require(actor, Permission.ACTIVITY_EDIT, unit_id=unit.id)
        if unit.id not in day.host_ids and not may(actor, Permission.PLAN_ARRANGE):
            raise NotAllowed(NOT_HOSTED)
        if day.state is ThemeDayState.CANCELLED:
            raise Conflict(msg("This theme day has been cancelled."))
        check_activity(fields)
        activity = Activity(theme_day_id=day.id, unit_id=unit.id, is_demo=is_demo, revision=0)
        put_activity(activity, fields)
        db.session.add(activity)
        db.session.flush()
        _recorded(actor, activity)
        return activity.public_id

    with atomic():
        return made_once(actor, request_id, f"activity.create:{theme_day_id}", [unit_id, fields], make)


def activities_of_rows(actor: Actor, rows: Sequence[PlanRow]) -> None:
    """Make a draft activity from each arranged row, in the running transaction.

    The row's contacts are staff's own data and stay where they are.
    """
    for row in rows:
        activity = Activity(
            theme_day_id=row.theme_day_id,
            unit_id=row.unit_id,
            form=row.form,
            title=Localized(zh_CN=row.theme),
            agenda=Localized(zh_CN=_as_list(row.steps)),
            starts_at=_morning(row.planned_on),
            is_demo=row.is_demo,
        )
        db.session.add(activity)
        db.session.flush()
        row.activity_id = activity.id
        _recorded(actor, activity)


def change_activity(
    actor: Actor, public_id: str, fields: ActivityFields, revision: int, *, request_id: str = ""
) -> None:
    """Change an activity before its report, once for a ``request_id``.

    Raises ``NotFound``, ``NotAllowed``, ``Conflict``, ``Invalid``.
    """

    def make() -> str:
        activity = allowed_activity(actor, public_id, ActivityDeed.EDIT)
        if activity.revision != revision:
            raise Conflict
        said = replace(
            fields,
            starts_at=as_shown(fields.starts_at, activity.starts_at),
            ends_at=as_shown(fields.ends_at, activity.ends_at),
        )
        check_activity(said, published=activity.state is ActivityState.PUBLISHED)
        before = activity_state(activity)
        put_activity(activity, said)
        old, new = changes(before, activity_state(activity))
        if new:
            label = activity.title.text()
            record(actor, entries.ACTIVITY_CHANGED, "activity", public_id, old, new, label=label)
        return public_id

    with atomic():
        made_once(actor, request_id, f"activity.change:{public_id}", fields, make)


def publish_activity(
    actor: Actor,
    public_id: str,
    fields: ActivityFields | None = None,
    revision: int = -1,
    *,
    request_id: str = "",
) -> None:
    """Announce an activity, once for a ``request_id``; changed before by ``fields`` where they are given.

    Raises ``Conflict`` while its theme day is not public, ``Invalid`` if something is missing, and what
    ``change_activity`` raises; then nothing is changed either.
    """

    def make() -> str:
        if fields is not None:
            change_activity(actor, public_id, fields, revision)
        activity = allowed_activity(actor, public_id, ActivityDeed.PUBLISH)
        if activity.theme_day.state is not ThemeDayState.PUBLISHED:
            raise Conflict(msg("Its theme day is not public yet. Publish the annual schedule first."))
        errors = missing_in_activity(activity)
        if errors:
            raise Invalid(errors, msg("Something is missing before this activity can be announced."))
        _move(actor, activity, ActivityState.PUBLISHED)
        return public_id

    with atomic():
        made_once(actor, request_id, f"activity.publish:{public_id}", fields, make)


def cancel_activity(actor: Actor, public_id: str, reason: Localized) -> None:
    """Cancel an announced activity; the reason is shown in its place. Raises ``Conflict``, ``Invalid``."""
    with atomic():
        activity = allowed_activity(actor, public_id, ActivityDeed.CANCEL)
        errors = check_texts({"reason": (reason, NOTE_LIMIT)})
        if not reason.get("zh_CN"):
            errors["reason_zh"] = msg("Please give the reason; citizens read it.")
        if errors:
            raise Invalid(errors)
        activity.cancel_reason = reason
        _move(actor, activity, ActivityState.CANCELLED, reason)


def cancel_with_day(actor: Actor, day: ThemeDay, reason: Localized) -> None:
    """Cancel what is still to come of a theme day's activities, in the running transaction."""
    moment = now()
    for activity in day.activities:
        phase = activity_phase(
            activity.state, activity.starts_at, activity.ends_at, activity.reported_at, moment
        )
        if activity_possible(ActivityDeed.CANCEL, phase):
            activity.cancel_reason = reason
            _move(actor, activity, ActivityState.CANCELLED, reason)


def remove_activity(actor: Actor, public_id: str) -> None:
    """Delete a draft. Raises ``Conflict`` where a survey, consultation or live session belongs to it."""
    with atomic():
        activity = allowed_activity(actor, public_id, ActivityDeed.REMOVE)
        label = activity.title.text()
        record(
            actor,
            entries.ACTIVITY_REMOVED,
            "activity",
            public_id,
            before=activity_state(activity),
            label=label,
        )
        db.session.execute(update(PlanRow).where(PlanRow.activity_id == activity.id).values(activity_id=None))
        db.session.delete(activity)
        try:
            db.session.flush()
        except IntegrityError as error:
            raise Conflict(
                msg(
                    "A survey, a consultation or a live session belongs to this activity. "
                    "Give it another activity first."
                )
            ) from error


def allowed_activity(actor: Actor, public_id: str, deed: ActivityDeed) -> Activity:
    """The activity, where ``actor`` may do ``deed`` with it now; inside a transaction."""
    activity = load(Activity, public_id)
    permission = ACTIVITY_DEEDS[deed][0]
    if permission is not None:
        require(actor, permission, unit_id=activity.unit_id, activity_id=activity.id)
    phase = activity_phase(activity.state, activity.starts_at, activity.ends_at, activity.reported_at, now())
    require_activity(deed, phase)
    return activity


def _move(actor: Actor, activity: Activity, state: ActivityState, reason: Localized | None = None) -> None:
    before, activity.state = activity.state, state
    activity.revision += 1
    record(
        actor,
        entries.ACTIVITY_STATE,
        "activity",
        activity.public_id,
        {"state": before},
        {"state": state} | ({"reason": reason} if reason else {}),
        label=activity.title.text(),
    )


def _recorded(actor: Actor, activity: Activity) -> None:
    after = activity_state(activity)
    label = activity.title.text()
    record(actor, entries.ACTIVITY_CREATED, "activity", activity.public_id, after=after, label=label)


def _as_list(steps: str) -> str:
    lines = [line.strip() for line in steps.splitlines() if line.strip()]
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, 1))


def _morning(day: date | None) -> datetime | None:
    return from_local(datetime.combine(day, _MORNING), site().zone) if day else None
