"""Who acts: a plain value that travels from the door (page, socket, command) into every action."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    ANONYMOUS = "anonymous"
    CITIZEN = "citizen"
    STAFF = "staff"
    SYSTEM = "system"


class ScopeKind(StrEnum):
    SITE = "site"
    UNIT = "unit"
    ACTIVITY = "activity"


@dataclass(frozen=True, slots=True)
class GrantedRole:
    """One grant of a staff member: a role by name over the site, a unit or an activity."""

    role: str
    scope: ScopeKind
    scope_id: int | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """``device`` is the citizen's random device id: for keyed hashes only, never stored as it is.

    ``address`` is set for staff only. A guest speaker acts in nothing: their link only shows.
    """

    kind: ActorKind
    id: int | None = None
    label: str = ""
    device: str | None = None
    grants: tuple[GrantedRole, ...] = ()
    address: str | None = None

    @property
    def is_staff(self) -> bool:
        return self.kind is ActorKind.STAFF


SYSTEM = Actor(ActorKind.SYSTEM, label="system")
ANONYMOUS = Actor(ActorKind.ANONYMOUS)
