"""What is still to be put right: stored all the same, and said with its question, option and setting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from engage.accounts.permissions import Role
from engage.core.db import db
from engage.surveys.models import State, Survey
from tests.factories.questions import asks, choices, page, question
from tests.factories.surveys import make_survey
from tests.fixtures.html import check_html
from tests.fixtures.staff import StaffClient

pytestmark = pytest.mark.database

FAULTY = {
    "pages": [
        page("p1", question("q1", "number", text={"zh_CN": "您家有几口人？"}, decimals=99)),
        page(
            "p2",
            question("q2", text={}, choices=[*choices("a", "b"), {"id": "c", "text": {}}]),
            question("q3", "rating", text={"zh_CN": "长" * 30}, high=99, show_if=asks("answered", "zz")),
        ),
        page("p3"),
    ]
}
TOLD = [
    ("pages.0.questions.0.decimals", "第 1 题“您家有几口人？”，小数位数：此处应为0至6之间的整数。"),
    ("pages.1.questions.0.text", "第 2 题：本题没有题干。"),
    ("pages.1.questions.0.choices.2.text", "第 2 题，选项 3：此选项没有文字。"),
    ("pages.1.questions.1.high", f"第 3 题“{'长' * 19}…”，最高分：此处应为2至10之间的整数。"),
    ("pages.1.questions.1.show_if", f"第 3 题“{'长' * 19}…”：显示条件所依据的题目不存在。"),
    ("pages.2", "第 3 页：本页没有题目。请添加题目或删除本页。"),
]


def test_faults_are_stored_named_and_led_to(app: Flask, staff_client: Callable[..., StaffClient]) -> None:
    with app.app_context():
        public_id = make_survey(state=State.DRAFT, version_number=None).public_id
    staff = staff_client(Role.COORDINATOR)
    here = f"/staff/surveys/{public_id}"
    body: Any = {"definition": FAULTY, "revision": 0}
    saved = staff.post(f"{here}/definition", json=body, headers={"X-CSRFToken": staff.token})
    assert (saved.status_code, saved.json["revision"]) == (200, 1)
    assert [(each["path"], each["words"]) for each in saved.json["findings"]] == TOLD
    with app.app_context():
        first, second, _ = db.session.query(Survey).one().edit_definition["pages"]
        assert (first["questions"][0]["decimals"], second["questions"][1]["high"]) == (99, 99)
    publish = staff.get(f"{here}/publish").text
    check_html(publish)
    for path, words in TOLD:
        assert f'<a href="{here}#{path}">{words}</a>' in publish
    assert staff.send(f"{here}/publish", {"deed": "publish"}).status_code == 422
    assert staff.get(f"{here}/preview").status_code == 200
