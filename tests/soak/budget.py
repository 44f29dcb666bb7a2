"""How long a randomised test goes on, and from which seed: printed, so that a failure can be run again.

``make soak`` takes ``SOAK_SEED`` (else drawn), ``SOAK_SECONDS`` (per test, default 120) and ``SOAK_ROUNDS``
(per test, default its own). Each round has a seed of its own: the first one, plus the number of the round.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator

SEED = int(os.environ.get("SOAK_SEED") or random.SystemRandom().randrange(2**31))
_SECONDS = 120.0


def soaking(name: str, rounds: int) -> Iterator[random.Random]:
    """A generator for each of ``rounds`` rounds, until the time is over; at least one."""
    rounds = int(os.environ.get("SOAK_ROUNDS") or rounds)
    until = time.monotonic() + float(os.environ.get("SOAK_SECONDS") or _SECONDS)
    return _draws(name, SEED, rounds, until)


def short(name: str, rounds: int) -> Iterator[random.Random]:
    """The same for an ordinary test run: few rounds, no clock."""
    return _draws(name, SEED, rounds, float("inf"))


def _draws(name: str, seed: int, rounds: int, until: float) -> Iterator[random.Random]:
    began = time.monotonic()
    done = 0
    for number in range(rounds):
        if number and time.monotonic() >= until:
            break
        if number in (0, 1) or number % 1000 == 0:
            print(f"\n{name}: round {number:,}, SOAK_SEED={seed + number}", flush=True)
        try:
            yield random.Random(seed + number)
        except GeneratorExit:
            print(f"\n{name}: stopped in round {number:,}; again with SOAK_SEED={seed + number}", flush=True)
            raise
        done += 1
    print(f"\n{name}: {done:,} rounds in {time.monotonic() - began:.0f} s, from SOAK_SEED={seed}", flush=True)
