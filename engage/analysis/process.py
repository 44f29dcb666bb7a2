"""The process that computes: started when somebody asks for an analysis, and gone when nobody did for long.

The worker never loads the heavy libraries: what they take goes back to the system with that process. So that
it begins at once it is forked, and not from the worker, which has threads, but from a copy of it made before.
That copy keeps the socket: no question is lost while there is nobody to answer.
"""

from __future__ import annotations

import gc
import importlib
import logging
import os
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from flask import Flask

from engage.analysis.socket_path import socket_path
from engage.core.running import in_place

log = logging.getLogger(__name__)

# Loaded in the process that computes and nowhere else.
MODULE = "engage.analysing"
_WAITING = 64
_AFTER_A_FAULT_SECONDS = 1.0


def listen(instance: Path) -> socket.socket:
    """The socket that questions come to; only this system user may connect. Raises ``Unusable``."""
    path = socket_path(instance)
    with in_place(path):
        path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    umask = os.umask(0o177)
    try:
        with in_place(path):
            listener.bind(str(path))
    finally:
        os.umask(umask)
    listener.listen(_WAITING)
    return listener


class AnalysisProcess:
    """Made while this process has one thread and no connection; ``failed`` is called should the copy end."""

    def __init__(self, app: Flask, failed: Callable[[], None]) -> None:
        self._failed = failed
        self._stopping = threading.Event()
        listener = listen(app.config["ENGAGE"].instance)
        # Its end of file tells the copy that this process is gone, however it ended.
        told, self._tell = os.pipe()
        gc.freeze()  # what both share stays shared
        self._copy = _forked(lambda: _wait_for_questions(app, listener, told, self._tell))
        os.close(told)
        listener.close()
        self._thread = threading.Thread(target=self._watch, name="analysis", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Let nobody listen or compute any more."""
        self._stopping.set()
        os.close(self._tell)
        self._thread.join()

    def _watch(self) -> None:
        _pid, status = os.waitpid(self._copy, 0)
        if not self._stopping.is_set():
            log.error("nobody listens for analyses any more", extra={"status": status})
            self._failed()


def _forked(work: Callable[[], None]) -> int:
    """The number of a copy of this process that does ``work`` and ends."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    number = os.fork()
    if number:
        return number
    code = 1
    try:
        work()
        code = 0
    except Exception:
        log.exception("the analysis process failed")
    finally:
        logging.shutdown()
        os._exit(code)


def _wait_for_questions(app: Flask, listener: socket.socket, told: int, tell: int) -> None:
    os.close(tell)
    # Who stops the worker often tells its whole group; this one ends with the worker, and its work before it.
    for stop in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stop, signal.SIG_IGN)
    while told not in select.select([listener.fileno(), told], [], [])[0]:
        _pid, status = os.waitpid(_forked(lambda: _answer(app, listener, told)), 0)
        if status:
            log.error("an analysis process ended", extra={"status": status})
            time.sleep(_AFTER_A_FAULT_SECONDS)


def _answer(app: Flask, listener: socket.socket, told: int) -> None:
    importlib.import_module(MODULE).run(app, listener, lambda: bool(select.select([told], [], [], 0)[0]))
