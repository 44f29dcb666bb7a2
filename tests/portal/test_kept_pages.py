"""What pages of the portal cost: queries, copies kept ready, ETags; each look has its own copy."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from engage.core.clock import now
from engage.core.db import db
from engage.core.types import Localized
from engage.core.writer import atomic
from engage.live.models import Phase
from engage.surveys.models import Survey
from engage.themedays.models import ThemeDay
from tests.factories.accounts import make_unit
from tests.factories.consultations import make_consultation
from tests.factories.live import make_room
from tests.factories.pages import fresh, seen
from tests.factories.portal import City, make_activity, publish_result
from tests.factories.surveys import make_survey
from tests.fixtures.queries import counted_queries

HOME_QUERIES = 16
THEME_DAY_QUERIES = 14
RESULTS_QUERIES = 6


def test_queries_do_not_grow(city: City, app: Flask, client: Any) -> None:
    paths = {
        "/": HOME_QUERIES,
        f"/theme-days/{city.past.public_id}": THEME_DAY_QUERIES,
        "/results": RESULTS_QUERIES,
    }
    seen(client, "/")

    def measure() -> dict[str, int]:
        counts = {}
        for path, most in paths.items():
            fresh()
            with counted_queries(app) as statements:
                assert client.get(path).status_code == 200
            counts[path] = len(statements)
            assert counts[path] <= most, "\n\n".join(statements)
        return counts

    before = measure()
    unit = make_unit()
    activity = make_activity(db.session.get_one(ThemeDay, city.past.id))
    for number in range(8):
        survey = make_survey(unit=unit, activity_id=activity.id)
        publish_result(survey, 10 + number)
        make_consultation(
            unit=unit,
            activity_id=activity.id,
            opened=40,
            closes=-3,
            result_published_at=now() - timedelta(days=3),
        )
        make_room(Phase.RECORDED, unit=make_unit(), activity_id=activity.id)
    after = measure()
    assert all(after[path] <= before[path] for path in paths), (before, after)


def test_a_kept_page_costs_no_query_and_is_drawn_anew_after_a_deed(
    city: City, app: Flask, client: Any
) -> None:
    first = seen(client, "/")
    with counted_queries(app) as statements:
        again = client.get("/")
    assert not statements
    assert _without_nonce(again.text) == _without_nonce(first)
    with atomic():
        db.session.get_one(Survey, city.survey.id).title = Localized(zh_CN="改了名的问卷")
    assert "改了名的问卷" in seen(client, "/")


def test_a_kept_page_is_never_older_than_two_seconds(
    city: City, client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen(client, "/")
    with atomic():
        db.session.get_one(Survey, city.survey.id).title = Localized(zh_CN="别的进程改的")
    later = time.monotonic() + 2.1
    monkeypatch.setattr("engage.portal.views._pages.time.monotonic", lambda: later)
    assert "别的进程改的" in client.get("/").text


def test_the_etag_answers_304_with_the_policy_of_the_copy(city: City, client: Any) -> None:
    fresh()
    first = client.get("/")
    nonce = re.search(r'nonce="([^"]+)"', first.text)
    assert nonce is not None
    again = client.get("/", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.data == b""
    assert f"'nonce-{nonce[1]}'" in again.headers["Content-Security-Policy"]
    assert again.headers["ETag"] == first.headers["ETag"]
    with atomic():
        db.session.get_one(Survey, city.survey.id).title = Localized(zh_CN="新名")
    fresh()
    assert client.get("/", headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


@pytest.mark.parametrize(
    "tag", ['W/"x"', "*", '"' + "a" * 20 + "-';script-src *\"", "garbage, ,", 'W/"",', 'W/,"a']
)
def test_hostile_etags_get_the_page(city: City, client: Any, tag: str) -> None:
    answer = client.get("/", headers={"If-None-Match": tag})
    assert answer.status_code == 200
    assert "script-src *" not in answer.headers["Content-Security-Policy"]


def test_each_look_has_its_own_copy(city: City, citizen_client: Callable[..., Any]) -> None:
    plain, large, english = citizen_client(), citizen_client(), citizen_client()
    large.set_cookie("large_text", "1")
    english.set_cookie("language", "en")
    for client in (plain, large, english, plain):
        page = client.get("/").text
        assert ('class="large-text"' in page) == (client is large)
        assert ("Take part now" in page) == (client is english)
    assert "Take part now" in plain.get("/?lang=en").text
    assert "Take part now" not in plain.get("/").text


def _without_nonce(page: str) -> str:
    return re.sub(r'nonce="[^"]+"', "", page)
