"""Whose turn it is to write: the process's lock, and the commands that wait to share the next commit.

While commands wait, exactly one of them leads: it waits for the lock and then runs them all. Whoever comes
first leads; who gives up, or leaves some for later, hands the lead to the first of those that are left.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from engage.core.errors import Busy
from engage.core.threads import let_others_run

# So often the sockets are looked at before a commit begins: it costs as much as all the rest of a write.
_LOOKS = 4


@dataclass(slots=True, eq=False)
class Command:
    """``told`` says that there is an answer (it has ``ended``), or that it now ``leads`` those that wait."""

    run: Callable[[], Any]
    plain: bool
    deadline: float
    leads: bool = False
    ended: bool = False
    told: threading.Event = field(default_factory=threading.Event)
    value: Any = None
    error: BaseException | None = None
    events: list[object] = field(default_factory=list)


class Writer:
    """One per application. ``lock`` is held by whoever writes."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.pending: list[Command] = []
        self._mutex = threading.Lock()

    def line_up(self, command: Command) -> None:
        """Let ``command`` wait; it leads where nobody else does."""
        with self._mutex:
            command.leads = not self.pending
            self.pending.append(command)

    def follow(self, command: Command) -> None:
        """Wait for the answer or for the lead; raises ``Busy`` where it did not begin in time."""
        if command.told.wait(left(command.deadline)):
            return
        with self._mutex:
            waiting = command in self.pending and not command.leads
            if waiting:
                self.pending.remove(command)
        if waiting:
            raise Busy
        command.told.wait()

    def take(self) -> list[Command]:
        """All that wait now, for the leader to run."""
        with self._mutex:
            batch, self.pending = self.pending, []
        return batch

    def end(self, batch: list[Command]) -> None:
        """Say to each that it has its answer."""
        for command in batch:
            command.ended = True
            command.told.set()

    def put_back(self, later: list[Command]) -> None:
        """Let what was taken and not begun wait again, in front; the leader itself may be among it."""
        with self._mutex:
            led = bool(self.pending)
            for command in later:
                command.leads = False
                command.told.clear()
            self.pending[:0] = later
            if not led:
                self._hand_over()

    def step_aside(self, command: Command) -> None:
        """The leader gives up."""
        with self._mutex:
            self.pending.remove(command)
            self._hand_over()

    def _hand_over(self) -> None:
        if self.pending:
            heir = self.pending[0]
            heir.leads = True
            heir.told.set()


def left(deadline: float) -> float:
    """The seconds until ``deadline``; 0 when it has passed."""
    return max(0.0, deadline - time.monotonic())


def let_gather(seconds: float) -> None:
    """Let those come along who are about to write, at most so long; where nobody is, that is over at once."""
    until = time.monotonic() + seconds
    for _ in range(_LOOKS):
        let_others_run()
        if time.monotonic() >= until:
            break
