"""A city with something in it, inside an application context."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.factories.portal import City, make_city


@pytest.fixture
def context(app: Flask) -> Iterator[Flask]:
    """The application, its context pushed."""
    with app.app_context():
        yield app


@pytest.fixture
def city(context: Flask) -> City:
    """The city of the factories."""
    return make_city()
