"""Work that lasts: how others are served meanwhile, where the process has a hub."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from concurrent.futures import Future
from typing import Any, TypeVar

import gevent
from gevent.monkey import is_module_patched

_T = TypeVar("_T")
_TURN_SECONDS = 0.005
# Not 0: the hub would run what is ready and look at no socket, neither at new connections.
_SHORTEST_SLEEP = 1e-6


def let_others_run() -> None:
    """Let everybody else have a turn, those who knock at the door too."""
    if is_module_patched("threading"):
        gevent.sleep(_SHORTEST_SLEEP)


class Turn:
    """The turn of one piece of work in Python that lasts and can be interrupted at many places."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """Begin anew: others have just run."""
        self._began = time.monotonic()

    def pause(self) -> None:
        """Let others run if this has had its 5 ms; cheap enough for every step."""
        if time.monotonic() - self._began > _TURN_SECONDS:
            let_others_run()
            self.begin()


def in_turns(items: Iterable[_T]) -> Iterator[_T]:
    """``items`` one after the other; others are served meanwhile where what is done with them lasts."""
    turn = Turn()
    for item in items:
        yield item
        turn.pause()


def made_in_turns(parts: Mapping[str, Callable[[], Any]]) -> dict[str, Any]:
    """What each of ``parts`` makes, under its name; others are served between them."""
    return {name: make() for name, make in in_turns(parts.items())}


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


class Shared:
    """Work that several ask for at the same time: the first one does it, the others wait for that."""

    def __init__(self) -> None:
        self._under_way: dict[Hashable, Future[Any]] = {}

    def get(self, key: Hashable, work: Callable[[], _T]) -> _T:
        """What ``work`` answers or raises for the first who asked for ``key``."""
        if key in self._under_way:
            answer: _T = self._under_way[key].result()
            return answer
        made: Future[_T] = Future()
        self._under_way[key] = made
        try:
            made.set_result(work())
        except BaseException as error:
            made.set_exception(error)
            raise
        finally:
            del self._under_way[key]
        return made.result()


def _outcome(work: Callable[[], Any]) -> tuple[Any, Exception | None]:
    try:
        return work(), None
    except Exception as error:
        return None, error
