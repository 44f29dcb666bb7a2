"""Two moderators of one name: whose decision it was is told by their accounts."""

from __future__ import annotations

import pytest
from flask import Flask

from engage.accounts.permissions import Role
from engage.core.errors import Conflict
from engage.live import actions
from engage.live.rules.deeds import Deed
from tests.factories import live as make
from tests.factories.accounts import make_actor

pytestmark = pytest.mark.database


@pytest.mark.parametrize("deed", [Deed.APPROVE, Deed.UNDO])
def test_a_click_of_one_is_no_retry_of_the_other(app: Flask, deed: Deed) -> None:
    with app.app_context():
        room = make.make_room()
        one, other = (make_actor(Role.MODERATOR, name="李华") for _ in range(2))
        assert one.label == other.label
        asked = make.ask(room)
        if deed is Deed.UNDO:
            asked = make.decide(room, asked, Deed.APPROVE, by=one)
        revision = asked.revision
        done = actions.decide(one, room.id, asked.public_id, deed, revision)
        assert actions.decide(one, room.id, asked.public_id, deed, revision) == done
        with pytest.raises(Conflict):
            actions.decide(other, room.id, asked.public_id, deed, revision)
