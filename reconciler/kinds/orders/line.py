"""A live line of an order, whatever the order sells or buys."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, Protocol, Self, TypeVar

from msgspec import Struct

CANCELLED = "Cancelled"


class LineContent(Protocol):
    """What a line is, apart from how many there are of it."""

    @property
    def identity(self) -> Hashable:
        """What tells two lines of an order apart."""

    @property
    def product_id(self) -> int:
        """The product."""

    def serves(self, wanted: Self) -> bool:
        """Whether a line with this content is what `wanted` asks for."""


C = TypeVar("C", bound=LineContent)
"""The content of the lines of one kind of order."""


class Line(Struct, Generic[C], frozen=True):
    """A live line of an order; what is sold by the unit has its units for boxes."""

    id: int
    boxes: int
    confirmed: int
    status: str
    content: C

    @property
    def is_cancelled(self) -> bool:
        """Whether the vendor cancelled it."""
        return self.status == CANCELLED

    @property
    def is_shipped(self) -> bool:
        """Whether it stands on an air waybill."""
        return self.status == "Shipped"

    @property
    def is_endangered(self) -> bool:
        """Whether removing it would undo something that the farm has done."""
        return self.confirmed > 0 or self.is_shipped

    @property
    def worth(self) -> int:
        """The boxes that removing it would undo."""
        return self.boxes if self.is_shipped else self.confirmed
