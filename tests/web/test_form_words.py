"""Whatever a form refuses by itself is said in our words, in the language of whoever reads it."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_babel import force_locale
from werkzeug.datastructures import MultiDict
from wtforms import DateField, DateTimeLocalField, DecimalField, IntegerField, RadioField, SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from engage.web.forms import StaffForm

pytestmark = pytest.mark.either_database


class _Form(StaffForm):
    class Meta(StaffForm.Meta):
        csrf = False

    moment = DateTimeLocalField("moment")
    day = DateField("day")
    count = IntegerField("count")
    share = DecimalField("share")
    unit = SelectField("unit", choices=[SelectChoice(1, "a")], coerce=int)
    kind = RadioField("kind", choices=[SelectChoice("a", "a")])
    needed = SelectField("needed", [InputRequired()], choices=[SelectChoice("a", "a")])


SENTENCES = {
    "zh_CN": {
        "moment": "请填写日期和时间，如 2026-06-18 09:00。",
        "day": "请填写日期，如 2026-06-18。",
        "count": "请填写整数。",
        "share": "请检查此处填写的内容。",
        "unit": "请从列表中选择一项。",
        "kind": "请从列表中选择一项。",
        "needed": "请填写此项。",
    },
    "en": {
        "moment": "Please enter day and time, such as 2026-06-18 09:00.",
        "day": "Please enter a day, such as 2026-06-18.",
        "count": "Please enter a whole number.",
        "share": "Please check what is entered here.",
        "unit": "Please choose one of the list.",
        "kind": "Please choose one of the list.",
        "needed": "Please fill in this field.",
    },
}


@pytest.mark.parametrize("language", SENTENCES)
def test_no_sentence_is_the_library_s_own(app: Flask, language: str) -> None:
    typed = {"moment": "明天", "day": "32", "count": "三", "share": "x", "unit": "a", "kind": "b"}
    with app.test_request_context(method="POST"), force_locale(language):
        form = _Form(MultiDict(typed))
        assert not form.validate()
        assert {name: str(said[0]) for name, said in form.errors.items()} == SENTENCES[language]
