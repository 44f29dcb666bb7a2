"""Events after commit: published inside a transaction (``engage.core.writer.publish``), delivered after."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

_E = TypeVar("_E")

log = logging.getLogger(__name__)

_subscribers: dict[type, list[Callable[[Any], None]]] = defaultdict(list)


def subscribe(event_type: type[_E]) -> Callable[[Callable[[_E], None]], Callable[[_E], None]]:
    """Register a listener of ``event_type``; registering the same function twice has no effect."""

    def register(listener: Callable[[_E], None]) -> Callable[[_E], None]:
        if listener not in _subscribers[event_type]:
            _subscribers[event_type].append(listener)
        return listener

    return register


def deliver(events: list[object]) -> None:
    """Hand each event to its listeners in order; a failing listener is logged and hurts no one else."""
    for event in events:
        for listener in _subscribers[type(event)]:
            try:
                listener(event)
            except Exception:
                log.exception("listener failed", extra={"event": type(event).__name__})
