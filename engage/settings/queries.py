"""The site settings as every page needs them: cached in the process, noticed when another process saves."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, exists, select
from sqlalchemy.exc import SQLAlchemyError

from engage.accounts.models import User
from engage.core import calendar, clock
from engage.core.bus import subscribe
from engage.core.db import db
from engage.core.types import Localized
from engage.core.writer import is_writing
from engage.settings.events import SettingsChanged
from engage.settings.models import (
    DEFAULT_CITY,
    DEFAULT_COLOUR,
    DEFAULT_NAME,
    DEFAULT_ZONE_NAME,
    ONLY_ID,
    SiteSettings,
)

log = logging.getLogger(__name__)

# How long another process's change may stay unseen; within it a page costs no query.
CHECK_SECONDS = 1.0
_EMPTY = Localized()
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True, slots=True)
class SiteView:
    """The settings as plain values; ``emblem`` is a file name or ``None``.

    ``demo`` says that demonstration content is there, so that each page says so.
    """

    revision: int = 0
    city: Localized = DEFAULT_CITY
    name: Localized = DEFAULT_NAME
    organiser: Localized = _EMPTY
    undertaker: Localized = _EMPTY
    contact: Localized = _EMPTY
    icp: str = ""
    police_filing: str = ""
    site_code: str = ""
    emblem: str | None = None
    primary_colour: str = DEFAULT_COLOUR
    time_zone: str = DEFAULT_ZONE_NAME
    # Kept pages are known by this view: the revision tells of the days as well.
    working_days: Mapping[date, bool] = field(default_factory=dict, compare=False)
    demo: bool = False

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


_STORED = tuple(name for name in SiteView.__dataclass_fields__ if name != "demo")


@dataclass(slots=True)
class _Cached:
    view: SiteView = field(default_factory=SiteView)
    checked: float = float("-inf")


_caches: WeakKeyDictionary[Engine, _Cached] = WeakKeyDictionary()


def site() -> SiteView:
    """The settings now. Never fails: without a database it answers the last known ones, else the defaults."""
    engine = db.engine
    cached = _caches.get(engine) or _caches.setdefault(engine, _Cached())
    if time.monotonic() - cached.checked < CHECK_SECONDS:
        return cached.view
    try:
        with _reading() as connection:
            revision = connection.scalar(select(SiteSettings.revision).where(SiteSettings.id == ONLY_ID))
            if revision is not None and revision != cached.view.revision:
                cached.view = _view(connection.execute(select(SiteSettings.__table__)).one())
            demo = bool(connection.scalar(select(exists().where(User.is_demo))))
            if demo != cached.view.demo:
                cached.view = replace(cached.view, demo=demo)
        cached.checked = time.monotonic()
    except (SQLAlchemyError, ValueError, TypeError, LookupError, AttributeError):
        # Also a row that somebody damaged: no page is worth losing for it.
        log.warning("site settings could not be read; the last known ones are shown")
        cached.checked = time.monotonic()
    return cached.view


def _view(row: Any) -> SiteView:
    """The stored row; raises ``ValueError`` and its like where it holds what no form has saved."""
    stored = {name: getattr(row, name) for name in _STORED}
    days = {date.fromisoformat(day): works for day, works in row.working_days.items()}
    view = SiteView(**stored | {"working_days": days})
    ZoneInfo(view.time_zone)
    if not _COLOUR.fullmatch(view.primary_colour):
        raise ValueError("no colour")
    texts = (text for value in stored.values() if isinstance(value, Localized) for text in value.values())
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("no text")
    return view


@contextmanager
def _reading() -> Iterator[Connection]:
    """A connection of its own; inside a write the write's, for while it waited for another all would wait."""
    if is_writing():
        yield db.session.connection()
        return
    with db.engine.connect() as connection:
        yield connection


def zone() -> ZoneInfo:
    """The site's time zone; the default one outside of an application (pure rules in tests)."""
    try:
        return site().zone
    except RuntimeError:
        return clock.DEFAULT_ZONE


def working_days() -> Mapping[date, bool]:
    """The days of the notices that were pasted: whether offices work; none outside of an application."""
    try:
        return site().working_days
    except RuntimeError:
        return {}


clock.provide_zone(zone)
calendar.provide_dates(working_days)


@subscribe(SettingsChanged)
def _forget(_event: SettingsChanged) -> None:
    cached = _caches.get(db.engine)
    if cached is not None:
        cached.checked = float("-inf")
