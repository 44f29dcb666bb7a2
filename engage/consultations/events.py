"""What is told after commit, and what the audit log may hold about consultations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from engage.audit.events import Key, declare, declare_numbered
from engage.consultations.models import Adoption, CommentState, Kind, Source, State
from engage.core.messages import msg
from engage.moderation.models import ReasonClass

CONSULTATION: Final = "consultation"
COMMENT: Final = declare_numbered("consultation-comment", msg("Comment {number}"))
RECEIPT_KIND: Final = COMMENT


@dataclass(frozen=True, slots=True)
class CommentReceived:
    """A comment was stored."""

    consultation_id: int
    comment_id: int


@dataclass(frozen=True, slots=True)
class CommentsChanged:
    """Staff decided about comments, replied to them or adopted them, or an author took one back."""

    consultation_id: int
    comment_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ConsultationChanged:
    """Texts, times, state, version or result of a consultation changed."""

    consultation_id: int
    public_id: str


CREATED = declare("consultation.created", msg("Consultation created"), kind=Key(msg("Kind"), Kind))
EDITED = declare(
    "consultation.edited",
    msg("Consultation edited"),
    kind=Key(msg("Kind"), Kind),
    title=msg("Title"),
    background=msg("Background"),
    contact=msg("Contact"),
    opens_at=msg("Opens"),
    closes_at=msg("Closes"),
    short_reason=msg("Reason for the short period"),
    review_first=msg("Review before publication"),
    unit=msg("Unit"),
    activity=msg("Activity"),
)
TEXT_EDITED = declare("consultation.text-edited", msg("Draft text edited"), clauses=msg("Clauses"))
PUBLISHED = declare(
    "consultation.published",
    msg("Consultation published"),
    state=Key(msg("State"), State),
    version=msg("Version"),
    opens_at=msg("Opens"),
)
STATE_CHANGED = declare(
    "consultation.state-changed", msg("Consultation state changed"), state=Key(msg("State"), State)
)
CLOSED = declare(
    "consultation.closed",
    msg("Consultation closed early"),
    closes_at=msg("Closes"),
    short_reason=msg("Reason for the short period"),
)
EXTENDED = declare(
    "consultation.extended",
    msg("Consultation opened again"),
    closes_at=msg("Closes"),
    short_reason=msg("Reason for the short period"),
)
DELETED = declare("consultation.deleted", msg("Draft deleted"))
RESULT_PUBLISHED = declare("consultation.result-published", msg("Result page published"), note=msg("Note"))
RESULT_WITHDRAWN = declare("consultation.result-withdrawn", msg("Result page taken back"))
EXPORTED = declare("consultation.exported", msg("Comments exported"), count=msg("Comments"))
IMPORTED = declare("consultation.imported", msg("Comments imported"), count=msg("Comments"))

MODERATED = declare(
    "comment.moderated",
    msg("Comment reviewed"),
    state=Key(msg("State"), CommentState),
    reason=Key(msg("Reason"), ReasonClass),
    note=msg("Note"),
)
ENTERED = declare("comment.entered", msg("Comment entered"), source=Key(msg("Source"), Source))
REPLIED = declare("comment.replied", msg("Comment replied to"), reply=msg("Reply"))
ADOPTION_SET = declare(
    "comment.adoption-set",
    msg("Outcome of a comment set"),
    adoption=Key(msg("What came of it"), Adoption),
    reason=msg("Reason"),
)
ASSIGNED = declare("comment.assigned", msg("Comment assigned"), unit=msg("Unit"))
UNASSIGNED = declare("comment.unassigned", msg("Comment taken back"), unit=msg("Unit"))
ERASED = declare("comment.erased", msg("Comment erased"))
