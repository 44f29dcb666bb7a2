"""Addresses of built files: the build's manifest maps a source name to its hashed name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from engage.config import ROOT

STATIC = ROOT / "static"
MANIFEST = STATIC / "dist" / "manifest.json"
_seen: dict[str, Any] = {"stamp": None, "names": {}}


def asset(name: str) -> str:
    """The address of ``app.css``, ``core/main.js``, ``icons.svg`` or ``img/emblem.svg``.

    A file the build does not know is served from its source folder.
    """
    hashed = _names().get(name)
    if hashed is not None:
        return f"/static/dist/{hashed}"
    return f"/static/{_source(name)}"


def _source(name: str) -> str:
    if name.startswith("img/"):
        return name
    if name.endswith(".css"):
        return f"css/{name}"
    return f"js/{name}" if name.endswith(".js") else f"dist/{name}"


def _names() -> dict[str, str]:
    """The manifest, read again only when the build has replaced it."""
    stamp = _stamp(MANIFEST)
    if stamp != _seen["stamp"]:
        _seen["names"] = json.loads(MANIFEST.read_text(encoding="utf-8")) if stamp else {}
        _seen["stamp"] = stamp
    return _seen["names"]


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_mtime_ns, status.st_size
