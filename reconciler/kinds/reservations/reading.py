"""Reading stock: by location what is there and what is free, by customer what is kept for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator, Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from reconciler.kinds.canonical import Canonical
from reconciler.kinds.kind import Reading, Scope
from reconciler.kinds.reservations.owners import Owners, Shelf, owners_of, spot_of
from reconciler.kinds.reservations.stock import (
    SHOP_LIST,
    StockLine,
    parse_line,
    raise_if_contradictory,
    reserved_ids,
)
from reconciler.kinds.row import row_of
from reconciler.model.query import Answer, Query
from reconciler.model.resource import LiveResource, Sought
from reconciler.model.value import Json

ROWS = 500
"""Rows of the shop list that one call asks for: it alone has pages, of 30 unless asked (A17)."""


class Shop(Struct, frozen=True):
    """A customer's reserved list, asked once for all `locations`: without one, where there are several."""

    customer: int
    locations: tuple[int, ...]

    @property
    def is_whole(self) -> bool:
        """Whether it is asked without a location (A39)."""
        return len(self.locations) > 1

    @property
    def parts(self) -> list[Shop]:
        """The same location by location."""
        return [Shop(self.customer, (location,)) for location in self.locations]


class Places(Struct, frozen=True):
    """What has to be read: locations, and the customers at each of them; `empty` are those of these places
    where nothing stood reserved when it was read last."""

    locations: tuple[int, ...]
    shops: tuple[tuple[int, int], ...]
    empty: frozenset[tuple[int, int]] = frozenset()

    @property
    def calls(self) -> int:
        """The calls that it takes when no customer has more than a page."""
        return 2 * len(self.locations) + len(self.shops)

    @property
    def parts(self) -> list[Shop]:
        """Every customer at every location by itself."""
        return [Shop(customer, (location,)) for location, customer in self.shops]

    @property
    def fewest(self) -> list[Shop]:
        """Every customer once, or location by location where that takes as many calls."""
        found: dict[int, list[int]] = defaultdict(list)
        for location, customer in self.shops:
            found[customer].append(location)
        whole = [Shop(customer, tuple(sorted(found[customer]))) for customer in sorted(found)]
        return [
            each
            for shop in whole
            for each in ([shop] if self.calls_of(shop) < len(shop.parts) else shop.parts)
        ]

    def calls_of(self, shop: Shop) -> int:
        """The calls for one customer: without a location, those places once more of which nothing shows."""
        again = (location for location in shop.locations if (location, shop.customer) in self.empty)
        return 1 + (len(list(again)) if shop.is_whole else 0)


def places_of(sought: Iterable[Sought], scope: Scope) -> Places:
    """The places where `sought` stand. A customer that is yet to be created has nothing anywhere."""
    shops: set[tuple[int, int]] = set()
    locations: set[int] = set()
    filled: set[tuple[int, int]] = set()
    for each in sought:
        spot = spot_of(each, scope)
        if spot is None:
            continue
        locations.add(spot.location)
        if spot.customer is not None:
            shops.add((spot.location, spot.customer))
            if each.binding is None or each.binding.facts.get("lines") != []:
                filled.add((spot.location, spot.customer))
    return Places(tuple(sorted(locations)), tuple(sorted(shops)), frozenset(shops - filled))


def read_reservations(sought: Sequence[Sought], scope: Scope) -> Reading:
    """What a plan reads asks each customer once, and those of whom enough is remembered not at all (A40);
    what an apply checks and reads back asks everybody, place by place."""
    places = places_of(sought, scope)
    if any(each.removes is not None for each in sought):
        return (yield from read_stock(places))
    return (yield from _read(places.locations, places.fewest, owners_of(sought, scope)))


def expected_stock_calls(sought: Sequence[Sought], scope: Scope) -> int:
    """The calls of `read_reservations` when every line stands where it is known to be, and no customer's
    list has more than one page."""
    places = places_of(sought, scope)
    if any(each.removes is not None for each in sought):
        return places.calls
    due = owners_of(sought, scope).due(shop.customer for shop in places.fewest)
    asked = sum(places.calls_of(shop) for shop in places.fewest if shop.customer in due)
    return 2 * len(places.locations) + asked


def read_stock(places: Places) -> Reading:
    """Every line of the locations, told free or reserved. `UnexpectedAnswer` where lists contradict."""
    return (yield from _read(places.locations, places.parts, Owners()))


def _read(locations: Sequence[int], shops: Sequence[Shop], known: Owners) -> Reading:
    if not locations:
        return ()
    due = known.due(shop.customer for shop in shops)
    first = [shop for shop in shops if shop.customer in due]
    answers = yield [query for each in locations for query in _lists(each)] + [_query(each) for each in first]
    whole = 2 * len(locations)
    stock = _stock(locations, answers[:whole])
    owners: dict[int, int] = {}
    yield from _ask_owners(first, answers[whole:], stock, owners)
    yield from _ask_rest([shop for shop in shops if shop.customer not in due], known, stock, owners)
    raise_if_contradictory([line.id for line in stock if line.is_free], owners)
    owned = (replace(line, customer_id=owners[line.id]) if line.id in owners else line for line in stock)
    return tuple(LiveResource("reservations", line.id, None, None, Canonical(line)) for line in owned)


def _ask_rest(
    rest: Sequence[Shop], known: Owners, stock: Sequence[StockLine], owners: dict[int, int]
) -> Generator[Sequence[Query], Sequence[Answer], None]:
    """Asks those of `rest` whose remembered lines are not as they were; then, while lines are left that
    somebody has taken, everybody who could have them. What the others said before is noted as it was."""
    shelf = Shelf(stock)
    asking = [shop for shop in rest if known.has_changed(shop.customer, shelf, owners)]
    if not asking:
        before = {id: shop.customer for shop in rest for id in known.before.customers[shop.customer].own}
        nobodys = shelf.by_id.keys() - owners.keys() - before.keys()
        last = known.last_taken(shelf, nobodys)
        asking = [shop for shop in rest if known.before.customers[shop.customer].turn < last]
    if asking:
        asked = {shop.customer for shop in asking}
        yield from _ask(asking, stock, owners)
        yield from _ask_rest([shop for shop in rest if shop.customer not in asked], known, stock, owners)
    else:
        owners |= before


def _lists(location: int) -> list[Query]:
    return [
        Query("inventory.list", {"inventoryType": "all", "locationId": location}),
        Query("inventory.openmarket.list", {"locationId": location}),
    ]


def _stock(locations: Sequence[int], answers: Sequence[Answer]) -> list[StockLine]:
    """Every line, by id, told free or not; nobody's yet."""
    lines: list[StockLine] = []
    for index, location in enumerate(locations):
        stock, market = answers[2 * index], answers[2 * index + 1]
        free = frozenset(row.required("inventoryId") for row in row_of(market).rows("inventoryItems"))
        lines += [parse_line(row, location, free) for row in row_of(stock).rows("inventoryItems")]
    return sorted(lines, key=lambda line: line.id)


def _ask_owners(
    shops: Sequence[Shop], firsts: Sequence[Answer], stock: Sequence[StockLine], owners: dict[int, int]
) -> Generator[Sequence[Query], Sequence[Answer], None]:
    """Notes whose lines are, from the first answer about each shop and what has to be asked after it.

    Nobody has written what a list without a location shows of several. So a place where it shows nothing is
    asked by itself: what is read never rests on that, only how many calls it takes (A39).
    """
    places = {line.id: line.location_id for line in stock}
    unseen: list[Shop] = []
    for shop, first in zip(shops, firsts, strict=True):
        ids = [] if first.is_refusal else (yield from _pages(shop, first))
        owners |= dict.fromkeys(ids, shop.customer)
        seen = {places.get(id) for id in ids}
        unseen += [part for part in shop.parts if shop.is_whole and part.locations[0] not in seen]
    yield from _ask(unseen, stock, owners)


def _ask(
    shops: Sequence[Shop], stock: Sequence[StockLine], owners: dict[int, int]
) -> Generator[Sequence[Query], Sequence[Answer], None]:
    if shops:
        answers = yield [_query(each) for each in shops]
        yield from _ask_owners(shops, answers, stock, owners)


def _pages(shop: Shop, first: Answer) -> Generator[Sequence[Query], Sequence[Answer], list[int]]:
    """The ids of all pages of one customer's reserved list."""
    ids: list[int] = []
    answer, page, seen = first, 1, 0
    while True:
        rows = list(row_of(answer).rows("inventoryItems"))
        ids += [id for row in rows for id in reserved_ids(row)]
        seen += len(rows)
        if not rows or seen >= (row_of(answer).integer("total") or 0):
            return ids
        page += 1
        (answer,) = yield [_query(shop, page)]


def _query(shop: Shop, page: int = 1) -> Query:
    params: dict[str, Json] = {
        "customerId": shop.customer,
        "reservedInventory": "true",
        "page": page,
        "rows": ROWS,
    }
    if shop.is_whole:
        return Query(SHOP_LIST, params, may_be_refused=True)
    return Query(SHOP_LIST, {**params, "companyLocationId": shop.locations[0]})
