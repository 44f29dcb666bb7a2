"""Makes the database of the analysis and export benchmarks.

`python -m benchmarks._seed_analysis INSTANCE RESPONSES [QUESTIONS]`; questions are in the proportions of 20.

In a process of its own, so that the memory it takes is not counted. Prints the survey's id.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import Any

from flask_migrate import upgrade
from sqlalchemy import insert

from engage import create_app
from engage.accounts.models import Unit
from engage.config import Config
from engage.core.clock import minute
from engage.core.db import db
from engage.core.types import Localized
from engage.core.writer import atomic
from engage.surveys.models import Response, Source, State, Survey, SurveyVersion

BATCH = 20_000
# Of 20 questions: those before the 13th are single choices, those before the 16th multiple ones, and so on.
KINDS, SINGLE, MULTIPLE, RATING = 20, 12, 15, 17
TEXTS = ("停车位太少，晚上回家找不到地方停。", "希望延长办事大厅周末服务时间。", "很满意，工作人员耐心细致。")


def definition(count: int = KINDS) -> dict[str, Any]:
    """12 single choices, 3 multiple choices, 2 ratings and 3 texts; then from the beginning."""
    options = [{"id": f"o{at}", "text": {"zh_CN": f"选项{at}"}} for at in range(6)]
    questions: list[dict[str, Any]] = []
    for at in range(count):
        question: dict[str, Any] = {"id": f"q{at}", "text": {"zh_CN": f"第{at + 1}题"}}
        if at % KINDS < SINGLE:
            question.update(type="single", choices=options)
        elif at % KINDS < MULTIPLE:
            question.update(type="multiple", choices=options)
        elif at % KINDS < RATING:
            question.update(type="rating")
        else:
            question.update(type="text", long=True)
        questions.append(question)
    return {"pages": [{"id": "p1", "questions": questions}]}


def answers(random_: random.Random, count: int = KINDS) -> dict[str, Any]:
    """One response; some questions are left unanswered."""
    given: dict[str, Any] = {}
    for at in range(count):
        if at % KINDS < SINGLE:
            given[f"q{at}"] = f"o{random_.randrange(6)}"
        elif at % KINDS < MULTIPLE:
            given[f"q{at}"] = [f"o{option}" for option in range(6) if random_.random() < 0.4] or ["o0"]
        elif at % KINDS < RATING:
            given[f"q{at}"] = random_.randint(1, 5)
        elif random_.random() < 0.3:
            given[f"q{at}"] = random_.choice(TEXTS)
    return given


def make_survey(questions: int = KINDS) -> tuple[int, int]:
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
        version = SurveyVersion(survey_id=survey.id, number=1, definition=definition(questions))
        db.session.add(version)
        db.session.flush()
        return survey.id, version.id


def add(survey_id: int, version_id: int, count: int, questions: int, random_: random.Random) -> None:
    """Store ``count`` responses to ``questions`` questions."""
    common = {"survey_id": survey_id, "version_id": version_id, "language": "zh_CN", "source": Source.WEB}
    moment = minute()
    for start in range(0, count, BATCH):
        rows = [
            {**common, "submitted_minute": moment, "answers": answers(random_, questions)}
            for _ in range(min(BATCH, count - start))
        ]
        with atomic():
            db.session.execute(insert(Response), rows)


def main() -> None:
    """Make it in an empty instance folder."""
    instance, count = Path(sys.argv[1]), int(sys.argv[2])
    questions = int(sys.argv[3]) if len(sys.argv) > 3 else KINDS
    url = f"sqlite:///{instance / 'engage.db'}"
    with create_app(Config(instance=instance, secret_key="benchmark", database_url=url)).app_context():
        upgrade()
        survey_id, version_id = make_survey(questions)
        add(survey_id, version_id, count, questions, random.Random(1))
        print(survey_id)


if __name__ == "__main__":
    main()
