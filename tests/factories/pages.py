"""Pages of the portal as they are after a deed of staff."""

from __future__ import annotations

from typing import Any

from engage.audit.events import EntryRecorded
from engage.core.bus import deliver


def fresh() -> None:
    """Pages that are kept are drawn again, as after a deed of staff."""
    deliver([EntryRecorded("test", "test", "1")])


def seen(client: Any, path: str, status: int = 200) -> str:
    """A page of the portal, drawn anew."""
    fresh()
    page = client.get(path)
    assert page.status_code == status, path
    return str(page.text)
