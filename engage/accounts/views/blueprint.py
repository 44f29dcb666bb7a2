"""The blueprint of this domain; registering it binds Flask-Login and the words to the application."""

from __future__ import annotations

from typing import cast

from flask import Blueprint, Flask
from flask.blueprints import BlueprintSetupState

from engage.accounts.identity import init_identity
from engage.accounts.labels import LABELS
from engage.web.display import register_labels

blueprint = Blueprint("accounts", __name__)


@blueprint.record_once
def _bind(state: BlueprintSetupState) -> None:
    app = cast(Flask, state.app)
    register_labels(app, LABELS)
    init_identity(app)
