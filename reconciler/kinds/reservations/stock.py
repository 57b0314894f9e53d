"""On-hand lines as typed values, and what Komet's three lists together say of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct
from msgspec.structs import asdict

from reconciler.errors import UnexpectedAnswer
from reconciler.kinds.canonical import value_of
from reconciler.kinds.row import Row
from reconciler.model.value import Json, decimal_text

SHOP_LIST = "ecommerce/inventory.list"


class StockLine(Struct, frozen=True):
    """One on-hand line. `is_free` is what the open market shows, `customer_id` whose it is known to be.

    A line that is neither is somebody else's, held, not of the open market's type, or hidden by settings: it
    is never touched (Komet API §4.7).
    """

    id: int
    location_id: int
    product_id: int
    box_type: str
    unit: str
    bunches: int
    stems: int
    boxes: int
    vendor_id: int | None
    inventory_date: str
    reference: str
    price: str
    is_free: bool
    customer_id: int | None

    @property
    def is_marked(self) -> bool:
        """Whether it was added by a reconciler: its reference says for which resource."""
        return self.reference.startswith("rc:")

    @property
    def json(self) -> dict[str, Json]:
        """The line as canonical JSON."""
        return asdict(self)


def stock_line(attributes: Mapping[str, Json]) -> StockLine:
    """The line that `attributes` are the canonical form of."""
    return value_of(attributes, StockLine)


def parse_line(row: Row, location_id: int, free: frozenset[int]) -> StockLine:
    """One row of inventory.list, with what the open market says of its id (A6, A18); nobody's yet."""
    row = row.opened
    id = row.required("orderItemId")
    return StockLine(
        id=id,
        location_id=location_id,
        product_id=row.required("companyProductId"),
        box_type=row.text("boxTypeCode").upper(),
        unit=row.text("unitType").lower(),
        bunches=row.integer("bunches") or 0,
        stems=row.integer("stemsBunch") or 0,
        boxes=row.integer("quantity") or 0,
        vendor_id=row.integer("growerId"),
        inventory_date=row.date("inventoryDate"),
        reference=row.text("reference"),
        price=decimal_text(price) if (price := row.decimal("price")) is not None else "",
        is_free=id in free,
        customer_id=None,
    )


def reserved_ids(row: Row) -> list[int]:
    """The on-hand lines of one row of the shop list: it may group equal lines, and shows future ones too."""
    if row.integer("inventoryOrigin") != 1:
        return []
    text = row.text("inventoryLineIds")
    try:
        return [int(part) for part in text.split(",") if part.strip()]
    except ValueError:
        raise UnexpectedAnswer(
            SHOP_LIST, row.where + "inventoryLineIds", "ids between commas", text
        ) from None


def raise_if_contradictory(free: Iterable[int], owners: Mapping[int, int]) -> None:
    """A line cannot be free and reserved at once (A6); without Transactional API Access it looks so (A20)."""
    both = sorted(set(free) & owners.keys())
    if both:
        raise UnexpectedAnswer(
            SHOP_LIST,
            "reservedInventory",
            "lines that the open market does not show; does the token lack Transactional API Access?",
            both[:10],
        )
