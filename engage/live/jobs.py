"""Clocks of the live sessions."""

from __future__ import annotations

from sqlalchemy import select

from engage.core.actor import SYSTEM
from engage.core.clock import now
from engage.core.db import db
from engage.core.jobs import periodic
from engage.live.actions.sessions import step
from engage.live.models import LiveSession, Phase
from engage.live.rules.life import Step


@periodic("live.collect", seconds=20)
def collect_on_time() -> None:
    """Start collecting questions in announced sessions whose time has come."""
    due = db.session.scalars(
        select(LiveSession.id).where(LiveSession.phase == Phase.ANNOUNCED, LiveSession.collects_from <= now())
    ).all()
    for session_id in due:
        step(SYSTEM, session_id, Step.COLLECT)
