"""Keep a few processes running: start them, start again whichever dies, stop them all when asked.

Of the published supervisors those that restart are far larger than the need (supervisor, circus), and the
small one (honcho) stops everything when one process dies; hence these lines.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

FIRST_DELAY = 0.2
LONGEST_DELAY = 30.0
SETTLED_SECONDS = 30.0
STOP_SECONDS = 12.0
_PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """In a child about to start on Linux: have it sent SIGTERM when the supervisor is killed outright."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class Program:
    """One process to keep running; delays and moments in seconds of the monotonic clock."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    due: float | None = 0.0
    delay: float = FIRST_DELAY

    def start(self, cwd: Path, environment: dict[str, str]) -> None:
        """Start it in a process group of its own, so that Ctrl-C reaches the supervisor alone."""
        self.process = subprocess.Popen(
            self.command,
            cwd=cwd,
            env=environment,
            start_new_session=True,
            preexec_fn=end_with_parent,  # noqa: PLW1509 - the supervisor has one thread
        )
        self.started = time.monotonic()
        self.due = None

    def delay_before_start(self) -> float:
        """Seconds until it is to be started; 0 when it runs or is due."""
        return 0.0 if self.due is None else max(0.0, self.due - time.monotonic())

    def died(self) -> bool:
        """Whether it has ended since it was started; then the next start is due after a growing delay."""
        if self.process is None or self.process.poll() is None:
            return False
        lived = time.monotonic() - self.started
        self.delay = FIRST_DELAY if lived > SETTLED_SECONDS else self.delay
        self.due = time.monotonic() + self.delay
        self.delay = min(self.delay * 2, LONGEST_DELAY)
        return True


@dataclass
class Supervisor:
    """Runs programs until SIGINT or SIGTERM; SIGHUP is handed on to the first (gunicorn loads anew)."""

    programs: list[Program]
    cwd: Path
    environment: dict[str, str] = field(default_factory=lambda: dict(os.environ))
    stopping: bool = False
    _woken: int = -1

    def run(self, tick: Callable[[], float | None] | None = None) -> None:
        """Keep all running. ``tick`` is called between events and says how soon to be called again (s)."""
        self._listen()
        try:
            while not self.stopping:
                self._revive()
                wait = tick() if tick else None
                dues = [program.due for program in self.programs if program.due is not None]
                waits = [max(0.0, due - time.monotonic()) for due in dues] + (
                    [wait] if wait is not None else []
                )
                self._sleep(min(waits, default=None))
        finally:
            self._stop()

    def _listen(self) -> None:
        self._woken, writer = os.pipe()
        for end in (self._woken, writer):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGHUP, lambda *_: self._send(self.programs[0], signal.SIGHUP))
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask_to_stop)

    def _ask_to_stop(self, *_: object) -> None:
        self.stopping = True

    def _sleep(self, seconds: float | None) -> None:
        ready, _, _ = select.select([self._woken], [], [], seconds)
        if ready:
            os.read(self._woken, 4096)

    def _revive(self) -> None:
        for program in self.programs:
            if program.due is None and program.died() and program.process is not None:
                ended = program.process.returncode
                how = f"by signal {-ended}" if ended < 0 else f"with code {ended}"
                wait = program.delay_before_start()
                print(f"{program.name} ended {how}; starting it again in {wait:.1f} s", flush=True)
            if program.due is not None and program.due <= time.monotonic():
                program.start(self.cwd, self.environment)

    @staticmethod
    def _send(program: Program, number: int) -> None:
        if program.process is not None and program.process.poll() is None:
            program.process.send_signal(number)

    def _stop(self) -> None:
        for program in self.programs:
            self._send(program, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for program in self.programs:
            if program.process is None:
                continue
            try:
                program.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                # Its own children (gunicorn's worker) go with it.
                os.killpg(program.process.pid, signal.SIGKILL)
                program.process.wait()
