"""A server with the test application for the tests of sockets."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.web.socket_server import running


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Where the test application listens; one server for each module."""
    with running(tmp_path_factory.mktemp("sockets")) as (port, _process):
        yield port
