"""The staff home: each domain says what is to be done, what runs now and what can be made anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from engage.accounts.permissions import Permission
from engage.accounts.rules import may
from engage.core.actor import Actor
from engage.core.calendar import lateness
from engage.core.messages import Message, msg
from engage.core.types import Localized

MOST = 10
"""Items a provider hands over at most; what is more stands behind the link of its last one."""

Words = Message | Localized | str


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One thing to do: what it is about, since or until when, and the one button that does it.

    ``due`` is the last day on which it is done in time (``None``: it has none, and follows what has one).
    ``urgent`` marks what cannot wait though it has no day; ``rest`` an item that stands for many others.
    """

    kind: Message
    icon: str
    title: Words
    url: str
    action: Message
    context: tuple[Words, ...] = ()
    due: date | None = None
    urgent: bool = False
    rest: bool = False


@dataclass(frozen=True, slots=True)
class Running:
    """What runs now (or next): its figures in words, and where one works on it.

    ``lead`` puts it large on top: the session a moderator has to be in.
    """

    kind: Message
    icon: str
    title: Words
    url: str
    action: Message
    figures: tuple[Words, ...] = ()
    lead: bool = False


@dataclass(frozen=True, slots=True)
class NewThing:
    """A way to make something anew."""

    label: Message
    icon: str
    url: str


Part = WorkItem | Running | NewThing
_Provide = Callable[[Actor], Iterable[Part]]


@dataclass(frozen=True, slots=True)
class Home:
    """What the home shows: work by deadline, what runs, what can be made."""

    work: list[WorkItem]
    running: list[Running]
    new: list[NewThing]


@dataclass(frozen=True, slots=True)
class _Provider:
    permissions: frozenset[Permission]
    provide: _Provide


_providers: dict[str, _Provider] = {}


def home_provider(*permissions: Permission) -> Callable[[_Provide], _Provide]:
    """Register a domain's function for holders of one of ``permissions``.

    It runs at each opening of the home: a few bounded queries through an index, none in a loop, and at most
    ``MOST`` items of a sort.
    """

    def register(provide: _Provide) -> _Provide:
        name = f"{provide.__module__}.{provide.__qualname__}"
        _providers[name] = _Provider(frozenset(permissions), provide)
        return provide

    return register


def home_of(actor: Actor) -> Home:
    """The home of ``actor``: the most urgent work first."""
    parts = [
        part
        for _name, provider in sorted(_providers.items())
        if any(may(actor, permission, anywhere=True) for permission in provider.permissions)
        for part in provider.provide(actor)
    ]
    work = [part for part in parts if isinstance(part, WorkItem)]
    running = [part for part in parts if isinstance(part, Running)]
    return Home(
        work=sorted(work, key=_order),
        running=sorted(running, key=lambda part: not part.lead),
        new=[part for part in parts if isinstance(part, NewThing)],
    )


def due_words(due: date, day: date) -> Message | date:
    """How late ``day`` is for ``due``, or how far away it is; a day that is farther off as itself."""
    left = (due - day).days
    if left < 0:
        return lateness(due, day)
    if left > 1:
        return due
    return msg("Tomorrow") if left else msg("Today")


def days_left(last: date, day: date) -> Message:
    """How many days something goes on for, seen from ``day``; ``last`` is its last one."""
    left = (last - day).days
    if left < 1:
        return msg("ends today")
    return msg("{days} days left", days=left) if left > 1 else msg("ends tomorrow")


def _order(item: WorkItem) -> tuple[bool, bool, date]:
    return item.rest, not item.urgent and item.due is None, item.due or date.min
