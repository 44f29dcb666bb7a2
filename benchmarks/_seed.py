"""Makes the database of a benchmark: `python -m benchmarks._seed QUESTIONS` prints the survey's public id."""

from __future__ import annotations

import sys
from typing import Any

from flask_migrate import upgrade

from engage import create_app
from engage.core.writer import atomic
from tests.factories.questions import page, twenty_questions
from tests.factories.surveys import make_survey


def questions(wanted: int) -> dict[str, Any]:
    """So many questions of every type on one page."""
    twenty = twenty_questions()["pages"][0]["questions"]
    made = []
    for number in range(wanted):
        each = dict(twenty[number % 20])
        each["id"] = f"q{number}"
        if "show_if" in each:
            each["show_if"] = {**each["show_if"], "question": f"q{number - 2}"}
        made.append(each)
    return {"pages": [page("p0", *made)]}


def main() -> None:
    app = create_app()
    with app.app_context():
        upgrade()
        survey = make_survey(questions(int(sys.argv[1])), one_per_device=True)
        with atomic():
            survey.one_per_device = True
        print(survey.public_id)


if __name__ == "__main__":
    main()
