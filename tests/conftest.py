"""Fixtures every test may use: a copy of a migrated database, clients, a real server, a real browser."""

from __future__ import annotations

pytest_plugins = [
    "tests.fixtures.marks",
    "tests.fixtures.quick",
    "tests.fixtures.database",
    "tests.fixtures.demo",
    "tests.fixtures.clients",
    "tests.fixtures.staff",
    "tests.fixtures.sockets",
    "tests.fixtures.server",
    "tests.fixtures.browser",
]
