"""What the tests of the year share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    """An application context around the whole test."""
    with app.app_context():
        yield
