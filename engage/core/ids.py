"""Identifiers that cannot be guessed from one another, and keyed hashes of secrets."""

from __future__ import annotations

import hmac
import re
import secrets

_ALPHABET = "abcdefghjkmnpqrstvwxyz23456789"
PUBLIC_ID_LENGTH = 12
PUBLIC_ID = re.compile(rf"[{_ALPHABET}]{{{PUBLIC_ID_LENGTH}}}")
REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{16,64}")


def public_id() -> str:
    """A random public address part: 12 characters without look-alikes, about 59 bits."""
    return short_id(PUBLIC_ID_LENGTH)


def short_id(length: int = 6) -> str:
    """A random id for parts inside one object (questions, choices); unique only within it."""
    # Eight spare bytes leave a bias below 2**-64; one call for all letters costs a tenth of one for each.
    number = int.from_bytes(secrets.token_bytes(length * 5 // 8 + 8))
    letters = []
    for _ in range(length):
        number, letter = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[letter])
    return "".join(letters)


def request_id() -> str:
    """A fresh request id for a rendered form: 128 random bits."""
    return secrets.token_urlsafe(16)


def is_request_id(value: str) -> bool:
    """Whether ``value`` has the shape of a request id (16 to 64 characters of base64url)."""
    return REQUEST_ID.fullmatch(value) is not None


def keyed_hash(key: bytes, purpose: str, *parts: str) -> str:
    """HMAC-SHA256 of ``parts`` under ``key``, separated by ``purpose``; 64 hexadecimal characters."""
    return keyed_bytes(key, purpose, *parts).hex()


def keyed_bytes(key: bytes, purpose: str, *parts: str) -> bytes:
    """The same as ``keyed_hash`` as 32 raw bytes."""
    return hmac.digest(key, "\x1f".join((purpose, *parts)).encode(), "sha256")
