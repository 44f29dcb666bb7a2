"""Who took part is apart from what was said: nothing joins the two."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import Date, DateTime, Table, select

from engage.core.db import Model, db
from engage.live.models import LiveQuestion
from engage.participation.models import Receipt, WriteRequest
from tests.factories import live
from tests.factories.consultations import make_consultation, send_comment
from tests.factories.surveys import make_survey, send_response

_APART = [WriteRequest.__table__, Receipt.__table__]
_OWN = {table.name for table in _APART}
# What citizens said: the one time that is theirs, and the times of what staff did with it.
_SAID = {
    "survey_response": ("submitted_minute", set()),
    "consultation_comment": ("submitted_minute", {"decided_at", "replied_at", "adopted_at"}),
    "live_question": ("asked_at", {"published_at", "on_air_at", "answered_at", "due_on"}),
}
# A question answers back to the phone that asked it: by a key that differs from session to session.
_DEVICES = {("live_question", "asker_key")}
_DEVICE_WORDS = ("device", "address", "network", "agent", "asker", "phone", "cookie", "hash_of")


@pytest.mark.parametrize("table", _APART, ids=lambda table: table.name)
def test_has_no_order_of_rows_no_number_and_no_time(table: Table) -> None:
    assert table.dialect_options["sqlite"]["with_rowid"] is False
    assert not [column for column in table.primary_key.columns if column.autoincrement is True]
    assert all(
        column.name.endswith("hash") or column.name == "activity" for column in table.primary_key.columns
    )
    assert not [column.name for column in table.columns if isinstance(column.type, DateTime)]
    assert {column.name for column in table.columns if isinstance(column.type, Date)} <= {"day"}


@pytest.mark.parametrize("table", _APART, ids=lambda table: table.name)
def test_no_key_leads_from_or_to_it(table: Table) -> None:
    assert not table.foreign_keys
    pointing = [
        f"{other.name}.{key.parent.name}"
        for other in Model.metadata.sorted_tables
        for key in other.foreign_keys
        if key.column.table.name in _OWN
    ]
    assert not pointing


@pytest.mark.parametrize("name", _SAID)
def test_what_was_said_holds_no_device_and_no_other_time(name: str) -> None:
    own, of_staff = _SAID[name]
    table = Model.metadata.tables[name]
    marks = {column.name for column in table.columns if any(word in column.name for word in _DEVICE_WORDS)}
    assert {(name, mark) for mark in marks} <= _DEVICES
    times = {column.name for column in table.columns if _is_time(column.type)}
    assert times == {own} | of_staff


def _is_time(kind: object) -> bool:
    return isinstance(kind, DateTime | Date) or isinstance(getattr(kind, "impl", None), DateTime | Date)


@pytest.mark.database
def test_the_time_of_what_was_said_is_no_finer_than_the_minute(app: Flask) -> None:
    with app.app_context():
        send_response(make_survey())
        send_comment(make_consultation())
        live.ask(live.make_room())
        for name, (own, _) in _SAID.items():
            stored = db.session.scalars(select(Model.metadata.tables[name].c[own])).one()
            assert (stored.second, stored.microsecond) == (0, 0), name
        assert db.session.scalars(select(LiveQuestion.asked_at)).one().tzinfo is not None
