"""The port through which everything else speaks to Komet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from reconciler.model.query import Answer, Query
from reconciler.model.value import Json


class CallCounter(Protocol):
    """Keeps count of the calls, since Komet tells nobody (A15)."""

    def count(self, method: str) -> None:
        """One call of `method` is about to leave; any thread may say so. If this fails, nothing leaves."""


class KometPort(Protocol):
    """A Komet account, seen with one token."""

    @property
    def calls_made(self) -> int:
        """Every call that left, failed ones and retries too."""

    def ask(self, queries: Sequence[Query]) -> list[Answer]:
        """Read: the answers, in the order of `queries`. Calls that fail for the moment are made again."""

    def call(self, method: str, params: Mapping[str, Json]) -> Answer:
        """Write, once: the call is sent at most one time, whatever happens."""
