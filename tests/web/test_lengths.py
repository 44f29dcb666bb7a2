"""Nothing typed or pasted is cut: pages count, the server refuses with the count and the text kept."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from wtforms import PasswordField

from engage import registry
from engage.config import ROOT
from engage.consultations.rules.comments import TEXT_LIMIT
from engage.live.models import Phase
from engage.live.rules.text import NAME_MOST
from engage.web.forms import AtMost, StaffForm
from tests.factories.consultations import make_consultation
from tests.factories.live import make_room
from tests.fixtures.clients import hidden_fields

assert registry  # importing it brings every domain's forms

_SOURCES = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "static" / "js").rglob("*.js")]


def test_no_page_has_the_browser_hold_a_limit() -> None:
    # A browser cuts a paste at maxlength without a word, and counts UTF-16, not characters.
    found = [
        str(path)
        for path in _SOURCES
        if re.search(r"maxlength\s*=|\.maxLength\s*=|\bmaxLength:", path.read_text())
    ]
    assert not found


def _forms() -> list[type[StaffForm]]:
    found: list[type[StaffForm]] = []
    waiting = [StaffForm]
    while waiting:
        form = waiting.pop()
        found.append(form)
        waiting += form.__subclasses__()
    return found


def test_every_limited_field_of_a_staff_form_tells_its_limit_and_holds_none(app: Flask) -> None:
    limited = 0
    with app.test_request_context():
        for kind in _forms():
            form = kind(meta={"csrf": False})
            for field in form:
                assert "maxlength" not in field.flags
                limits = [rule.limit for rule in field.validators if isinstance(rule, AtMost)]
                assert ([field.flags.limit] if field.flags.limit else []) == limits
                limited += len(limits)
    assert limited > 40


def test_a_text_of_just_the_limit_passes_with_blanks_around_it(app: Flask) -> None:
    """The page counts without them too."""
    tried = 0
    with app.test_request_context(method="POST"):
        for kind in _forms():
            for field in kind(meta={"csrf": False}):
                limit = field.flags.limit
                if not limit or isinstance(field, PasswordField) or field.short_name != field.name:
                    continue
                errors = []
                for text in ("😀" * limit, f" \n{'😀' * limit}  \n", "😀" * (limit + 1)):
                    form = kind(formdata=MultiDict({field.name: text}), meta={"csrf": False})
                    form[field.name].validate(form)
                    errors.append([str(error) for error in form[field.name].errors])
                assert errors[0] == errors[1], f"{kind.__name__}.{field.name}"
                assert errors[2] != errors[0]
                tried += 1
    assert tried > 40


@pytest.mark.database
def test_a_comment_over_the_limit_is_refused_with_its_count_and_kept(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        path = f"/consultations/{make_consultation().public_id}/comment"
    text = "停车费😀" * 525 + "完。"
    page = client.get(path)
    answer = client.post(path, data={**hidden_fields(page.text), "stance": "partly", "text": text})
    assert answer.status_code == 422
    assert text in answer.text
    assert str(len(text)) in answer.text
    assert str(TEXT_LIMIT) in answer.text


@pytest.mark.database
@pytest.mark.parametrize(("count", "status"), [(NAME_MOST, 303), (NAME_MOST + 1, 422)])
def test_a_nickname_is_counted_in_characters(
    app: Flask, client: FlaskClient, count: int, status: int
) -> None:
    with app.app_context():
        path = f"/live/{make_room(Phase.LIVE).public_id}/ask"
    page = client.get(path)
    fields: dict[str, Any] = {
        **hidden_fields(page.text),
        "text": "停车费什么时候调整？",
        "name": "😀" * count,
    }
    answer = client.post(path, data=fields)
    assert answer.status_code == status
    assert status == 303 or "😀" * count in answer.text
