"""The lists of comments are read by an index in their order: no step looks at all rows or sorts them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import insert

from engage.consultations.models import Comment, CommentState
from engage.consultations.queries.queue import Filter, View, export_rows, queue
from engage.core.clock import minute
from engage.core.db import db
from engage.core.ids import public_id
from engage.core.writer import atomic
from tests.factories.consultations import make_comments, make_consultation
from tests.fixtures.queries import counted_queries, query_plans

pytestmark = pytest.mark.database


@pytest.fixture
def many(app: Flask) -> Iterator[int]:
    """A consultation of 2,000 comments beside another one."""
    with app.app_context():
        one, other = make_consultation(), make_consultation()
        for consultation in (other, one):
            (first,) = make_comments(consultation, ["意见"], state=CommentState.PUBLISHED)
            common = {
                **{name: getattr(first, name) for name in ("consultation_id", "version", "source", "state")},
                "submitted_minute": minute(),
                "text": "意见",
                "has_text": True,
            }
            rows = [common | {"number": number, "public_id": public_id()} for number in range(2, 1_001)]
            with atomic():
                db.session.execute(insert(Comment), rows)
        yield one.id


@pytest.mark.parametrize(
    "read",
    [
        *(
            lambda one, view=view: queue(one, Filter(view))
            for view in (View.ALL, View.PENDING, View.DECLINED)
        ),
        *(lambda one, view=view: queue(one, Filter(view), 900) for view in (View.ALL, View.PENDING)),
        lambda one: list(export_rows(one)),
    ],
)
def test_no_list_of_comments_looks_at_all_or_sorts(
    app: Flask, many: int, read: Callable[[int], object]
) -> None:
    with counted_queries(app) as statements:
        read(many)
    plans = query_plans(app, statements)
    assert all(plan.startswith("SEARCH") for plan in plans), plans
