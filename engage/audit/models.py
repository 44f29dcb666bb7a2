"""The audit log. What it holds is added and never changed: the ORM refuses it and so does the database."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from sqlalchemy import DDL, ForeignKey, Index, String, Table, event
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, mapped_column

from engage.core.actor import ActorKind
from engage.core.clock import now
from engage.core.db import EnumText, JsonData, Model, UtcDateTime
from engage.core.messages import msg
from engage.core.personal import personal

# How long entries are kept; within these days the database refuses to delete one.
KEEP_DAYS = 1826
ADDRESS_DAYS = 180


class AppendOnly(Exception):
    """Code tried to change or delete an audit entry."""


class AuditEntry(Model):
    """Who (id and label at that time), what, on what, before and after (only declared keys), when."""

    __table_args__ = (
        Index("ix_audit_entry_object", "object_kind", "object_id", "id"),
        Index("ix_audit_entry_actor", "actor_id", "id"),
        Index("ix_audit_entry_event_id", "event", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
    actor_kind: Mapped[ActorKind] = mapped_column(EnumText(ActorKind))
    actor_id: Mapped[int | None]
    actor_label: Mapped[str] = mapped_column(
        String(120),
        info=personal(
            msg("To be able to say later which staff member decided what."),
            what=msg("Staff: the name in the log of deeds"),
            days=KEEP_DAYS,
            since="at",
            whole_row=True,
        ),
    )
    event: Mapped[str] = mapped_column(String(60))
    object_kind: Mapped[str] = mapped_column(String(40))
    object_id: Mapped[str] = mapped_column(String(40))
    object_label: Mapped[str] = mapped_column(
        String(200),
        default="",
        info=personal(
            msg("To be able to say later which staff member decided what."),
            what=msg("Staff: the name of an account in the log of what was done to it"),
            days=KEEP_DAYS,
            since="at",
            whole_row=True,
        ),
    )
    before: Mapped[dict[str, Any] | None] = mapped_column(JsonData)
    after: Mapped[dict[str, Any] | None] = mapped_column(
        JsonData,
        info=personal(
            msg("To be able to say later which staff member decided what."),
            what=msg("Staff: name and shortened email address before and after a change of an account"),
            days=KEEP_DAYS,
            since="at",
            whole_row=True,
        ),
    )


class AuditOrigin(Model):
    """From which address a staff member acted. Apart from the entry, so that it can be deleted sooner."""

    entry_id: Mapped[int] = mapped_column(ForeignKey("audit_entry.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, index=True)
    address: Mapped[str] = mapped_column(
        String(45),
        info=personal(
            msg("To trace misuse of staff accounts."),
            what=msg("Staff: the network address of a deed"),
            days=ADDRESS_DAYS,
            since="at",
            whole_row=True,
        ),
    )


_GUARDED = (AuditEntry, AuditOrigin)


@event.listens_for(Session, "before_flush")
def _refuse_changes(session: Session, _context: Any, _instances: Any) -> None:
    changed = [item for item in session.dirty if isinstance(item, _GUARDED) and session.is_modified(item)]
    if changed or any(isinstance(item, _GUARDED) for item in session.deleted):
        raise AppendOnly


@event.listens_for(Session, "do_orm_execute")
def _refuse_statements(state: ORMExecuteState) -> None:
    mapper = state.bind_mapper
    if (state.is_update or state.is_delete) and mapper is not None and mapper.class_ in _GUARDED:
        raise AppendOnly


def _triggers(table: str, days: int) -> dict[str, tuple[str, ...]]:
    """What lets ``table`` only grow: no row is changed, none deleted within ``days``."""
    refuse = "SELECT RAISE(ABORT, 'the audit log is append-only')"
    return {
        "sqlite": (
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN {refuse}; END",
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
            f"WHEN OLD.at > strftime('%Y-%m-%d %H:%M:%f', 'now', '-{days} days') BEGIN {refuse}; END",
        ),
        "postgresql": (
            f"CREATE OR REPLACE FUNCTION {table}_guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "IF TG_OP = 'DELETE' AND OLD.at <= (now() AT TIME ZONE 'UTC') "
            f"- make_interval(days => {days}) THEN RETURN OLD; END IF; "
            "RAISE EXCEPTION 'the audit log is append-only'; END $$",
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_guard()",
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_guard()",
        ),
    }


# For create_all; the migration that creates the tables runs the same statements.
TRIGGERS: dict[str, dict[str, tuple[str, ...]]] = {
    "audit_entry": _triggers("audit_entry", KEEP_DAYS),
    "audit_origin": _triggers("audit_origin", ADDRESS_DAYS),
}

for _table in (AuditEntry.__table__, AuditOrigin.__table__):
    for _dialect, _statements in TRIGGERS[cast(Table, _table).name].items():
        for _statement in _statements:
            event.listen(
                _table, "after_create", DDL(_statement.replace("%", "%%")).execute_if(dialect=_dialect)
            )
