"""What both sides agreed on, which needs no more than a glance as long as it shows the same row."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping

from msgspec import Struct, field

from reconciler.model.address import Address
from reconciler.model.agreement import Agreement
from reconciler.model.resource import Sought


def _nothing(address: Address) -> Sought:
    raise KeyError(address)


class Calm(Struct, frozen=True):
    """The `agreements` of one kind that rest on nothing that has changed since, about what has not shipped.

    `wake` gives all that is known of one of them, to be treated as any other that is sought.
    """

    agreements: Mapping[Address, Agreement] = field(default_factory=dict)
    wake: Callable[[Address], Sought] = _nothing

    def woken(self, shown: Container[str]) -> list[Sought]:
        """Those that do not show, among the rows that were `shown`, what they did."""
        return [self.wake(address) for address, each in self.agreements.items() if each.shown not in shown]
