"""Reports on activities are results: what home lists, /results lists too, narrowed like all others."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from engage.core.clock import now
from engage.core.types import Localized
from engage.core.writer import atomic
from engage.themedays.models import ActivityState, Form, ThemeDayState
from tests.factories.portal import City
from tests.factories.themedays import make_activity, make_theme_day

pytestmark = pytest.mark.database


def cards(page: str, heading: str) -> list[str]:
    """The addresses of the cards behind a heading."""
    part = page.split(heading, 1)[1].split("</main>")[0]
    return re.findall(r'class="card__title"><a href="([^"]+)"', part.split("</section>")[0])


def listed(client: Any, query: str = "") -> list[str]:
    """The addresses on every page of the results."""
    found: list[str] = []
    path: str | None = f"/results?{query}"
    while path:
        page = client.get(path).text
        found += cards(page, "<h1>")
        following = re.search(r'href="([^"]+)" rel="next"|rel="next" href="([^"]+)"', page)
        path = (following[1] or following[2]).replace("&amp;", "&") if following else None
    return found


def test_what_home_lists_results_know(city: City, client: Any) -> None:
    on_home = cards(client.get("/").text, 'id="results-title"')
    assert any("/activities/" in address for address in on_home)
    assert set(on_home) <= set(listed(client))


def test_a_report_has_its_heading_its_people_and_its_place_in_time(context: Flask, client: Any) -> None:
    day = make_theme_day(theme=Localized(zh_CN="优化营商环境"))
    before = now() - timedelta(days=3)
    named = make_activity(day, form=Form.SITE_VISIT, people_reached=42, reported_at=now())
    plain = make_activity(day, form=Form.BRIEFING, reported_at=before, title=Localized(zh_CN="政策宣讲会"))
    with atomic():
        named.report_title = Localized(zh_CN="四十二名代表走进大厅")
    addresses = [f"/activities/{one.public_id}#report" for one in (named, plain)]
    assert listed(client) == addresses, "the newest first"
    page = client.get("/results").text
    for words in ("四十二名代表走进大厅", "政策宣讲会", "活动报告", "42 人参加"):
        assert words in page, words
    for query, wanted in (
        ("kind=report", addresses),
        ("kind=survey", []),
        (f"theme-day={day.public_id}", addresses),
        (f"unit={named.unit.code}", [addresses[0]] if named.unit_id != plain.unit_id else addresses),
        ("unit=nobody", []),
    ):
        assert listed(client, query) == wanted, query


@pytest.mark.one_database
@pytest.mark.parametrize("what", ["cancelled", "draft", "theme day", "unreported"])
def test_what_is_not_public_is_no_result(context: Flask, client: Any, what: str) -> None:
    day = make_theme_day(theme=Localized(zh_CN="优化营商环境"))
    one = make_activity(day, reported_at=None if what == "unreported" else now())
    with atomic():
        if what == "theme day":
            day.state = ThemeDayState.DRAFT
        elif what != "unreported":
            one.state = ActivityState.CANCELLED if what == "cancelled" else ActivityState.DRAFT
    assert listed(client) == []
    assert "#report" not in client.get("/").text
