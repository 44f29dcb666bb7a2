"""What each domain brings to the application, named once and explicitly."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

from flask import Blueprint, Flask

from engage.core import jobs as core_jobs
from engage.participation import models as participation_models
from engage.web import health

# Modules that register something when imported: tables, jobs, listeners, socket handlers, case handlers.
REGISTERING: tuple[ModuleType, ...] = (core_jobs, participation_models)


def blueprints() -> Iterator[Blueprint]:
    """Every blueprint, shell first, then domain by domain."""
    yield health.blueprint


def register(app: Flask) -> None:
    """Add all blueprints, labels, commands and sockets to ``app``."""
    for blueprint in blueprints():
        app.register_blueprint(blueprint)
