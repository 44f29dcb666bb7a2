"""What the process that computes does; nothing else loads the heavy libraries (``analysis.process``)."""

from __future__ import annotations

import socket
from collections.abc import Callable

from flask import Flask

from engage.analysis.service import AnalysisService, serve_while_asked

IDLE_SECONDS = 300.0


def run(app: Flask, listener: socket.socket, alone: Callable[[], bool]) -> None:
    """Answer at ``listener`` until nobody asked for five minutes or the worker is gone."""
    serve_while_asked(AnalysisService(app), listener, idle_seconds=IDLE_SECONDS, alone=alone)
    app.extensions["close_database"]()
