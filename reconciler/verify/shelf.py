"""What one token sees in the shop of one customer: the rows of ecommerce/inventory.list (Komet API §4.5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from reconciler.errors import UnexpectedAnswer
from reconciler.kinds.row import Row, row_of
from reconciler.komet.drive import Reading
from reconciler.model.query import Answer, Query
from reconciler.model.value import Json

SHOP_LIST = "ecommerce/inventory.list"
ON_HAND, FUTURE = 1, 2
ROWS = 500
"""Rows of a page: Komet gives 30 unless asked (A17)."""


class Place(Struct, frozen=True):
    """A shop: whose, and at which location; None where the configuration names none."""

    customer: str
    location_id: int | None = None

    @property
    def rank(self) -> tuple[str, int]:
        """What places are sorted by."""
        return (self.customer, self.location_id or 0)


class ShelfRow(Struct, frozen=True):
    """One row. Equal lines may be grouped: then `ids` are several, and `boxes` are theirs together (A5)."""

    origin: int
    ids: tuple[int, ...]
    product_id: int
    box_type: str
    boxes: int
    available_from: str

    @property
    def key(self) -> tuple[int, tuple[int, ...]]:
        """What tells it from every other row: an id means nothing without its origin (Komet API §1.8)."""
        return (self.origin, self.ids)


class Shelf(Struct, frozen=True):
    """What was seen at `at`: all `total` rows, or only the first; or Komet's words when it refused."""

    at: datetime
    rows: tuple[ShelfRow, ...] = ()
    total: int = 0
    refusal: str | None = None

    @property
    def is_whole(self) -> bool:
        """Whether nothing was left unseen on further pages."""
        return self.refusal is None and len(self.rows) >= self.total

    def of(self, origin: int) -> tuple[ShelfRow, ...]:
        """The rows of one origin."""
        return tuple(row for row in self.rows if row.origin == origin)

    def boxes_of(self, origin: int, expected: Mapping[int, int]) -> dict[int, int]:
        """The boxes that are seen of each line in `expected` (id to boxes that should be seen).

        Of a grouped row only the sum is known: it fills its lines in the order of their ids.
        """
        seen = dict.fromkeys(expected, 0)
        for row in self.of(origin):
            left = row.boxes
            for id in row.ids:
                if id in expected:
                    share = left if len(row.ids) == 1 else min(left, expected[id])
                    seen[id] += share
                    left -= share
        return seen


def shop_query(customer_id: int, place: Place, *, reserved: bool, day: str = "", page: int = 1) -> Query:
    """One page of a shop; without `reserved` the flag is left out, which means what is nobody's."""
    params: dict[str, Json] = {"customerId": customer_id, "page": page, "rows": ROWS}
    if reserved:
        params["reservedInventory"] = "true"
    if place.location_id is not None:
        params["companyLocationId"] = place.location_id
    if day:
        params["availableDate"] = day
    return Query(SHOP_LIST, params)


def read_pages(first: Query) -> Reading[tuple[tuple[ShelfRow, ...], int]]:
    """All rows from the page `first` asks for to the last one, and how many there are by Komet's count."""
    rows: list[ShelfRow] = []
    query = first
    while True:
        (answer,) = yield [query]
        page, total = page_of(answer)
        rows += page
        if not page or len(rows) >= total:
            return tuple(rows), total
        number = int(str(query.params["page"])) + 1
        query = Query(query.method, {**query.params, "page": number})


def page_of(answer: Answer) -> tuple[tuple[ShelfRow, ...], int]:
    """The rows of one answer, and how many all pages have."""
    whole = row_of(answer)
    rows = tuple(_row(row) for row in whole.rows("inventoryItems"))
    return rows, whole.integer("total") or len(rows)


def shares_rows(one: Shelf, other: Shelf) -> bool:
    """Whether a row stands on both shelves: nothing can be a customer's and nobody's at once (A20)."""
    return not {row.key for row in one.rows}.isdisjoint(row.key for row in other.rows)


def _row(row: Row) -> ShelfRow:
    return ShelfRow(
        origin=row.required("inventoryOrigin"),
        ids=tuple(_ids(row)),
        product_id=row.integer("productId") or 0,
        box_type=row.text("boxTypeCode").upper(),
        boxes=row.integer("quantity") or 0,
        available_from=row.date("availableFrom"),
    )


def _ids(row: Row) -> Iterator[int]:
    text = row.text("inventoryLineIds")
    parts: Sequence[str] = [part.strip() for part in text.split(",") if part.strip()]
    for part in sorted(parts):
        if not (part.isascii() and part.isdigit()):
            key = row.where + "inventoryLineIds"
            raise UnexpectedAnswer(SHOP_LIST, key, "ids between commas", text)
    yield from sorted(int(part) for part in parts)
