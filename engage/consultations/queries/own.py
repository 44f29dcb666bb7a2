"""One's own comments, before one has them erased."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select

from engage.consultations.models import Comment
from engage.consultations.queries.published import names_as_read
from engage.core.db import db

_LINE_CHARACTERS: Final = 60


def comment_lines(comment_ids: Sequence[int]) -> list[str]:
    """Comments on one consultation, oldest first, each in a line: its clause and how it begins."""
    columns = (Comment.consultation_id, Comment.version, Comment.clause, Comment.text)
    rows = db.session.execute(select(*columns).where(Comment.id.in_(comment_ids)).order_by(Comment.id)).all()
    versions = {row.version for row in rows if row.clause}
    names = names_as_read(rows[0].consultation_id, versions) if versions else {}
    parts = [(names.get((row.version, row.clause), ""), _beginning(row.text)) for row in rows]
    return [" · ".join(filter(None, words)) for words in parts]


def _beginning(text: str) -> str:
    return text if len(text) <= _LINE_CHARACTERS else f"{text[:_LINE_CHARACTERS]}…"
