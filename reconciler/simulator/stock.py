"""What happens to stored on-hand lines, whoever does it: the API, the warehouse, or a clerk."""

from __future__ import annotations

from decimal import Decimal
from sqlite3 import Row as StoredRow

from msgspec import Struct
from msgspec.structs import asdict

from reconciler.simulator.errors import Refused
from reconciler.simulator.store import Column, Store
from reconciler.simulator.switches import Switches

MOST_BOXES = 100
"""Boxes that one call may add to one line (Komet API §1.5)."""
TYPES = ("M", "L", "S", "P")
"""Open market, local, standing order, prebook (§4.1)."""
_OPEN_MARKET_SHIFT = 10_000_000
_SHOP_SHIFT = 20_000_000


class NewStock(Struct, frozen=True):
    """An on-hand line that is about to exist; cost and prices are per unit, dates are ISO text."""

    location_id: int
    product_id: int
    vendor_id: int
    box_type_id: int
    bunches: int
    stems: int
    unit: str
    boxes: int
    cost: Decimal
    ship_date: str
    inventory_date: str
    arrival_date: str | None = None
    price_a: Decimal | None = None
    price_b: Decimal | None = None
    fob: Decimal | None = None
    customer_id: int | None = None
    reference: str | None = None
    awb: str | None = None
    lot: str | None = None
    staging: bool = False
    po_line_id: int | None = None


def add_stock(store: Store, stock: NewStock) -> int:
    """A new on-hand line; its id."""
    columns = {name: _column(value) for name, value in asdict(stock).items()}
    return store.insert("inventory_lines", columns | {"arrived": stock.boxes})


def _column(value: object) -> Column:
    if isinstance(value, bool):
        return int(value)
    return value if value is None or isinstance(value, int | str) else str(value)


def find_stock(store: Store, line_id: int) -> StoredRow:
    """The on-hand line with that id; one that is sold out is gone."""
    found = store.by_id("inventory_lines", line_id)
    if found is None or found["boxes"] == 0:
        raise Refused(f"Inventory item not found: {line_id}.")
    return found


def add_boxes(store: Store, line: StoredRow, boxes: int) -> None:
    """More boxes on a line, or fewer where `boxes` is negative; never fewer than none (A19)."""
    if line["boxes"] + boxes < 0:
        raise Refused(f"The inventory item {line['id']} has only {line['boxes']} boxes.")
    column = "arrived" if boxes > 0 else "lost"
    changes: dict[str, Column] = {"boxes": line["boxes"] + boxes, column: line[column] + abs(boxes)}
    store.update("inventory_lines", line["id"], changes)


def split_stock(store: Store, line: StoredRow, boxes: int) -> int:
    """A new line like `line` for some of its boxes (A12); its id."""
    if not 0 < boxes < line["boxes"]:
        raise Refused(
            f"line {line['id']} has {line['boxes']} boxes, so 1 to {line['boxes'] - 1} can be split off"
        )
    columns: dict[str, Column] = {name: line[name] for name in line.keys() if name != "id"}  # noqa: SIM118
    moved: dict[str, Column] = {"boxes": boxes, "arrived": boxes, "sold": 0, "lost": 0}
    stays: dict[str, Column] = {"boxes": line["boxes"] - boxes, "arrived": line["arrived"] - boxes}
    store.update("inventory_lines", line["id"], stays)
    return store.insert("inventory_lines", columns | moved)


def open_market_id(switches: Switches, line_id: int) -> int:
    """A line's id as inventory.openmarket.list, inventory.add and inventory.update know it (A18)."""
    return line_id if switches.ids_shared_across_lists == "on" else line_id + _OPEN_MARKET_SHIFT


def from_open_market_id(switches: Switches, shown: int) -> int:
    """The line that such an id means."""
    return shown if switches.ids_shared_across_lists == "on" else shown - _OPEN_MARKET_SHIFT


def shop_id(switches: Switches, line_id: int) -> int:
    """A line's id as the ecommerce methods know it (A18)."""
    return line_id if switches.ids_shared_across_lists == "on" else line_id + _SHOP_SHIFT


def from_shop_id(switches: Switches, shown: int) -> int:
    """The line that such an id means."""
    return shown if switches.ids_shared_across_lists == "on" else shown - _SHOP_SHIFT
