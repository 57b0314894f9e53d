"""What was heard of an account for the assumption probes, and what can be said of it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

from reconciler.errors import ReconcilerError
from reconciler.kinds.row import Row, row_of
from reconciler.model.query import Answer


class Found(StrEnum):
    """What an account says to an assumption."""

    CONFIRMED = "confirmed"
    CONTRADICTED = "contradicted"
    UNKNOWN = "cannot tell"


class Heard(Struct, frozen=True):
    """The answers by what they were asked for, errors too; `customer_id` whose shop it is, `today` the
    business day, `project` ours, `middle` the part of a customer's name that was searched for, and `foreign`
    whether another customer could be asked for."""

    answers: Mapping[str, Answer | ReconcilerError]
    customer_id: int | None
    today: str
    project: str
    middle: str = ""

    def rows(self, name: str, key: str = "inventoryItems") -> list[Row] | None:
        """The rows of an answer; None when it was not asked or failed."""
        answer = self.answers.get(name)
        return list(row_of(answer).rows(key)) if isinstance(answer, Answer) else None

    def ids(self, name: str, key: str) -> frozenset[int]:
        """The ids in an answer's rows."""
        return frozenset(row.required(key) for row in self.rows(name) or ())

    def lines(self, name: str, origin: int) -> frozenset[int]:
        """The line ids of one origin in a shop's answer (A5)."""
        rows = [row for row in self.rows(name) or () if row.integer("inventoryOrigin") == origin]
        parts = [part for row in rows for part in row.text("inventoryLineIds").split(",")]
        return frozenset(int(part) for part in parts if part.strip().isdigit())

    def refusal(self, name: str) -> str | None:
        """Why there is no answer."""
        answer = self.answers.get(name)
        return str(answer) if isinstance(answer, ReconcilerError) else None

    @property
    def orders(self) -> list[Row]:
        """Every order that was read."""
        names = sorted(name for name in self.answers if name.startswith("orders "))
        return [row for name in names for row in self.rows(name, "purchaseOrders") or ()]


Said: TypeAlias = tuple[Found, str, str]
"""What an account says to an assumption, what was seen, and what that means for the configuration."""

YES, NO, DARK = Found.CONFIRMED, Found.CONTRADICTED, Found.UNKNOWN
