"""The demonstration loaded: one for the tests that only read it, one for each that changes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from flask import Flask

from engage import create_app
from engage.core.db import db
from engage.demo.load import load
from engage.themedays.photos import StoredPhoto
from tests.fixtures.database import make_config
from tests.fixtures.demo import quiet


@pytest.fixture
def files(app: Flask) -> Path:
    """Where uploads of this test lie."""
    folder: Path = app.config["ENGAGE"].files
    return folder


@pytest.fixture
def no_photos(monkeypatch: pytest.MonkeyPatch) -> None:
    """Photos are half of the work of loading; most tests look at none."""
    stored = StoredPhoto("0" * 24, 960, 640)
    monkeypatch.setattr("engage.demo.build.year.store_photo", lambda _data, _folder: stored)


@pytest.fixture
def demo(demonstration: Flask, files: Path) -> Iterator[Callable[[], bool]]:
    """The loaded demonstration inside an application context; call it to load once more."""
    with demonstration.app_context():
        yield lambda: load(files, quiet)


@pytest.fixture(scope="session")
def shared_demo(
    copied_demonstration: Callable[[Path], AbstractContextManager[str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Flask]:
    """An application with the loaded demonstration, for all tests that change nothing."""
    folder = tmp_path_factory.mktemp("demo")
    with copied_demonstration(folder) as url:
        app = create_app(make_config(folder / "instance", url), overrides={"TESTING": True})
        yield app
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def seen(shared_demo: Flask) -> Iterator[Flask]:
    """The shared demonstration inside an application context."""
    with shared_demo.app_context():
        yield shared_demo
        db.session.remove()
