"""Runs something for at most so many seconds, whatever it is stuck in."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Overdue(Exception):
    """The time was over first."""


class _Work(Generic[T]):
    """A function in a thread of its own; one that is given up ends with the process."""

    def __init__(self, function: Callable[[], T]) -> None:
        self._function = function
        self._done = threading.Event()
        self._result: list[T] = []
        self._error: BaseException | None = None
        threading.Thread(target=self._run, daemon=True, name="komet-call").start()

    def _run(self) -> None:
        try:
            self._result.append(self._function())
        except BaseException as error:  # noqa: BLE001  # handed to the thread that waits
            self._error = error
        finally:
            self._done.set()

    def result(self, seconds: float) -> T:
        if not self._done.wait(seconds):
            raise Overdue
        if self._error is not None:
            raise self._error
        return self._result[0]


def run_within(seconds: float, function: Callable[[], T]) -> T:
    """What `function` returns or raises; Overdue when that takes longer than `seconds`.

    Socket timeouts bound one read each, so an answer that drips would be waited for without end, and name
    resolution has none at all.
    """
    return _Work(function).result(seconds)
