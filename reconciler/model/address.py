"""The name by which a resource is known in the configuration, in plans and in state."""

from __future__ import annotations

from typing import NamedTuple

KINDS: tuple[str, ...] = ("customers", "reservations", "purchase_orders", "prebooks")
"""Every kind there can be, in the order in which they are created."""


class Address(NamedTuple):
    """`kind.name`, unique within a project. A tuple, since every mapping of resources is keyed by it."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind}.{self.name}"

    @classmethod
    def parse(cls, text: str) -> Address:
        """The address that `text` spells; ValueError when it is not of the form `kind.name`."""
        kind, dot, name = text.partition(".")
        if not dot or not name or kind not in KINDS:
            raise ValueError(f"{text!r} is no address: expected KIND.NAME with one of {', '.join(KINDS)}")
        return cls(kind, name)
