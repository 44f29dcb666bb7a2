"""Whoever erases a question leaves no word of it anywhere: not in the log of deeds, a case or a notice."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from engage.accounts.permissions import Role
from engage.cases.actions import answer_case
from engage.cases.models import Case
from engage.core.db import Model, db
from engage.core.ids import request_id
from engage.live import actions
from engage.live.models import Source
from engage.live.rules.deeds import Deed
from engage.participation.deletion import erase_by_code
from tests.factories import live as make
from tests.factories.accounts import make_actor, make_unit

pytestmark = pytest.mark.database

WORDS = "我家住滨江路八号"


def _tables_with(words: str) -> set[str]:
    return {
        name
        for name, table in Model.metadata.tables.items()
        if any(words in str(tuple(row)) for row in db.session.execute(select(table)))
    }


def test_no_word_of_an_erased_question_stays(app: Flask) -> None:
    with app.app_context():
        unit = make_unit()
        make_actor(Role.DEPARTMENT, unit=unit)  # somebody who is told of the case
        room = make.make_room(unit=unit)
        asked = actions.ask(make.citizen(), room.id, f"{WORDS}，何时装电梯？", "", request_id())
        made = make.question(asked.question)
        make.decide(room, made, Deed.APPROVE, Deed.AIR, Deed.DEFER)
        case = db.session.scalars(select(Case)).one()
        answer_case(make_actor(Role.COORDINATOR), case.id, "已列入明年计划，请您放心。", case.revision)
        assert "live_question" in _tables_with(WORDS)
        erase_by_code(asked.receipt, request_id())
        db.session.remove()
        assert _tables_with(WORDS) == set()
        assert _tables_with(f"{room.title.text()} #1") >= {"owed_case"}


def test_a_question_typed_in_by_staff_is_named_by_its_number(app: Flask) -> None:
    with app.app_context():
        room = make.make_room()
        actions.enter(make.moderator(), room.id, WORDS, "", Source.HALL, request_id())
        assert "audit_entry" not in _tables_with(WORDS)
