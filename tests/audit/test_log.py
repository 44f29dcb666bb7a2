"""The audit log only grows, takes only what was declared, and is read by filters."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DatabaseError

from engage.accounts.permissions import Role
from engage.audit.actions import record
from engage.audit.events import EVENTS, declare
from engage.audit.models import ADDRESS_DAYS, KEEP_DAYS, AppendOnly, AuditEntry, AuditOrigin
from engage.core.actor import SYSTEM, Actor, ActorKind
from engage.core.clock import now
from engage.core.db import db
from engage.core.messages import msg
from engage.core.writer import atomic
from engage.web.display import label, message

pytestmark = pytest.mark.database
TRIED = declare("test.tried", msg("Tried"), state=msg("State"))
ANNA = Actor(ActorKind.STAFF, 7, "安娜", address="192.0.2.7")


def _write(count: int = 1, actor: Actor = ANNA, **after: Any) -> None:
    with atomic():
        for number in range(count):
            record(actor, TRIED, "thing", number, after=after or {"state": number}, label=f"事项{number}")


@pytest.mark.parametrize(
    "statement",
    [
        text("UPDATE audit_entry SET actor_label = 'nobody'"),
        text("DELETE FROM audit_entry"),
        update(AuditEntry.__table__).values(event="x"),
        delete(AuditEntry.__table__),
        update(AuditEntry).values(event="x"),
        delete(AuditEntry),
        text("UPDATE audit_origin SET address = '203.0.113.1'"),
        text("DELETE FROM audit_origin"),
        update(AuditOrigin).values(address="203.0.113.1"),
        delete(AuditOrigin),
        update(AuditOrigin.__table__).values(at=now() - timedelta(days=4000)),
    ],
    ids=str,
)
def test_nothing_changes_or_deletes_what_the_log_holds(app: Flask, statement: Any) -> None:
    with app.app_context():
        _write()
        with pytest.raises((AppendOnly, DatabaseError)), atomic():
            db.session.execute(statement)
        assert db.session.scalars(select(AuditEntry.actor_label)).all() == ["安娜"]
        assert db.session.scalars(select(AuditOrigin.address)).all() == ["192.0.2.7"]


def test_no_loaded_entry_is_changed_or_deleted(app: Flask) -> None:
    with app.app_context():
        _write()
        with pytest.raises(AppendOnly), atomic():
            db.session.scalars(select(AuditEntry)).one().actor_label = "nobody"
        with pytest.raises(AppendOnly), atomic():
            db.session.delete(db.session.scalars(select(AuditEntry)).one())
        with pytest.raises(AppendOnly), atomic():
            db.session.scalars(select(AuditOrigin)).one().address = "203.0.113.1"
        with pytest.raises(AppendOnly), atomic():
            db.session.delete(db.session.scalars(select(AuditOrigin)).one())


def test_entries_past_their_time_may_go(app: Flask) -> None:
    with app.app_context():
        old = {
            "actor_kind": ActorKind.SYSTEM,
            "actor_label": "",
            "event": "x",
            "object_kind": "x",
            "object_id": "1",
        }
        with atomic():
            at = now() - timedelta(days=KEEP_DAYS + 1)
            db.session.execute(insert(AuditEntry).values(id=1, at=at, object_label="", **old))
            db.session.execute(insert(AuditOrigin).values(entry_id=1, at=at, address="192.0.2.7"))
        with atomic():
            db.session.execute(delete(AuditEntry.__table__))
        assert db.session.scalar(select(AuditEntry.id)) is None
        assert db.session.scalar(select(AuditOrigin.entry_id)) is None


def test_an_address_past_its_time_may_go_and_leaves_the_entry(app: Flask) -> None:
    with app.app_context():
        with atomic(), pytest.MonkeyPatch.context() as patch:
            patch.setattr("engage.audit.actions.now", lambda: now() - timedelta(days=ADDRESS_DAYS + 1))
            record(ANNA, TRIED, "thing", 1)
        with atomic():
            db.session.execute(delete(AuditOrigin.__table__))
        assert db.session.scalars(select(AuditEntry.actor_label)).all() == ["安娜"]


@pytest.mark.parametrize(
    ("event", "values"), [(TRIED, {"other": 1}), ("test.unknown", {}), (TRIED, {"state": object()})]
)
def test_refuses_what_was_not_declared(app: Flask, event: Any, values: dict[str, Any]) -> None:
    with app.app_context():
        with pytest.raises(ValueError), atomic():
            record(SYSTEM, event, "thing", 1, after=values)
        assert db.session.scalar(select(AuditEntry.id)) is None


def test_refuses_to_record_outside_a_transaction(app: Flask) -> None:
    with app.app_context(), pytest.raises(RuntimeError):
        record(SYSTEM, TRIED, "thing", 1)


def test_undone_with_its_deed(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(ZeroDivisionError), atomic():
            record(SYSTEM, TRIED, "thing", 1)
            _ = 1 // 0
        assert db.session.scalar(select(AuditEntry.id)) is None


def test_only_staff_leave_an_address(app: Flask) -> None:
    with app.app_context():
        _write()
        _write(actor=Actor(ActorKind.CITIZEN, device="d", address="192.0.2.8"))
        assert db.session.scalars(select(AuditOrigin.address)).all() == ["192.0.2.7"]


def test_long_texts_are_cut(app: Flask) -> None:
    with app.app_context():
        _write(state="长" * 5000)
        entry = db.session.scalars(select(AuditEntry)).one()
        assert entry.after is not None
        assert len(entry.after["state"]) == 2001


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("who=安娜", True),
        ("who=张三", False),
        ("what=事项", True),
        ("event=test.tried", True),
        ("event=account.created", False),
        ("from=2020-01-01", True),
        ("from=2999-01-01", False),
        ("to=2020-01-01", False),
        ("from=nonsense&to=%00&who=%25&what='", False),
        ("before=nonsense", True),
    ],
)
def test_filters(app: Flask, staff_client: Callable[..., Any], query: str, shown: bool) -> None:
    with app.app_context():
        _write()
    page = staff_client(Role.ADMINISTRATOR).get(f"/staff/audit?{query}").text
    assert ("事项0" in page) is shown


def test_pages_show_each_entry_once(app: Flask, staff_client: Callable[..., Any]) -> None:
    with app.app_context():
        _write(120)
    client = staff_client(Role.ADMINISTRATOR)
    seen: list[str] = []
    address = "/staff/audit?event=test.tried"
    while address:
        page = client.get(address).text
        seen += [part.split("<")[0] for part in page.split(">事项")[1:]]
        older = re.search(r'href="(/staff/audit\?[^"]*before=\d+[^"]*)"', page)
        address = unescape(older.group(1)) if older else ""
    assert seen == [str(number) for number in reversed(range(120))]


def test_every_declared_event_is_told_in_chinese(app: Flask) -> None:
    words = re.compile(r"[\u4e00-\u9fff]")
    told = [(event.name, event.label) for event in EVENTS.values() if event is not TRIED]
    told += [
        (f"{event.name}: {name}", key.label)
        for event in EVENTS.values()
        for name, key in event.keys.items()
        if event is not TRIED
    ]
    assert len(told) > 100
    with app.test_request_context("/"):
        assert not [name for name, label in told if not words.search(message(label))]


def test_every_recorded_choice_has_its_words(app: Flask) -> None:
    enums = {key.enum for event in EVENTS.values() for key in event.keys.values() if key.enum}
    assert enums
    with app.test_request_context("/"):
        assert all(label(member) for enum in enums for member in enum)
