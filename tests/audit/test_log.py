"""The audit log only grows, takes only what was declared, and is read by filters."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DatabaseError

from engage.accounts.models import Unit
from engage.accounts.permissions import Role
from engage.audit.actions import record
from engage.audit.events import EVENTS, declare, numbered
from engage.audit.models import ADDRESS_DAYS, KEEP_DAYS, AppendOnly, AuditEntry, AuditOrigin
from engage.core.actor import SYSTEM, Actor, ActorKind
from engage.core.clock import minute, now
from engage.core.db import db
from engage.core.messages import msg
from engage.core.writer import atomic
from engage.themedays.queries.names import in_words
from engage.web.display import label, message
from tests.factories.portal import make_activity, make_theme_day

pytestmark = pytest.mark.database
TRIED = declare("test.tried", msg("Tried"), state=msg("State"))
CHANGED = declare("test.changed", msg("Changed"), state=msg("State"), reason=msg("Reason"))
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


@pytest.mark.parametrize("actor", [SYSTEM, Actor(ActorKind.CITIZEN, device="d")])
def test_what_a_citizen_did_is_told_to_the_minute(
    app: Flask, monkeypatch: pytest.MonkeyPatch, actor: Actor
) -> None:
    """Who came back at which second to erase which comment would stand here for five years."""
    moment = datetime(2026, 3, 5, 14, 30, 31, 250_000, tzinfo=UTC)
    monkeypatch.setattr("engage.audit.actions.now", lambda: moment)
    monkeypatch.setattr("engage.audit.actions.minute", lambda: minute(moment))
    with app.app_context():
        _write(actor=ANNA)
        _write(actor=actor)
        told = db.session.scalars(select(AuditEntry.at).order_by(AuditEntry.id)).all()
    assert told == [moment, moment.replace(second=0, microsecond=0)]


def test_long_texts_are_cut(app: Flask) -> None:
    with app.app_context():
        _write(state="长" * 5000)
        entry = db.session.scalars(select(AuditEntry)).one()
        assert entry.after is not None
        assert len(entry.after["state"]) == 2001


@pytest.mark.one_database
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


@pytest.mark.one_database
@pytest.mark.parametrize("label", [numbered(12), "No. 12"])
@pytest.mark.parametrize(("language", "told"), [("zh_CN", "意见 12"), ("en", "Comment 12")])
def test_what_has_a_number_is_told_and_found_in_the_readers_words(
    app: Flask, staff_client: Callable[..., Any], label: str, language: str, told: str
) -> None:
    with app.app_context(), atomic():
        record(ANNA, TRIED, "consultation-comment", "c1", after={"state": "甲"}, label=label)
        record(ANNA, TRIED, "thing", "t1", after={"state": "乙"}, label=label)
        record(ANNA, TRIED, "consultation-comment", "c2", after={"state": "丙"}, label=numbered(112))
    client = staff_client(Role.ADMINISTRATOR)
    client.set_cookie("language", language)
    page = client.get("/staff/audit?event=test.tried").text
    assert f">{told}</td>" in page
    assert f">{label}</td>" in page
    found = client.get(f"/staff/audit?event=test.tried&what={told}").text
    assert [state for state in "甲乙丙" if f"{state}</span>" in found] == ["甲"]


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ({"state": "甲", "reason": None}, {"state": "乙", "reason": ""}, ["状态：甲 → 乙"]),
        ({"state": "甲", "reason": "x"}, {"state": "甲", "reason": "x"}, []),
        ({"state": "甲"}, {"reason": "x"}, ["状态：甲 → –", "理由：– → x"]),
        (None, {"state": "甲", "reason": ""}, ["状态：甲"]),
    ],
)
def test_of_a_change_only_what_differs_is_listed(
    app: Flask, staff_client: Callable[..., Any], before: Any, after: Any, shown: list[str]
) -> None:
    with app.app_context(), atomic():
        record(ANNA, CHANGED, "thing", 1, before, after)
    page = staff_client(Role.ADMINISTRATOR).get("/staff/audit?event=test.changed").text
    assert re.findall(r'<span class="small">([^<]+)</span>', page.split("<tbody>")[1]) == shown


def test_every_declared_event_is_told_in_chinese(app: Flask) -> None:
    words = re.compile(r"[\u4e00-\u9fff]")
    told = [(event.name, event.label) for event in EVENTS.values() if event not in (TRIED, CHANGED)]
    told += [
        (f"{event.name}: {name}", key.label)
        for event in EVENTS.values()
        for name, key in event.keys.items()
        if event not in (TRIED, CHANGED)
    ]
    assert len(told) > 100
    with app.test_request_context("/"):
        assert not [name for name, label in told if not words.search(message(label))]


def test_every_recorded_choice_has_its_words(app: Flask) -> None:
    enums = {key.enum for event in EVENTS.values() for key in event.keys.values() if key.enum}
    assert enums
    with app.test_request_context("/"):
        assert all(label(member) for enum in enums for member in enum)


# What is recorded under these names is one of a few: the log says it in words.
CHOICES = {"adoption", "format", "kind", "layout", "outcome", "phase", "role", "scope", "source", "state"}


def test_no_choice_is_recorded_raw_and_no_row_by_its_number() -> None:
    declared = [
        (f"{event.name}: {name}", name, key)
        for event in EVENTS.values()
        if event not in (TRIED, CHANGED)
        for name, key in event.keys.items()
    ]
    assert not [told for told, name, _ in declared if name == "id" or name.endswith("_id")]
    assert not [told for told, name, key in declared if name in CHOICES and key.enum is None]


@pytest.mark.database
def test_guests_are_told_without_the_names_of_their_fields(
    app: Flask, staff_client: Callable[..., Any]
) -> None:
    guests = [{"name": "陈立群", "post": "市住建局局长"}, {"name": "罗建平", "post": ""}]
    with app.app_context(), atomic():
        record(ANNA, TRIED, "thing", "t1", after={"state": guests}, label="访谈")
    page = staff_client(Role.ADMINISTRATOR).get("/staff/audit").text
    assert "陈立群 市住建局局长, 罗建平" in page


def test_units_and_activities_are_recorded_by_name(app: Flask) -> None:
    with app.app_context():
        activity = make_activity(make_theme_day())
        unit = db.session.get_one(Unit, activity.unit_id)
        told = in_words({"unit_id": unit.id, "activity_id": activity.id, "title": "x"})
        assert told == {"title": "x", "unit": unit.name, "activity": activity.title}
        assert in_words({"unit_id": None, "activity_id": 987654}) == {"unit": None, "activity": None}
        assert in_words({"title": "x"}) == {"title": "x"}
