"""Secrets that must be read again, sealed under the installation's key: a copy of the database tells none.

Fernet (AES-128-CBC with HMAC-SHA256) of the cryptography library; the key is derived from ``secret_key``.
"""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken

from engage.core.keys import key


def seal(purpose: str, text: str) -> str:
    """``text`` so that only this installation reads it, and only for ``purpose``."""
    return _fernet(purpose).encrypt(text.encode()).decode()


def unseal(purpose: str, sealed: str) -> str | None:
    """The text again; ``None`` where it was sealed under another key or changed since."""
    try:
        return _fernet(purpose).decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None


def _fernet(purpose: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(key(f"seal {purpose}")))
