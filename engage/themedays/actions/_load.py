"""Rows read for change inside a transaction, and checks that several deeds share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from sqlalchemy import select

from engage.accounts.models import Unit
from engage.core.db import db
from engage.core.errors import Conflict, Invalid, NotFound
from engage.core.messages import Message, msg, too_long
from engage.core.types import Localized
from engage.themedays.models import Activity, PlanExtension, PlanRound, PlanRow, ThemeDay
from engage.themedays.rules import COHOSTS_LIMIT

_Row = TypeVar("_Row", bound=PlanRow | ThemeDay | Activity)


def load(kind: type[_Row], public_id: str, revision: int | None = None) -> _Row:
    """The row at a public id. Raises ``NotFound``, or ``Conflict`` where ``revision`` is not its own."""
    row = db.session.scalar(select(kind).where(kind.public_id == public_id))
    if row is None:
        raise NotFound
    if revision is not None and row.revision != revision:
        raise Conflict
    return row


def round_of(year: int) -> PlanRound:
    """The round of a year. Raises ``NotFound``."""
    found = db.session.scalar(select(PlanRound).where(PlanRound.year == year))
    if found is None:
        raise NotFound
    return found


def extension_of(round_id: int, unit_id: int) -> PlanExtension | None:
    """The longer time a unit was given in a round."""
    return db.session.scalar(
        select(PlanExtension).where(PlanExtension.round_id == round_id, PlanExtension.unit_id == unit_id)
    )


def active_unit(unit_id: int) -> Unit:
    """An active unit. Raises ``Invalid`` at the field ``unit``."""
    unit = db.session.get(Unit, unit_id)
    if unit is None or not unit.active:
        raise Invalid({"unit": msg("Please choose a unit.")})
    return unit


def cohost_ids(wanted: Iterable[int], host_id: int) -> list[int]:
    """The ids of existing units among ``wanted`` without the host itself, in order. Raises ``Invalid``."""
    ids = sorted(set(wanted) - {host_id})
    if len(ids) > COHOSTS_LIMIT:
        raise Invalid({"cohosts": msg("Please choose at most {limit} co-hosts.", limit=COHOSTS_LIMIT)})
    return list(db.session.scalars(select(Unit.id).where(Unit.id.in_(ids)).order_by(Unit.id)))


def check_texts(texts: dict[str, tuple[str | Localized, int]]) -> dict[str, Message]:
    """Sentences by field for texts beyond their limits; ``Localized`` ones by ``<field>_zh`` and ``_en``."""
    errors: dict[str, Message] = {}
    for field, (text, limit) in texts.items():
        if isinstance(text, str):
            if len(text) > limit:
                errors[field] = too_long(len(text), limit)
            continue
        for language, ending in (("zh_CN", "zh"), ("en", "en")):
            if (count := len(text.get(language, ""))) > limit:
                errors[f"{field}_{ending}"] = too_long(count, limit)
    return errors
