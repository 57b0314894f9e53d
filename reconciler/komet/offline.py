"""A connection over which nothing leaves: what is to be known was read before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from reconciler.errors import Unreachable
from reconciler.komet.open import Connection, account_name
from reconciler.model.project import KometSettings
from reconciler.model.query import Answer, Query
from reconciler.model.value import Json


class Offline:
    """A port that makes no call; whoever asks it all the same is told so."""

    def __init__(self) -> None:
        self.calls_made = 0

    def ask(self, queries: Sequence[Query]) -> list[Answer]:
        """No answer to a question, and no error to none."""
        if queries:
            raise Unreachable(queries[0].method, "no call is made offline")
        return []

    def call(self, method: str, params: Mapping[str, Json]) -> Answer:
        """Never."""
        raise Unreachable(method, "no call is made offline")


def open_offline(settings: KometSettings, clock: Callable[[], datetime]) -> Connection:
    """The account of `settings`, whose time is `clock`, without a token and without a way to it."""
    return Connection(Offline(), clock, account_name(settings), close=lambda: None)
