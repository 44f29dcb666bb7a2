"""What can be written into the audit log: each kind of entry declares its words and its exact keys."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from engage.core.messages import Message


@dataclass(frozen=True, slots=True)
class Key:
    """What a recorded value is called; ``enum`` gives the words for its members."""

    label: Message
    enum: type[StrEnum] | None = None


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One kind of entry. ``keys`` are the only names its before and after may hold."""

    name: str
    label: Message
    keys: dict[str, Key]


@dataclass(frozen=True, slots=True)
class EntryRecorded:
    """An entry was added to the log."""

    event: str
    object_kind: str
    object_id: str


EVENTS: dict[str, AuditEvent] = {}


def declare(name: str, label: Message, /, **keys: Message | Key) -> AuditEvent:
    """Declare an entry called ``<noun>.<past verb>``.

    Example: ``declare("unit.renamed", msg("Unit renamed"), name=msg("Name"))``.
    Raises ``ValueError`` where another entry has that name.
    """
    event = AuditEvent(
        name, label, {key: words if isinstance(words, Key) else Key(words) for key, words in keys.items()}
    )
    if EVENTS.get(name, event) != event:
        raise ValueError(f"two audit events are called {name}")
    EVENTS[name] = event
    return event
