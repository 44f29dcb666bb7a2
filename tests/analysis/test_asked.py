"""How many were asked a question: its conditions over the columns, against the path of each respondent."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from engage.analysis.columns import ColumnStore
from engage.analysis.dashboard import Dashboard, Filter
from engage.analysis.frame import SurveyFrame
from engage.questions.compiled import Compiled, compile, path
from engage.questions.definition import read
from tests.factories.questions import asks
from tests.factories.responses import add_responses, add_version, definition, make_survey

pytestmark = pytest.mark.database

CONDITIONS = [
    None,
    asks("answered", "dddd"),
    asks("equals", "aaaa", "s1"),
    asks("equals", "cccc", 4),
    asks("equals", "dddd", 12.5),
    asks("equals", "eeee", "停车难"),
    asks("any_of", "aaaa", ["s1"]),
    asks("any_of", "bbbb", ["m1", "m3"]),
    asks("contains", "bbbb", "m2"),
    asks("contains", "eeee", "停车"),
    asks("greater", "cccc", 3),
    asks("less", "dddd", 8),
    {"op": "not", "of": asks("answered", "eeee")},
    {"op": "not", "of": asks("equals", "aaaa", "s2")},
    {"op": "all", "of": [asks("equals", "aaaa", "s1"), asks("greater", "dddd", 0)]},
    {"op": "any", "of": [asks("contains", "bbbb", "m1"), asks("less", "cccc", 2)]},
    {"op": "all", "of": []},
    {"op": "any", "of": []},
]


def _asked_when(*conditions: Any) -> dict[str, Any]:
    extra = [
        {"id": f"f{at}", "type": "text", "text": {"zh_CN": f"追问{at}"}}
        | ({"show_if": condition} if condition else {})
        for at, condition in enumerate(conditions)
    ]
    return definition(("s1", "s2"), *extra)


def _answers(draw: random.Random, compiled: Compiled) -> dict[str, Any]:
    values = {
        "aaaa": draw.choice(["s1", "s2"]),
        "bbbb": draw.sample(["m1", "m2", "m3"], draw.randint(1, 3)),
        "cccc": draw.randint(1, 5),
        "dddd": draw.choice([0, 7, 12.5, 900]),
        "eeee": draw.choice(["停车难", "停车位少", "好"]),
    }
    given = {id: value for id, value in values.items() if draw.random() < 0.7}
    for at in range(len(CONDITIONS)):
        if f"f{at}" in path(compiled, given) and draw.random() < 0.5:
            given[f"f{at}"] = "答"
    return given


def _counted(survey: dict[str, int], folder: Path) -> dict[str, tuple[int, int]]:
    frame = SurveyFrame(ColumnStore(folder, survey["survey"]))
    frame.refresh()
    return {tally.question: (tally.asked, tally.base) for tally in Dashboard(frame).tallies(Filter())}


def test_those_asked_are_those_on_whose_path_it_was(app: Flask, tmp_path: Path) -> None:
    draw = random.Random(20261130)
    first, second = _asked_when(*CONDITIONS), _asked_when(*reversed(CONDITIONS))
    ways = [compile(read(data)) for data in (first, second)]
    rows = [[_answers(draw, compiled) for _ in range(150)] for compiled in ways]
    with app.app_context():
        survey = make_survey(first)
        add_responses(survey, rows[0])
        add_responses(survey, rows[1], add_version(survey, 2, second))
        counted = _counted(survey, tmp_path)
    paths = [path(way, given) for way, part in zip(ways, rows, strict=True) for given in part]
    for id, (asked, base) in counted.items():
        assert asked == sum(id in one for one in paths), id
        assert base == sum(id in given for part in rows for given in part), id
        assert base <= asked


def test_two_of_four_were_asked(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        survey = make_survey(_asked_when(asks("equals", "aaaa", "s1")))
        add_responses(survey, [{"aaaa": "s1", "f0": "一"}, {"aaaa": "s1", "f0": "二"}, {"aaaa": "s2"}, {}])
        assert _counted(survey, tmp_path)["f0"] == (2, 2)
