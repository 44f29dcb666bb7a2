"""The year's collection: opened with a deadline, extended for a unit, published as the annual schedule."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from engage.accounts.permissions import Permission
from engage.accounts.rules import require
from engage.audit.actions import changes, record
from engage.core.actor import Actor
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import Conflict, Invalid
from engage.core.messages import msg
from engage.core.types import Localized
from engage.core.writer import atomic
from engage.notifications.actions import notify
from engage.notifications.queries import holders
from engage.participation.actions import made_once
from engage.themedays import entries
from engage.themedays.actions._load import active_unit, check_texts, extension_of, round_of
from engage.themedays.actions.activities import activities_of_rows
from engage.themedays.models import PlanExtension, PlanRound, PlanRow, ThemeDay, ThemeDayState
from engage.themedays.rules import TEXT_LIMIT, YEARS


def open_round(
    actor: Actor,
    year: int,
    deadline: datetime,
    instructions: Localized,
    *,
    request_id: str = "",
    is_demo: bool = False,
) -> None:
    """Open a year for filing until ``deadline``, once for a ``request_id``.

    Raises ``Invalid`` also for a deadline that has passed, and ``Conflict`` where it is open already.
    """
    require(actor, Permission.PLAN_ARRANGE)
    if year not in YEARS:
        raise Invalid({"year": msg("Please enter a year such as 2027.")})
    _check(instructions)

    def make() -> str:
        if db.session.scalar(select(PlanRound.id).where(PlanRound.year == year)) is not None:
            raise Conflict(msg("The plan of {year} has been opened already.", year=year))
        _require_coming(deadline)
        row = PlanRound(year=year, deadline=deadline, instructions=instructions, is_demo=is_demo)
        db.session.add(row)
        db.session.flush()
        record(
            actor, entries.ROUND_OPENED, "plan-round", row.id, after={"deadline": deadline}, label=str(year)
        )
        return str(year)

    with atomic():
        made_once(actor, request_id, "plan.open", [year, deadline, instructions], make)


def change_round(actor: Actor, year: int, deadline: datetime, instructions: Localized) -> None:
    """Set another deadline, still to come, or other instructions. Raises ``NotFound``, ``Invalid``."""
    require(actor, Permission.PLAN_ARRANGE)
    _check(instructions)
    with atomic():
        row = round_of(year)
        if _minute(deadline) == _minute(row.deadline):
            deadline = row.deadline  # not touched: the form shows it without seconds
        else:
            _require_coming(deadline)
        wanted = {"deadline": deadline, "instructions": instructions}
        before, after = changes({name: getattr(row, name) for name in wanted}, wanted)
        if after:
            row.deadline, row.instructions = deadline, instructions
            record(actor, entries.ROUND_CHANGED, "plan-round", row.id, before, after, label=str(year))


def extend(actor: Actor, year: int, unit_id: int, until: datetime) -> None:
    """Let one unit file until ``until`` and tell its staff. Raises ``NotFound``, ``Invalid``."""
    require(actor, Permission.PLAN_ARRANGE)
    with atomic():
        row = round_of(year)
        unit = active_unit(unit_id)
        if until <= max(row.deadline, now()):
            raise Invalid(
                {"until": msg("Please choose a time that is still to come and later than the deadline.")}
            )
        extension = extension_of(row.id, unit_id)
        before = extension.until if extension else None
        if extension is None:
            extension = PlanExtension(round_id=row.id, unit_id=unit_id)
            db.session.add(extension)
        extension.until = until
        record(
            actor,
            entries.EXTENDED,
            "plan-round",
            row.id,
            before={"unit": unit.name, "until": before},
            after={"unit": unit.name, "until": until},
            label=str(year),
        )
        notify(
            holders(Permission.PLAN_FILE, unit_id),
            f"plan-extended:{row.id}:{unit_id}:{until.isoformat()}",
            msg("You have more time for the plan of {year}", year=year),
            msg("Your unit can file its plan rows until the day shown on the plan page."),
            f"/staff/plan/{year}",
        )


def publish_schedule(actor: Actor, year: int) -> int:
    """Publish every drafted theme day of the year and freeze it; answers how many.

    From then on each change of a theme day needs a reason that citizens read. Activities are made, as drafts,
    from the arranged rows. Raises ``NotFound``, ``Conflict`` where nothing is there to publish.
    """
    require(actor, Permission.PLAN_PUBLISH)
    with atomic():
        row = round_of(year)
        days = db.session.scalars(
            select(ThemeDay)
            .where(ThemeDay.year == year, ThemeDay.state == ThemeDayState.DRAFT)
            .order_by(ThemeDay.month, ThemeDay.id)
        ).all()
        if not days:
            raise Conflict(msg("There is no new theme day to publish. Arrange filed rows into months first."))
        moment = now()
        for day in days:
            day.state, day.published_at = ThemeDayState.PUBLISHED, moment
            day.revision += 1
        row.published_at = row.published_at or moment
        db.session.flush()
        rows = db.session.scalars(
            select(PlanRow)
            .where(PlanRow.theme_day_id.in_([day.id for day in days]), PlanRow.activity_id.is_(None))
            .order_by(PlanRow.id)
        ).all()
        activities_of_rows(actor, rows)
        record(
            actor,
            entries.PUBLISHED,
            "plan-round",
            row.id,
            after={"theme_days": {f"{day.month:02d}-{day.public_id}": day.theme.text() for day in days}},
            label=str(year),
        )
        return len(days)


def _require_coming(deadline: datetime) -> None:
    if deadline <= now():
        raise Invalid({"deadline": msg("This deadline has passed already. Please choose a time to come.")})


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _check(instructions: Localized) -> None:
    errors = check_texts({"instructions": (instructions, TEXT_LIMIT)})
    if errors:
        raise Invalid(errors)
