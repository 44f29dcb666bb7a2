"""Settings, units and staff accounts."""

from __future__ import annotations

from collections.abc import Container
from datetime import timedelta
from itertools import count

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
    """The ten units, after those that are there; one kept for its real content is used as it is."""
    kept = {unit.code: unit for unit in db.session.scalars(select(Unit))}
    last = max((unit.position for unit in kept.values()), default=0)
    for at, one in enumerate(UNITS, 1):
        code = CODE.format(key=one.key)
        unit = kept.get(code)
        if unit is None:
            unit = Unit(code=code, name=one.name, kind=one.kind, position=last + at, is_demo=True)
            db.session.add(unit)
        world.units[one.key] = unit
    db.session.flush()


def build_people(world: World) -> None:
    """One account for each role, without a password: sign-in links alone let them in."""
    opened = world.moments.now - timedelta(days=400)
    taken = set(db.session.scalars(select(User.email)))
    for one in PEOPLE:
        user = User(email=_address(one.key, taken), name=one.name, created_at=opened, is_demo=True)
        unit = world.units[one.unit].id if one.unit else None
        scope = ScopeKind.UNIT if unit else ScopeKind.SITE
        user.grants.append(Grant(role=one.role, scope=scope, scope_id=unit, created_at=opened))
        db.session.add(user)
        world.people[one.key] = user
    db.session.flush()


def _address(key: str, taken: Container[str | None]) -> str:
    """An address nobody has: a real account that has it gets no role of the demonstration."""
    addresses = (EMAIL.format(key=key if number == 1 else f"{key}-{number}") for number in count(1))
    return next(address for address in addresses if address not in taken)
