"""What is told after commit."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SettingsChanged:
    """The site settings were saved."""

    revision: int
