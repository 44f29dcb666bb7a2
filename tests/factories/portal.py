"""Theme days, activities, and a small city whose year has brought something; in an application context."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from engage.accounts.models import Unit
from engage.analysis.models import PublishedResult
from engage.consultations.models import Adoption, CommentState, Consultation
from engage.consultations.models import State as ConsultationState
from engage.core.clock import minute, now, today
from engage.core.db import db
from engage.core.types import Localized
from engage.core.writer import atomic
from engage.live.models import LiveQuestion, LiveSession, Phase, QuestionState
from engage.live.rules.deeds import PUBLISHED
from engage.participation.marks import marks
from engage.surveys.models import Response, Survey, SurveyVersion
from engage.themedays.models import (
    Activity,
    ActivityState,
    Form,
    ScheduleChange,
    ThemeDay,
    ThemeDayState,
)
from tests.factories.accounts import make_unit
from tests.factories.consultations import make_comments, make_consultation
from tests.factories.live import make_room
from tests.factories.surveys import make_survey

# From this month on, whichever it is.
THEMES = (
    "城区停车管理",
    "财政资金阳光运行",
    "优化营商环境",
    "乡村振兴在行动",
    "安全饮水进万家",
    "教育公平与入学政策",
    "养老服务面对面",
    "生态环境保护",
    "住房保障与老旧小区改造",
    "医疗保障便民服务",
    "就业创业扶持",
    "食品安全你我同行",
)


def make_theme_day(theme: str = "城区停车管理", *, unit: Unit | None = None, **values: Any) -> ThemeDay:
    """A published theme day of this month."""
    unit = unit or make_unit()
    day = today()
    with atomic():
        one = ThemeDay(
            **{
                "year": day.year,
                "month": day.month,
                "theme": Localized(zh_CN=theme, en="Parking in the town"),
                "unit_id": unit.id,
                "state": ThemeDayState.PUBLISHED,
                "published_at": now() - timedelta(days=90),
            }
            | values
        )
        db.session.add(one)
    return one


def make_activity(day: ThemeDay, form: Form = Form.SYMPOSIUM, **values: Any) -> Activity:
    """A published activity that starts in three days."""
    with atomic():
        one = Activity(
            **{
                "theme_day_id": day.id,
                "unit_id": day.unit_id,
                "form": form,
                "title": Localized(zh_CN="城区停车问题座谈会", en="Meeting on parking"),
                "starts_at": now() + timedelta(days=3),
                "ends_at": now() + timedelta(days=3, hours=2),
                "place": Localized(zh_CN="市政务服务中心三楼会议室"),
                "agenda": Localized(zh_CN="1. 介绍情况\n2. 听取意见\n3. 现场答复"),
                "contact": Localized(zh_CN="市城管局办公室 0746-0000000"),
                "state": ActivityState.PUBLISHED,
            }
            | values
        )
        db.session.add(one)
    return one


def add_responses(survey: Survey, count: int) -> None:
    """Empty responses to the newest version of a survey."""
    with atomic():
        version = db.session.scalars(db.select(SurveyVersion.id).filter_by(survey_id=survey.id)).first()
        db.session.add_all(
            Response(
                survey_id=survey.id,
                version_id=version,
                language="zh_CN",
                submitted_minute=minute(),
                answers={},
            )
            for _ in range(count)
        )


def publish_result(survey: Survey, responses: int, days_ago: int = 1) -> None:
    """The public result of a survey, without questions."""
    moment = now() - timedelta(days=days_ago)
    with atomic():
        db.session.add(
            PublishedResult(survey_id=survey.id, responses=responses, questions=[], published_at=moment)
        )
        db.session.get_one(Survey, survey.id).results_published_at = moment


def add_questions(room: LiveSession, **states: int) -> None:
    """Questions of a room: ``add_questions(room, answered=3, declined=1)``, with underscores for dashes."""
    with atomic():
        number = 0
        for word, count in states.items():
            for _ in range(count):
                number += 1
                state = QuestionState(word.replace("_", "-"))
                question = LiveQuestion(session_id=room.id, number=number, text=f"提问{number}", state=state)
                question.published_at = now() if state in PUBLISHED else None
                db.session.add(question)


@dataclass(frozen=True, slots=True)
class City:
    """What ``make_city`` made."""

    day: ThemeDay
    past: ThemeDay
    survey: Survey
    consultation: Consultation
    room: LiveSession


def make_city() -> City:
    """Twelve theme days; this month's with all that is open, an earlier one with its results."""
    unit = make_unit("市城市管理和综合执法局")
    this = today()
    days = [
        make_theme_day(
            THEMES[month - this.month], unit=unit, month=month, day=this.replace(month=month, day=15)
        )
        for month in range(1, 13)
    ]
    day, past = days[this.month - 1], days[this.month - 2] if this.month > 1 else _last_december(unit)
    with atomic():
        note = Localized(
            zh_CN="因场地维修，时间顺延一周。", en="A week later, since the hall is being repaired."
        )
        db.session.add(
            ScheduleChange(
                theme_day_id=day.id, note=note, theme=day.theme, month=day.month, day=this.replace(day=8)
            )
        )
    make_activity(day)
    asking = make_activity(day, Form.QUESTIONNAIRE, title=Localized(zh_CN="停车满意度问卷"))
    online = make_activity(day, Form.ONLINE, title=Localized(zh_CN="停车管理网上互动"))
    survey = make_survey(unit=unit, activity_id=asking.id, title=Localized(zh_CN="城区停车满意度调查"))
    add_responses(survey, 23)
    consultation = make_consultation(unit=unit, activity_id=online.id)
    make_comments(consultation, ["太贵", "太少"], state=CommentState.PUBLISHED)
    room = make_room(Phase.LIVE, unit=unit, activity_id=online.id, join_code="246810")
    add_questions(room, pending=2, approved=3, answered=1)
    _results(past, unit)
    # What is added here counts once a device: a server without any marks would miss them.
    if marks().is_blank():
        marks().begin()
    return City(day, past, survey, consultation, room)


def _last_december(unit: Unit) -> ThemeDay:
    year = today().year - 1
    return make_theme_day(THEMES[-1], unit=unit, year=year, month=12, day=date(year, 12, 15))


def _results(past: ThemeDay, unit: Unit) -> None:
    visited = make_activity(
        past,
        Form.SITE_VISIT,
        title=Localized(zh_CN="走进农产品检测中心"),
        starts_at=now() - timedelta(days=30),
        ends_at=now() - timedelta(days=30, hours=-2),
        report_title=Localized(zh_CN="市民代表走进检测中心：看得见的放心"),
        report=Localized(zh_CN="## 现场\n四十二名市民代表参观了检测流程。\n\n大家提出的三条建议已当场答复。"),
        people_reached=42,
        reported_at=now() - timedelta(days=20),
    )
    asked = make_survey(
        unit=unit,
        activity_id=visited.id,
        title=Localized(zh_CN="食品安全放心度调查"),
        closes_at=now() - timedelta(days=10),
    )
    add_responses(asked, 31)
    publish_result(asked, 31)
    settled = make_consultation(
        unit=unit,
        activity_id=visited.id,
        opened=60,
        closes=-20,
        state=ConsultationState.SETTLED,
        title=Localized(zh_CN="食品小作坊管理办法（征求意见稿）"),
        result_published_at=now() - timedelta(days=5),
    )
    done = {"reply": "已采纳。", "replied_at": now()}
    make_comments(settled, ["一", "二"], state=CommentState.PUBLISHED, adoption=Adoption.ADOPTED, **done)
    make_comments(settled, ["三"], state=CommentState.PUBLISHED, adoption=Adoption.NOT, **done)
    make_comments(settled, ["四"], state=CommentState.PUBLISHED)
    make_comments(settled, [""], state=CommentState.PUBLISHED)
    make_comments(settled, ["五", "六"], state=CommentState.DECLINED)
    recorded = make_room(
        Phase.RECORDED, unit=unit, activity_id=visited.id, record_published_at=now() - timedelta(days=2)
    )
    add_questions(recorded, answered=4, declined=2, withdrawn=1, written=1)
