"""What is told after commit."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SessionsEnded:
    """Sessions of a staff member ended: open sockets of theirs must be closed."""

    user_id: int
    session_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class GrantsChanged:
    """What a staff member may do has changed."""

    user_id: int
