"""Work that would hold up every other request of a web process, in another thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import gevent
from gevent.monkey import is_module_patched

_Answer = TypeVar("_Answer")


def in_thread(work: Callable[..., _Answer], *values: Any) -> _Answer:
    """What ``work(*values)`` answers or raises, from the hub's thread pool where the process has one."""
    if not is_module_patched("threading"):
        return work(*values)
    answer, error = gevent.get_hub().threadpool.apply(_outcome, (work, values))
    if error is not None:
        raise error
    return answer  # type: ignore[no-any-return]


def _outcome(work: Callable[..., Any], values: tuple[Any, ...]) -> tuple[Any, Exception | None]:
    # What a thread of the pool raises the hub prints with its traceback, also where it is caught.
    try:
        return work(*values), None
    except Exception as error:
        return None, error
