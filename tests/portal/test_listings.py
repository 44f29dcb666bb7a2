"""The addresses without an id: `/surveys/` and `/live/`."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from engage.core.clock import now
from engage.live.models import Phase
from engage.portal.queries import things
from tests.factories.consultations import make_consultation
from tests.factories.live import make_room
from tests.factories.surveys import make_survey

pytestmark = pytest.mark.database


@pytest.mark.parametrize("path", ["/surveys/", "/live/"])
def test_empty_ones_say_what_comes(client: FlaskClient, path: str) -> None:
    page = client.get(path)
    assert page.status_code == 200
    assert "目前没有可参与的事项" in page.text
    assert "问卷、意见征集或访谈直播开放后，会显示在这里" in page.text


def test_each_lists_its_own_kind_only(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        opened = make_survey()
        coming = make_survey(opens_at=now().replace(year=now().year + 1), closes_at=None)
        room = make_room(Phase.LIVE)
        paths = f"/surveys/{opened.public_id}", f"/surveys/{coming.public_id}", f"/live/{room.public_id}"
    surveys, live = client.get("/surveys/").text, client.get("/live/").text
    assert paths[0] in surveys
    assert paths[2] in live
    assert paths[2] not in surveys
    assert paths[0] not in live


def test_an_announced_draft_is_among_what_comes(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        opened = make_consultation()
        announced = make_consultation(opened=-3)
        later = make_survey(opens_at=now() + timedelta(days=5), closes_at=None)
        found = things.offered()
        assert [thing.url for thing in found.now] == [f"/consultations/{opened.public_id}"]
        assert [thing.url for thing in found.coming] == [
            f"/consultations/{announced.public_id}",
            f"/surveys/{later.public_id}",
        ]
    home = client.get("/").text
    assert home.index("即将开始") < home.index(announced.public_id)
