"""Retry safety of what staff make: one thing for one filled-in form, another for another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

import pytest
from flask import Flask

from engage.core.actor import Actor, ActorKind
from engage.core.clock import now
from engage.core.errors import Invalid
from engage.core.ids import request_id
from engage.core.writer import atomic
from engage.participation.actions import made_once

pytestmark = pytest.mark.database
LI, WANG = Actor(ActorKind.STAFF, id=1), Actor(ActorKind.STAFF, id=2)


@dataclass(frozen=True)
class Filled:
    title: str
    opens_at: datetime


@pytest.fixture
def make() -> Callable[[], str]:
    """Each call makes another thing."""
    numbers = count(1)
    return lambda: f"thing-{next(numbers)}"


def _made(actor: Actor, id: str, body: Any, make: Callable[[], str], deed: str = "survey.create") -> str:
    with atomic():
        return made_once(actor, id, deed, body, make)


def test_the_same_form_makes_one_thing(app: Flask, make: Callable[[], str]) -> None:
    with app.app_context():
        id, filled = request_id(), Filled("停车收费", now())
        assert _made(LI, id, filled, make) == "thing-1"
        assert _made(LI, id, filled, make) == "thing-1"


@pytest.mark.parametrize("differs", ["body", "id", "deed", "person"])
def test_what_differs_makes_another(app: Flask, make: Callable[[], str], differs: str) -> None:
    with app.app_context():
        id, filled = request_id(), Filled("停车收费", now())
        _made(LI, id, filled, make)
        other = Filled("停车泊位", filled.opens_at) if differs == "body" else filled
        second = request_id() if differs == "id" else id
        deed = "activity.create" if differs == "deed" else "survey.create"
        assert _made(WANG if differs == "person" else LI, second, other, make, deed) == "thing-2"


def test_commands_have_no_form(app: Flask, make: Callable[[], str]) -> None:
    with app.app_context():
        assert [_made(LI, "", "x", make), _made(LI, "", "x", make)] == ["thing-1", "thing-2"]


def test_a_malformed_id_is_refused(app: Flask, make: Callable[[], str]) -> None:
    with app.app_context(), pytest.raises(Invalid):
        _made(LI, "short", "x", make)


def test_what_was_refused_can_be_sent_again(app: Flask, make: Callable[[], str]) -> None:
    def refused() -> str:
        raise Invalid({})

    with app.app_context():
        id = request_id()
        with pytest.raises(Invalid):
            _made(LI, id, "x", refused)
        assert _made(LI, id, "x", make) == "thing-1"
