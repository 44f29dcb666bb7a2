"""What can be written into the audit log: each kind of entry declares its words and its exact keys."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from engage.core.messages import Message


@dataclass(frozen=True, slots=True)
class Key:
    """What a recorded value is called; ``enum`` gives the words for its members."""

    label: Message
    enum: type[Enum] | None = None


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
NUMBERED: dict[str, Message] = {}
"""What objects that are told by their number are called, by their kind."""
# Entries of earlier versions say it in English.
_NUMBER = re.compile(r"(?:#|No\. )(\d+)")


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


def declare_numbered(kind: str, label: Message) -> str:
    """Declare that objects of ``kind`` are told by their number, which ``label`` has as ``{number}``.

    Answers ``kind``. Their entries are labelled by ``numbered``.
    """
    NUMBERED[kind] = label
    return kind


def numbered(number: int) -> str:
    """The label of an object that is told by its number, in no language."""
    return f"#{number}"


def number_of(label: str) -> str | None:
    """The number in such a label; ``None`` where it is none."""
    found = _NUMBER.fullmatch(label)
    return found[1] if found else None


def labels_of(number: str) -> tuple[str, ...]:
    """Every label that such an object may have in the log."""
    return f"#{number}", f"No. {number}"
