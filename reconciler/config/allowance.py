"""What a template may use up: time, memory, and words of the template language."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

MAX_MADE = 100_000_000
MAX_WEIGHT = 10_000_000
MAX_WORDS = 20_000

_VALUE = 16
"""Bytes that any value counts for; what it really takes is two to four times as much."""


class TemplateRefused(Exception):
    """What a template asked for is not given; the text says why, and `line` where if no code ran."""

    def __init__(self, text: str, line: int = 1) -> None:
        self.line = line
        super().__init__(text)


class Allowance:
    """The seconds, the bytes of values and the words that one template may use up, with what it includes.

    A signal or a thread cannot stop C code that holds the interpreter. So every operation is small by its
    operands, and the clock is read between any two of them.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._clock = seconds, clock
        self._end = clock() + seconds
        self._bytes = MAX_MADE
        self._words = MAX_WORDS

    def check(self) -> None:
        """Refuses when the time is over."""
        if self._clock() > self._end:
            raise TemplateRefused(f"it runs for more than {self._seconds:g} seconds")

    def step(self) -> None:
        """One block is about to run: a loop's body, a branch."""
        self.take(_VALUE)

    def take(self, size: int) -> None:
        """`size` bytes were made."""
        self._bytes -= size
        if self._bytes < 0:
            raise TemplateRefused("it makes more than 100 MB of text and lists in all")
        self.check()

    def made(self, value: Any) -> Any:
        """`value`, which was just made, if it is of a size that a configuration can need."""
        self.take(_weight(value))
        return value

    def word(self) -> None:
        """One more word of the template language was read."""
        self._words -= 1
        if self._words < 0:
            raise TemplateRefused(
                f"it holds more than {MAX_WORDS:,} words of template language: split it, or loop over vars"
            )
        self.check()


def _weight(value: Any) -> int:
    """The bytes of `value`, what it holds several times counted as often: nothing takes longer to compare."""
    total = 0
    waiting = [value]
    while waiting:
        part = waiting.pop()
        inner = len(part) if isinstance(part, str | list | tuple | dict) else 0
        total += _VALUE + inner
        if total + len(waiting) * _VALUE > MAX_WEIGHT:
            raise TemplateRefused("it makes a value of more than 10 MB")
        if isinstance(part, dict):
            waiting.extend(part)
            waiting.extend(part.values())
        elif isinstance(part, list | tuple):
            waiting.extend(part)
    return total
