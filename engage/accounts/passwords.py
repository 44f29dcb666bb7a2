"""Password hashes: argon2id, computed beside the hub and never inside a write transaction."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from engage.core.threads import beside_the_hub

_T = TypeVar("_T")

# OWASP Password Storage Cheat Sheet, argon2id: at least 19 MiB and two passes; here 32 MiB and two.
PASSES = 2
MEMORY_KIB = 32 * 1024
_hasher = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=1, type=Type.ID)
# The hub's pool also carries the commits: hashes never take more than two of its threads.
_at_once = threading.BoundedSemaphore(2)
_nobody: str | None = None


def hash_password(password: str) -> str:
    """The argon2id hash of ``password`` with a fresh salt, about 30 ms of a core."""
    return _beside(lambda: _hasher.hash(password))


def password_is(password: str, password_hash: str | None) -> bool:
    """Whether ``password`` belongs to the hash; without one the same time is spent and the answer is no."""
    given = password_hash if password_hash is not None else _nobodys_hash()
    matches = _beside(lambda: _verify(given, password))
    return matches and password_hash is not None


def prepare() -> None:
    """Make the hash spent on unknown names now, so that the first of them takes no longer than others."""
    _nobodys_hash()


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with weaker settings than today's."""
    return _hasher.check_needs_rehash(password_hash)


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def _nobodys_hash() -> str:
    global _nobody  # noqa: PLW0603 - one hash for the process
    if _nobody is None:
        _nobody = _beside(lambda: _hasher.hash(secrets.token_urlsafe(24)))
    return _nobody


def _beside(compute: Callable[[], _T]) -> _T:
    with _at_once:
        return beside_the_hub(compute)
