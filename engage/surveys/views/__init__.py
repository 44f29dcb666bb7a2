"""Pages of the surveys."""

from flask import Blueprint

from engage.surveys.views import entering, home, publishing, respond, staff

blueprints: tuple[Blueprint, ...] = (
    respond.blueprint,
    staff.blueprint,
    publishing.blueprint,
    entering.blueprint,
)

__all__ = ["blueprints", "home"]
