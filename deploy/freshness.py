"""What was built from what: digests that tell whether it is current. Standard library only."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "static" / "dist"
STAMPS = ROOT / ".venv" / "stamps"
COMPILED = ROOT / "templates" / ".compiled"
COMPILED_OF = COMPILED / "digest"


def digest(paths: Iterable[Path]) -> str:
    """One hash over names and contents."""
    whole = hashlib.sha256()
    for path in sorted(paths):
        whole.update(f"{path.relative_to(ROOT)}\0".encode())
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def files_below(folder: Path, *endings: str) -> list[Path]:
    """Files below a folder with one of the endings; hidden files left out."""
    if not folder.exists():
        return []
    return [
        path
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".") and (not endings or path.suffix in endings)
    ]


def assets_digest() -> str:
    """Over everything that static/dist is made from."""
    sources = [ROOT / "deploy" / "assets.py", ROOT / "package-lock.json"]
    for name in ("js", "css", "img"):
        sources += files_below(ROOT / "static" / name)
    return digest(sources)


def assets_current() -> bool:
    """Whether static/dist needs no new build."""
    stamp = DIST / ".digest"
    return stamp.exists() and (DIST / "manifest.json").exists() and stamp.read_text() == assets_digest()


def templates_digest() -> str:
    """Over everything that compiled templates are made from; the places of their sources are in them."""
    # Filters of constants are worked out while compiling.
    filters = ROOT / "engage" / "web" / "display.py"
    sources = [ROOT / "deploy" / "templates.py", ROOT / "requirements.txt", filters]
    return f"{ROOT} {sys.version} {digest(sources + files_below(ROOT / 'templates', '.html'))}"


def templates_current() -> bool:
    """Whether no template has to be compiled."""
    return COMPILED_OF.exists() and COMPILED_OF.read_text() == templates_digest()


def catalogues() -> list[Path]:
    """Every .po file of the project."""
    return sorted((ROOT / "engage").glob("*/translations/*/LC_MESSAGES/*.po"))


def catalogues_to_compile() -> list[Path]:
    """The .po files whose .mo is missing or older."""
    stale = []
    for po in catalogues():
        mo = po.with_suffix(".mo")
        if not mo.exists() or mo.stat().st_mtime_ns < po.stat().st_mtime_ns:
            stale.append(po)
    return stale
