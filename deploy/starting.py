"""The start as the supervisor drives it: the database is made ready while the web process loads.

Loading is most of what a start costs, and a machine has more than one core. The web process waits for
``running.lock`` before it touches the database, as it waits for a restore: until then the lock is held here.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from plain import plain
from processes import Program
from setup import environment, stop

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 60
LOOK_SECONDS = 0.05
FAILED = "The database could not be made ready: the lines above say why."


class Preparing:
    """prepare.py as it runs; its progress and its sentences go to the terminal."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, str(ROOT / "deploy" / "prepare.py"), *arguments]
        paths = {"PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment() | paths, stdout=subprocess.PIPE)

    def answer(self) -> dict[str, Any]:
        """Wait for its answer; stop with a sentence where it fails."""
        said, _ = self.process.communicate()
        if self.process.returncode:
            stop(FAILED)
        answer: dict[str, Any] = json.loads(said)
        return answer

    def is_done(self) -> bool:
        """Whether the answer is there."""
        return self.process.poll() is not None

    def end(self) -> None:
        """Stop it, where it runs still."""
        if not self.is_done():
            self.process.terminate()
            self.process.wait()


def hold_back() -> ExitStack | None:
    """Keep web and worker of this installation from the database until the answer is closed.

    Stops with a sentence where a web process runs that must be the only one. ``None``, and nothing is held
    back, where others run already that may, and where the database is yet to be made, which takes long.
    """
    config, running = plain("config"), plain("core/running")
    held = ExitStack()
    try:
        settings = config.load_config()
        handle = running.hold_web(settings.instance, settings.database_url)
    except (config.ConfigError, running.Running) as error:
        stop(str(error))
    if handle is not None:
        os.close(handle)  # the web process takes it anew
        if not Path(settings.database_url.partition(":///")[2]).exists():
            return None
    try:
        held.enter_context(running.stopped(settings.instance))
    except running.Unusable as error:
        stop(str(error))
    except running.Running:
        return None
    return held


class Start:
    """What the supervisor asks between its events: it lets the web process go on and says where it is.

    The worker comes last: it takes as long to load, and nobody waits for it.
    """

    def __init__(
        self,
        preparing: Preparing,
        held: ExitStack | None,
        worker: Program,
        is_ready: Callable[[], bool],
        tell: Callable[[dict[str, Any]], None],
    ) -> None:
        self.preparing, self.held, self.worker = preparing, held, worker
        self.is_ready, self.tell = is_ready, tell
        self.prepared = None if held else preparing.answer()
        self.released = time.monotonic()
        self.waiting, self.complained = True, False

    def __call__(self) -> float | None:
        """How soon to be asked again, in seconds."""
        if not self.waiting:
            return None
        if self.prepared is None:
            if not self.preparing.is_done():
                return LOOK_SECONDS
            self.prepared = self.preparing.answer()
            self.release()
        if self.is_ready():
            self.tell(self.prepared)
            self.waiting = False
        elif time.monotonic() - self.released > READY_SECONDS and not self.complained:
            self.complained = True
            print("Engage does not answer yet: the lines above should say why.", file=sys.stderr, flush=True)
        else:
            return LOOK_SECONDS
        if self.worker.process is None:
            self.worker.due = 0.0
        return LOOK_SECONDS if self.waiting else None

    def release(self) -> None:
        """Let the web process at the database."""
        if self.held is not None:
            self.held.close()
        self.released = time.monotonic()
