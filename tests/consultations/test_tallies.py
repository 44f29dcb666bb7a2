"""What counts: one stance of a device on a clause, of what is published, and nothing that was taken back."""

from __future__ import annotations

import pytest
from flask import Flask

from engage.consultations.models import CommentState, Source, Stance
from engage.consultations.queries.staff import counts
from engage.consultations.queries.tallies import NOTHING, Tally, clause_tallies, figures, source_counts, total
from tests.factories.consultations import clause_keys, make_comments, make_consultation

pytestmark = pytest.mark.database
PUBLISHED = CommentState.PUBLISHED


def test_a_stance_that_does_not_count_is_in_no_figure(app: Flask) -> None:
    """Who says something a second time is read, and counted once."""
    with app.app_context():
        one = make_consultation()
        clause = clause_keys(one)[2]
        make_comments(one, ["甲", "乙"], state=PUBLISHED, clause=clause, stance=Stance.AGREE, counted=True)
        make_comments(one, ["又是甲"], state=PUBLISHED, clause=clause, stance=Stance.DISAGREE, counted=False)
        make_comments(one, ["丙"], state=PUBLISHED, stance=Stance.PARTLY, counted=True)
        make_comments(one, ["丁"], state=PUBLISHED, stance=None, counted=False)
        found = clause_tallies(one.id)
    assert found == {clause: Tally(comments=3, agree=2), "": Tally(comments=2, partly=1)}
    assert total(found.values()) == Tally(comments=5, agree=2, partly=1)
    assert total([]) == NOTHING


@pytest.mark.parametrize("state", [state for state in CommentState if state is not PUBLISHED])
def test_what_is_not_public_is_in_no_figure(app: Flask, state: CommentState) -> None:
    with app.app_context():
        one = make_consultation()
        make_comments(one, ["甲"], state=state, stance=Stance.AGREE, counted=True)
        assert clause_tallies(one.id) == {}


def test_a_bare_stance_counts_and_is_no_comment(app: Flask) -> None:
    with app.app_context():
        one = make_consultation()
        make_comments(one, [""], state=PUBLISHED, stance=Stance.AGREE, counted=True, has_text=False)
        assert clause_tallies(one.id) == {"": Tally(agree=1)}


def test_a_comment_is_counted_alike_wherever_it_is_counted(app: Flask) -> None:
    """With words it is a comment; without it is a stance alone, and in no count of comments."""
    with app.app_context():
        one = make_consultation()
        make_comments(one, ["甲", "乙"], state=PUBLISHED)
        make_comments(one, [""] * 3, state=PUBLISHED, stance=Stance.AGREE, has_text=False)
        make_comments(one, ["丙"])
        made = figures([one.id])[one.id]
        assert (made.comments, made.said) == (2, 5)
        assert total(clause_tallies(one.id).values()).comments == 2
        assert source_counts(one.id) == {Source.WEB: 2}
        assert counts([one.id]) == {one.id: (3, 1)}
