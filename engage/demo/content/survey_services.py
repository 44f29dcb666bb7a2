# fmt: off
"""The survey that is announced: what people would like to do in one go."""

from __future__ import annotations

from typing import Any, Final

from engage.demo.content.survey_charging import _choices
from engage.demo.content.words import j, t

TITLE: Final = t("“高效办成一件事”需求问卷", "What should be done in one go?")
INTRODUCTION: Final = t("您最希望哪件事一次办成？您的选择将决定明年先改哪几件。", "Your choice decides what is improved first.")
THANKS: Final = t("谢谢您！改进清单将在下个月公布。", "Thank you! The list will be published next month.")

DEFINITION: Final[dict[str, Any]] = {"pages": [{"id": "p1", "questions": [
    {"id": "matter", "type": "multiple", "text": j("您最希望哪些事一次办成？", "What should be done in one go?"), "required": True, "at_most": 3, "choices": _choices(
        ("birth", "新生儿出生", "A child is born"), ("school", "入学报名", "Starting school"), ("house", "买房过户", "Buying a home"),
        ("shop", "开店", "Opening a shop"), ("retire", "退休", "Retiring"), ("funeral", "身后事办理", "After a death"))},
    {"id": "trips", "type": "number", "text": j("最近一次办事，您一共跑了几趟？", "How many trips did your last matter take?"), "required": False, "least": 0, "greatest": 50, "unit": j("趟", "trips")},
    {"id": "content", "type": "rating", "text": j("对办事大厅总体满意吗？", "Are you content with the service centre?"), "required": True, "look": "stars"},
    {"id": "idea", "type": "text", "text": j("哪一步最麻烦？", "What is most troublesome?"), "required": False, "long": True, "max_length": 500},
]}]}
