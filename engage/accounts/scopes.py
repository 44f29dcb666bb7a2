"""Activities as scopes of grants: their domain, further right, registers how to name and find them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ActivityScopes:
    """``names`` maps ids to titles in one query; ``find`` answers the id behind a public id."""

    names: Callable[[Iterable[int]], dict[int, str]]
    find: Callable[[str], int | None]


_registered: list[ActivityScopes] = []


def provide_activities(scopes: ActivityScopes) -> None:
    """Register the one domain that knows activities."""
    _registered[:] = [scopes]


def activities_known() -> bool:
    """Whether grants on activities can be offered."""
    return bool(_registered)


def activity_names(ids: Iterable[int]) -> dict[int, str]:
    """The titles of the activities that exist among ``ids``."""
    wanted = list(ids)
    return _registered[0].names(wanted) if _registered and wanted else {}


def find_activity(public_id: str) -> int | None:
    """The id of an activity by its public id, or ``None``."""
    return _registered[0].find(public_id) if _registered else None
