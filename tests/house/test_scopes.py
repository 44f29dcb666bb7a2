"""Staff of one unit meet another unit's work at every staff address: nothing is shown, nothing is changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from engage.accounts.permissions import Role
from engage.analysis.models import Export, ExportFormat, ExportState
from engage.consultations.actions import editing as consultations
from engage.consultations.models import Comment, CommentExport, CommentState
from engage.consultations.rules.terms import Terms
from engage.core.db import Model, db
from engage.core.errors import Invalid
from engage.core.types import Localized
from engage.core.writer import atomic
from engage.live.actions import sessions as live
from engage.live.models import GuestLink, Phase
from engage.surveys.actions import editing as surveys
from engage.themedays.models import Form
from engage.web.guards import Door, guard_of
from tests.factories.accounts import make_actor, make_unit
from tests.factories.cases import make_case
from tests.factories.consultations import make_comments, make_consultation
from tests.factories.live import ask, make_room
from tests.factories.portal import add_responses
from tests.factories.surveys import make_survey
from tests.factories.themedays import make_activity, make_round, make_row, make_theme_day

pytestmark = pytest.mark.database

# Stands in every title of the other unit.
SECRET = "别的单位不该看见"
# The deeds of these are the coordinator's, or everyone's own; their objects belong to no unit.
_NO_UNIT = {"accounts", "audit", "settings", "notifications", "shell"}
# What the owner cannot open either: cancelling is the coordinator's, and no export file was made here.
_SHUT = {"themedays.cancel_activity", "analysis.export_file", "staff_consultations.export_file"}
# A theme day is the city's: every unit reads it and files its own activities below it.
_THE_CITYS = {
    "themedays.theme_day",
    "themedays.new_activity",
    "themedays.merge",
    "themedays.cancel_theme_day",
}
_QUIET = {"staff_session"}  # when somebody was last seen


@dataclass(frozen=True)
class Work:
    """What the other unit has: the values of the parts of addresses, by blueprint."""

    unit_id: int
    activity_id: int
    parts: dict[str, dict[str, Any]]


@pytest.fixture
def work(app: Flask) -> Work:
    """One of everything a unit can own."""
    with app.app_context():
        unit = make_unit("市住建局")
        title = Localized(zh_CN=SECRET)
        activity = make_activity(make_theme_day(), unit_id=unit.id, title=title, form=Form.ONLINE)
        plan = make_round()
        row = make_row(plan, unit, theme=SECRET)
        own: dict[str, Any] = {"unit": unit, "activity_id": activity.id, "title": title}
        survey = make_survey(**own)
        add_responses(survey, 3)
        consultation = make_consultation(**own)
        make_comments(consultation, [SECRET], state=CommentState.PENDING)
        room = make_room(Phase.LIVE, **own)
        question = ask(room, SECRET)
        case = make_case(unit)
        with atomic():
            export = Export(
                survey_id=survey.id, format=ExportFormat.CSV, language="zh_CN", state=ExportState.DONE
            )
            link = GuestLink(session_id=room.id, token_hash="f" * 64, label=SECRET)
            comments = CommentExport(consultation_id=consultation.id)
            db.session.add_all([export, link, comments])
        comment = db.session.scalars(select(Comment)).one()
        surveys = {"public_id": survey.public_id, "export_id": export.public_id, "question": "q1"}
        live = {"public_id": room.public_id, "link_id": link.id, "question": question.public_id}
        return Work(
            unit.id,
            activity.id,
            {
                "surveys": surveys,
                "analysis": surveys,
                "staff_consultations": {
                    "public_id": consultation.public_id,
                    "comment_id": comment.public_id,
                    "revision": comment.revision,
                    "export_id": comments.public_id,
                },
                "live": live,
                "cases": {"public_id": case.public_id},
                "themedays.activity": {"public_id": activity.public_id, "photo_id": 1},
                "themedays.row": {"public_id": row.public_id},
            },
        )


def _addresses(app: Flask, work: Work) -> Iterator[tuple[str, str, str]]:
    """Endpoint, method and address of every staff route that names an object of a unit."""
    with app.test_request_context():
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
            guard = guard_of(app.view_functions[rule.endpoint])
            if guard is None or guard.door not in (Door.STAFF, Door.SIGNED_IN) or not rule.arguments:
                continue
            domain = rule.endpoint.partition(".")[0]
            if domain in _NO_UNIT or rule.endpoint in _THE_CITYS or "year" in rule.arguments:
                continue
            parts = _parts_of(rule.endpoint, rule.rule, work)
            for deed in ("close", "withdraw", "archive", "restore") if "deed" in rule.arguments else ("",):
                built = rule.build({name: (parts | {"deed": deed})[name] for name in rule.arguments})
                assert built is not None, rule.rule
                for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                    yield rule.endpoint, method, built[1]


def _parts_of(endpoint: str, rule: str, work: Work) -> dict[str, Any]:
    blueprint = endpoint.partition(".")[0]
    domain = blueprint if blueprint.startswith("staff_") else blueprint.partition("_")[0]
    if domain == "themedays":
        domain = "themedays.row" if "/plan/rows/" in rule else "themedays.activity"
    assert domain in work.parts, f"add what {endpoint} works on to this test"
    return work.parts[domain]


def _form(work: Work) -> dict[str, Any]:
    """Values that would do something if they were let in."""
    comment = work.parts["staff_consultations"]
    return {
        "do": f"publish={comment['comment_id']}:{comment['revision']}",
        "revision": "0",
        "state": "published",
        "text": "改动",
        "reply": "改动",
        "title_zh": "改动",
        "title": "改动",
        "label": "改动",
        "format": "csv",
        "question": work.parts["live"]["question"],
        "deed": "approve",
        "step": "end",
        "source": "hall",
        "reason": "改动",
        "note_zh": "改动",
        "unit": "1",
        "due_on": "2030-01-01",
        "_request_id": "scopes-request-0001",
    }


def _everything(app: Flask) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables, as text."""
    with app.app_context():
        rows = {
            name: sorted(str(tuple(row)) for row in db.session.execute(select(table)))
            for name, table in Model.metadata.tables.items()
            if name not in _QUIET
        }
        db.session.remove()
    return rows  # type: ignore[return-value]


@pytest.mark.parametrize("role", [Role.DEPARTMENT, Role.APPROVER, Role.MODERATOR, Role.TYPIST])
@pytest.mark.parametrize("scope", ["unit", "activity"])
def test_another_units_work_is_out_of_reach(
    app: Flask, work: Work, staff_client: Callable[..., Any], role: Role, scope: str
) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with app.app_context():
        mine = make_unit("市教育局")
        other_day = make_theme_day()
        own = make_activity(other_day, unit_id=mine.id)
        options: dict[str, Any] = {"unit": mine} if scope == "unit" else {"activity_id": own.id}
    client = staff_client(role, **options)
    client.get("/staff/")
    before = _everything(app)
    wrong = []
    for endpoint, method, path in _addresses(app, work):
        data = _form(work)
        answer = client.get(path) if method == "GET" else client.send(path, data)
        if answer.status_code not in (403, 404):
            wrong.append(f"{method} {path} ({endpoint}): {answer.status_code}")
        if SECRET in answer.get_data(as_text=True) and method == "GET":
            wrong.append(f"{method} {path} ({endpoint}) shows it")
        answer.close()
    assert not wrong, "\n".join(wrong)
    after = _everything(app)
    assert {name for name in after if after[name] != before[name]} == set()


_LISTS = (
    "/staff/",
    "/staff/surveys/",
    "/staff/consultations/",
    "/staff/live/",
    "/staff/cases",
    "/staff/plan",
    "/staff/activities/",
    "/staff/surveys/new",
    "/staff/consultations/new",
    "/staff/live/new",
)


def test_lists_show_ones_own_work_only(app: Flask, work: Work, staff_client: Callable[..., Any]) -> None:
    with app.app_context():
        mine = make_unit("市教育局")
        year = make_round(2031).year
    client = staff_client(Role.DEPARTMENT, unit=mine)
    owner = staff_client(Role.DEPARTMENT, unit=work.unit_id)
    for path in (*_LISTS, f"/staff/plan/{year}"):
        assert SECRET not in client.get(path).get_data(as_text=True), path
    for path in ("/staff/surveys/", "/staff/consultations/", "/staff/live/", "/staff/activities/"):
        assert SECRET in owner.get(path).get_data(as_text=True), path


def test_the_owner_reaches_every_page(app: Flask, work: Work, staff_client: Callable[..., Any]) -> None:
    """The addresses of the sweep are real ones: who owns the work opens them."""
    owner = staff_client(Role.DEPARTMENT, unit=work.unit_id)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    shut = []
    for endpoint, method, path in _addresses(app, work):
        if method != "GET" or endpoint in _SHUT:
            continue
        answer = owner.get(path, buffered=True)
        if answer.status_code in (403, 404):
            shut.append(f"{path} ({endpoint}): {answer.status_code}")
    assert not shut, shut


def test_no_deed_hangs_ones_work_on_another_units_activity(app: Flask, work: Work) -> None:
    """Forms offer one's own activities only; the actions do not rely on that."""
    with app.app_context():
        mine = make_unit("市教育局")
        actor = make_actor(Role.DEPARTMENT, unit=mine)
        one, room = make_consultation(unit=mine), make_room(Phase.DRAFT, unit=mine)
        terms = Terms(
            one.kind, one.title, one.background, one.contact, one.opens_at, one.closes_at, Localized(),
            activity_id=work.activity_id,
        )  # fmt: skip
        with pytest.raises(Invalid):
            consultations.create(actor, mine.id, terms)
        with pytest.raises(Invalid):
            consultations.edit_terms(actor, one.id, terms)
        with pytest.raises(Invalid):
            live.edit(actor, room.id, room.revision, {"activity_id": work.activity_id})
        with pytest.raises(Invalid):
            live.create(actor, mine.id, {"title": room.title, "activity_id": work.activity_id})
        with pytest.raises(Invalid):
            surveys.create_survey(actor, mine.id, room.title, work.activity_id)
