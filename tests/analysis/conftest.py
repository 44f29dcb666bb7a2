"""A survey with one question of each type."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.factories.responses import definition, make_survey


@pytest.fixture
def survey(app: Flask) -> dict[str, int]:
    """The ids of the survey and of its version."""
    with app.app_context():
        return make_survey(definition(("s1", "s2")))
