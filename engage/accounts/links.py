"""Secrets that let staff in: made at random, stored only as hashes."""

from __future__ import annotations

import hashlib
import secrets


def new_token() -> str:
    """A fresh secret of 256 random bits."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored of a token. Unkeyed: 256 random bits cannot be guessed from their hash."""
    return hashlib.sha256(token.encode()).hexdigest()
