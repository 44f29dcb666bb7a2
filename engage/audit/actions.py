"""Adding to the audit log, in the transaction of the deed it tells of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from engage.audit.events import EVENTS, AuditEvent, EntryRecorded
from engage.audit.models import AuditEntry, AuditOrigin
from engage.core.actor import Actor
from engage.core.clock import minute, now
from engage.core.db import db
from engage.core.types import Localized
from engage.core.writer import publish

TEXT_LIMIT = 2000
ITEM_LIMIT = 100
LABEL_LIMIT = 200
_SCALARS = (str, int, float, bool)


def record(
    actor: Actor,
    event: AuditEvent | str,
    object_kind: str,
    object_id: int | str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    *,
    label: str = "",
) -> None:
    """Add an entry to the running transaction: call inside ``atomic`` (or a gathered command).

    ``event`` is declared by ``engage.audit.events.declare``; ``before`` and ``after`` may hold only its keys,
    with values of JSON, enums, times or ``Localized``. ``label`` names the object as it was called then.
    Long texts are cut at ``TEXT_LIMIT`` characters. Raises ``ValueError`` for an undeclared event or key.
    """
    declared = EVENTS.get(event) if isinstance(event, str) else event
    if declared is None:
        raise ValueError(f"declare the audit event {event} with engage.audit.events.declare")
    # Of what a citizen did the time is no finer than of what they said.
    moment = now() if actor.is_staff else minute()
    entry = AuditEntry(
        at=moment,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_label=actor.label[:120],
        event=declared.name,
        object_kind=object_kind,
        object_id=str(object_id),
        object_label=label[:LABEL_LIMIT],
        before=_checked(declared, before),
        after=_checked(declared, after),
    )
    publish(EntryRecorded(declared.name, object_kind, str(object_id)))
    db.session.add(entry)
    if actor.is_staff and actor.address:
        db.session.flush()
        db.session.add(AuditOrigin(entry_id=entry.id, at=moment, address=actor.address[:45]))


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Only what differs between two states, as the ``before`` and ``after`` of an entry."""
    names = [name for name in after if before.get(name) != after[name]]
    return {name: before.get(name) for name in names}, {name: after[name] for name in names}


def _checked(event: AuditEvent, values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if values is None:
        return None
    others = sorted(set(values) - set(event.keys))
    if others:
        raise ValueError(f"audit event {event.name} does not declare {', '.join(others)}")
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, str):
        return value if len(value) <= TEXT_LIMIT else value[:TEXT_LIMIT] + "…"
    if value is None or isinstance(value, _SCALARS):
        return value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Localized | Mapping):
        return {str(name): _plain(item) for name, item in list(value.items())[:ITEM_LIMIT]}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in list(value)[:ITEM_LIMIT]]
    raise ValueError(f"{type(value).__name__} cannot be recorded in the audit log")
