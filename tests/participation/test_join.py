"""An attempt to join participation with what was said, from everything the database keeps."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest
from flask import Flask
from sqlalchemy import Table, select, text

from engage.consultations.models import Comment
from engage.core.clock import today
from engage.core.db import db
from engage.core.ids import keyed_hash
from engage.core.keys import key
from engage.participation import mixing
from engage.participation.mixing import mix
from engage.participation.models import Participation, Receipt, WriteRequest
from engage.surveys.models import Response
from tests.factories.consultations import make_consultation, send_comment
from tests.factories.surveys import make_survey, send_response

_PEOPLE = 60
_LAGS = range(-5, 6)
# The keys of tests never change, so neither do these figures; unrelated orders of 60 stay below 0.45.
_ALIKE = 0.5


def correlation(first: Sequence[int], second: Sequence[int]) -> float:
    """Spearman's rank correlation of the places two orders give to the same things."""
    place = {thing: at for at, thing in enumerate(second)}
    count = len(first)
    squares = sum((at - place[thing]) ** 2 for at, thing in enumerate(first))
    return 1 - 6 * squares / (count * (count**2 - 1))


def likeness(found: Sequence[int], said: Sequence[int]) -> float:
    """How much one order tells of the other: by rank, turned round, moved along, or who is beside whom."""
    turned = [[*found[lag:], *found[:lag]] for lag in _LAGS]
    place = {thing: at for at, thing in enumerate(said)}
    beside = sum(abs(place[one] - place[other]) == 1 for one, other in pairwise(found))
    return max(*(abs(correlation(order, said)) for order in turned), beside / (len(said) - 1))


@pytest.mark.parametrize(
    ("name", "order"),
    [
        ("the same", list(range(60))),
        ("backwards", list(range(59, -1, -1))),
        ("moved along", [*range(4, 60), *range(4)]),
        ("pairs turned", [number ^ 1 for number in range(60)]),
        ("in two halves", [*range(30, 60), *range(30)]),
    ],
)
def test_the_attempt_would_notice(name: str, order: list[int]) -> None:
    assert likeness(order, list(range(60))) > _ALIKE, name


def _answers() -> tuple[str, str, list[int]]:
    """Everybody answers a survey; activity, deed, and the order in which the answers lie."""
    survey = make_survey()
    for number in _crowd(4):
        send_response(survey, device=_device(number), id=_request(number), q3=str(number))
    rows = db.session.scalars(select(Response.answers).order_by(Response.id))
    return f"survey:{survey.id}", f"survey.answer:{survey.id}", [int(row["q3"]) for row in rows]


def _comments() -> tuple[str, str, list[int]]:
    """Everybody comments on a draft."""
    one = make_consultation()
    for number in _crowd(5):
        send_comment(one, device=_device(number), request_id=_request(number), text=f"{number} 号意见")
    rows = db.session.scalars(select(Comment.text).order_by(Comment.id))
    return f"consultation:{one.id}:", f"consultation.comment:{one.id}", [int(row.split()[0]) for row in rows]


@pytest.mark.database
@pytest.mark.parametrize("take_part", [_answers, _comments])
def test_no_order_joins_devices_with_what_was_said(
    app: Flask, take_part: Callable[[], tuple[str, str, list[int]]]
) -> None:
    with app.app_context():
        activity, deed, said = take_part()
        assert sorted(said) == list(range(_PEOPLE))
        # Only who has the key knows whose mark is whose; here it judges the attempt.
        devices = {keyed_hash(key("participation"), activity, _device(n)): n for n in range(_PEOPLE)}
        requests = {keyed_hash(key("request"), deed, _request(n)): n for n in range(_PEOPLE)}
        mix()  # the worker's clock, needed on PostgreSQL
        for column, whose in ((Participation.device_hash, devices), (WriteRequest.request_hash, requests)):
            for order in _stored_orders(column.table, column.name):
                found = [whose[mark] for mark in order]
                assert likeness(found, said) < _ALIKE, f"{column} follows what was said"
        assert set(db.session.scalars(select(Participation.day))) == {today()}


def test_the_database_numbers_no_rows_of_its_own(app: Flask) -> None:
    with app.app_context():
        for model in (Participation, WriteRequest, Receipt):
            if db.engine.dialect.name == "sqlite":
                with pytest.raises(Exception, match="no such column"):
                    db.session.execute(text(f"SELECT rowid FROM {model.__tablename__}"))
                db.session.rollback()
            assert not [column for column in model.__table__.columns if column.name in ("id", "rowid")]


@pytest.mark.parametrize(("count", "shares"), [(0, 1), (500, 1), (501, 16), (8001, 256), (200_000, 4096)])
def test_many_rows_are_mixed_in_short_turns(count: int, shares: int) -> None:
    found = mixing._shares(count)
    assert len(set(found)) == len(found) == shares
    assert found != mixing._shares(count) or shares == 1


@pytest.mark.database
def test_mixing_in_shares_keeps_every_row(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mixing, "ROWS_AT_ONCE", 7)
    with app.app_context():
        _answers()
        tables = (Participation.__table__, WriteRequest.__table__)
        before = [sorted(map(str, db.session.execute(select(table)))) for table in tables]
        mix()
        assert [sorted(map(str, db.session.execute(select(table)))) for table in tables] == before


def _crowd(seed: int) -> list[int]:
    people = list(range(_PEOPLE))
    random.Random(seed).shuffle(people)
    return people


def _device(number: int) -> str:
    return f"device-{number}"


def _request(number: int) -> str:
    return f"request-of-person-{number:04d}"


def _stored_orders(table: Table, column: str) -> list[list[str]]:
    """The orders in which the database itself holds and hands out the rows."""
    orders = ["", " ORDER BY day"]
    if db.engine.dialect.name == "postgresql":
        orders += [" ORDER BY xmin::text::bigint, ctid", " ORDER BY ctid"]
    return [list(db.session.scalars(text(f"SELECT {column} FROM {table.name}{order}"))) for order in orders]
