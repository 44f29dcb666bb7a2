"""Loading: everything in one transaction, so that there is a whole demonstration or none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

from engage.accounts.models import User
from engage.audit.actions import record
from engage.core.actor import SYSTEM
from engage.core.db import db
from engage.core.writer import atomic
from engage.demo.build.consultations import build_consultations
from engage.demo.build.live import build_live
from engage.demo.build.people import build_people, build_settings, build_units
from engage.demo.build.surveys import build_surveys
from engage.demo.build.world import World
from engage.demo.build.year import build_year
from engage.demo.entries import LOADED
from engage.demo.moments import Moments

Progress = Callable[[str], None]


def is_loaded() -> bool:
    """Whether the demonstration is there: its accounts are part of it to the end."""
    return db.session.scalar(select(User.id).where(User.is_demo).limit(1)) is not None


def load(files: Path, tell: Progress) -> bool:
    """Load the demonstration; ``False`` where it is there already and nothing was changed.

    ``files`` is the installation's folder of uploads. Raises ``Busy`` where the database cannot be written.
    """
    with atomic():
        if is_loaded():
            return False
        world = World(Moments.present(), files / "photos")
        tell("Settings, units and staff accounts …")
        build_settings()
        build_units(world)
        build_people(world)
        tell("The year: plan, twelve theme days, reports …")
        build_year(world)
        tell("Surveys with their responses …")
        build_surveys(world)
        tell("Consultations with their comments …")
        build_consultations(world)
        tell("Live sessions with their questions …")
        build_live(world)
        record(SYSTEM, LOADED, "demo", 1)
    return True
