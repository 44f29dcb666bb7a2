from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, render_template_string
from wtforms import (
    BooleanField,
    Form,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from tests.fixtures.html import check_html

pytestmark = pytest.mark.either_database


class Sample(Form):
    title = StringField("标题", [InputRequired("请填写标题。")], description="市民看到的名称")
    text = TextAreaField("说明")
    seats = IntegerField("名额")
    unit = SelectField("单位", choices=[SelectChoice("1", "市住建局"), SelectChoice("2", "市教育局")])
    form = RadioField(
        "形式",
        [InputRequired("请选择形式。")],
        choices=[SelectChoice("visit", "现场观摩"), SelectChoice("online", "线上互动")],
    )
    groups = SelectMultipleField(
        "对象", choices=[SelectChoice("npc", "人大代表"), SelectChoice("citizen", "市民")]
    )
    public = BooleanField("公开")


@pytest.fixture
def rendered(app: Flask) -> Any:
    def make(source: str, **values: Any) -> str:
        with app.test_request_context("/"):
            html = render_template_string(source, **values)
        check_html(f"<!doctype html><title>t</title><main><h1>t</h1>{html}</main>")
        return html

    return make


FIELDS = """{% from "_macros/forms.html" import field, error_summary %}{{ error_summary(form) }}
{% for each in form %}{{ field(each) }}{% endfor %}"""


def test_fields_of_every_kind(rendered: Any) -> None:
    html = rendered(FIELDS, form=Sample())
    assert (
        html.count("（选填）") == 3
    )  # text, seats and unit may stay empty; groups and public say so themselves
    assert 'inputmode="numeric"' in html
    assert 'data-module="auto-grow"' in html
    assert "市民看到的名称" in html


def test_what_is_wrong_is_said_where_it_is(rendered: Any) -> None:
    form = Sample(data={"title": ""})
    form.validate()
    html = rendered(FIELDS, form=form)
    assert 'href="#title"' in html
    assert 'aria-describedby="title-hint title-error"' in html
    assert 'aria-invalid="true"' in html
    assert html.count("请填写标题。") == 2
    assert '<a href="#title">标题：请填写标题。</a>' in html
    assert '<a href="#form">形式：请选择形式。</a>' in html


def test_what_was_chosen_stays(rendered: Any) -> None:
    html = rendered(
        FIELDS, form=Sample(data={"form": "online", "groups": ["npc"], "public": True, "unit": "2"})
    )
    assert 'value="online" id="form-1" checked' in html
    assert 'value="npc" id="groups-0" checked' in html
    assert 'value="y" id="public" checked' in html
    assert 'selected value="2"' in html


def test_plain_fields_escape_what_they_show(rendered: Any) -> None:
    html = rendered(
        '{% from "_macros/forms.html" import input, textarea, stances %}'
        "{{ input('a', '甲', bad) }}{{ textarea('b', '乙', bad, limit=9) }}"
        "{{ stances(value='partly') }}",
        bad='"><script>x</script>',
    )
    assert "<script>" not in html
    assert 'value="partly" id="stance-partly" checked' in html


def test_bars_have_widths_as_attributes(rendered: Any) -> None:
    html = rendered(
        '{% from "_macros/bars.html" import bars, stance_bar %}{{ bars(rows) }}'
        "{{ stance_bar(2, 1, 1) }}{{ stance_bar(0, 0, 0) }}",
        rows=[("是", 812, 0.632), ("否", 0, 0)],
    )
    assert 'width="632"' in html
    assert 'x="500" width="250"' in html
    assert "暂无意见" in html
    assert "style=" not in html


def test_a_declined_comment_never_shows_its_text(rendered: Any) -> None:
    html = rendered(
        '{% from "_macros/cards.html" import comment %}{{ comment("13800000000", declined="不予公开") }}'
    )
    assert "13800000000" not in html


def test_pagination_keeps_its_address(rendered: Any) -> None:
    html = rendered(
        '{% from "_macros/nav.html" import pagination %}{{ pagination(2, 9, "/x?q=1&page={page}") }}'
    )
    assert 'href="/x?q=1&amp;page=3" rel="next"' in html
    assert 'aria-current="page"' in html
    assert (
        rendered('{% from "_macros/nav.html" import pagination %}{{ pagination(1, 1, "/x") }}').strip() == ""
    )
