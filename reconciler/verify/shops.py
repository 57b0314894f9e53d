"""Looking into the shops: each customer's reserved rows, with its own token."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from reconciler.errors import AccessDenied, Refused
from reconciler.kinds.kind import LiveIds
from reconciler.komet.port import KometPort
from reconciler.model.address import Address
from reconciler.model.query import Query
from reconciler.verify.shelf import ROWS, Place, Shelf, ShelfRow, page_of, shop_query
from reconciler.verify.shop import Shop

Announce = Callable[[int, str], None]


def read_shops(
    places: Sequence[Place],
    ports: Mapping[str, KometPort],
    customers: LiveIds,
    now: Callable[[], datetime],
    announce: Announce,
) -> dict[Place, Shop]:
    """The shop at each place. Further pages than the first are announced before they are read."""
    shops: dict[Place, Shop] = {}
    for place in places:
        address = Address("customers", place.customer)
        customer_id = customers.by_address[address]
        assert customer_id is not None
        query = shop_query(customer_id, place, reserved=True)
        shelf = read_shelf(ports[place.customer], query, now, announce)
        shops[place] = Shop(place, customer_id, customers.labels[address], shelf)
    return shops


def read_shelf(
    port: KometPort, query: Query, now: Callable[[], datetime], announce: Announce | None = None
) -> Shelf:
    """The rows that `query` asks for: with `announce` of all pages, else of the first alone."""
    try:
        rows, total = page_of(*port.ask([query]))
        if announce is not None and len(rows) < total and rows:
            pages = range(2, -(-total // ROWS) + 1)
            announce(len(pages), "for further pages of the shop")
            rows += _rows(port, [Query(query.method, {**query.params, "page": page}) for page in pages])
    except AccessDenied as denied:
        return Shelf(now(), refusal=denied.message)
    except Refused as refused:
        return Shelf(now(), refusal=refused.message)
    return Shelf(now(), rows, total)


def _rows(port: KometPort, queries: Sequence[Query]) -> tuple[ShelfRow, ...]:
    return tuple(row for answer in port.ask(queries) for row in page_of(answer)[0])
