"""The blueprint of this domain; registering it offers its words and its activities to the application."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Flask
from flask.blueprints import BlueprintSetupState

from engage.accounts.scopes import ActivityScopes, provide_activities
from engage.themedays.labels import LABELS
from engage.themedays.queries import staff
from engage.web.display import register_labels

blueprint = Blueprint("themedays", __name__)


@blueprint.record_once
def _bind(state: BlueprintSetupState) -> None:
    register_labels(cast(Flask, state.app), LABELS)
    provide_activities(ActivityScopes(names=staff.titles, find=staff.id_of))
