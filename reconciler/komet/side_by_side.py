"""Does the same to many things, a few of them at a time."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

A = TypeVar("A")
B = TypeVar("B")


def side_by_side(work: Callable[[A], B], things: Sequence[A], width: int) -> list[B]:
    """`work` of each thing, in order; at most `width` at a time.

    Once one has failed no other is begun, and the first failure in the order of `things` is raised.
    """
    if width <= 1 or len(things) <= 1:
        return [work(thing) for thing in things]
    return _Crew(work, things).results(min(width, len(things)))


class _Crew(Generic[A, B]):
    """Threads that each take the next thing, until none is left or one has failed."""

    def __init__(self, work: Callable[[A], B], things: Sequence[A]) -> None:
        self._work = work
        self._things = things
        self._turn = itertools.count()
        self._stopped = threading.Event()
        self._done: dict[int, B] = {}
        self._failed: dict[int, BaseException] = {}

    def results(self, width: int) -> list[B]:
        threads = [threading.Thread(target=self._take_turns, daemon=True) for _ in range(width)]
        try:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        finally:
            self._stopped.set()
        if self._failed:
            raise self._failed[min(self._failed)]
        return [self._done[index] for index in range(len(self._things))]

    def _take_turns(self) -> None:
        while not self._stopped.is_set() and (index := next(self._turn)) < len(self._things):
            try:
                self._done[index] = self._work(self._things[index])
            except BaseException as error:  # noqa: BLE001  # raised again by the thread that waits
                self._failed[index] = error
                self._stopped.set()
