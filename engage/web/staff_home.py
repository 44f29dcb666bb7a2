"""The tiles of the staff home: each domain says what waits for the person who signed in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from engage.accounts.permissions import Permission
from engage.accounts.rules import may
from engage.core.actor import Actor
from engage.core.messages import Message


@dataclass(frozen=True, slots=True)
class Tile:
    """One card: what it is, what waits there, and its one link.

    ``count`` is how many things wait (``None``: nothing is counted); ``urgent`` marks what is late.
    """

    title: Message
    text: Message
    url: str
    icon: str
    count: int | None = None
    urgent: bool = False


_Build = Callable[[Actor], Tile | Iterable[Tile] | None]


@dataclass(frozen=True, slots=True)
class _Source:
    permission: Permission
    position: int
    build: _Build


_sources: dict[str, _Source] = {}


def home_tile(permission: Permission, *, position: int = 100) -> Callable[[_Build], _Build]:
    """Register a function that answers the tile or tiles (or ``None``) for a holder of ``permission``.

    It runs at each opening of the staff home: one cheap query. Lower positions come first.
    """

    def register(build: _Build) -> _Build:
        _sources[f"{build.__module__}.{build.__qualname__}"] = _Source(permission, position, build)
        return build

    return register


def home_tiles(actor: Actor) -> list[Tile]:
    """The tiles ``actor`` may see, in order."""
    tiles: list[Tile] = []
    for source in sorted(_sources.values(), key=lambda source: source.position):
        if not may(actor, source.permission, anywhere=True):
            continue
        built = source.build(actor)
        if isinstance(built, Tile):
            tiles.append(built)
        elif built is not None:
            tiles.extend(built)
    return tiles
