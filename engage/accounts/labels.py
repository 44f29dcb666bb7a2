"""The words for the enums of this domain."""

from __future__ import annotations

from typing import Any

from engage.accounts.models import FactorKind, UnitKind
from engage.accounts.permissions import Role
from engage.core.actor import ScopeKind
from engage.core.messages import Message, msg

ROLES: dict[Role, Message] = {
    Role.ADMINISTRATOR: msg("Administrator"),
    Role.COORDINATOR: msg("Coordinator"),
    Role.DEPARTMENT: msg("Department staff"),
    Role.APPROVER: msg("Approver"),
    Role.MODERATOR: msg("Moderator"),
    Role.TYPIST: msg("Typist"),
    Role.CHECK_IN: msg("Check-in"),
}

SCOPES: dict[ScopeKind, Message] = {
    ScopeKind.SITE: msg("Whole site"),
    ScopeKind.UNIT: msg("One unit"),
    ScopeKind.ACTIVITY: msg("One activity"),
}

UNIT_KINDS: dict[UnitKind, Message] = {
    UnitKind.DEPARTMENT: msg("Department"),
    UnitKind.TOWNSHIP: msg("Township or subdistrict"),
    UnitKind.INSTITUTION: msg("Public institution"),
    UnitKind.COORDINATOR: msg("Coordinating unit"),
}

ROLE_TEXTS: dict[Role, Message] = {
    Role.ADMINISTRATOR: msg("Keeps accounts, units, site settings and the audit log."),
    Role.COORDINATOR: msg("Arranges and publishes the year plan and sees every unit's work."),
    Role.DEPARTMENT: msg("Files the plan, runs surveys, consultations and live sessions, answers citizens."),
    Role.APPROVER: msg("Looks results over and publishes them."),
    Role.MODERATOR: msg("Runs the question queue and looks comments over."),
    Role.TYPIST: msg("Enters questions, comments and responses received on paper or by telephone."),
    Role.CHECK_IN: msg("Receives visitors at on-site activities."),
}

FACTORS: dict[FactorKind, Message] = {
    FactorKind.APP: msg("Authenticator app"),
    FactorKind.PASSKEY: msg("Passkey"),
}

LABELS: dict[type, dict[Any, Message]] = {
    Role: ROLES,
    ScopeKind: SCOPES,
    UnitKind: UNIT_KINDS,
    FactorKind: FACTORS,
}
