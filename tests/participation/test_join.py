"""An attempt to join participation with responses, from everything the database keeps."""

from __future__ import annotations

import random

import pytest
from flask import Flask
from sqlalchemy import insert, select, text

from engage.core.clock import minute, today
from engage.core.db import Model, db
from engage.core.ids import keyed_hash, request_id
from engage.core.keys import key
from engage.core.writer import atomic
from engage.participation import receipts
from engage.participation.actions import once, take_part
from engage.participation.mixing import mix
from engage.participation.models import Participation, Receipt, WriteRequest
from tests.factories.accounts import make_unit

pytestmark = pytest.mark.database
_PEOPLE = 60


def _respond(survey_id: int, version_id: int, number: int) -> None:
    responses = Model.metadata.tables["survey_response"]

    def write() -> dict[str, bool]:
        take_part(f"survey:{survey_id}", f"device-{number}")
        added = db.session.execute(
            insert(responses).values(
                survey_id=survey_id,
                version_id=version_id,
                language="zh_CN",
                source="web",
                submitted_minute=minute(),
                answers={"who": number},
            )
        )
        receipts.issue(request_id(), "survey-response", added.inserted_primary_key[0])
        return {"ok": True}

    with atomic():
        once(request_id(), f"survey.answer:{survey_id}", {"who": number}, write)


def test_no_order_no_time_and_no_number_joins_devices_with_answers(app: Flask) -> None:
    tables = Model.metadata.tables
    with app.app_context():
        unit = make_unit()
        with atomic():
            survey = db.session.execute(
                insert(tables["survey"]).values(public_id="a" * 12, unit_id=unit.id, created_at=minute())
            ).inserted_primary_key[0]
            version = db.session.execute(
                insert(tables["survey_version"]).values(
                    survey_id=survey, number=1, definition={}, published_at=minute()
                )
            ).inserted_primary_key[0]
        people = list(range(_PEOPLE))
        random.Random(4).shuffle(people)
        for number in people:
            _respond(survey, version, number)
        responses = db.session.execute(
            select(tables["survey_response"].c.answers).order_by(tables["survey_response"].c.id)
        ).scalars()
        said = [answers["who"] for answers in responses]
        assert said == people
        mix()  # the worker's clock, needed on PostgreSQL
        by_mark = {mark: number for number, mark in _marks(survey).items()}
        for order in _stored_orders(app):
            found = [by_mark[row] for row in order]
            together = sum(a == b for a, b in zip(found, said, strict=True))
            # By chance one in sixty agrees; eight together come once in a million tries.
            assert together < 8, "the order of participation follows the order of responses"
        assert {row.day for row in db.session.execute(select(Participation.day))} == {today()}


def _marks(survey: int) -> dict[int, str]:
    """Which mark belongs to which device: known only to who has the key; here to judge the attempt."""
    marks = {number: _mark(survey, number) for number in range(_PEOPLE)}
    assert set(marks.values()) == set(db.session.scalars(select(Participation.device_hash)))
    return marks


def _mark(survey: int, number: int) -> str:
    return keyed_hash(key("participation"), f"survey:{survey}", f"device-{number}")


def _stored_orders(app: Flask) -> list[list[str]]:
    """The orders in which the database itself holds and hands out the rows."""
    orders = [
        db.session.scalars(text("SELECT device_hash FROM participation")).all(),
        db.session.scalars(text("SELECT device_hash FROM participation ORDER BY day")).all(),
    ]
    if db.engine.dialect.name == "postgresql":
        orders.append(
            db.session.scalars(
                text("SELECT device_hash FROM participation ORDER BY xmin::text::bigint, ctid")
            ).all()
        )
    if db.engine.dialect.name == "sqlite":
        with pytest.raises(Exception, match="no such column"):
            db.session.execute(text("SELECT rowid FROM participation"))
        db.session.rollback()
        for table in (WriteRequest, Receipt):
            with pytest.raises(Exception, match="no such column"):
                db.session.execute(text(f"SELECT rowid FROM {table.__tablename__}"))
            db.session.rollback()
    return [list(order) for order in orders]
