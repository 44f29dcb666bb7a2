"""Settings, units and staff accounts."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from engage.accounts.models import Grant, Unit, User
from engage.core.actor import SYSTEM, ScopeKind
from engage.core.db import db
from engage.demo.build.world import World
from engage.demo.content.city import EMAIL, PEOPLE, SETTINGS, UNITS
from engage.settings.actions import SettingsFields, save_settings
from engage.settings.models import DEFAULT_COLOUR, DEFAULT_ZONE_NAME, ONLY_ID, SiteSettings

CODE = "demo-{key}"


def build_settings() -> None:
    """Fill the settings where nobody has saved any yet."""
    if db.session.get(SiteSettings, ONLY_ID) is None:
        save_settings(SYSTEM, demo_settings())


def demo_settings() -> SettingsFields:
    """The settings of the invented city."""
    fields = {"primary_colour": DEFAULT_COLOUR, "time_zone": DEFAULT_ZONE_NAME, **SETTINGS}
    return SettingsFields(**fields)  # type: ignore[arg-type]


def build_units(world: World) -> None:
    """The ten units, after those that are there."""
    last = db.session.scalar(select(Unit.position).order_by(Unit.position.desc()).limit(1)) or 0
    for at, one in enumerate(UNITS, 1):
        unit = Unit(
            code=CODE.format(key=one.key), name=one.name, kind=one.kind, position=last + at, is_demo=True
        )
        db.session.add(unit)
        world.units[one.key] = unit
    db.session.flush()


def build_people(world: World) -> None:
    """One account for each role, without a password: sign-in links alone let them in."""
    opened = world.moments.now - timedelta(days=400)
    for one in PEOPLE:
        user = User(email=EMAIL.format(key=one.key), name=one.name, created_at=opened, is_demo=True)
        unit = world.units[one.unit].id if one.unit else None
        scope = ScopeKind.UNIT if unit else ScopeKind.SITE
        user.grants.append(Grant(role=one.role, scope=scope, scope_id=unit, created_at=opened))
        db.session.add(user)
        world.people[one.key] = user
    db.session.flush()
