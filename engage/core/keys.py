"""The keys of hashes, derived from the installation's secret once per process."""

from __future__ import annotations

from typing import cast

from flask import current_app

from engage.core.ids import keyed_bytes


def key(purpose: str) -> bytes:
    """The 32-byte key for ``purpose``; each purpose has its own, so no two hashes can be compared."""
    keys = cast(dict[str, bytes], current_app.extensions.setdefault("engage_keys", {}))
    if purpose not in keys:
        keys[purpose] = keyed_bytes(current_app.config["SECRET_KEY"].encode(), "key", purpose)
    return keys[purpose]
