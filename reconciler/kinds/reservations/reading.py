"""Reading stock: three lists a location say what is there, what is free and what is kept for whom."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

from reconciler.kinds.kind import Reading, Scope
from reconciler.kinds.reservations.stock import SHOP_LIST, parse_line, raise_if_contradictory, reserved_ids
from reconciler.kinds.reservations.wanted import wanted_reservation
from reconciler.kinds.row import row_of
from reconciler.model.address import Address
from reconciler.model.query import Answer, Query
from reconciler.model.resource import LiveResource, Sought

ROWS = 500
"""Rows of the shop list that one call asks for: it alone has pages, of 30 unless asked (A17)."""


@dataclass(frozen=True, slots=True)
class Places:
    """What has to be read: locations, and the customers at each of them."""

    locations: tuple[int, ...]
    shops: tuple[tuple[int, int], ...]

    @property
    def calls(self) -> int:
        """The calls that it takes when no customer has more than a page."""
        return 2 * len(self.locations) + len(self.shops)


def places_of(sought: Sequence[Sought], scope: Scope) -> Places:
    """The places where `sought` stand. A customer that is yet to be created has nothing anywhere."""
    shops: set[tuple[int, int]] = set()
    locations: set[int] = set()
    for each in sought:
        if each.resolved is not None:
            wanted = wanted_reservation(each.resolved.attributes)
            location, customer = (
                wanted.location_id,
                scope.ids.by_address.get(Address("customers", wanted.customer)),
            )
        elif each.binding is not None:
            facts = each.binding.facts
            location, customer = int(str(facts["location_id"])), _id(facts.get("customer_id"))
        else:
            continue
        locations.add(location)
        if customer is not None:
            shops.add((location, customer))
    return Places(tuple(sorted(locations)), tuple(sorted(shops)))


def read_stock(places: Places) -> Reading:
    """Every line of the locations, told free or reserved. `UnexpectedAnswer` where lists contradict."""
    if not places.locations:
        return ()
    queries: list[Query] = []
    for location in places.locations:
        queries.append(Query("inventory.list", {"inventoryType": "all", "locationId": location}))
        queries.append(Query("inventory.openmarket.list", {"locationId": location}))
    queries += [_shop_query(shop, 1) for shop in places.shops]
    answers = yield queries
    whole = 2 * len(places.locations)
    owners: dict[int, int] = {}
    for shop, first in zip(places.shops, answers[whole:], strict=True):
        for id in (yield from _reserved(shop, first)):
            owners[id] = shop[1]
    lines: list[LiveResource] = []
    for index, location in enumerate(places.locations):
        stock, market = answers[2 * index], answers[2 * index + 1]
        free = frozenset(row.required("inventoryId") for row in row_of(market).rows("inventoryItems"))
        raise_if_contradictory(free, owners)
        lines += [parse_line(row, location, free, owners) for row in row_of(stock).rows("inventoryItems")]
    return tuple(sorted(lines, key=lambda line: line.id))


def _reserved(
    shop: tuple[int, int], first: Answer
) -> Generator[Sequence[Query], Sequence[Answer], list[int]]:
    """The ids of all pages of one customer's reserved list at one location."""
    ids: list[int] = []
    answer, page, seen = first, 1, 0
    while True:
        rows = list(row_of(answer).rows("inventoryItems"))
        ids += [id for row in rows for id in reserved_ids(row)]
        seen += len(rows)
        if not rows or seen >= (row_of(answer).integer("total") or 0):
            return ids
        page += 1
        (answer,) = yield [_shop_query(shop, page)]


def _shop_query(shop: tuple[int, int], page: int) -> Query:
    return Query(
        SHOP_LIST,
        {
            "customerId": shop[1],
            "reservedInventory": "true",
            "companyLocationId": shop[0],
            "page": page,
            "rows": ROWS,
        },
    )


def _id(value: object) -> int | None:
    return value if isinstance(value, int) else None
