"""What was the last time a resource was found to be as wanted, in digests alone."""

from __future__ import annotations

from msgspec import Struct

from reconciler.model.address import Address


class Agreement(Struct, frozen=True):
    """A verdict that holds as long as none of the three digests has changed: nothing is to be done.

    `wanted` stands for what the configuration asks for and everything that it is looked up in, `shown` for
    the row by which Komet showed it, `around` for what both are compared in the light of: the ids of what it
    depends on. `ship_date` and `boxes` are what a calendar says of it.
    """

    address: Address
    wanted: str
    shown: str
    around: str
    ship_date: str
    boxes: int
