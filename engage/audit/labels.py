"""Words of the audit log."""

from __future__ import annotations

from engage.core.actor import ActorKind
from engage.core.messages import Message, msg

ACTORS: dict[ActorKind, Message] = {
    ActorKind.ANONYMOUS: msg("Somebody unknown"),
    ActorKind.CITIZEN: msg("A citizen"),
    ActorKind.STAFF: msg("Staff member"),
    ActorKind.SYSTEM: msg("The system"),
}

LABELS: dict[type, dict[ActorKind, Message]] = {ActorKind: ACTORS}
