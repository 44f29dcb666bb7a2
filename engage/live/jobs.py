"""Clocks of the live sessions."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from engage.accounts.permissions import Permission
from engage.core.actor import SYSTEM
from engage.core.clock import now
from engage.core.db import db
from engage.core.jobs import periodic
from engage.core.messages import msg
from engage.core.writer import atomic
from engage.live.actions.sessions import step
from engage.live.models import LiveSession, Phase
from engage.live.rules.life import REMINDED_AFTER, Step, clock_end
from engage.notifications.actions import notify
from engage.notifications.queries import holders


@periodic("live.collect", seconds=20)
def collect_on_time() -> None:
    """Start collecting questions in announced sessions whose time has come."""
    due = db.session.scalars(
        select(LiveSession.id).where(LiveSession.phase == Phase.ANNOUNCED, LiveSession.collects_from <= now())
    ).all()
    for session_id in due:
        step(SYSTEM, session_id, Step.COLLECT)


@periodic("live.end", seconds=300)
def end_on_time() -> None:
    """Remind of live sessions that nobody ended, and end by the clock those long over."""
    moment = now()
    for session in _overdue():
        since = session.live_since or session.started_at or session.starts_at
        if since is not None and clock_end(session.ends_at, since) <= moment:
            step(SYSTEM, session.id, Step.END)
        else:
            _remind(session)


def _overdue() -> Sequence[LiveSession]:
    started = func.coalesce(LiveSession.live_since, LiveSession.started_at, LiveSession.starts_at)
    return db.session.scalars(
        select(LiveSession).where(
            LiveSession.phase == Phase.LIVE,
            func.coalesce(LiveSession.ends_at, started) <= now() - REMINDED_AFTER,
        )
    ).all()


def _remind(session: LiveSession) -> None:
    if session.ends_at is None:
        return
    people = {
        *holders(Permission.LIVE_MODERATE, session.unit_id),
        *holders(Permission.LIVE_EDIT, session.unit_id),
    }
    with atomic():
        notify(
            people or holders(Permission.LIVE_MODERATE),
            f"live-overdue:{session.id}:{session.ends_at:%Y-%m-%dT%H:%M}",
            msg("A live session is past its end"),
            msg(
                "“{title}” still takes questions. Please end it when it is over.", title=session.title.text()
            ),
            f"/staff/live/{session.public_id}",
        )
