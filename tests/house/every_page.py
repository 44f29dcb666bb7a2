"""Where to see each page of the platform: template, who opens it, address. On the loaded demonstration.

What is listed here is opened by tests/house/test_every_page.py; ``ELSEWHERE`` are pages that only a deed
brings, and that a journey inspects under the name given.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from sqlalchemy import select

from engage.accounts.models import Unit, User
from engage.accounts.permissions import Role
from engage.analysis.models import Export, ExportFormat, ExportState
from engage.cases.models import Case
from engage.consultations.models import Comment, CommentExport, Consultation, DraftVersion
from engage.consultations.models import ExportState as CommentExportState
from engage.consultations.models import State as ConsultationState
from engage.core.clock import now, today
from engage.core.db import db
from engage.core.writer import atomic
from engage.live.models import LiveSession, Phase
from engage.surveys.models import Survey
from engage.themedays.models import Activity, ActivityState, PlanRow, PlanRowState, ThemeDay, ThemeDayState
from tests.factories.consultations import make_consultation
from tests.factories.surveys import make_survey, send_response

DEVICE = "walker000000000000000000"
_Row = TypeVar("_Row")


@dataclass(frozen=True)
class Visit:
    """``who`` is a role over the whole site; None is a citizen with the device ``DEVICE``."""

    template: str
    path: str
    who: Role | None = Role.COORDINATOR
    status: int = 200

    @property
    def name(self) -> str:
        """Of its picture."""
        return "page-" + self.template.removesuffix(".html").replace("/", "-")


# Template → the name under which a journey inspects it.
ELSEWHERE = {
    "surveys/refused.html": "survey-too-late",
    "surveys/done.html": "survey-receipt",
    "consultations/done.html": "consultation-done",
    "portal/receipt.html": "citizen-receipt-survey",
    "participation/confirm.html": "citizen-erase",
    "live/withdraw.html": "citizen-withdraw",
    "participation/erased.html": "citizen-erased",
    "accounts/sign_in_link.html": "colleague-sign-in-link",
    "accounts/second_step.html": "second-step",
    "accounts/authenticator.html": "second-factor-app",
    "accounts/passkey.html": "second-factor-passkey",
    "accounts/recovery_codes.html": "second-factor-codes",
    "accounts/confirm.html": "second-factor-confirm",
    "live/guest.html": "live-guest",
    "themedays/no_round.html": "coordinator-no-year",
}


def _one(kind: type[_Row], *where: Any) -> _Row:
    found = db.session.scalars(select(kind).where(*where).limit(1)).first()
    assert found is not None, f"the demonstration has none such: {kind}"
    return found


def citizens_visits() -> list[Visit]:
    """The public pages, those of what is withdrawn, over or already answered too."""
    survey, over = make_survey(), make_survey(closes_at=now() - timedelta(minutes=1))
    answered = make_survey(one_per_device=True)
    send_response(answered, device=DEVICE)
    withdrawn = make_consultation(state=ConsultationState.WITHDRAWN)
    consultation = _one(Consultation, Consultation.state == ConsultationState.PUBLISHED)
    version = _one(DraftVersion, DraftVersion.consultation_id == consultation.id)
    settled = _one(Consultation, Consultation.result_published_at.is_not(None))
    room = _one(LiveSession, LiveSession.phase == Phase.LIVE)
    record = _one(LiveSession, LiveSession.phase == Phase.RECORDED)
    result = _one(Survey, Survey.results_published_at.is_not(None))
    reported = _one(Activity, Activity.reported_at.is_not(None))
    day = _one(ThemeDay, ThemeDay.month == today().month, ThemeDay.year == today().year)
    draft, live = f"/consultations/{consultation.public_id}", f"/live/{room.public_id}"
    found = {
        "portal/home.html": "/",
        "portal/calendar.html": "/calendar",
        "portal/theme_day.html": f"/theme-days/{day.public_id}",
        "portal/activity.html": f"/activities/{reported.public_id}",
        "portal/listing.html": "/surveys/",
        "portal/results.html": "/results",
        "portal/receipts.html": "/receipts",
        "participation/kept.html": "/personal-data",
        "surveys/respond.html": f"/surveys/{survey.public_id}",
        "surveys/closed.html": f"/surveys/{over.public_id}",
        "surveys/answered.html": f"/surveys/{answered.public_id}",
        "analysis/result.html": f"/results/surveys/{result.public_id}",
        "consultations/index.html": "/consultations/",
        "consultations/show.html": draft,
        "consultations/clause.html": f"{draft}/clauses/{version.clauses[-1]['key']}",
        "consultations/result.html": f"/results/consultations/{settled.public_id}",
        "live/join.html": "/join",
        "live/room.html": live,
        "live/ask.html": f"{live}/ask",
        "live/record.html": f"/live/{record.public_id}/record",
        "live/stage.html": f"/stage/{room.public_id}",
        "accounts/sign_in.html": "/staff/sign-in",
    }
    return [
        *(Visit(template, path, None) for template, path in found.items()),
        Visit("consultations/withdrawn.html", f"/consultations/{withdrawn.public_id}", None, 410),
        Visit("errors/page.html", "/nothing-here", None, 404),
    ]


def offices_visits() -> list[Visit]:
    """What staff do with surveys, consultations, sessions and cases."""
    survey = _one(Survey, Survey.results_published_at.is_not(None))
    consultation = _one(Consultation, Consultation.result_published_at.is_not(None))
    still_open = _one(Consultation, Consultation.state == ConsultationState.PUBLISHED)
    comment = _one(Comment, Comment.consultation_id == consultation.id)
    over = make_consultation(opened=40, closes=-1)
    room, record = (_one(LiveSession, LiveSession.phase == phase) for phase in (Phase.LIVE, Phase.RECORDED))
    with atomic():
        export = Export(survey_id=survey.id, format=ExportFormat.CSV, language="zh_CN")
        comments = CommentExport(consultation_id=consultation.id, state=CommentExportState.RUNNING)
        export.state = ExportState.RUNNING
        db.session.add_all([export, comments])
    asked = next(
        question["id"]
        for page in survey.edit_definition["pages"]
        for question in page["questions"]
        if question["type"] == "text"
    )
    unfinished, compared = make_survey(), make_consultation(state=ConsultationState.DRAFT)
    with atomic():
        compared.matched_from = compared.edit_clauses
        unfinished.edit_definition = {
            "pages": [*unfinished.edit_definition["pages"], {"id": "p9", "questions": []}]
        }
    surveys, consultations = (
        f"/staff/surveys/{survey.public_id}",
        f"/staff/consultations/{consultation.public_id}",
    )
    drafts = f"/staff/consultations/{still_open.public_id}"
    results, live = f"{surveys}/results", f"/staff/live/{room.public_id}"
    found = {
        "surveys/staff/index.html": "/staff/surveys/",
        "surveys/staff/new.html": "/staff/surveys/new",
        "surveys/staff/edit.html": surveys,
        "surveys/staff/enter.html": f"{surveys}/enter",
        "staff/poster.html": f"{surveys}/poster",
        "surveys/staff/preview.html": f"{surveys}/preview",
        "surveys/staff/sheet.html": f"/staff/surveys/{unfinished.public_id}/preview",
        "surveys/staff/to_enter.html": "/staff/surveys/enter",
        "surveys/staff/publish.html": f"{surveys}/publish",
        "surveys/staff/settings.html": f"{surveys}/settings",
        "analysis/dashboard.html": results,
        "analysis/texts.html": f"{results}/texts/{asked}",
        "analysis/export.html": f"{results}/exports/{export.public_id}",
        "consultations/staff/index.html": "/staff/consultations/",
        "consultations/staff/export.html": f"{consultations}/exports/{comments.public_id}",
        "consultations/staff/text.html": f"{drafts}/text",
        "consultations/staff/clauses.html": f"{drafts}/clauses",
        "consultations/staff/matching.html": f"/staff/consultations/{compared.public_id}/clauses",
        "consultations/staff/terms.html": f"{drafts}/terms",
        "consultations/staff/overview.html": consultations,
        "consultations/staff/queue.html": f"{consultations}/comments",
        "consultations/staff/comment.html": f"{consultations}/comments/{comment.public_id}",
        "consultations/staff/enter.html": f"{drafts}/enter",
        "consultations/staff/result.html": f"/staff/consultations/{over.public_id}/result",
        "consultations/staff/extend.html": f"/staff/consultations/{over.public_id}/extend",
        "consultations/staff/contact.html": f"/staff/consultations/{over.public_id}/contact",
        "live/staff/index.html": "/staff/live/",
        "live/staff/show.html": live,
        "live/staff/edit.html": f"{live}/edit",
        "live/staff/written.html": f"{live}/written",
        "live/staff/console.html": f"{live}/console",
        "live/staff/record.html": f"/staff/live/{record.public_id}/record",
        "cases/list.html": "/staff/cases",
        "settings/working_days.html": "/staff/working-days",
        "cases/case.html": f"/staff/cases/{_one(Case).public_id}",
        "notifications/list.html": "/staff/notifications",
    }
    return [Visit(template, path) for template, path in found.items()]


def years_visits() -> list[Visit]:
    """The coordinator's and the administrator's pages, and the one for when the worker does not run."""
    day = _one(ThemeDay, ThemeDay.state == ThemeDayState.PUBLISHED, ThemeDay.month == today().month)
    activity = _one(Activity, Activity.state == ActivityState.PUBLISHED, Activity.theme_day_id == day.id)
    reported = _one(Activity, Activity.reported_at.is_not(None))
    filed = _one(PlanRow, PlanRow.state == PlanRowState.FILED)
    year, rows = f"/staff/plan/{day.year}", "/staff/plan/rows"
    found = {
        "accounts/home.html": "/staff/",
        "accounts/account.html": "/staff/account",
        "accounts/second_factor.html": "/staff/account/second-factor",
        "themedays/plan.html": year,
        "themedays/board.html": f"{year}/board",
        "themedays/round.html": f"{year}/settings",
        "themedays/row.html": f"{rows}/{filed.public_id}",
        "themedays/theme_day.html": f"/staff/theme-days/{day.public_id}",
        "themedays/activities.html": "/staff/activities/",
        "themedays/activity.html": f"/staff/activities/{activity.public_id}",
        "themedays/cancel.html": f"/staff/activities/{activity.public_id}/cancel",
        "themedays/report.html": f"/staff/activities/{reported.public_id}/report",
    }
    administrators = {
        "accounts/people.html": "/staff/accounts",
        "accounts/new_person.html": "/staff/accounts/new",
        "accounts/person.html": f"/staff/accounts/{_one(User).public_id}",
        "accounts/units.html": "/staff/units",
        "accounts/unit.html": f"/staff/units/{_one(Unit).public_id}",
        "settings/edit.html": "/staff/settings",
        "audit/log.html": "/staff/audit",
        "staff/styleguide.html": "/styleguide",
    }
    return [
        *(Visit(template, path) for template, path in found.items()),
        Visit("analysis/unavailable.html", f"/staff/surveys/{_one(Survey).public_id}/results", status=503),
        Visit("themedays/row_read.html", f"{rows}/{filed.public_id}", Role.DEPARTMENT),
        Visit("themedays/check_in.html", "/staff/check-in", Role.CHECK_IN),
        *(Visit(template, path, Role.ADMINISTRATOR) for template, path in administrators.items()),
    ]
