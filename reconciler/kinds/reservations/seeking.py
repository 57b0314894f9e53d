"""Finding out for whom stock is kept, of many customers, with as few calls as the lists allow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator, Iterable, Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from reconciler.kinds.kind import Reading
from reconciler.kinds.reservations.reading import ROWS, Places, read_stock
from reconciler.kinds.reservations.stock import SHOP_LIST, StockLine, reserved_ids, stock_line
from reconciler.kinds.row import row_of
from reconciler.model.query import Answer, Query
from reconciler.model.resource import LiveResource
from reconciler.model.value import Json

FIRST_GROUP = 10
"""Customers that are asked about at every location at once; each group after it is twice as large."""

Asking: TypeAlias = Generator[Sequence[Query], Sequence[Answer], None]


def seek_stock(locations: Sequence[int], customers: Sequence[int]) -> Reading:
    """Every line of `locations`, and whose of `customers` it is; those that come first are asked first.

    Only the list of a customer tells whose a line is (Komet API §4.5). So after the first group it goes on
    only while lines are left that are neither free nor held nor known to be somebody's (A34), and asks for
    all locations at once as soon as this account has shown that it answers that (A39).
    """
    search = _Search()
    yield from search.read(locations, customers[:FIRST_GROUP])
    rest = _groups(customers)[1:]
    if rest:
        yield from search.read_held(locations)
    for group in rest:
        if left := search.open_locations():
            yield from search.prove()
            yield from (search.read_whole(group) if search.is_proved else search.read(left, group))
    return tuple(search.lines[id] for id in sorted(search.lines))


def most_calls(locations: int, customers: int) -> int:
    """The calls of `seek_stock` when it has to ask for every customer at every location."""
    groups = len(_groups(range(customers)))
    return locations * (customers + 2 * groups) + (locations + groups - 1 if groups > 1 else 0)


def _groups(customers: Sequence[int]) -> list[Sequence[int]]:
    groups, start, size = [customers[:FIRST_GROUP]], FIRST_GROUP, 2 * FIRST_GROUP
    while start < len(customers):
        groups.append(customers[start : start + size])
        start, size = start + size, 2 * size
    return groups


class _Search(Struct):
    """What was found so far. `is_proved` says that a list without a location has shown several (A39)."""

    lines: dict[int, LiveResource] = field(default_factory=dict)
    shown: frozenset[int] = frozenset()
    is_proved: bool = False

    def read(self, locations: Sequence[int], customers: Sequence[int]) -> Asking:
        """Asks for these customers place by place, and keeps what is known of others."""
        shops = tuple((location, customer) for location in locations for customer in customers)
        for found in (yield from read_stock(Places(tuple(locations), shops))):
            known = self.lines.get(found.id)
            if known is None or found.attributes["customer_id"] is not None:
                self.lines[found.id] = found

    def read_held(self, locations: Sequence[int]) -> Asking:
        """Notes the lines that are not held (Komet API §4.4)."""
        answers = yield [
            Query("inventory.list", {"inventoryType": "all", "locationId": location, "excludeHeldItems": "1"})
            for location in locations
        ]
        rows = [row for answer in answers for row in row_of(answer).rows("inventoryItems")]
        self.shown = frozenset(row.required("orderItemId") for row in rows)

    def open_locations(self) -> tuple[int, ...]:
        """The locations that have lines of which nobody knows yet whose they are."""
        left = [line for line in self.all() if not line.is_free and line.customer_id is None]
        return tuple(sorted({line.location_id for line in left if line.id in self.shown}))

    def prove(self) -> Asking:
        """Asks once more for a customer who has lines at several locations, without saying where."""
        places: dict[int, set[int]] = defaultdict(set)
        for line in self.all():
            if line.customer_id is not None:
                places[line.customer_id].add(line.location_id)
        several = [customer for customer in sorted(places) if len(places[customer]) > 1]
        if self.is_proved or not several:
            return
        own = {line.id for line in self.all() if line.customer_id == several[0]}
        owners = yield from _owners(several[:1])
        self.is_proved = own <= owners.keys()

    def read_whole(self, customers: Sequence[int]) -> Asking:
        """Asks for these customers once each."""
        for id, customer in (yield from _owners(customers)).items():
            if id in self.lines:
                attributes = {**self.lines[id].attributes, "customer_id": customer}
                self.lines[id] = replace(self.lines[id], attributes=attributes)

    def all(self) -> Iterable[StockLine]:
        return [stock_line(each.attributes) for each in self.lines.values()]


def _owners(customers: Sequence[int]) -> Generator[Sequence[Query], Sequence[Answer], Mapping[int, int]]:
    """Whose the lines are that these customers' lists show without a location: the customers by line."""
    owners: dict[int, int] = {}
    page, left = 1, list(customers)
    while left:
        answers = yield [_query(customer, page) for customer in left]
        more: list[int] = []
        for customer, answer in zip(left, answers, strict=True):
            rows = [] if answer.is_refusal else list(row_of(answer).rows("inventoryItems"))
            owners |= {id: customer for row in rows for id in reserved_ids(row)}
            if rows and page * ROWS < (row_of(answer).integer("total") or 0):
                more.append(customer)
        page, left = page + 1, more
    return owners


def _query(customer: int, page: int) -> Query:
    params: dict[str, Json] = {
        "customerId": customer,
        "reservedInventory": "true",
        "page": page,
        "rows": ROWS,
    }
    return Query(SHOP_LIST, params, may_be_refused=True)
