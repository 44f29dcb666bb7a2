"""Home, calendar, theme days, activities and results as pages: what they say, cost and hide."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from flask import Flask

from engage.core.actor import SYSTEM
from engage.core.clock import now, today
from engage.core.db import db
from engage.core.types import Localized
from engage.core.writer import atomic
from engage.live.models import LiveSession, Phase
from engage.surveys.models import State, Survey
from engage.themedays.actions.theme_days import cancel_theme_day
from engage.themedays.models import Activity, ActivityState, Form, ScheduleChange, ThemeDayState
from tests.factories.accounts import make_unit
from tests.factories.consultations import make_consultation
from tests.factories.live import make_room
from tests.factories.pages import seen
from tests.factories.portal import City, make_activity, make_theme_day, publish_result
from tests.factories.surveys import make_survey


def test_an_empty_city_is_told_what_comes(client: Any) -> None:
    home = seen(client, "/")
    assert "本月主题尚未公布" in home
    assert "目前没有可参与的事项" in home
    assert "暂无结果" in home
    assert "日程尚未公布" in home
    assert 'action="/join"' in home
    for path in ("/calendar", "/results", "/receipts"):
        seen(client, path)


def test_home_shows_the_month_what_is_open_and_what_came_of_it(city: City, client: Any) -> None:
    home = seen(client, "/")
    assert re.search(r"<h1[^>]*>城区停车管理</h1>", home)
    for url in (
        f"/theme-days/{city.day.public_id}",
        f"/surveys/{city.survey.public_id}",
        f"/consultations/{city.consultation.public_id}",
        f"/live/{city.room.public_id}",
        "/results/surveys/",
        "/results/consultations/",
        "/record",
        "/personal-data",
    ):
        assert url in home, url
    assert home.index(city.room.public_id) < home.index(city.survey.public_id)
    assert home.count("month__name") == 12
    assert "4 条意见，已答复 3 条，采纳 2 条" in home
    assert "市民代表走进检测中心" in home


def test_home_in_english(city: City, client: Any) -> None:
    client.set_cookie("language", "en")
    home = seen(client, "/")
    assert 'lang="en"' in home
    assert "Theme day of this month" in home
    assert "Take part now" in home


def test_what_is_not_public_is_nowhere(context: Flask, client: Any) -> None:
    hidden = Localized(zh_CN="内部草稿不可见")
    unit = make_unit()
    day = make_theme_day(unit=unit)
    make_theme_day(unit=unit, theme="内部草稿不可见", state=ThemeDayState.DRAFT)
    make_activity(day, state=ActivityState.DRAFT, title=hidden)
    one = make_activity(day, Form.ONLINE)
    make_survey(unit=unit, activity_id=one.id, state=State.DRAFT, title=hidden)
    make_survey(unit=unit, activity_id=one.id, state=State.WITHDRAWN, title=hidden)
    make_room(Phase.DRAFT, unit=unit, activity_id=one.id, title=hidden)
    make_room(Phase.LIVE, unit=unit, activity_id=one.id, title=hidden, listed=False, join_code="ABCDEFGHJK")
    closed = make_survey(unit=unit, title=hidden, closes_at=now() - timedelta(days=1))
    make_consultation(unit=unit, title=hidden, closes=-1, opened=20)
    assert closed.id
    for path in (
        "/",
        "/calendar",
        "/results",
        f"/theme-days/{day.public_id}",
        f"/activities/{one.public_id}",
    ):
        assert "内部草稿不可见" not in seen(client, path), path


def test_drafts_have_no_page(context: Flask, client: Any) -> None:
    draft = make_theme_day(state=ThemeDayState.DRAFT)
    of_draft = make_activity(draft)
    hidden = make_activity(make_theme_day(), state=ActivityState.DRAFT)
    for path in (
        f"/theme-days/{draft.public_id}",
        f"/activities/{of_draft.public_id}",
        f"/activities/{hidden.public_id}",
        "/theme-days/aaaaaaaaaaaa",
        "/activities/aaaaaaaaaaaa",
    ):
        seen(client, path, 404)


def test_after_this_month_the_next_one_is_announced(context: Flask, client: Any) -> None:
    make_theme_day("下一个主题", year=today().year + 1, month=1)
    home = seen(client, "/")
    assert "下一个主题日" in home
    assert "下一个主题</h1>" in home


def test_the_calendar_by_year(city: City, client: Any) -> None:
    year = today().year
    make_theme_day("去年的主题", year=year - 1, month=5)
    this, last = seen(client, "/calendar"), seen(client, f"/calendar?year={year - 1}")
    assert "优化营商环境" in this
    assert "去年的主题" not in this
    assert "因场地维修" in this
    assert "去年的主题" in last
    assert last.count("month__name") == 12
    assert "优化营商环境" in seen(client, "/calendar?year=1900")
    assert "优化营商环境" in seen(client, "/calendar?year=abc")


def test_a_theme_day_gathers_what_can_be_done(city: City, client: Any) -> None:
    page = seen(client, f"/theme-days/{city.day.public_id}")
    for words in (
        "填写问卷",
        "查看并提意见",
        "进入直播间",
        "查看详情",
        "日程有变更",
        "因场地维修",
        "城区停车问题座谈会",
    ):
        assert words in page, words
    assert f"/surveys/{city.survey.public_id}" in page


def test_a_cancelled_activity_offers_nothing(city: City, client: Any) -> None:
    with atomic():
        for one in db.session.scalars(db.select(Activity).where(Activity.theme_day_id == city.day.id)):
            one.state, one.cancel_reason = ActivityState.CANCELLED, Localized(zh_CN="因暴雨取消")
    page = seen(client, f"/theme-days/{city.day.public_id}")
    assert page.count("因暴雨取消") == 3
    assert "已取消" in page
    assert "填写问卷" not in page.split("全程公开")[0]
    one = db.session.scalars(db.select(Activity).where(Activity.theme_day_id == city.day.id)).first()
    assert one is not None
    assert "因暴雨取消" in seen(client, f"/activities/{one.public_id}")


def test_a_cancelled_theme_day_takes_what_was_to_come_with_it(city: City, client: Any) -> None:
    cancel_theme_day(SYSTEM, city.day.public_id, Localized(zh_CN="因防汛取消"))
    page = seen(client, f"/theme-days/{city.day.public_id}")
    assert "填写问卷" not in page.split("全程公开")[0]
    for one in db.session.scalars(db.select(Activity).where(Activity.theme_day_id == city.day.id)):
        found = seen(client, f"/activities/{one.public_id}")
        assert "已取消" in found
        assert "因防汛取消" in found


def test_what_people_said_outlives_a_cancelled_activity(city: City, client: Any) -> None:
    with atomic():
        survey = db.session.get_one(Survey, city.survey.id)
        survey.closes_at = now() - timedelta(hours=1)
        one = db.session.get_one(Activity, survey.activity_id)
        one.state, one.cancel_reason = ActivityState.CANCELLED, Localized(zh_CN="因暴雨取消")
    for path in (f"/theme-days/{city.day.public_id}", f"/activities/{one.public_id}"):
        assert f"/surveys/{city.survey.public_id}" in seen(client, path)


def test_a_cancelled_theme_day_says_why(context: Flask, client: Any) -> None:
    day = make_theme_day(state=ThemeDayState.CANCELLED)
    with atomic():
        note = Localized(zh_CN="并入下月")
        db.session.add(ScheduleChange(theme_day_id=day.id, note=note, theme=day.theme, month=day.month))
    page = seen(client, f"/theme-days/{day.public_id}")
    assert "本期主题日已取消" in page
    assert "并入下月" in page
    assert "并入下月" in seen(client, "/calendar")
    assert "本月主题日" not in seen(client, "/")


def test_only_who_came_counts_as_on_site(context: Flask, client: Any) -> None:
    day = make_theme_day()
    reached = {Form.SITE_VISIT: 40, Form.BRIEFING: 6, Form.ONLINE: 120, Form.QUESTIONNAIRE: 3}
    made = {
        form: make_activity(day, form, people_reached=people, reported_at=now())
        for form, people in reached.items()
    }
    page = seen(client, f"/theme-days/{day.public_id}")
    for words in ("169 人次参与", "现场参加 46 人", "在线参与 123 人"):
        assert words in page, words
    assert "40 人参加" in seen(client, f"/activities/{made[Form.SITE_VISIT].public_id}")
    assert "在线参与 120 人" in seen(client, f"/activities/{made[Form.ONLINE].public_id}")


def test_an_activity_with_its_report(city: City, client: Any) -> None:
    one = db.session.scalars(db.select(Activity).where(Activity.reported_at.is_not(None))).one()
    page = seen(client, f"/activities/{one.public_id}")
    for words in ("市政务服务中心三楼会议室", "听取意见", "0746-0000000", "42 人参加", "四十二名市民代表"):
        assert words in page, words


def test_content_is_escaped(context: Flask, client: Any) -> None:
    day = make_theme_day("<img src=x onerror=alert(1)>")
    one = make_activity(
        day,
        title=Localized(zh_CN="<b>标题</b>"),
        agenda=Localized(zh_CN="<script>alert(1)</script>"),
        address="javascript:alert(1)",
    )
    for path in ("/", "/calendar", f"/theme-days/{day.public_id}"):
        assert "<img src=x" not in seen(client, path)
    page = seen(client, f"/activities/{one.public_id}")
    assert "<script>alert" not in page
    assert "<b>标题" not in page
    assert "javascript:" not in page


def test_results_are_mixed_paged_and_narrowed(city: City, client: Any) -> None:
    other = make_unit("市教育局")
    surveys = [make_survey(unit=other, title=Localized(zh_CN=f"教育问卷{number}号")) for number in range(21)]
    for number, survey in enumerate(surveys):
        publish_result(survey, 12, days_ago=100 + number)
    first, second = seen(client, "/results"), seen(client, "/results?page=2")
    assert "共 25 项结果" in first
    assert "食品小作坊管理办法" in first
    assert "教育问卷20号" not in first
    assert "教育问卷20号" in second
    assert "教育问卷20号" in seen(client, "/results?page=999")
    assert "食品小作坊管理办法" not in seen(client, f"/results?unit={other.code}")
    by_kind = seen(client, "/results?kind=live")
    assert "共 1 项结果" in by_kind
    by_day = seen(client, f"/results?theme-day={city.past.public_id}")
    assert "共 4 项结果" in by_day
    assert "没有符合条件的结果" in seen(client, "/results?unit=nowhere")
    assert "共 25 项结果" in seen(client, "/results?kind=nonsense&page=-3")


def test_a_withdrawn_result_is_gone(city: City, client: Any) -> None:
    with atomic():
        for one in db.session.scalars(db.select(Survey)):
            one.state = State.WITHDRAWN
        for room in db.session.scalars(db.select(LiveSession).where(LiveSession.phase == Phase.RECORDED)):
            room.phase = Phase.ENDED
    assert "共 2 项结果" in seen(client, "/results")
    assert "食品安全放心度调查" not in seen(client, "/")
