"""What each domain brings to the application, named once and explicitly."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from types import ModuleType
from typing import Any

import click
from flask import Blueprint, Flask

from engage import maintenance
from engage.accounts import commands as accounts_commands
from engage.accounts import jobs as accounts_jobs
from engage.accounts import models as accounts_models
from engage.accounts import views as accounts_views
from engage.analysis import jobs as analysis_jobs
from engage.analysis import models as analysis_models
from engage.analysis import views as analysis_views
from engage.analysis.labels import LABELS as ANALYSIS_LABELS
from engage.audit import models as audit_models
from engage.audit import views as audit_views
from engage.cases import jobs as cases_jobs
from engage.cases import models as cases_models
from engage.cases import views as cases_views
from engage.cli import engage_cli
from engage.consultations import commands as consultations_commands
from engage.consultations import jobs as consultations_jobs
from engage.consultations import models as consultations_models
from engage.consultations import views as consultations_views
from engage.consultations.actions import cases as consultations_cases
from engage.consultations.actions import erasing as consultations_erasing
from engage.consultations.labels import LABELS as CONSULTATIONS_LABELS
from engage.core import jobs as core_jobs
from engage.demo import commands as demo_commands
from engage.live import jobs as live_jobs
from engage.live import models as live_models
from engage.live import sockets as live_sockets
from engage.live import views as live_views
from engage.live.labels import LABELS as LIVE_LABELS
from engage.moderation.labels import LABELS as MODERATION_LABELS
from engage.notifications import jobs as notifications_jobs
from engage.notifications import models as notifications_models
from engage.notifications import views as notifications_views
from engage.participation import jobs as participation_jobs
from engage.participation import models as participation_models
from engage.participation import views as participation_views
from engage.portal import views as portal_views
from engage.portal.labels import LABELS as PORTAL_LABELS
from engage.settings import models as settings_models
from engage.settings import views as settings_views
from engage.surveys import views as surveys_views
from engage.surveys.actions import erasing as surveys_erasing
from engage.surveys.labels import LABELS as SURVEYS_LABELS
from engage.themedays import models as themedays_models
from engage.themedays import views as themedays_views
from engage.web import health, share, shell
from engage.web.display import register_labels

# Modules that register something when imported: tables, jobs, listeners, socket handlers, case handlers.
REGISTERING: tuple[ModuleType, ...] = (
    core_jobs,
    audit_models,
    accounts_models,
    accounts_jobs,
    settings_models,
    participation_models,
    participation_jobs,
    surveys_erasing,
    notifications_models,
    notifications_jobs,
    themedays_models,
    cases_models,
    cases_jobs,
    analysis_models,
    analysis_jobs,
    consultations_models,
    consultations_cases,
    consultations_erasing,
    consultations_jobs,
    live_models,
    live_sockets,
    live_jobs,
)

BLUEPRINTS: tuple[tuple[Blueprint, ...], ...] = (
    (health.blueprint, shell.blueprint, share.blueprint),
    audit_views.blueprints,
    accounts_views.blueprints,
    settings_views.blueprints,
    participation_views.blueprints,
    notifications_views.blueprints,
    themedays_views.blueprints,
    cases_views.blueprints,
    surveys_views.blueprints,
    consultations_views.blueprints,
    analysis_views.blueprints,
    live_views.blueprints,
    portal_views.blueprints,
)

LABELS: tuple[Mapping[Any, Any], ...] = (
    SURVEYS_LABELS,
    ANALYSIS_LABELS,
    LIVE_LABELS,
    MODERATION_LABELS,
    CONSULTATIONS_LABELS,
    PORTAL_LABELS,
)

COMMANDS: tuple[tuple[click.Command, ...], ...] = (
    accounts_commands.commands,
    maintenance.commands,
    demo_commands.commands,
    consultations_commands.commands,
)


def register(app: Flask) -> None:
    """Add all blueprints and commands to ``app``."""
    for blueprint in chain.from_iterable(BLUEPRINTS):
        app.register_blueprint(blueprint)
    for labels in LABELS:
        register_labels(app, labels)
    for command in chain.from_iterable(COMMANDS):
        engage_cli.add_command(command)
    app.cli.add_command(engage_cli)
