"""A citizen comments: the hot deed, in plain SQL inside a shared commit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, select, update

from engage.consultations.events import RECEIPT_KIND, CommentReceived
from engage.consultations.models import Comment, CommentState, Consultation, Source, Stance
from engage.consultations.queries.published import Published, clauses_of
from engage.consultations.rules.comments import MOST_COMMENTS, cleaned, require_comment
from engage.consultations.rules.phases import Deed, phase, require_phase
from engage.core.clock import minute, now
from engage.core.db import db
from engage.core.errors import Conflict, Invalid, NotFound
from engage.core.ids import public_id
from engage.core.messages import msg
from engage.core.writer import gather, publish
from engage.moderation.actions import screen
from engage.participation import receipts
from engage.participation.actions import request_deed_key, require_request_id
from engage.participation.marks import take_part, was_retracted

_consultations = cast(Table, Consultation.__table__).c
_TERMS = select(
    _consultations.state,
    _consultations.opens_at,
    _consultations.closes_at,
    _consultations.review_first,
    _consultations.comment_count,
).where(_consultations.id == bindparam("consultation_id"))
_NUMBER = (
    update(cast(Table, Consultation.__table__))
    .where(_consultations.id == bindparam("consultation_id"))
    .values(comment_count=_consultations.comment_count + 1)
)
_STORE = insert(cast(Table, Comment.__table__))


@dataclass(frozen=True, slots=True)
class Submission:
    """What a citizen sends. `clause` is a key, empty for the whole; `version` is the draft they read.
    Comments of the same `visit`, a number drawn for it, come under one code; empty gives a code of its own.
    """

    clause: str
    stance: Stance | None
    text: str
    version: int
    language: str
    request_id: str
    device: str
    visit: str = ""


def comment(consultation: Published, submission: Submission) -> str:
    """Checks and stores one comment; answers the receipt code that opens it after the commit.

    A retry with the same request id and words is that comment, whatever the visit; other words are another
    comment. Beyond `MOST_UNDER_ONE` comments in a visit each has a code of its own.
    Raises `Invalid` (fields `stance`, `text`), `NotFound` for a clause that version does not have,
    `Conflict` where it is not open yet or a bare stance was given before, `Gone` when it is closed, `Busy`.
    """
    require_request_id(submission.request_id)
    text = cleaned(submission.text)
    require_comment(submission.stance, text, whole=not submission.clause)
    require_clause(consultation, submission.clause, submission.version)
    deed = f"consultation.comment:{consultation.id}"
    body = [submission.clause, submission.stance, text]
    code_key = f"{deed}:{request_deed_key(submission.request_id, body)}"
    code = receipts.code_for(code_key, RECEIPT_KIND)
    code_hash = receipts.hash_of(code)
    held = screen(text).held
    visit = f"consultation.visit:{consultation.id}:{submission.visit}"
    of_visit = receipts.code_for(visit, RECEIPT_KIND) if submission.visit else ""

    def write() -> str:
        earlier = receipts.find(code)
        if earlier is not None:
            comment_id = earlier.object_id
        elif was_retracted(code_hash):
            return of_visit or code
        else:
            comment_id = _store(consultation.id, submission, text, code_hash, held=held)
            receipts.keep(code_hash, RECEIPT_KIND, comment_id)
            publish(CommentReceived(consultation.id, comment_id))
        under = of_visit and receipts.put_under(of_visit, RECEIPT_KIND, comment_id, fresh=earlier is None)
        return of_visit if under else code

    return gather(write)


def require_clause(consultation: Published, clause: str, version: int) -> None:
    """Raises `NotFound` for a clause that version does not have, `Invalid` for a version that never was."""
    if not 1 <= version <= consultation.version:
        raise Invalid({"text": msg("This form is out of date. Please reload the page and send it again.")})
    known = consultation.clauses if version == consultation.version else clauses_of(consultation.id, version)
    if clause and not any(one.key == clause and one.commentable for one in known):
        raise NotFound


def _store(consultation_id: int, submission: Submission, text: str, code_hash: str, *, held: bool) -> int:
    moment = now()
    connection = db.session.connection()
    row = connection.execute(_TERMS, {"consultation_id": consultation_id}).first()
    if row is None:
        raise NotFound
    require_phase(Deed.COMMENT, phase(row.state, row.opens_at, row.closes_at, moment))
    if row.comment_count >= MOST_COMMENTS:
        raise Conflict(msg("This consultation has received so many comments that it takes no more."))
    counted = submission.stance is not None and take_part(
        f"consultation:{consultation_id}:{submission.clause}", submission.device, code_hash
    )
    if not text and not counted:
        raise Conflict(
            msg(
                "Your stance on this has already been received from this device. "
                "You are welcome to add a comment in words."
            )
        )
    values = {
        "public_id": public_id(),
        "consultation_id": consultation_id,
        "number": row.comment_count + 1,
        "version": submission.version,
        "clause": submission.clause,
        "stance": submission.stance,
        "counted": counted,
        "text": text,
        "has_text": bool(text),
        "language": submission.language,
        "source": Source.WEB,
        "submitted_minute": minute(moment),
        # A bare stance has nothing to review.
        "state": CommentState.PENDING if text and (row.review_first or held) else CommentState.PUBLISHED,
        "held": held,
        "reason_note": "",
        "revision": 0,
        "decided_by": "",
        "reply": "",
        "adoption_reason": "",
    }
    connection.execute(_NUMBER, {"consultation_id": consultation_id})
    stored: Any = connection.execute(_STORE, values)
    comment_id: int = stored.inserted_primary_key[0]
    return comment_id
