"""Telling staff: rows of the transaction of the deed; the worker sends the mails after it."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select, update

from engage.core.actor import Actor
from engage.core.clock import now
from engage.core.db import db
from engage.core.jobs import enqueue
from engage.core.messages import Message
from engage.core.writer import atomic
from engage.notifications.models import Notification
from engage.notifications.words import stored

MAIL = "notifications.mail"


def notify(user_ids: Iterable[int], key: str, subject: Message, text: Message, url: str) -> int:
    """Tell these staff members once of what ``key`` names, in the running transaction; answers how many.

    ``key`` (at most 120 characters) says what happened, for example ``"case-due:17:2026-03-05"``; who was
    told of it is left out. ``url`` is a path of the staff pages.
    """
    wanted = set(user_ids)
    if not wanted:
        return 0
    told = db.session.scalars(
        select(Notification.user_id).where(Notification.key == key, Notification.user_id.in_(wanted))
    )
    rows = [
        Notification(user_id=user_id, key=key, subject=stored(subject), text=stored(text), url=url)
        for user_id in sorted(wanted - set(told))
    ]
    db.session.add_all(rows)
    db.session.flush()
    for row in rows:
        enqueue(MAIL, {"id": row.id})
    return len(rows)


def mark_read(actor: Actor, up_to: int) -> None:
    """Mark the actor's own notifications up to the id ``up_to`` as read."""
    with atomic():
        db.session.execute(
            update(Notification)
            .where(
                Notification.user_id == actor.id,
                Notification.id <= up_to,
                Notification.read_at.is_(None),
            )
            .values(read_at=now())
        )
