"""Whose reserved lines are: which customers have to be asked, and which answers still stand (A40)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.kinds.asked import Asked
from reconciler.kinds.kind import Scope
from reconciler.kinds.reservations.stock import StockLine
from reconciler.kinds.reservations.wanted import WantedReservation, wanted_reservation
from reconciler.model.address import Address
from reconciler.model.resource import Sought

IN_ANY_CASE = 8
"""So many customers a plan asks whatever is remembered: those that were asked longest ago."""

Stand = tuple[int, int]
"""A location and a product: where a reservation looks for its lines."""


@dataclass(frozen=True, slots=True)
class Owners:
    """What is remembered of customers, and where their reservations `stand`, on the day `today`.

    Only its customer's list shows whose a reserved line is (Komet API §4.5, §4.7). What other lists show of
    it is its boxes, and that it is not free.
    """

    today: str = ""
    asked: Mapping[int, Asked] = field(default_factory=dict)
    stands: Mapping[int, frozenset[Stand]] = field(default_factory=dict)

    def due(self, customers: Iterable[int]) -> frozenset[int]:
        """Those to be asked whatever the other lists show: not asked today yet, or longest ago."""
        every = set(customers)
        new = {each for each in every if each not in self.asked or self.asked[each].day != self.today}
        rest = sorted(every - new, key=lambda each: (self.asked[each].turn, each))
        return frozenset(new | set(rest[: max(IN_ANY_CASE - len(new), 0)]))

    def has_changed(self, customer: int, lines: Sequence[StockLine], owners: Collection[int]) -> bool:
        """Whether something has happened to a line of the customer since it was asked, or somebody has taken
        one where its own reservations stand. `owners` are the lines of which others have just said so."""
        asked = self.asked[customer]
        own = {line.id: line.boxes for line in lines if line.id in asked.own and not line.is_free}
        stands = self.stands.get(customer, frozenset())
        taken = self._news(customer, lines) & _at(lines, stands)
        return own != asked.own or not taken <= set(owners) or any(id in owners for id in own)

    def may_have(self, customer: int, lines: Sequence[StockLine]) -> bool:
        """Whether one of `lines`, whose owner nobody knows, was taken since the customer was asked."""
        return bool(self._news(customer, lines) & _at(lines, self._everywhere))

    def after(self, customers: Collection[int], lines: Sequence[StockLine]) -> dict[int, Asked]:
        """What is to be remembered once `customers` were asked, and `lines` are what was read."""
        turn = 1 + max((each.turn for each in self.asked.values()), default=0)
        found = {each: asked for each, asked in self.asked.items() if each in self.stands}
        taken = {line.id for line in lines if not line.is_free} & _at(lines, self._everywhere)
        for customer in sorted(customers):
            own = {line.id: line.boxes for line in lines if line.customer_id == customer}
            found[customer] = Asked(self.today, turn, own, frozenset(taken - own.keys()))
        return found

    @property
    def _everywhere(self) -> frozenset[Stand]:
        return frozenset().union(*self.stands.values())

    def _news(self, customer: int, lines: Sequence[StockLine]) -> set[int]:
        asked = self.asked[customer]
        return {line.id for line in lines if not line.is_free} - asked.own.keys() - asked.others


def _at(lines: Iterable[StockLine], stands: frozenset[Stand]) -> set[int]:
    return {line.id for line in lines if (line.location_id, line.product_id) in stands}


def owners_of(sought: Iterable[Sought], scope: Scope) -> Owners:
    """What is remembered of the customers for whom `sought` keep stock."""
    stands: dict[int, set[Stand]] = {}
    for each in sought:
        customer, wanted = customer_of(each, scope), definition_of(each)
        if customer is not None and wanted is not None:
            stands.setdefault(customer, set()).add((wanted.location_id, wanted.product_id))
    return Owners(scope.today, scope.asked_shops, {id: frozenset(each) for id, each in stands.items()})


def definition_of(each: Sought) -> WantedReservation | None:
    """The reservation as it is wanted, or as it was while it was."""
    if each.resolved is not None:
        return wanted_reservation(each.resolved.attributes)
    known = each.binding.facts.get("wanted") if each.binding else None
    return wanted_reservation(known) if isinstance(known, dict) else None


def customer_of(each: Sought, scope: Scope) -> int | None:
    """The Komet customer for whom stock is kept; None for one that is yet to be created."""
    if each.resolved is not None:
        name = wanted_reservation(each.resolved.attributes).customer
        return scope.ids.by_address.get(Address("customers", name))
    known = each.binding.facts.get("customer_id") if each.binding else None
    return known if isinstance(known, int) else None
