"""What answers a case: each source registers its handler, so cases import no source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from engage.accounts.permissions import Permission
from engage.core.actor import Actor
from engage.core.messages import Message


@dataclass(frozen=True, slots=True)
class SourceView:
    """A source as the department reads it: its kind in words, the whole text, where it stands.

    ``context`` are label and text pairs; ``url`` is the staff page of the source, which opens for holders of
    ``permission`` on its own unit and activity; ``public_url`` is the public page. ``erased`` where its
    author took it back and no words are left.
    """

    kind: Message
    text: str
    context: tuple[tuple[Message, str], ...] = ()
    url: str | None = None
    public_url: str | None = None
    answer: str = ""
    permission: Permission | None = None
    unit_id: int | None = None
    activity_id: int | None = None
    erased: bool = False


class SourceHandler(Protocol):
    """What a source offers. ``answer`` runs inside the transaction that closes the case."""

    kind: Message

    def view(self, source_id: int) -> SourceView:
        """The source to show. Raises ``NotFound`` when it is gone."""

    def answer(self, actor: Actor, source_id: int, text: str) -> None:
        """Publish ``text`` as the answer at the source, in the running transaction."""

    def reassigned(self, actor: Actor, source_id: int, unit_id: int) -> None:
        """Note at the source, in the running transaction, which unit owes the answer now."""


@runtime_checkable
class Excerpting(Protocol):
    """A source that tells what is asked, for lists."""

    def excerpts(self, ids: Sequence[int]) -> dict[int, str]:
        """The texts of these sources, read live; those erased are left out."""


@runtime_checkable
class Correcting(Protocol):
    """A source whose published answer can be corrected."""

    def correct(self, actor: Actor, source_id: int, text: str) -> None:
        """Publish ``text`` in place of the answer, in the running transaction."""


HANDLERS: dict[str, SourceHandler] = {}


def register_source(kind: str, handler: SourceHandler) -> None:
    """Register the handler of ``kind``. Raises ``ValueError`` for a second one of another class."""
    known = HANDLERS.get(kind)
    if known is not None and type(known) is not type(handler):
        raise ValueError(f"two handlers for {kind}")
    HANDLERS[kind] = handler


def handler_of(kind: str) -> SourceHandler:
    """The handler of ``kind``; raises ``KeyError`` where no domain registered one."""
    return HANDLERS[kind]


def excerpts_of(sources: Sequence[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """What is asked in these sources (kind and id), as far as they tell; one look-up for each kind."""
    found: dict[tuple[str, int], str] = {}
    for kind in sorted({kind for kind, _ in sources}):
        handler = handler_of(kind)
        if isinstance(handler, Excerpting):
            texts = handler.excerpts([source_id for of, source_id in sources if of == kind])
            found |= {(kind, source_id): text for source_id, text in texts.items()}
    return found
