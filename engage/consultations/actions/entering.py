"""Comments that came on paper, in the hall or by telephone, typed in by staff; they get the same receipt."""

from __future__ import annotations

from typing import Any

from engage.audit.actions import record
from engage.consultations.actions._load import consultation_for, name_of
from engage.consultations.events import COMMENT, ENTERED, RECEIPT_KIND, CommentReceived
from engage.consultations.models import Comment, CommentState, Source, Stance
from engage.consultations.queries.published import clauses_of
from engage.consultations.rules.comments import ENTERED_LIMIT, cleaned, require_comment
from engage.consultations.rules.phases import Deed
from engage.core.actor import Actor
from engage.core.clock import minute
from engage.core.db import db
from engage.core.errors import Invalid
from engage.core.messages import msg
from engage.core.writer import atomic, publish
from engage.moderation.actions import screen
from engage.participation import receipts
from engage.participation.actions import once, request_deed_key

ENTERABLE = (Source.PAPER, Source.HALL, Source.TELEPHONE, Source.INTERVIEWER)


def enter(
    actor: Actor,
    consultation_id: int,
    clause: str,
    stance: Stance | None,
    text: str,
    source: Source,
    request_id: str,
) -> str:
    """Type in a comment; answers the receipt code for the person who made it. A retry answers the same.

    Raises `NotFound`, `NotAllowed`, `Invalid` (fields `clause`, `stance`, `text`, `source`), `Conflict`.
    """
    text = cleaned(text)
    # On paper people often tick nothing: words are enough.
    require_comment(stance, text, whole=not clause or bool(text), limit=ENTERED_LIMIT)
    if source not in ENTERABLE:
        raise Invalid({"source": msg("Please choose how the comment came in.")})
    deed = f"consultation.enter:{consultation_id}:{actor.id}"
    body = [clause, stance, text, source]
    code_key = f"{deed}:{request_deed_key(request_id, body)}"

    held = screen(text).held

    def write() -> dict[str, Any]:
        return _store(actor, consultation_id, clause, stance, text, source, code_key, held=held)

    with atomic():
        consultation_for(actor, Deed.ENTER, consultation_id)
        once(request_id, deed, body, write, several=True)
    return receipts.code_for(code_key, RECEIPT_KIND)


def _store(
    actor: Actor,
    consultation_id: int,
    clause: str,
    stance: Stance | None,
    text: str,
    source: Source,
    code_key: str,
    *,
    held: bool,
) -> dict[str, Any]:
    consultation = consultation_for(actor, Deed.ENTER, consultation_id)
    version = consultation.version_number or 0
    known = {one.key for one in clauses_of(consultation.id, version) if one.commentable}
    if clause and clause not in known:
        raise Invalid({"clause": msg("Please choose a clause of the draft, or the whole draft.")})
    consultation.comment_count += 1
    row = Comment(
        consultation_id=consultation.id,
        number=consultation.comment_count,
        version=version,
        clause=clause,
        stance=stance,
        counted=stance is not None,
        text=text,
        has_text=bool(text),
        source=source,
        entered_by_id=actor.id,
        submitted_minute=minute(),
        held=held,
        state=CommentState.PENDING
        if text and (consultation.review_first or held)
        else CommentState.PUBLISHED,
    )
    db.session.add(row)
    db.session.flush()
    receipts.issue(code_key, RECEIPT_KIND, row.id)
    record(actor, ENTERED, COMMENT, row.public_id, after={"source": source}, label=name_of(consultation, row))
    publish(CommentReceived(consultation.id, row.id))
    return {}
