"""Asking the worker for an analysis: the web process itself never computes."""

from __future__ import annotations

import socket
from typing import Any, cast

import orjson
from flask import current_app

from engage.analysis.socket_path import is_ours, socket_path
from engage.core.errors import Busy, NotFound
from engage.core.messages import msg

TIMEOUT_SECONDS = 20.0
_CHUNK = 65536


def ask(question: str, *, seconds: float = TIMEOUT_SECONDS, **values: Any) -> dict[str, Any]:
    """The worker's answer to ``question`` (``AnalysisService.answer``), waited for so long.

    Raises ``Busy`` where the worker does not answer and ``NotFound`` for what it does not know.
    """
    path = socket_path(current_app.config["ENGAGE"].instance)
    try:
        if not is_ours(path):
            raise ConnectionError("no socket")
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(seconds)
            connection.connect(str(path))
            connection.sendall(orjson.dumps({"question": question, **values}) + b"\n")
            answer = orjson.loads(_read_all(connection))
    except (OSError, orjson.JSONDecodeError) as error:
        raise Busy(
            msg("The analysis is not ready yet. Please wait a moment and open this page again.")
        ) from error
    if answer.get("error") == "unknown":
        raise NotFound
    if "error" in answer:
        raise Busy(msg("The analysis could not be made. Please try again or tell the administrator."))
    return cast(dict[str, Any], answer["answer"])


def _read_all(connection: socket.socket) -> bytes:
    parts = []
    while part := connection.recv(_CHUNK):
        parts.append(part)
    return b"".join(parts)
