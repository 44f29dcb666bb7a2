"""Fixtures every test may use: a copy of a migrated database, clients, a real server, a real browser."""

from __future__ import annotations

from hypothesis import settings

# What holds for every input holds on a busy machine too; time is measured by the tests marked `alone`.
settings.register_profile("engage", deadline=None)
settings.load_profile("engage")

pytest_plugins = [
    "tests.fixtures.marks",
    "tests.fixtures.quick",
    "tests.fixtures.database",
    "tests.fixtures.clients",
    "tests.fixtures.staff",
    "tests.fixtures.sockets",
    "tests.fixtures.server",
    "tests.fixtures.browser",
]
