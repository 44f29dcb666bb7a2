"""Pages of the surveys."""

from flask import Blueprint

from engage.surveys.views import respond

blueprints: tuple[Blueprint, ...] = (respond.blueprint,)
