"""Doors: every route says who may pass, and a route that says nothing is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import CSRFProtect
from werkzeug.datastructures import MultiDict

from engage.accounts.permissions import Permission as Permission
from engage.accounts.rules import may
from engage.core.actor import Actor
from engage.core.errors import NotAllowed
from engage.web.actor import citizen_actor, current_actor, needs_second_factor, staff_actor
from engage.web.citizen import check_sender, check_token
from engage.web.limits import hit
from engage.web.requests import typed_field
from engage.web.strictjson import StrictJson

_View = TypeVar("_View", bound=Callable[..., Any])
# Nobody types it, and PostgreSQL stores no text with it. Texts of forms are rid of it (``CleanRequest``).
_NUL = "\0"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# Reading a form costs up to a second for each MB of small fields.
_CITIZEN_BYTES = 256 * 1024
# Tokens, ids and buttons beside what people write.
_FORM_EXTRA = 16 * 1024
# The largest questionnaire of the builder with room to spare.
_STAFF_BYTES = 3 * 1024 * 1024


class FormTokens(CSRFProtect):
    """Flask-WTF's check of staff forms, on the token as it was sent: nothing is made of the other texts."""

    def _get_csrf_token(self) -> str | None:
        return request.headers.get("X-CSRFToken") or typed_field("csrf_token")


csrf = FormTokens()


class Door(StrEnum):
    PUBLIC = "public"
    CITIZEN_WRITE = "citizen-write"
    TOKEN = "token"  # noqa: S105 - the kind of door, no secret
    SIGN_IN = "sign-in"
    SIGNED_IN = "signed-in"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Guard:
    """What a route asks for; ``permission`` only at the staff door, with ``others`` that do as well."""

    door: Door
    permission: Permission | None = None
    others: tuple[Permission, ...] = ()

    def admits(self, actor: Actor) -> bool:
        """Whether a member of staff holds what is asked for, somewhere; the action checks the object."""
        wanted = (self.permission, *self.others)
        return self.permission is None or any(may(actor, one, anywhere=True) for one in wanted if one)


def _marked(guard: Guard) -> Callable[[_View], _View]:
    def mark(view: _View) -> _View:
        view.guard = guard  # type: ignore[attr-defined]
        return view

    return mark


def public(view: _View) -> _View:
    """Read by anyone; refuses to be written to."""
    return _marked(Guard(Door.PUBLIC))(view)


def citizen_write(view: _View) -> _View:
    """Read by anyone; a write needs the device's token and our Origin."""
    return _marked(Guard(Door.CITIZEN_WRITE))(view)


def by_token(view: _View) -> _View:
    """The address holds a secret the view checks (guest links); writes need the device's token too."""
    return _marked(Guard(Door.TOKEN))(view)


def sign_in_door(view: _View) -> _View:
    """The pages that sign staff in: anyone may open them, writes carry the staff form token."""
    return _marked(Guard(Door.SIGN_IN))(view)


def signed_in(view: _View) -> _View:
    """Any staff member."""
    return _marked(Guard(Door.SIGNED_IN))(view)


def staff(permission: Permission, *others: Permission) -> Callable[[_View], _View]:
    """Staff who hold one of these permissions somewhere; the action checks the object."""
    return _marked(Guard(Door.STAFF, permission, others))


def uploading(view: _View) -> _View:
    """Mark a view of staff that takes files: its body may be as large as the site allows."""
    view.uploading = True  # type: ignore[attr-defined]
    return view


def body_of(most: Callable[..., int]) -> Callable[[_View], _View]:
    """Mark a view whose form may need more than others: ``most`` bytes for the parts of its address."""

    def mark(view: _View) -> _View:
        view.body_of = most  # type: ignore[attr-defined]
        return view

    return mark


def init_guards(app: Flask) -> None:
    """Check the guard of the route before every request."""
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    csrf.init_app(app)
    app.json = StrictJson(app)
    app.before_request(_check)


def guard_of(view: Any) -> Guard | None:
    """The guard a view was marked with."""
    return getattr(view, "guard", None)


def _check() -> ResponseReturnValue | None:
    if request.endpoint is None or request.endpoint == "static":
        return None
    view = current_app.view_functions[request.endpoint]
    guard = guard_of(view)
    _limit_body(guard, view)
    if guard is None:
        raise NotAllowed
    writes = request.method not in _SAFE
    if _NUL in request.path or _has_nul(request.args):
        abort(404)
    answer = _pass(guard, view, writes)
    if answer is None and writes and _has_nul(request.form):
        abort(400)
    return answer


def _count(view: Any) -> None:
    """Count a write against the limit its view was marked with."""
    limit = getattr(view, "limit", None)
    if limit is not None:
        name, per_device, per_network = limit
        actor = current_actor()
        hit(name, device=actor.device or str(actor.id), per_device=per_device, per_network=per_network)


def _limit_body(guard: Guard | None, view: Any) -> None:
    """Hold the body to what this door takes, before anybody reads it."""
    most = current_app.config["MAX_CONTENT_LENGTH"]
    allowed = _CITIZEN_BYTES
    if guard is not None and guard.door in (Door.SIGNED_IN, Door.STAFF):
        files = getattr(view, "uploading", False) and request.mimetype == "multipart/form-data"
        allowed = most if files else _STAFF_BYTES
    body = getattr(view, "body_of", None)
    if body is not None and request.method not in _SAFE:
        allowed = max(allowed, _FORM_EXTRA + body(**(request.view_args or {})))
    request.max_content_length = min(allowed, most)
    request.max_form_memory_size = min(allowed, most, _STAFF_BYTES if body is None else most)


def _has_nul(values: MultiDict[str, str]) -> bool:
    return any(_NUL in name or _NUL in value for name, value in values.items(multi=True))


def _pass(guard: Guard, view: Any, writes: bool) -> ResponseReturnValue | None:
    """Check who sends, count it, and only then read the body for its token."""
    if guard.door in (Door.SIGNED_IN, Door.STAFF):
        answer = _staff(guard, writes)
        if answer is not None:
            return answer
    if not writes:
        return None
    match guard.door:
        case Door.PUBLIC:
            abort(405)
        case Door.CITIZEN_WRITE | Door.TOKEN:
            check_sender()
            _count(view)
            check_token()
            citizen_actor()
        case Door.SIGN_IN | Door.SIGNED_IN | Door.STAFF:
            _count(view)
            csrf.protect()
    return None


def _staff(guard: Guard, writes: bool) -> ResponseReturnValue | None:
    actor = staff_actor()
    if actor is None:
        # Whoever sends it is a stranger now: what was typed is shown back within a stranger's limits.
        request.max_content_length = request.max_form_memory_size = _CITIZEN_BYTES
        if writes or request.accept_mimetypes.best == "application/json":
            abort(401)
        return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")))
    if not guard.admits(actor):
        if not writes and needs_second_factor():
            return redirect(url_for("accounts.second_factor"))
        raise NotAllowed
    return None
