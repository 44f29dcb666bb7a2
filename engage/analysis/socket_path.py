"""Where the worker's analysis service listens: a Unix socket of this installation only."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

# The kernel refuses longer names (108 bytes on Linux, 104 on macOS).
_LONGEST = 100


def socket_path(instance: Path) -> Path:
    """``analysis.sock`` in the instance folder, or a short name in a private temporary folder."""
    path = instance / "analysis.sock"
    if len(os.fsencode(path)) <= _LONGEST:
        return path
    digest = hashlib.sha256(os.fsencode(instance)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"engage-{os.getuid()}-{digest}.sock"


def is_ours(path: Path) -> bool:
    """Whether the socket at ``path`` was made by this system user: no other may pose as the worker."""
    try:
        return path.stat().st_uid == os.getuid()
    except FileNotFoundError:
        return False
