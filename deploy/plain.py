"""Modules of the application one at a time, for programs that must not, or cannot yet, import all of it."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def plain(name: str) -> Any:
    """The module ``engage/<name>.py`` by its file alone, without the package around it."""
    path = ROOT / "engage" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"plain_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
