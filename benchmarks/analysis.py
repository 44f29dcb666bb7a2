"""Dashboard build from nothing, one filtered tile, and the increment of new responses.

``python -m benchmarks.analysis --responses 100000 --new 1000`` makes a survey of 20 questions (17 closed, 3
texts) in a database of its own, or uses one given by ``--instance`` and ``--survey``. Figures are medians.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select

from engage import create_app
from engage.accounts.models import Unit
from engage.analysis.service import AnalysisService
from engage.config import Config
from engage.core.clock import minute
from engage.core.db import db
from engage.core.types import Localized
from engage.core.writer import atomic
from engage.surveys.models import Response, Source, State, Survey, SurveyVersion

BATCH = 20_000
TEXTS = ("停车位太少，晚上回家找不到地方停。", "希望延长办事大厅周末服务时间。", "很满意，工作人员耐心细致。")


def definition() -> dict[str, Any]:
    """12 single choices, 3 multiple choices, 2 ratings and 3 texts."""
    options = [{"id": f"o{at}", "text": {"zh_CN": f"选项{at}"}} for at in range(6)]
    questions: list[dict[str, Any]] = []
    for at in range(20):
        question: dict[str, Any] = {"id": f"q{at}", "text": {"zh_CN": f"第{at + 1}题"}}
        if at < 12:
            question.update(type="single", choices=options)
        elif at < 15:
            question.update(type="multiple", choices=options)
        elif at < 17:
            question.update(type="rating")
        else:
            question.update(type="text", long=True)
        questions.append(question)
    return {"pages": [{"id": "p1", "questions": questions}]}


def answers(random_: random.Random) -> dict[str, Any]:
    """One response; some questions are left unanswered."""
    given: dict[str, Any] = {f"q{at}": f"o{random_.randrange(6)}" for at in range(12)}
    for at in range(12, 15):
        given[f"q{at}"] = [f"o{option}" for option in range(6) if random_.random() < 0.4] or ["o0"]
    for at in range(15, 17):
        given[f"q{at}"] = random_.randint(1, 5)
    for at in range(17, 20):
        if random_.random() < 0.3:
            given[f"q{at}"] = random_.choice(TEXTS)
    return given


def make_survey() -> tuple[int, int]:
    """A published survey: its id and its version's id."""
    with atomic():
        unit = Unit(code="bench", name=Localized(zh_CN="测试单位"))
        db.session.add(unit)
        db.session.flush()
        survey = Survey(
            unit_id=unit.id, title=Localized(zh_CN="测试"), state=State.PUBLISHED, version_number=1
        )
        db.session.add(survey)
        db.session.flush()
        version = SurveyVersion(survey_id=survey.id, number=1, definition=definition())
        db.session.add(version)
        db.session.flush()
        return survey.id, version.id


def add(survey_id: int, version_id: int, count: int, random_: random.Random) -> None:
    """Store ``count`` responses."""
    common = {"survey_id": survey_id, "version_id": version_id, "language": "zh_CN", "source": Source.WEB}
    moment = minute()
    for start in range(0, count, BATCH):
        rows = [
            {**common, "submitted_minute": moment, "answers": answers(random_)}
            for _ in range(min(BATCH, count - start))
        ]
        with atomic():
            db.session.execute(insert(Response), rows)


def timed(run: Callable[[], Any]) -> float:
    """Milliseconds of one run."""
    began = time.perf_counter()
    run()
    return (time.perf_counter() - began) * 1000


def measure(app: Any, survey_id: int, version_id: int, new: int, runs: int) -> dict[str, Any]:
    """Build from nothing, open again, filter, and take in ``new`` responses ``runs`` times."""
    random_ = random.Random(2)
    ask = {"question": "dashboard", "survey_id": survey_id, "language": "zh_CN"}
    service = AnalysisService(app)
    build = timed(lambda: service.rebuild(survey_id))
    first_open = [timed(lambda: AnalysisService(app).answer(ask)) for _ in range(runs)]
    service.answer(ask)
    tiles = [
        timed(lambda at=at: service.answer({**ask, "by_question": f"q{at % 12}", "by_code": "o1"}))  # type: ignore[misc]
        for at in range(runs * 3)
    ]
    increments = []
    for _ in range(runs):
        add(survey_id, version_id, new, random_)
        db.session.rollback()
        increments.append(timed(lambda: service.answer({"question": "total", "survey_id": survey_id})))
    return {
        "responses": db.session.scalar(select(func.count()).where(Response.survey_id == survey_id)),
        "build_ms": round(build),
        "open_ms": round(statistics.median(first_open)),
        "tile_ms": round(statistics.median(tiles)),
        "increment_ms": round(statistics.median(increments)),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def main() -> None:
    """Run and print a table, then one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--responses", type=int, default=100_000)
    parser.add_argument("--new", type=int, default=1_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--instance", type=Path, help="an instance folder with responses")
    parser.add_argument("--survey", type=int, help="the id of its survey")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        instance = options.instance or Path(folder)
        config = Config(
            instance=instance, secret_key="benchmark", database_url=f"sqlite:///{instance / 'engage.db'}"
        )
        app = create_app(config)
        with app.app_context():
            if options.survey is None:
                db.create_all()
                survey_id, version_id = make_survey()
                print(f"Making {options.responses:,} responses …", file=sys.stderr)
                add(survey_id, version_id, options.responses, random.Random(1))
            else:
                survey_id = options.survey
                version_id = (
                    db.session.scalars(
                        select(SurveyVersion.id).where(SurveyVersion.survey_id == survey_id)
                    ).first()
                    or 0
                )
            result = measure(app, survey_id, version_id, options.new, options.runs)
    for name, value in result.items():
        print(f"{name:<14}{value:>12,}")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
