"""Making and changing a session, and the steps of its life."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from engage.accounts.permissions import Permission
from engage.accounts.rules import may, require
from engage.audit.actions import changes, record
from engage.core.actor import Actor
from engage.core.clock import as_shown, now
from engage.core.db import db
from engage.core.errors import Conflict, Invalid
from engage.core.messages import msg
from engage.core.writer import atomic
from engage.live.actions._load import require_any, session_row
from engage.live.actions._marks import mark
from engage.live.actions.log import Change
from engage.live.events import QUESTIONS_EXPORTED, SESSION, SESSION_CHANGED, SESSION_CREATED, SESSION_STEPPED
from engage.live.models import LiveQuestion, LiveSession, Phase, QuestionState
from engage.live.rules.life import ACTS, EDITABLE, STEPS, Act, Step, next_phase
from engage.live.rules.session import check_fields, require_summary
from engage.live.rules.video import check_address
from engage.participation.actions import made_once
from engage.themedays.models import Activity
from engage.themedays.queries.names import in_words

FIELDS = (
    "title", "introduction", "guests", "moderators_note", "video_address", "collects_from", "starts_at",
    "ends_at",
    "moderation", "names", "supports_on", "listed", "activity_id",
)  # fmt: skip
_TIMES = ("collects_from", "starts_at", "ends_at")
_LONG_CODE = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
_LONG_CODE_LENGTH = 10


def create(actor: Actor, unit_id: int, values: Mapping[str, Any], *, request_id: str = "") -> tuple[int, str]:
    """Make a session in draft; ``values`` may hold any of ``FIELDS``. Answers its id and public id.

    The same form sent again (``request_id``) makes no second one. Raises ``NotAllowed``, or ``Invalid``
    naming the fields.
    """
    require(actor, Permission.LIVE_EDIT, unit_id=unit_id)

    def make() -> str:
        session = LiveSession(unit_id=unit_id)
        _fill(actor, session, values)
        db.session.add(session)
        db.session.flush()
        record(
            actor,
            SESSION_CREATED,
            SESSION,
            session.public_id,
            after=in_words({name: getattr(session, name) for name in FIELDS if name in values}),
            label=session.title.text(),
        )
        return session.public_id

    with atomic():
        made = made_once(actor, request_id, "live.create", [unit_id, values], make)
        return db.session.scalars(select(LiveSession.id).where(LiveSession.public_id == made)).one(), made


def edit(actor: Actor, session_id: int, revision: int, values: Mapping[str, Any]) -> None:
    """Change any of ``FIELDS``; ``Conflict`` where someone else changed the session since ``revision``."""
    with atomic():
        session = session_row(session_id)
        require_any(actor, frozenset({Permission.LIVE_EDIT}), session)
        if session.phase not in EDITABLE:
            raise Conflict(msg("The record is published. Withdraw it first if something must be changed."))
        if session.revision != revision:
            raise Conflict
        before = {name: getattr(session, name) for name in FIELDS}
        times = {name: as_shown(values[name], before[name]) for name in _TIMES if name in values}
        change = Change(session)
        _fill(actor, session, {**values, **times})
        was, became = changes(before, {name: getattr(session, name) for name in FIELDS})
        if not became:
            return
        if session.join_code is not None and session.listed != before["listed"]:
            session.join_code = _free_code(session.listed)
        session.revision += 1
        change.write()
        told = in_words(was), in_words(became)
        record(actor, SESSION_CHANGED, SESSION, session.public_id, *told, label=session.title.text())


def step(actor: Actor, session_id: int, taken: Step, *, summary: str | None = None) -> Phase:
    """Take one step in the session's life; the same step twice changes nothing more. Answers the phase.

    Publishing the record needs every question decided (``Conflict`` tells how many are not) and a summary
    that is not too long (``Invalid``).
    """
    with atomic():
        session = session_row(session_id)
        _allowed, target, who = STEPS[taken]
        require_any(actor, who, session)
        if session.phase is target:
            return target
        next_phase(taken, session.phase)
        before = session.phase
        change = Change(session)
        if taken is Step.END:
            _end_on_air(actor, session, change)
        if taken is Step.PUBLISH_RECORD:
            _require_all_decided(session)
            if summary is not None:
                session.record_summary = require_summary(summary)
        _enter_phase(session, target)
        session.revision += 1
        change.write()
        record(
            actor,
            SESSION_STEPPED,
            SESSION,
            session.public_id,
            {"phase": before},
            {"phase": target},
            label=session.title.text(),
        )
        return target


def note_export(actor: Actor, session_id: int) -> None:
    """Record that all questions of a session left as a file."""
    with atomic():
        session = session_row(session_id)
        require_any(actor, frozenset({Permission.LIVE_READ}), session)
        record(
            actor,
            QUESTIONS_EXPORTED,
            SESSION,
            session.public_id,
            after={"count": session.question_count},
            label=session.title.text(),
        )


def _enter_phase(session: LiveSession, phase: Phase) -> None:
    if phase is Phase.ANNOUNCED and session.starts_at is None:
        raise Invalid({"starts_at": msg("Please say when the session starts before you announce it.")})
    if phase is Phase.ANNOUNCED and not session.title.text():
        raise Invalid({"title": msg("Please give the session a title.")})
    session.phase = phase
    if phase in ACTS[Act.JOIN]:
        session.join_code = session.join_code or _free_code(session.listed)
    elif phase is Phase.RECORDED:
        # Until then it may go live again, and the code stands on posters: another session must not get it.
        session.join_code = None
    if phase is Phase.LIVE:
        session.live_since = now()
        session.started_at = session.started_at or session.live_since
        session.ended_at = None
    if phase is Phase.ENDED:
        session.ended_at = session.ended_at or now()
        session.record_published_at = None
    if phase is Phase.RECORDED:
        session.record_published_at = now()


def _end_on_air(actor: Actor, session: LiveSession, change: Change) -> None:
    rows = db.session.scalars(
        select(LiveQuestion).where(
            LiveQuestion.session_id == session.id, LiveQuestion.state == QuestionState.ON_AIR
        )
    )
    for row in rows:
        change.touch(row)
        mark(row, QuestionState.ANSWERED, actor, "end")


def _require_all_decided(session: LiveSession) -> None:
    count = db.session.scalar(
        select(func.count())
        .select_from(LiveQuestion)
        .where(
            LiveQuestion.session_id == session.id,
            LiveQuestion.state.in_([QuestionState.PENDING, QuestionState.APPROVED]),
        )
    )
    if count:
        raise Conflict(
            msg(
                "{count} questions are neither answered, deferred nor declined. The record accounts for "
                "every "
                "question: please decide on them first.",
                count=count,
            )
        )


def _fill(actor: Actor, session: LiveSession, values: Mapping[str, Any]) -> None:
    unknown = set(values) - set(FIELDS)
    if unknown:
        raise ValueError(f"unknown fields: {sorted(unknown)}")
    errors = check_fields(values)
    address = values.get("video_address")
    if address:
        wrong = check_address(address)
        if wrong is not None:
            errors["video_address"] = wrong
    activity_id = values.get("activity_id")
    if activity_id is not None and activity_id != session.activity_id and not _is_own(actor, activity_id):
        errors["activity"] = msg("Please choose an activity of the list.")
    if errors:
        raise Invalid(errors)
    for name, value in values.items():
        setattr(session, name, value)


def _is_own(actor: Actor, activity_id: int) -> bool:
    """Whether ``actor`` works on the activity: what hangs on it stands on its public page."""
    activity = db.session.get(Activity, activity_id)
    return activity is not None and may(
        actor, Permission.LIVE_EDIT, unit_id=activity.unit_id, activity_id=activity_id
    )


def _free_code(listed: bool) -> str:
    """A join code no other session has: six digits, or ten characters that cannot be tried out."""
    while True:
        if listed:
            code = f"{secrets.randbelow(1_000_000):06d}"
        else:
            code = "".join(secrets.choice(_LONG_CODE) for _ in range(_LONG_CODE_LENGTH))
        if db.session.scalar(select(LiveSession.id).where(LiveSession.join_code == code)) is None:
            return code
