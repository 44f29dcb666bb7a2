"""What answers a case: each source registers its handler, so cases import no source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from engage.core.actor import Actor
from engage.core.messages import Message


@dataclass(frozen=True, slots=True)
class SourceView:
    """A source as the department reads it: its kind in words, the whole text, where it stands.

    ``context`` are label and text pairs; ``url`` is the staff page of the source, ``public_url`` the public
    one.
    """

    kind: Message
    text: str
    context: tuple[tuple[Message, str], ...] = ()
    url: str | None = None
    public_url: str | None = None
    answer: str = ""


class SourceHandler(Protocol):
    """What a source offers. ``answer`` runs inside the transaction that closes the case."""

    kind: Message

    def view(self, source_id: int) -> SourceView:
        """The source to show. Raises ``NotFound`` when it is gone."""

    def answer(self, actor: Actor, source_id: int, text: str) -> None:
        """Publish ``text`` as the answer at the source, in the running transaction."""

    def reassigned(self, actor: Actor, source_id: int, unit_id: int) -> None:
        """Note at the source, in the running transaction, which unit owes the answer now."""


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
