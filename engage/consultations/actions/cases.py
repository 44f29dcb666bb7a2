"""Comments as sources of cases: answering the case publishes the reply at the comment, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from engage.accounts.permissions import Permission
from engage.cases.rules import excerpt
from engage.cases.sources import SourceView, register_source
from engage.consultations.actions.answering import require_published, write_reply
from engage.consultations.events import COMMENT
from engage.consultations.models import Comment, CommentState, Consultation
from engage.consultations.queries.published import clauses_of
from engage.consultations.rules.comments import cleaned, require_reply
from engage.core.actor import Actor
from engage.core.db import db
from engage.core.errors import NotFound
from engage.core.messages import Message, msg


class CommentSource:
    """Handler of the cases that comments make."""

    kind: Message = msg("Comment on a draft")

    def view(self, source_id: int) -> SourceView:
        """The comment with the clause it is about. Raises `NotFound`."""
        comment, consultation = _rows(source_id)
        context = [(msg("Consultation"), consultation.title.text())]
        if comment.clause:
            clauses = clauses_of(consultation.id, comment.version)
            context += [
                (msg("Clause"), f"{one.name}\n{one.text}") for one in clauses if one.key == comment.clause
            ]
        return SourceView(
            self.kind,
            comment.text,
            tuple(context),
            url=f"/staff/consultations/{consultation.public_id}/comments/{comment.public_id}",
            public_url=f"/consultations/{consultation.public_id}",
            answer=comment.reply,
            permission=Permission.CONSULTATION_READ,
            unit_id=consultation.unit_id,
            activity_id=consultation.activity_id,
            erased=comment.state is CommentState.ERASED,
        )

    def excerpts(self, ids: Sequence[int]) -> dict[int, str]:
        """How comments begin, read from the comments themselves; nothing for one that is gone or erased."""
        rows = db.session.execute(
            select(Comment.id, Comment.text).where(Comment.id.in_(list(ids)), Comment.has_text)
        )
        return {row.id: excerpt(row.text) for row in rows}

    def answer(self, actor: Actor, source_id: int, text: str) -> None:
        """Publish the reply of the unit that owes it. Raises `Invalid`, `Conflict`."""
        text = cleaned(text)
        require_reply(text)
        comment, consultation = _rows(source_id)
        require_published(comment)
        write_reply(actor, consultation, comment, text, comment.assigned_unit_id or consultation.unit_id)

    def reassigned(self, actor: Actor, source_id: int, unit_id: int) -> None:
        """Note which unit owes the reply now."""
        comment, _ = _rows(source_id)
        comment.assigned_unit_id = unit_id
        comment.revision += 1

    def correct(self, actor: Actor, source_id: int, text: str) -> None:
        """Publish another reply in its place. Raises `Invalid`, `Conflict`."""
        self.answer(actor, source_id, text)


def _rows(source_id: int) -> tuple[Comment, Consultation]:
    comment = db.session.get(Comment, source_id)
    consultation = db.session.get(Consultation, comment.consultation_id) if comment else None
    if comment is None or consultation is None:
        raise NotFound
    return comment, consultation


register_source(COMMENT, CommentSource())
