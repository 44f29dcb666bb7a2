"""Guest links: made, shown once, revoked."""

from __future__ import annotations

import secrets

from sqlalchemy import func, select

from engage.accounts.permissions import Permission
from engage.audit.actions import record
from engage.core.actor import Actor
from engage.core.clock import now
from engage.core.db import db
from engage.core.errors import Conflict, Invalid, NotFound
from engage.core.ids import is_request_id, keyed_hash
from engage.core.keys import key
from engage.core.messages import msg
from engage.core.writer import atomic, publish
from engage.live.actions._load import require_any, session_row
from engage.live.events import GUEST_LINK_MADE, GUEST_LINK_REVOKED, GuestLinkRevoked
from engage.live.models import GuestLink
from engage.live.rules.text import clean
from engage.participation.actions import made_once

LABEL_MOST = 40
MOST = 20
_MAY = frozenset({Permission.LIVE_EDIT, Permission.LIVE_MODERATE})


def make_link(actor: Actor, session_id: int, label: str, *, request_id: str = "") -> str:
    """Make a link for one guest and answer its token, which is not stored and cannot be shown again.

    Only the same form sent again (``request_id``) is answered the same link, since its first answer may have
    been lost on the way.
    """
    label = clean(label).replace("\n", " ")
    if not label or len(label) > LABEL_MOST:
        raise Invalid(
            {
                "label": msg(
                    "Please write whom the link is for, in at most {most} characters.", most=LABEL_MOST
                )
            }
        )
    token = _token(actor, session_id, label, request_id)

    def make() -> str:
        session = session_row(session_id)
        open_links = db.session.scalar(
            select(func.count())
            .select_from(GuestLink)
            .where(GuestLink.session_id == session_id, GuestLink.revoked_at.is_(None))
        )
        if (open_links or 0) >= MOST:
            raise Conflict(
                msg("A session has at most {most} guest links. Please revoke one first.", most=MOST)
            )
        link = GuestLink(
            session_id=session_id, token_hash=token_hash(token), label=label, created_by_id=actor.id
        )
        db.session.add(link)
        db.session.flush()
        record(
            actor,
            GUEST_LINK_MADE,
            "live-guest-link",
            link.id,
            after={"label": label},
            label=session.title.text(),
        )
        return str(link.id)

    with atomic():
        require_any(actor, _MAY, session_row(session_id))
        made_once(actor, request_id, f"live.guest-link:{session_id}", label, make)
    return token


def _token(actor: Actor, session_id: int, label: str, request_id: str) -> str:
    """A token nobody can guess; of a form's id, derived by a key, so that a retry derives it again."""
    if not is_request_id(request_id):
        return secrets.token_urlsafe(24)
    return keyed_hash(key("live-guest-token"), str(actor.id), str(session_id), label, request_id)[:48]


def revoke_link(actor: Actor, session_id: int, link_id: int) -> None:
    """Make a link open nothing any more; twice changes nothing."""
    with atomic():
        session = session_row(session_id)
        require_any(actor, _MAY, session)
        link = db.session.get(GuestLink, link_id)
        if link is None or link.session_id != session_id:
            raise NotFound
        if link.revoked_at is not None:
            return
        link.revoked_at = now()
        record(
            actor,
            GUEST_LINK_REVOKED,
            "live-guest-link",
            link.id,
            before={"label": link.label},
            label=session.title.text(),
        )
        publish(GuestLinkRevoked(session_id, link.id))


def token_hash(token: str) -> str:
    """The hash under which a guest link is stored."""
    return keyed_hash(key("live-guest"), token)
