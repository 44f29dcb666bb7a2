"""The words of the demonstration's surveys."""

from __future__ import annotations

import re
from typing import Any

import pytest

from engage.demo.content import survey_charging, survey_clinic, survey_services

SAID_BY_THE_FORM = re.compile(r"选填|必填|多选|单选|最多|至少|optional|required|up to|at most|at least", re.I)


@pytest.mark.parametrize("survey", [survey_charging, survey_clinic, survey_services])
def test_no_question_says_what_the_form_says_beside_it(survey: Any) -> None:
    for page in survey.DEFINITION["pages"]:
        for question in page["questions"]:
            words = [*question["text"].values(), *question.get("help", {}).values()]
            assert not [text for text in words if SAID_BY_THE_FORM.search(text)]
