"""Removing exactly the demonstration, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from engage.accounts.models import Grant, Unit, User
from engage.accounts.permissions import Role
from engage.analysis.jobs import rebuild
from engage.analysis.service import AnalysisService
from engage.audit.models import AuditEntry
from engage.core.actor import Actor, ActorKind, ScopeKind
from engage.core.clock import now, today
from engage.core.db import Model, db
from engage.core.ids import request_id
from engage.core.jobs import OutboxJob
from engage.core.types import Localized
from engage.core.writer import atomic
from engage.demo.build.people import demo_settings
from engage.demo.content.city import UNITS
from engage.demo.content.live_now import QUESTIONS
from engage.demo.load import is_loaded, load
from engage.demo.remove import remove
from engage.demo.tour import pages
from engage.live import actions as live
from engage.live.models import LiveSession, Phase
from engage.participation.models import Receipt
from engage.settings.actions import save_settings
from engage.settings.models import DEFAULT_CITY, SiteSettings
from engage.settings.queries import site
from engage.surveys.actions.submit import Submission, submit
from engage.surveys.models import State, Survey, SurveyVersion
from engage.surveys.queries.published import published as survey_published
from engage.themedays.models import Activity, Form, PlanRound, PlanRow, ThemeDay
from tests.factories.accounts import make_unit, make_user
from tests.factories.live import make_room
from tests.factories.responses import add_responses, choices
from tests.factories.surveys import make_survey
from tests.fixtures.analysis import analysis_of
from tests.fixtures.demo import quiet

pytestmark = pytest.mark.database
# Append-only, or marks of retries that say nothing and end by themselves.
KEPT = {"audit_entry", "audit_origin", "outbox_job", "write_request", "site_settings", "deletion"}


def _rows() -> dict[str, set[Any]]:
    return {
        table.name: {tuple(map(repr, row)) for row in db.session.execute(select(table))}
        for table in Model.metadata.sorted_tables
        if table.name not in KEPT
    }


def test_nothing_is_left(demo: Callable[[], bool], files: Path) -> None:
    assert remove(files)
    assert {name for name, rows in _rows().items() if rows} == set()
    assert not [path for path in files.rglob("*") if path.is_file()]
    assert not is_loaded()
    assert not remove(files)


def test_real_content_stays_as_it_was(app: Flask, files: Path, no_photos: None) -> None:
    with app.app_context():
        unit = make_unit()
        make_user(Role.DEPARTMENT, unit=unit)
        make_survey(unit=unit)
        make_room(unit=unit)
        before = _rows()
        load(files, quiet)
        remove(files)
        assert _rows() == before


def test_what_visitors_did_in_it_goes_too(no_photos: None, demo: Callable[[], bool], files: Path) -> None:
    room = db.session.scalars(select(LiveSession).where(LiveSession.phase == Phase.LIVE)).one()
    live.ask(Actor(ActorKind.CITIZEN, device="d" * 24), room.id, "我也想问一个问题", "", request_id())
    survey = db.session.scalars(select(Survey).where(Survey.results_published_at.is_(None))).first()
    assert survey is not None
    known = survey_published(survey.public_id)
    raw = {"district": "east", "house": "new", "owns": "none", "safe": "7", "first": "build"}
    submit(known, Submission(raw, 1, "zh_CN", request_id(), "d" * 24))
    remove(files)
    assert {name for name, rows in _rows().items() if rows} == set()


def test_real_content_in_a_demo_unit_keeps_the_unit(
    no_photos: None, demo: Callable[[], bool], files: Path
) -> None:
    unit = db.session.scalars(select(Unit).order_by(Unit.id)).first()
    day = db.session.scalars(select(ThemeDay).order_by(ThemeDay.id)).first()
    assert unit is not None
    assert day is not None
    person = make_user(Role.DEPARTMENT, unit=unit)
    survey = make_survey(unit=unit)
    with atomic():
        db.session.add(Activity(theme_day_id=day.id, unit_id=unit.id, form=Form.BRIEFING, title=unit.name))
        activity = db.session.scalars(select(Activity).where(Activity.is_demo)).first()
        db.session.execute(
            update(Survey).where(Survey.id == survey.id).values(activity_id=activity.id if activity else None)
        )
    unit_id, day_id, hosts = unit.id, day.id, day.unit_id
    remove(files)
    assert set(db.session.scalars(select(Unit.id))) == {unit_id, hosts}
    assert set(db.session.scalars(select(ThemeDay.id))) == {day_id}
    assert set(db.session.scalars(select(Unit.is_demo))) == {False}
    assert db.session.scalars(select(Survey)).one().activity_id is None
    assert db.session.scalars(select(User.id)).all() == [person.id]
    assert db.session.scalars(select(Grant)).one().scope_id == unit_id
    assert db.session.scalar(select(func.count()).select_from(PlanRow)) == 0


def test_grants_of_real_staff_on_demo_units_end(
    no_photos: None, demo: Callable[[], bool], files: Path
) -> None:
    unit = db.session.scalars(select(Unit).order_by(Unit.id)).first()
    assert unit is not None
    person = make_user(Role.TYPIST, unit=unit)
    with atomic():
        db.session.add(Grant(user_id=person.id, role=Role.APPROVER, scope=ScopeKind.SITE))
    remove(files)
    assert [grant.role for grant in db.session.scalars(select(Grant))] == [Role.APPROVER]


def test_settings_of_people_are_never_touched(app: Flask, files: Path, no_photos: None) -> None:
    from_people = {"name": demo_settings().name, "contact": demo_settings().contact}
    with app.app_context():
        load(files, quiet)
        assert site().city == demo_settings().city
        with atomic():
            row = db.session.scalars(select(SiteSettings)).one()
            row.organiser = from_people["name"]
            row.revision += 1
        remove(files)
        row = db.session.scalars(select(SiteSettings)).one()
        assert row.city == DEFAULT_CITY
        assert row.organiser == from_people["name"]
        assert not row.contact


# Whether settings are there decides; loading itself is tried on each.
@pytest.mark.either_database
def test_settings_that_are_there_are_kept(app: Flask, files: Path, no_photos: None) -> None:
    with app.app_context():
        mine = demo_settings().__class__(**{**_fields(), "icp": "湘ICP备1号"})
        save_settings(Actor(ActorKind.SYSTEM, label="system"), mine)
        load(files, quiet)
        assert site().icp == "湘ICP备1号"


def _fields() -> dict[str, Any]:
    fields = demo_settings()
    return {name: getattr(fields, name) for name in fields.__dataclass_fields__}


def test_the_log_says_so_and_the_worker_forgets_the_columns(
    no_photos: None, demo: Callable[[], bool], files: Path
) -> None:
    folder = files / "columns" / f"survey-{db.session.scalars(select(Survey.id)).first()}"
    folder.mkdir(parents=True)
    (folder / "state.json").write_text("{}")
    remove(files)
    assert not folder.exists()
    events = db.session.scalars(select(AuditEntry.event)).all()
    assert events.count("demo.loaded") == events.count("demo.removed") == 1
    waiting = db.session.scalars(select(OutboxJob.name).where(OutboxJob.name == "analysis.rebuild")).all()
    assert len(waiting) == 3


def test_loading_again_after_removal_works(no_photos: None, demo: Callable[[], bool], files: Path) -> None:
    remove(files)
    assert demo()
    assert db.session.scalar(select(func.count()).select_from(Receipt)) == 3 + len(QUESTIONS)


def test_what_was_kept_for_real_content_is_used_when_loaded_again(
    no_photos: None, demo: Callable[[], bool], files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engage.settings.queries.CHECK_SECONDS", 0)
    with atomic():
        for unit in db.session.scalars(select(Unit)):
            make_survey(unit=unit)
        for day in db.session.scalars(select(ThemeDay)):
            db.session.add(
                Activity(theme_day_id=day.id, unit_id=day.unit_id, form=Form.BRIEFING, title=day.theme)
            )
        plan = db.session.scalars(select(PlanRound)).one()
        host = db.session.scalars(select(Unit.id)).first()
        db.session.add(PlanRow(round_id=plan.id, unit_id=host, theme="真实的一行", form=Form.BRIEFING))
    remove(files)
    make_user(email="housing@tangxi.example", name="真人")
    kept = _rows()
    days, units = set(db.session.scalars(select(ThemeDay.id))), set(db.session.scalars(select(Unit.id)))
    assert days
    assert len(units) == len(UNITS)
    assert demo()
    assert site().demo
    assert set(db.session.scalars(select(ThemeDay.id))) == days
    assert set(db.session.scalars(select(Unit.id))) == units
    assert all(kept[table] <= now for table, now in _rows().items())
    assert "This month's theme day" in {page.title for page in pages()}
    remove(files)
    assert _rows() == kept
    assert not site().demo


def test_a_real_round_of_the_year_is_used(app: Flask, files: Path, no_photos: None) -> None:
    with app.app_context():
        with atomic():
            db.session.add(PlanRound(year=today().year, deadline=now()))
        load(files, quiet)
        assert db.session.scalars(select(PlanRound.is_demo)).all() == [False]
        remove(files)
        assert db.session.scalars(select(PlanRound.year)).all() == [today().year]
        assert db.session.scalar(select(func.count()).select_from(PlanRow)) == 0


def test_the_first_real_survey_after_it_is_counted_as_its_own(
    app: Flask, no_photos: None, demo: Callable[[], bool], files: Path
) -> None:
    """A running worker holds columns in memory, and the database may give a removed survey's ids again."""
    with analysis_of(app) as analysis:
        _counted_as_its_own(analysis, files)


def _counted_as_its_own(analysis: AnalysisService, files: Path) -> None:
    analysis.feed()
    version = db.session.scalars(select(SurveyVersion).order_by(SurveyVersion.survey_id)).first()
    assert version is not None
    survey_id, version_id = version.survey_id, version.id
    request = {"question": "dashboard", "survey_id": survey_id, "language": "zh_CN"}
    assert analysis.answer(request)["total"] > 1_000
    remove(files)
    for job in db.session.scalars(select(OutboxJob).where(OutboxJob.name == "analysis.rebuild")):
        rebuild(job.payload)
    assert analysis.answer(request)["total"] == 0
    question = {"id": "qqqq", "type": "single", "text": {"zh_CN": "真题"}, "choices": choices("x1", "x2")}
    unit = make_unit("市财政局")
    with atomic():
        title = Localized(zh_CN="第一份真问卷")
        db.session.add(
            Survey(id=survey_id, unit_id=unit.id, title=title, state=State.PUBLISHED, version_number=1)
        )
        db.session.flush()
        data = {"pages": [{"id": "pppp", "questions": [question]}]}
        db.session.add(SurveyVersion(id=version_id, survey_id=survey_id, number=1, definition=data))
    add_responses({"survey": survey_id, "version": version_id}, [{"qqqq": "x1"}] * 3 + [{"qqqq": "x2"}])
    analysis.feed()
    built = analysis.answer(request)
    assert built["total"] == 4
    assert [(tile["question"], tile["counts"]) for tile in built["tiles"]] == [
        ("qqqq", (("x1", 3), ("x2", 1)))
    ]
