"""The words for the enums of the portal, registered by the factory."""

from __future__ import annotations

from enum import Enum
from typing import Final

from engage.core.messages import Message, msg
from engage.portal.queries.things import Kind

LABELS: Final[dict[type[Enum], dict[Enum, Message]]] = {
    Kind: {
        Kind.SURVEY: msg("Survey"),
        Kind.CONSULTATION: msg("Consultation"),
        Kind.LIVE: msg("Live session"),
        Kind.REPORT: msg("Activity report"),
    }
}
