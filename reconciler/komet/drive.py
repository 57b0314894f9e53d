"""Lets a reading, which only says what to ask and what the answers mean, ask a real account."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TypeAlias, TypeVar

from reconciler.komet.port import KometPort
from reconciler.model.query import Answer, Query

R = TypeVar("R")

Reading: TypeAlias = Generator[Sequence[Query], Sequence[Answer], R]
"""Yields what it needs to ask next, is sent the answers in that order, and returns what it has read."""


def drive(reading: Reading[R], port: KometPort) -> R:
    """What `reading` returns once `port` has answered all that it asked; closed when a question fails."""
    try:
        queries = next(reading)
        while True:
            queries = reading.send(port.ask(queries))
    except StopIteration as stop:
        returned: R = stop.value
        return returned
    finally:
        reading.close()
