"""What was the last time a resource was found to be as wanted, in digests alone."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from msgspec import Struct

from reconciler.model.address import Address
from reconciler.model.resource import Binding
from reconciler.model.value import Json


class Agreement(Struct, frozen=True, array_like=True):
    """A verdict that holds as long as none of the three digests has changed: nothing is to be done.

    `wanted` stands for what the configuration asks for, which is looked up and judged as it was, `shown` for
    the row by which Komet showed it, `around` for what both are compared in the light of: the ids of what it
    depends on. `ship_date` and `boxes` are what a calendar says of it. The rest is what is known of it
    without looking anywhere else: it stands alone, and nothing was written of it since.
    """

    address: Address
    wanted: str
    shown: str
    around: str
    ship_date: str
    boxes: int
    id: int
    number: str | None
    policy: dict[str, Any]
    depends_on: tuple[Address, ...]

    @property
    def binding(self) -> Binding:
        """What it stands for."""
        return Binding(self.address, self.id, self.number, _facts(self.ship_date))


@cache
def _facts(ship_date: str) -> Mapping[str, Json]:
    """What a binding says of an order that stands alone: thousands ship on the same day."""
    return {"ship_date": ship_date}
