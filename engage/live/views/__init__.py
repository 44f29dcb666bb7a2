"""Pages of the live sessions."""

from flask import Blueprint

from engage.live.views import asking, console, editing, home, leftover, room, screens, staff, written

blueprints: tuple[Blueprint, ...] = (
    room.blueprint,
    asking.blueprint,
    screens.blueprint,
    staff.blueprint,
    editing.blueprint,
    console.blueprint,
    written.blueprint,
    leftover.blueprint,
)

__all__ = ["blueprints", "home"]
