"""Responses come, go and change version at random: the columns say what counting again says."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select

from engage.analysis.columns import ColumnStore
from engage.analysis.dashboard import Dashboard, Filter
from engage.analysis.frame import SurveyFrame
from engage.analysis.tallies import Tally
from engage.core.clock import minute
from engage.core.db import db
from engage.core.writer import atomic
from engage.surveys.actions.erasing import erase
from engage.surveys.models import Response, Source, Survey, SurveyVersion
from tests.factories.questions import choices, definition, question
from tests.factories.surveys import add_version, make_survey
from tests.soak.budget import short, soaking

TYPES = ("single", "multiple", "rating", "number", "text")
OPTIONS = "abcdefgh"
DEEDS = ("append", "append", "append", "append", "erase", "version", "reopen", "look")


def random_version(draw: random.Random) -> dict[str, Any]:
    """Some of the questions a survey has had or may have yet; an id keeps its type, options come and go."""
    asked = []
    for number in sorted(draw.sample(range(10), draw.randint(3, 8))):
        type = TYPES[number % len(TYPES)]
        settings: dict[str, Any] = {}
        if type in ("single", "multiple"):
            settings["choices"] = choices(*draw.sample(OPTIONS, draw.randint(2, 6)))
        asked.append(question(f"q{number}", type, **settings))
    return definition(*asked)


def random_answers(draw: random.Random, version: dict[str, Any]) -> dict[str, Any]:
    """A stored response to a version."""
    given: dict[str, Any] = {}
    for each in version["pages"][0]["questions"]:
        options = [choice["id"] for choice in each.get("choices", ())]
        value: Any = {
            "single": lambda options=options: draw.choice(options),
            "multiple": lambda options=options: draw.sample(options, draw.randint(1, len(options))),
            "rating": lambda: draw.randint(1, 5),
            "number": lambda: draw.choice([0, -2, 7, 12.5, 900]),
            "text": lambda: draw.choice(["好", "停车难", "=1+1", 'a\n"b"', "\u2028😀"]),
        }[each["type"]]
        if draw.random() < 0.7:
            given[each["id"]] = value()
    return given


def append(draw: random.Random, survey_id: int) -> None:
    """Some responses at once, now and then one to an earlier version."""
    versions = db.session.scalars(select(SurveyVersion).where(SurveyVersion.survey_id == survey_id)).all()
    version = draw.choice([*versions, *[max(versions, key=lambda each: each.number)] * 5])
    rows = [
        {
            "survey_id": survey_id,
            "version_id": version.id,
            "language": "zh_CN",
            "source": Source.WEB,
            "submitted_minute": minute(),
            "answers": random_answers(draw, version.definition),
        }
        for _ in range(draw.choice([1, 1, 3, 40]))
    ]
    with atomic():
        db.session.execute(insert(Response), rows)


def life(app: Flask, folder: Path, draw: random.Random, deeds: int) -> None:
    """One survey from its first version on, compared with a recount after each deed."""
    with app.app_context():
        survey_id = make_survey(random_version(draw)).id
        frame = SurveyFrame(ColumnStore(folder, survey_id))
        for _ in range(deeds):
            deed = draw.choice(DEEDS)
            if deed == "append":
                append(draw, survey_id)
            elif deed == "version":
                add_version(db.session.get_one(Survey, survey_id), random_version(draw))
            elif deed == "reopen":
                frame = SurveyFrame(ColumnStore(folder, survey_id))
            elif deed == "erase":
                ids = db.session.scalars(select(Response.id).where(Response.survey_id == survey_id)).all()
                for id in draw.sample(ids, min(len(ids), 2)):
                    erase(id)
                frame.store.rebuild()
            db.session.rollback()
            frame.refresh()
            compare(frame, survey_id, draw)


def compare(frame: SurveyFrame, survey_id: int, draw: random.Random) -> None:
    """All tallies, unfiltered and filtered by a random answer, against plain counting."""
    db.session.rollback()
    query = select(Response.answers).where(Response.survey_id == survey_id).order_by(Response.id)
    rows: list[dict[str, Any]] = list(db.session.scalars(query))
    db.session.rollback()
    assert frame.rows == len(rows)
    dashboard = Dashboard(frame)
    for tally in dashboard.tallies(Filter()):
        recount(tally, rows)
    pairs = [(id, value) for row in rows for id, value in row.items() if id in ("q0", "q5")]
    if pairs:
        by, code = draw.choice(pairs)
        for tally in dashboard.tallies(Filter(by, code)):
            recount(tally, [row for row in rows if row.get(by) == code])


def recount(tally: Tally, rows: list[dict[str, Any]]) -> None:
    """One tally against the rows it stands for."""
    values = [row[tally.question] for row in rows if tally.question in row]
    assert tally.base == len(values), tally
    if tally.kind == "texts":
        return
    if tally.kind == "numbers":
        assert sum(count for _, count in tally.counts) == len(values), tally
        if values:
            assert tally.mean == pytest.approx(sum(values) / len(values)), tally
            assert (tally.low, tally.high) == (min(values), max(values)), tally
        return
    flat = [str(code) for value in values for code in (value if isinstance(value, list) else [value])]
    assert {code: count for code, count in tally.counts if count} == dict(Counter(flat)), tally


def lives(app: Flask, folder: Path, draws: Iterable[random.Random], deeds: int) -> None:
    for number, draw in enumerate(draws):
        life(app, folder / str(number), draw, deeds)


def test_a_survey_lives(app: Flask, tmp_path: Path) -> None:
    lives(app, tmp_path, short("analysis", 1), 25)


@pytest.mark.soak
def test_many_surveys_live(app: Flask, tmp_path: Path) -> None:
    lives(app, tmp_path, soaking("analysis", 300), 120)
