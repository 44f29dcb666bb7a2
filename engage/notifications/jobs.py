"""The worker's side: sends each mail once."""

from __future__ import annotations

from typing import Any

from flask import current_app
from sqlalchemy import select, update

from engage.accounts.models import User
from engage.core.clock import minute
from engage.core.db import db
from engage.core.jobs import job
from engage.core.writer import atomic
from engage.notifications import mail
from engage.notifications.actions import MAIL
from engage.notifications.models import Notification
from engage.notifications.words import in_words, read
from engage.settings.queries import site


@job(MAIL)
def send_mail(payload: dict[str, Any]) -> None:
    """Send the mail of one notification. It is marked as sent first: a crash loses it, never doubles it.

    What cannot be handed over is marked as unsent again and raises, so that the worker tries later.
    """
    row = _claim(payload["id"])
    if row is None:
        return
    config = current_app.config["ENGAGE"]
    address, notification = row
    name = site().name.text()
    link = config.public_url + notification.url
    text = f"{in_words(read(notification.text))}\n\n{link}\n\n{name}\n"
    subject = f"[{name}] {in_words(read(notification.subject))}"
    try:
        mail.send(config.mail_url, mail.compose(config.mail_from, address, subject, text))
    except Exception:
        with atomic():
            _mark(notification.id, None)
        raise


def _claim(notification_id: int) -> tuple[str, Notification] | None:
    with atomic():
        row = db.session.execute(
            select(Notification, User.email)
            .join(User, User.id == Notification.user_id)
            .where(
                Notification.id == notification_id,
                Notification.mailed_at.is_(None),
                User.active,
                User.email.is_not(None),
            )
        ).first()
        if row is None:
            return None
        _mark(notification_id, minute())
        return row.email, row.Notification


def _mark(notification_id: int, moment: Any) -> None:
    db.session.execute(
        update(Notification).where(Notification.id == notification_id).values(mailed_at=moment)
    )
