"""Whose reserved lines are: which customers have to be asked, and which answers still stand (A40)."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, field

from reconciler.kinds.asked import Asked, AskedShops
from reconciler.kinds.kind import Scope
from reconciler.kinds.reservations.stock import StockLine
from reconciler.kinds.reservations.wanted import customer_id, wanted_reservation
from reconciler.model.node import Node
from reconciler.model.resource import Sought

IN_ANY_CASE = 8
"""So many customers a plan asks whatever is remembered: those that were asked longest ago."""

Stand = tuple[int, int]
"""A location and a product: where a reservation looks for its lines."""


class Shelf:
    """The lines that were read, as they are looked for: by id, and by where they stand."""

    def __init__(self, lines: Iterable[StockLine]) -> None:
        self.by_id = {line.id: line for line in lines}
        self._taken: dict[Stand, list[int]] = {}
        for line in self.by_id.values():
            if not line.is_free:
                self._taken.setdefault((line.location_id, line.product_id), []).append(line.id)

    def taken(self, stands: Iterable[Stand]) -> Iterator[int]:
        """The lines at `stands` that are not free."""
        return (id for stand in stands for id in self._taken.get(stand, ()))


class Owners(Struct, frozen=True):
    """What is remembered of customers, and where their reservations `stand`, on the day `today`.

    Only its customer's list shows whose a reserved line is (Komet API §4.5, §4.7). What other lists show of
    it is its boxes, and that it is not free.
    """

    today: str = ""
    before: AskedShops = field(default_factory=AskedShops)
    stands: Mapping[int, frozenset[Stand]] = field(default_factory=dict)

    def due(self, customers: Iterable[int]) -> frozenset[int]:
        """Those to be asked whatever the other lists show: not asked today yet, or longest ago."""
        every, asked = set(customers), self.before.customers
        new = {each for each in every if each not in asked or asked[each].day != self.today}
        rest = sorted(every - new, key=lambda each: (asked[each].turn, each))
        return frozenset(new | set(rest[: max(IN_ANY_CASE - len(new), 0)]))

    def has_changed(self, customer: int, shelf: Shelf, owners: Mapping[int, int]) -> bool:
        """Whether something has happened to a line of the customer since it was asked, or somebody has taken
        one where its own reservations stand. `owners` are of the lines of which others have just said so."""
        asked = self.before.customers[customer]
        for id, boxes in asked.own.items():
            line = shelf.by_id.get(id)
            if line is None or line.is_free or line.boxes != boxes or id in owners:
                return True
        here = shelf.taken(self.stands.get(customer, ()))
        return any(id not in owners and id not in asked.own and self._is_news(id, asked) for id in here)

    def last_taken(self, shelf: Shelf, nobodys: Container[int]) -> int:
        """The turn in which the last of the lines whose owner nobody knows was taken; 0 where there is none.
        Whoever was asked before it may have that line."""
        next_turn = self.before.turn + 1
        here = (id for id in shelf.taken(self._everywhere) if id in nobodys)
        return max((self.before.taken.get(id, next_turn) for id in here), default=0)

    def after(self, customers: Collection[int], lines: Sequence[StockLine]) -> AskedShops:
        """What is to be remembered once `customers` were asked, and `lines` are what was read."""
        turn = self.before.turn + 1
        found = {each: asked for each, asked in self.before.customers.items() if each in self.stands}
        own: dict[int, dict[int, int]] = {customer: {} for customer in customers}
        for line in lines:
            if line.customer_id in own:
                own[line.customer_id][line.id] = line.boxes
        found |= {customer: Asked(self.today, turn, own[customer]) for customer in sorted(own)}
        taken = {id: self.before.taken.get(id, turn) for id in Shelf(lines).taken(self._everywhere)}
        return AskedShops(found, taken)

    @property
    def _everywhere(self) -> frozenset[Stand]:
        return frozenset().union(*self.stands.values())

    def _is_news(self, id: int, asked: Asked) -> bool:
        """Whether a line that is taken was not so when somebody was asked."""
        since = self.before.taken.get(id)
        return since is None or since > asked.turn


class Spot(Struct, frozen=True):
    """Where one reservation keeps stock and for whom: `product` is None for what nobody remembers,
    `customer` also for one that is yet to be created."""

    location: int
    product: int | None
    customer: int | None


def owners_of(sought: Iterable[Sought], scope: Scope) -> Owners:
    """What is remembered of the customers for whom `sought` keep stock."""
    stands: dict[int, set[Stand]] = {}
    for each in sought:
        spot = spot_of(each, scope)
        if spot is not None and spot.customer is not None and spot.product is not None:
            stands.setdefault(spot.customer, set()).add((spot.location, spot.product))
    return Owners(scope.today, scope.asked_shops, {id: frozenset(each) for id, each in stands.items()})


def spot_of(each: Sought, scope: Scope) -> Spot | None:
    """Where it is wanted, or was while it was; None where neither is known."""
    if each.resolved is not None:
        wanted = wanted_reservation(each.resolved.attributes)
        return Spot(wanted.location_id, wanted.product_id, customer_id(wanted, scope))
    if each.binding is None:
        return None
    facts = Node(each.binding.facts)
    former = facts.maybe_node("wanted")
    return Spot(
        facts.whole("location_id"),
        former.whole("product_id") if former is not None else None,
        facts.maybe_whole("customer_id"),
    )
