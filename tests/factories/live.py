"""Live sessions, askers and moderators for tests; call inside an application context."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from engage.accounts.models import Unit
from engage.accounts.permissions import Role
from engage.core.actor import SYSTEM, Actor, ActorKind
from engage.core.clock import now
from engage.core.db import db
from engage.core.ids import request_id
from engage.core.types import Localized
from engage.core.writer import atomic
from engage.live import actions
from engage.live.models import LiveQuestion, LiveSession, Phase, Source
from engage.live.rules.deeds import Deed
from tests.factories.accounts import make_actor, make_unit


def make_room(phase: Phase = Phase.LIVE, *, unit: Unit | None = None, **values: Any) -> LiveSession:
    """A session in ``phase`` with a code where people may join."""
    unit = unit or make_unit("市住房和城乡建设局")
    joinable = phase in (Phase.ANNOUNCED, Phase.COLLECTING, Phase.LIVE)
    with atomic():
        session = LiveSession(
            **{
                "unit_id": unit.id,
                "title": Localized(zh_CN="老旧小区改造在线访谈", en="Renewal of old estates: interview"),
                "introduction": Localized(zh_CN="市住建局局长在线回答大家的提问。"),
                "guests": [{"name": "李建国", "post": "市住房和城乡建设局局长"}],
                "moderators_note": "先问费用，再问时间。",
                "starts_at": now() + timedelta(hours=1 if phase is not Phase.LIVE else -1),
                "phase": phase,
                "join_code": f"{unit.id:06d}" if joinable else None,
                "record_published_at": now() if phase is Phase.RECORDED else None,
            }
            | values
        )
        db.session.add(session)
    return session


def citizen(number: int = 1) -> Actor:
    """The person with phone ``number``."""
    return Actor(ActorKind.CITIZEN, device=f"device{number:018d}")


def moderator(unit: Unit | None = None) -> Actor:
    """A moderator of the site, or of one unit."""
    return make_actor(Role.MODERATOR, unit=unit)


def ask(
    room: LiveSession, text: str = "加装电梯的费用怎么分摊？", *, by: int = 1, name: str = ""
) -> LiveQuestion:
    """A question of phone ``by``."""
    asked = actions.ask(citizen(by), room.id, text, name, request_id())
    return question(asked.question)


def question(public_id: str) -> LiveQuestion:
    """The question as it is stored now."""
    return db.session.scalars(
        db.select(LiveQuestion)
        .where(LiveQuestion.public_id == public_id)
        .execution_options(populate_existing=True)
    ).one()


def decide(
    room: LiveSession, asked: LiveQuestion, *deeds: Deed, by: Actor | None = None, **values: Any
) -> LiveQuestion:
    """Do deeds on a question one after another, each at its present revision."""
    by = by or moderator()
    for deed in deeds:
        current = question(asked.public_id)
        actions.decide(by, room.id, asked.public_id, deed, current.revision, **values)
    return question(asked.public_id)


__all__ = [
    "SYSTEM",
    "Deed",
    "LiveQuestion",
    "LiveSession",
    "Source",
    "ask",
    "atomic",
    "citizen",
    "db",
    "decide",
    "make_room",
    "make_unit",
    "moderator",
    "now",
    "question",
]
