"""Two reviewers of one name: whose decision it was is told by their accounts."""

from __future__ import annotations

import pytest
from flask import Flask

from engage.accounts.permissions import Role
from engage.consultations.actions.moderating import decide
from engage.consultations.models import CommentState
from engage.consultations.rules.comments import Pick
from engage.core.errors import Conflict
from tests.factories.accounts import make_actor
from tests.factories.consultations import make_comments, make_consultation

pytestmark = pytest.mark.database


def test_a_click_of_one_is_no_retry_of_the_other(app: Flask) -> None:
    with app.app_context():
        consultation = make_consultation()
        one, other = (make_actor(Role.COORDINATOR, name="李华") for _ in range(2))
        comment = make_comments(consultation, ["停车太难"])[0]
        pick = [Pick(comment.public_id, comment.revision)]
        done = decide(one, consultation.id, pick, CommentState.PUBLISHED)
        assert decide(one, consultation.id, pick, CommentState.PUBLISHED).done == done.done
        with pytest.raises(Conflict):
            decide(other, consultation.id, pick, CommentState.PUBLISHED)
