"""Work that holds a thread for long, done in the hub's thread pool where the process has a hub."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import gevent
from gevent.monkey import is_module_patched

_T = TypeVar("_T")


def beside_the_hub(work: Callable[[], _T]) -> _T:
    """What ``work`` answers or raises; others are served meanwhile.

    What it raises is carried over by hand: the pool itself would also print it, as if nobody waited for it.
    """
    if not is_module_patched("threading"):
        return work()
    answer: _T
    answer, error = gevent.get_hub().threadpool.apply(lambda: _outcome(work))
    try:
        if error is not None:
            raise error
    finally:
        del error  # it holds this frame, which would hold it
    return answer


def _outcome(work: Callable[[], Any]) -> tuple[Any, Exception | None]:
    try:
        return work(), None
    except Exception as error:
        return None, error
