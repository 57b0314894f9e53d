"""Orders as typed values: what is wanted of one, and what Komet shows of it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from msgspec import Struct

from reconciler.kinds.canonical import Canonical, Record, value_of
from reconciler.kinds.orders.line import CANCELLED, Line
from reconciler.model.value import Json, check_amounts

PENDING_APPROVAL = "Pending Approval"


class Part(Struct, frozen=True):
    """One product of a mixed box: bunches per box, stems per bunch, cost and price per unit."""

    product_id: int
    bunches: int
    stems: int
    cost: Decimal | None
    price: Decimal | None = None

    def __post_init__(self) -> None:
        check_amounts(self.cost, self.price)


class Content(Struct, frozen=True):
    """What a line is and what it costs: everything but its boxes, its price and its fate."""

    product_id: int
    box_type: str
    unit: str
    bunches: int
    stems: int
    mark_code: str
    cost: Decimal | None
    notes: str | None = None
    breakdown: tuple[Part, ...] = ()

    def __post_init__(self) -> None:
        check_amounts(self.cost)

    @property
    def identity(self) -> tuple[int, str, str, int, int, str]:
        """What tells two lines apart: product, box type, pack, unit and mark code."""
        return (self.product_id, self.box_type, self.unit, self.bunches, self.stems, self.mark_code)

    @property
    def shown_breakdown(self) -> list[tuple[int, int, int, Decimal]]:
        """The breakdown as Komet shows it: without prices, and in no order of its own (Komet API §5.3)."""
        return sorted(
            (part.product_id, part.bunches, part.stems, part.cost or Decimal(0)) for part in self.breakdown
        )

    def serves(self, wanted: Content) -> bool:
        """Whether a line with this content is what `wanted` asks for. Notes count only where written."""
        if self.identity != wanted.identity or self.cost != wanted.cost:
            return False
        if wanted.notes is not None and wanted.notes != (self.notes or ""):
            return False
        return self.shown_breakdown == wanted.shown_breakdown


class Item(Struct, frozen=True):
    """A wanted item of an order, with the codes that its call is made of."""

    name: str
    boxes: int
    price: Decimal | None
    content: Content
    product_code: str
    box_type_id: int

    def __post_init__(self) -> None:
        check_amounts(self.price)

    @property
    def count(self) -> int:
        """How many of it are wanted: boxes."""
        return self.boxes


class LiveOrder(Record, frozen=True):
    """An order as Komet shows it. Customer and carrier stand on its lines (A21)."""

    id: int
    number: str
    status: str
    ship_date: str
    vendor_id: int | None
    location_id: int | None
    customer_ids: tuple[int, ...]
    carrier_ids: tuple[int, ...]
    comments: str
    standalone: bool
    lines: tuple[Line[Content], ...]

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody cancelled it."""
        return self.status == CANCELLED

    @property
    def live_lines(self) -> tuple[Line[Content], ...]:
        """The lines that the vendor has not cancelled."""
        return tuple(line for line in self.lines if not line.is_cancelled)


class WantedOrder(Record, frozen=True):
    """A purchase order as the configuration wants it, ids beside codes; None means not managed."""

    vendor_id: int
    ship_date: str
    customer: str
    location_id: int | None
    location_code: str
    carrier_id: int | None
    comments: str
    confirm: bool
    approve: bool
    header_changes: str
    recreate: bool
    number: str | None
    items: tuple[Item, ...]


def order_json(order: LiveOrder | WantedOrder) -> Canonical[LiveOrder | WantedOrder]:
    """The attributes that `order` is."""
    return Canonical(order)


def live_order(attributes: Mapping[str, Json]) -> LiveOrder:
    """The order that `order_json` gave, or that somebody wrote down."""
    return value_of(attributes, LiveOrder)


def wanted_order(attributes: Mapping[str, Json]) -> WantedOrder:
    """The order that `order_json` gave, or that somebody wrote down."""
    return value_of(attributes, WantedOrder)
