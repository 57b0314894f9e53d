"""Telling a resource that changes back and forth from one that is mended once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import pairwise

from msgspec import Struct, field

from reconciler.model.address import Address

WINDOW = 12
"""So many looks are remembered."""

RETURNS = 3
"""A resource flaps that was as wanted and came back as a change so often within the window."""


class Flapping(Struct, frozen=True):
    """What was pending at the last looks: for each address that was, one flag a look, the latest last."""

    seen: Mapping[Address, tuple[bool, ...]] = field(default_factory=dict)

    def after(self, pending: Collection[Address]) -> Flapping:
        """With one look more, which found changes at `pending`."""
        flags = {
            address: (*self.seen.get(address, (False,)), address in pending)[-WINDOW:]
            for address in {*self.seen, *pending}
        }
        return Flapping({address: flags[address] for address in sorted(flags) if any(flags[address])})

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Those that flap, in order."""
        return tuple(address for address, flags in self.seen.items() if _returns(flags) >= RETURNS)


def _returns(flags: tuple[bool, ...]) -> int:
    return sum(now and not before for before, now in pairwise(flags))
