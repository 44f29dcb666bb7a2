"""How much comes from one network: caps for devices of today, and counts by which staff see a crowd.

A device is a cookie, and anyone can draw cookies. A hall of 300 people behind one Wi-Fi, or a carrier's
address with thousands behind it, looks like somebody who draws many; so the caps let a hall take part at
once, and what is above a hall is told to staff instead of being guessed at. Counts are numbers in the memory
of this process, under hashes with a key that is drawn each day and kept nowhere: they give no address away.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, cast

from flask import current_app

from engage.core.clock import today
from engage.web.citizen import is_young
from engage.web.limits import hit, network

QUEUE_PER_NETWORK: Final = "2000/day"
"""Questions of one network in one session: a tenth of what a session takes."""
COMMENTS_PER_NETWORK: Final = "20000/day"
"""Comments of one network on one draft: a tenth of what a consultation takes."""
WARN_FROM: Final = 100
"""So many of one activity and network in a day are shown to staff."""
_YOUNG: Final[dict[str, dict[str, str]]] = {
    "survey-answer": {"per_device": "20/minute"},
    "live-ask": {"per_device": "10/day"},
    "live-support": {"per_device": "30/minute"},
}
_YOUNG_SUPPORTS: Final = "400/hour"
_DIGEST_BYTES: Final = 8
_MOST_COUNTED: Final = 200_000
_LATEST: Final = 20_000
"""So many of what was counted last are known again; what is sent again comes within minutes."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """Of ``all`` that came for an activity today, ``largest`` came from one network."""

    largest: int
    all: int


@dataclass(slots=True)
class _Counts:
    day: date
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    of: dict[str, dict[bytes, int]] = field(default_factory=dict)
    size: int = 0
    latest: dict[bytes, None] = field(default_factory=dict)

    def digest(self, *words: str) -> bytes:
        said = "\0".join(words).encode()
        return hashlib.blake2b(said, key=self.key, digest_size=_DIGEST_BYTES).digest()

    def is_new(self, *words: str) -> bool:
        mark = self.digest(*words)
        if mark in self.latest:
            return False
        self.latest[mark] = None
        if len(self.latest) > _LATEST:
            del self.latest[next(iter(self.latest))]
        return True


def count(activity: str, sent: str, *more: str, address: str | None = None) -> None:
    """One more for ``activity`` (``"survey:17"``) from the network of ``address``, by default the request.

    ``sent`` and ``more`` name what came: sent again, as after a lost answer, it is not counted again.
    """
    counts = _counts()
    if not counts.is_new(activity, sent, *more):
        return
    digest = counts.digest(network(address))
    networks = counts.of.setdefault(activity, {})
    if digest not in networks:
        if counts.size >= _MOST_COUNTED:
            return
        counts.size += 1
    networks[digest] = networks.get(digest, 0) + 1


def crowd(activity: str) -> Crowd | None:
    """What to tell staff of today; ``None`` while no network stands out."""
    networks = _counts().of.get(activity, {})
    largest = max(networks.values(), default=0)
    return Crowd(largest, sum(networks.values())) if largest >= WARN_FROM else None


def limit_young(name: str, device: str | None) -> None:
    """Count one ``name`` of a device whose cookie is of today against its own limits; raises ``TooMany``."""
    if device is not None and is_young(device):
        hit(f"{name}-young", device=device, **_YOUNG[name])


def limit_queue(session_id: int, address: str | None = None) -> None:
    """Count a question of this network in a session; raises ``TooMany`` with a tenth of the queue."""
    hit(f"live-queue:{session_id}", per_network=QUEUE_PER_NETWORK, of=network(address))


def limit_comments(consultation_id: int) -> None:
    """Count a comment of this request's network on a draft; raises ``TooMany`` with a tenth of its room."""
    hit(f"comments:{consultation_id}", per_network=COMMENTS_PER_NETWORK)


def limit_support(question_id: int, device: str | None, address: str | None = None) -> None:
    """Count a support by a device of today against what its network may give a question in an hour."""
    if device is not None and is_young(device):
        hit(f"live-support:{question_id}", per_network=_YOUNG_SUPPORTS, of=network(address))


def _counts() -> _Counts:
    counts = cast(_Counts | None, current_app.extensions.get("engage_crowds"))
    if counts is None or counts.day != today():
        extensions: dict[str, Any] = current_app.extensions
        counts = extensions["engage_crowds"] = _Counts(today())
    return counts
