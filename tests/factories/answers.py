"""The respondent's form by plain requests, as a browser without script sends it."""

from __future__ import annotations

import html as html_module
import re
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import func, select

from engage.core.db import db
from engage.surveys.models import Response, Survey
from tests.fixtures.clients import hidden_fields


def address(survey: Survey) -> str:
    """Where citizens answer."""
    return f"/surveys/{survey.public_id}"


def fields(answers: dict[str, Any]) -> dict[str, Any]:
    """Answers under the names of their fields."""
    return {f"q-{id}": value for id, value in answers.items()}


def send(client: FlaskClient, survey: Survey, answers: dict[str, Any], **more: Any) -> Any:
    """Open the form and send these answers with its hidden fields."""
    hidden = hidden_fields(client.get(address(survey)).get_data(as_text=True))
    return client.post(address(survey), data=hidden | fields(answers) | more)


def turn(client: FlaskClient, html: str, answers: dict[str, Any], action: str = "next") -> Any:
    """Send the page in `html` as a browser without script does."""
    where = re.search(r'<form class="questionnaire" action="([^"]+)"', html)
    assert where
    hidden = {name: html_module.unescape(value) for name, value in hidden_fields(html).items()}
    return client.post(where.group(1), data=hidden | fields(answers) | {"_action": action})


def count() -> int:
    """How many responses there are."""
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Response)) or 0


def only() -> Response:
    """The one response there is."""
    db.session.rollback()
    return db.session.scalars(select(Response)).one()
