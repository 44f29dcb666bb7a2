"""A crowd at the gate: everybody passes, in order, and few between two turns of the others."""

from __future__ import annotations

import subprocess
import sys
import threading

from engage.web.admitting import AT_ONCE, Gate

# Under gevent as in the web process: what runs to its end without waiting goes before everybody else.
STORM = """
from gevent import monkey; monkey.patch_all()
import gevent
from engage.web.admitting import AT_ONCE, Gate
gate, passed, turns = Gate(), [], []

def join(number):
    gate.pass_through()
    passed.append(number)

def served():
    while len(passed) < 400:
        turns.append(len(passed))
        gevent.sleep(0)

crowd = [gevent.spawn(join, number) for number in range(400)]
others = gevent.spawn(served)
gevent.joinall([*crowd, others], timeout=30)
assert passed == list(range(400)), passed
most = max(later - before for before, later in zip(turns, turns[1:]))
assert most <= 2 * AT_ONCE, most
"""


def test_others_are_served_while_a_crowd_passes() -> None:
    done = subprocess.run([sys.executable, "-c", STORM], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_who_comes_alone_does_not_wait_and_nobody_is_left_behind() -> None:
    gate, passed = Gate(), threading.Semaphore(0)
    gate.pass_through()

    def join() -> None:
        gate.pass_through()
        passed.release()

    for _ in range(5 * AT_ONCE):
        threading.Thread(target=join).start()
    for _ in range(5 * AT_ONCE):
        assert passed.acquire(timeout=10)
