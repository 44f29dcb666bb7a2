"""The plan round and its rows, the twelve theme days, their activities and reports."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import select

from engage.core.db import db
from engage.core.types import Localized
from engage.demo.build.world import World
from engage.demo.content import activities as announced
from engage.demo.content.city import UNITS
from engage.demo.content.held import HELD, Held
from engage.demo.content.plan_rows import CHANGE_NOTE, EXTRA, INSTRUCTIONS, Extra
from engage.demo.content.themes import LATER, THEMES, Theme
from engage.demo.content.words import t
from engage.demo.moments import Month
from engage.demo.pictures import scene
from engage.themedays.models import (
    Activity,
    ActivityState,
    PlanContact,
    PlanExtension,
    PlanRound,
    PlanRow,
    PlanRowCohost,
    PlanRowState,
    ReportPhoto,
    ScheduleChange,
    ThemeDay,
    ThemeDayCohost,
    ThemeDayState,
)
from engage.themedays.photos import store_photo

_CHANGED = 2
"""Months from now: school meals, so that the reason fits."""
_CONTACT_PHONE = "0000-0000000"
_OURS = [theme.theme for theme in (*THEMES, *LATER.values())]


def build_year(world: World) -> None:
    """The year with its plan."""
    plan = _round(world)
    for month in world.moments.months():
        theme = _theme(month)
        day = _theme_day(world, month, theme)
        activity = _on_site(world, month)
        if month.year == plan.year:
            _arranged(world, plan, day, theme, activity)
    for key, items in (
        (0, announced.THIS_MONTH),
        (1, announced.NEXT_MONTH),
        (-1, announced.LAST_MONTH),
        (-2, announced.TWO_MONTHS_AGO),
    ):
        for item in items:
            _announced(world, key, item)
    for extra in EXTRA:
        _extra(world, plan, extra)
    db.session.flush()


def _theme(month: Month) -> Theme:
    number = month.offset % len(THEMES)
    return LATER.get(number, THEMES[number]) if month.offset > 0 else THEMES[number]


def _round(world: World) -> PlanRound:
    """The round of this year; a real one that is there is used, not replaced."""
    year = world.moments.today.year
    found = db.session.scalar(select(PlanRound).where(PlanRound.year == year))
    if found is not None:
        return found
    plan = PlanRound(
        year=year,
        deadline=world.moments.at(date(year - 1, 12, 15), 18),
        instructions=t(INSTRUCTIONS),
        published_at=world.moments.at(date(year - 1, 12, 28), 10),
        is_demo=True,
    )
    db.session.add(plan)
    db.session.flush()
    return plan


def _theme_day(world: World, month: Month, theme: Theme) -> ThemeDay:
    kept = _kept(month)
    if kept is not None:
        world.theme_days[month.offset] = kept
        return kept
    when = world.moments.theme_day(month)
    day = ThemeDay(
        year=month.year,
        month=month.month,
        day=when,
        theme=theme.theme,
        story=t(theme.story) if month.offset <= 1 else t(""),
        unit_id=world.units[theme.unit].id,
        state=ThemeDayState.PUBLISHED,
        published_at=world.moments.at(date(month.year - 1, 12, 28), 10),
        revision=1,
        is_demo=True,
    )
    day.cohosts = [ThemeDayCohost(unit_id=world.units[key].id) for key in theme.cohosts]
    db.session.add(day)
    db.session.flush()
    world.theme_days[month.offset] = day
    if month.offset == _CHANGED:
        db.session.add(
            ScheduleChange(
                theme_day_id=day.id,
                changed_at=world.moments.days(-6),
                note=t(CHANGE_NOTE),
                theme=theme.theme,
                month=month.month,
                day=when - timedelta(days=7),
            )
        )
    return day


def _kept(month: Month) -> ThemeDay | None:
    """The theme day of an earlier demonstration that stayed for its real activities; it is used as it is."""
    published = select(ThemeDay).where(ThemeDay.state == ThemeDayState.PUBLISHED).order_by(ThemeDay.id)
    there = db.session.scalars(published.where(ThemeDay.year == month.year, ThemeDay.month == month.month))
    return next((day for day in there if day.theme in _OURS), None)


def _on_site(world: World, month: Month) -> Activity | None:
    """What was held on site in a month past, with its report."""
    if month.offset >= 0:
        return None
    number = month.offset % len(THEMES)
    held, theme, day = HELD[number], _theme(month), world.theme_days[month.offset]
    starts = world.moments.at(day.day or date(month.year, month.month, 18), 9)
    activity = Activity(
        theme_day_id=day.id,
        unit_id=world.units[theme.unit].id,
        form=held.form,
        title=held.title,
        summary=t(held.summary),
        starts_at=starts,
        ends_at=starts + timedelta(hours=2, minutes=30),
        place=held.place,
        agenda=t(held.agenda),
        contact=_contact(theme.unit),
        state=ActivityState.PUBLISHED,
        report_title=held.headline,
        report=t(held.report),
        people_reached=held.reached,
        reported_at=starts + timedelta(days=2, hours=6),
        created_at=starts - timedelta(days=20),
        is_demo=True,
    )
    activity.photos = _photos(world, held)
    db.session.add(activity)
    db.session.flush()
    return activity


def _photos(world: World, held: Held) -> list[ReportPhoto]:
    photos = []
    for position, (name, alt) in enumerate(held.pictures, 1):
        stored = store_photo(scene(name), world.photos)
        photos.append(
            ReportPhoto(
                position=position, file_name=stored.name, alt=alt, width=stored.width, height=stored.height
            )
        )
    return photos


def _announced(world: World, offset: int, item: announced.Announced) -> None:
    """An activity that carries something online, or one to come to."""
    day = world.theme_days.get(offset)
    if day is None:  # in December nothing is planned for the month after
        return
    starts, ends = _times(world, offset, item)
    activity = Activity(
        theme_day_id=day.id,
        unit_id=world.units[item.unit].id,
        form=item.form,
        title=item.title,
        summary=t(item.summary),
        starts_at=starts,
        ends_at=ends,
        place=item.place,
        agenda=t(item.agenda),
        contact=_contact(item.unit),
        state=ActivityState.PUBLISHED,
        created_at=world.moments.days(-40 + 30 * min(offset, 0)),
        is_demo=True,
    )
    db.session.add(activity)
    db.session.flush()
    world.activities[item.key] = activity


def _times(world: World, offset: int, item: announced.Announced) -> tuple[datetime | None, datetime | None]:
    """Times of what is to come to; the surveys, drafts and sessions set those of their own activity."""
    if not item.place.text():
        return None, None
    planned = world.theme_days[offset].day
    day = world.moments.working_day(3) if offset == 0 or planned is None else planned
    return world.moments.at(day, 9), world.moments.at(day, 11, 30)


def _contact(unit: str) -> Localized:
    """Where to ask: the section of the unit, without a person's name."""
    one = next(one for one in UNITS if one.key == unit)
    section = one.post.removesuffix("科长").removesuffix("主任") + ("科" if one.post.endswith("科长") else "")
    return t(f"{one.name['zh_CN']}{section.replace('科科', '科')}，电话 {_CONTACT_PHONE}（演示号码）")


def _arranged(world: World, plan: PlanRound, day: ThemeDay, theme: Theme, activity: Activity | None) -> None:
    filed = plan.deadline - timedelta(days=world.chance.randint(1, 14), hours=world.chance.randint(1, 7))
    row = _row(world, plan, theme.unit, theme.theme["zh_CN"], theme.steps)
    row.form, row.state, row.filed_at, row.planned_on = theme.form, PlanRowState.ARRANGED, filed, day.day
    row.theme_day_id, row.activity_id = day.id, activity.id if activity else None
    row.cohosts = [PlanRowCohost(unit_id=world.units[key].id) for key in theme.cohosts]
    db.session.add(row)


def _extra(world: World, plan: PlanRound, extra: Extra) -> None:
    row = _row(world, plan, extra.unit, extra.theme, extra.steps)
    row.form, row.state, row.remarks, row.return_reason = extra.form, extra.state, extra.remarks, extra.reason
    if extra.state is not PlanRowState.DRAFT:
        row.filed_at = plan.deadline + timedelta(days=3) if extra.late else plan.deadline - timedelta(hours=5)
    if extra.late:
        _extend(plan, world.units[extra.unit].id)
    db.session.add(row)


def _extend(plan: PlanRound, unit_id: int) -> None:
    """Give a unit a week more, unless a kept unit has an extension in a kept round already."""
    there = select(PlanExtension.id).where(
        PlanExtension.round_id == plan.id, PlanExtension.unit_id == unit_id
    )
    if db.session.scalar(there) is None:
        until = plan.deadline + timedelta(days=7)
        db.session.add(PlanExtension(round_id=plan.id, unit_id=unit_id, until=until))


def _row(world: World, plan: PlanRound, unit: str, theme: str, steps: str) -> PlanRow:
    one = next(one for one in UNITS if one.key == unit)
    row = PlanRow(
        round_id=plan.id, unit_id=world.units[unit].id, theme=theme, steps=steps, revision=1, is_demo=True
    )
    row.created_at = plan.deadline - timedelta(days=20)
    row.contacts = [PlanContact(name=one.contact, post=one.post, phone=_CONTACT_PHONE)]
    return row
