"""Units: created and changed, never deleted, since past activities name them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from engage.accounts import entries
from engage.accounts.models import Unit, UnitKind
from engage.accounts.permissions import Permission
from engage.accounts.rules import require
from engage.audit.actions import changes, record
from engage.core.actor import Actor
from engage.core.db import db
from engage.core.errors import Invalid, NotFound
from engage.core.messages import Message, msg, too_long
from engage.core.types import Localized
from engage.core.writer import atomic

NAME_LIMIT = 80
POSITION_LIMIT = 9999
_CODE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class UnitFields:
    """What an administrator or coordinator says of a unit; ``position`` orders lists, smaller first."""

    code: str
    name: Localized
    kind: UnitKind = UnitKind.DEPARTMENT
    position: int = 0
    active: bool = True


def create_unit(actor: Actor, fields: UnitFields, *, is_demo: bool = False) -> int:
    """Add a unit; answers its id. Raises ``Invalid`` by field."""
    require(actor, Permission.UNIT_MANAGE)
    _check(fields)
    with atomic():
        _refuse_taken(fields.code, None)
        unit = Unit(**_values(fields), is_demo=is_demo)
        db.session.add(unit)
        db.session.flush()
        after = {"name": fields.name, "code": fields.code, "kind": fields.kind}
        record(actor, entries.UNIT_CREATED, "unit", unit.id, after=after, label=fields.name.text())
        return unit.id


def change_unit(actor: Actor, unit_id: int, fields: UnitFields) -> None:
    """Change a unit. Raises ``Invalid`` by field, ``NotFound``."""
    require(actor, Permission.UNIT_MANAGE, unit_id=unit_id)
    _check(fields)
    with atomic():
        unit = db.session.get(Unit, unit_id)
        if unit is None:
            raise NotFound
        _refuse_taken(fields.code, unit_id)
        wanted = _values(fields)
        before, after = changes({name: getattr(unit, name) for name in wanted}, wanted)
        if not after:
            return
        for name, value in after.items():
            setattr(unit, name, value)
        record(actor, entries.UNIT_CHANGED, "unit", unit_id, before, after, label=fields.name.text())


def _values(fields: UnitFields) -> dict[str, Any]:
    return {name: getattr(fields, name) for name in UnitFields.__dataclass_fields__}


def _check(fields: UnitFields) -> None:
    errors: dict[str, Message] = {}
    if not fields.name.get("zh_CN", "").strip():
        errors["name_zh"] = msg("Please enter the Chinese name.")
    for field, language in (("name_zh", "zh_CN"), ("name_en", "en")):
        if (count := len(fields.name.get(language, ""))) > NAME_LIMIT:
            errors[field] = too_long(count, NAME_LIMIT)
    if not _CODE.fullmatch(fields.code):
        errors["code"] = msg(
            "Please use small letters a-z, digits and hyphens, at most 40, such as civil-affairs."
        )
    if not 0 <= fields.position <= POSITION_LIMIT:
        errors["position"] = msg("Please enter a whole number from 0 to {limit}.", limit=POSITION_LIMIT)
    if errors:
        raise Invalid(errors)


def _refuse_taken(code: str, unit_id: int | None) -> None:
    taken = db.session.scalar(select(Unit.id).where(Unit.code == code))
    if taken is not None and taken != unit_id:
        raise Invalid({"code": msg("Another unit already has this code.")})
