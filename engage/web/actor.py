"""Who makes this request, read once and handed to actions as a plain value."""

from __future__ import annotations

from flask import current_app, g, request
from flask_login import current_user

from engage.core.actor import ANONYMOUS, Actor, ActorKind
from engage.web.citizen import device_id, known_device


def current_actor() -> Actor:
    """The staff member who is signed in, else the citizen of this device, else nobody."""
    if "actor" not in g:
        g.actor = staff_actor() or _citizen()
    return g.actor


def staff_actor() -> Actor | None:
    """The signed-in staff member, or ``None``; costs nothing for requests without a staff cookie."""
    if current_app.config["SESSION_COOKIE_NAME"] not in request.cookies:
        return None
    if not current_user.is_authenticated:
        return None
    return current_user.as_actor(address=request.remote_addr)


def needs_second_factor() -> bool:
    """Whether a role of who is signed in waits until they have set up a second factor."""
    return staff_actor() is not None and current_user.session.needs_second


def citizen_actor() -> Actor:
    """The citizen of this device whoever is signed in; marks the device where it is new."""
    return Actor(ActorKind.CITIZEN, device=device_id())


def _citizen() -> Actor:
    device = known_device()
    return Actor(ActorKind.CITIZEN, device=device) if device else ANONYMOUS
