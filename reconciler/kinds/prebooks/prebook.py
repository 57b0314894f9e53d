"""Prebooks as typed values: what is wanted of one, and what Komet shows of it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from msgspec import Struct

from reconciler.kinds.orders.canonical import record_json
from reconciler.kinds.orders.line import Line
from reconciler.kinds.orders.order import PENDING_APPROVAL, Part
from reconciler.model.node import Node
from reconciler.model.value import Json

BOX, UNIT = "box", "unit"
SHIP_VIA = ("warehouse", "grower")
"""What `shipViaId` 0 and 1 mean (Komet API §7.2)."""


class PrebookContent(Struct, frozen=True):
    """What a line sells, as far as Komet shows it (Komet API §7.5).

    A wanted price or vendor that is None is not compared: it is not written, or does not count.
    """

    product_id: int
    item_type: str
    box_type: str
    unit: str
    bunches: int
    stems: int
    mark_code: str
    price: Decimal | None
    vendor_id: int | None = None
    breakdown: tuple[Part, ...] = ()

    @property
    def identity(self) -> tuple[int, str, str, str, int, int, str]:
        """What tells two lines apart: product, box type, pack, unit and mark code."""
        pack = (self.item_type, self.box_type, self.unit, self.bunches, self.stems)
        return (self.product_id, *pack, self.mark_code)

    @property
    def units_each(self) -> int:
        """How many units a box holds; 1 for what is sold by the unit."""
        if self.item_type == UNIT:
            return 1
        return self.bunches * self.stems if self.unit == "stem" else self.bunches

    @property
    def mixture(self) -> list[tuple[int, int, int]]:
        """The products of a mixed box with bunches and stems, in no order of their own."""
        return sorted((part.product_id, part.bunches, part.stems) for part in self.breakdown)

    def serves(self, wanted: PrebookContent) -> bool:
        """Whether a line with this content is what `wanted` asks for."""
        return self.serves_but_for_price(wanted) and (wanted.price is None or wanted.price == self.price)

    def serves_but_for_price(self, wanted: PrebookContent) -> bool:
        """Whether no more than the price is another than `wanted` asks for."""
        if self.identity != wanted.identity or self.mixture != wanted.mixture:
            return False
        if wanted.vendor_id is not None and wanted.vendor_id != self.vendor_id:
            return False
        return _same_prices(wanted.breakdown, self.breakdown)


class PrebookItem(Struct, frozen=True):
    """A wanted item: `boxes` or `units` of its content, with all that its call is made of.

    None is what is not written. `from_po` is a name under purchase_orders or an exact number.
    """

    name: str
    boxes: int | None
    units: int | None
    price: Decimal | None
    vendor_id: int | None
    cost: Decimal | None
    notes: str | None
    order_source: str | None
    from_po: str | None
    content: PrebookContent
    box_type_id: int | None

    @property
    def count(self) -> int:
        """How many of it are wanted: boxes, or units."""
        return self.boxes or self.units or 0


class WantedPrebook(Struct, frozen=True):
    """A prebook as the configuration wants it, ids beside codes; None means not managed.

    `ship_to` is a name under the customer's ship-tos, and `ship_to_title` what it is called in Komet; or
    `ship_to_id` is given alone.
    """

    customer: str
    ship_date: str
    carrier_id: int
    ship_to: str | None
    ship_to_title: str | None
    ship_to_id: int | None
    customer_po: str | None
    ship_via: str | None
    location_id: int | None
    location_code: str
    comments: str | None
    ecommerce: bool | None
    created_by: int | None
    status: str | None
    auto_allocate: bool
    auto_generate_pos: bool
    recreate: bool
    number: str | None
    items: tuple[PrebookItem, ...]


class Purchase(Struct, frozen=True):
    """The purchase order that a line of a prebook was bought with."""

    line_id: int
    number: str
    status: str

    @property
    def is_fixed(self) -> bool:
        """Whether the line cannot be deleted any more: its order is past Pending Approval (§5.7, A36)."""
        return self.status != PENDING_APPROVAL


class LivePrebook(Struct, frozen=True):
    """A prebook as Komet shows it.

    `rivals` are the others with the same header, between which `useExisting` would choose; `purchases` are
    only known where lines of it are to go, and not even there if Komet does not tell them. `status` is only
    ever that of one that vanished.
    """

    id: int
    number: str
    ship_date: str
    customer_id: int | None
    location_id: int | None
    location_code: str
    carrier_id: int | None
    customer_po: str
    ship_via: str
    ship_name: str
    comments: str
    lines: tuple[Line[PrebookContent], ...]
    status: str = ""
    rivals: tuple[str, ...] = ()
    purchases: tuple[Purchase, ...] = ()
    hides_purchases: bool = False


def prebook_json(prebook: LivePrebook | WantedPrebook) -> dict[str, Json]:
    """The canonical JSON of a prebook."""
    return record_json(prebook)


def live_prebook(attributes: Mapping[str, Json]) -> LivePrebook:
    """The prebook that `prebook_json` wrote."""
    row = Node(attributes)
    return LivePrebook(
        id=row.whole("id"),
        number=row.text("number"),
        ship_date=row.text("ship_date"),
        customer_id=row.maybe_whole("customer_id"),
        location_id=row.maybe_whole("location_id"),
        location_code=row.text("location_code"),
        carrier_id=row.maybe_whole("carrier_id"),
        customer_po=row.text("customer_po"),
        ship_via=row.text("ship_via"),
        ship_name=row.text("ship_name"),
        comments=row.text("comments"),
        lines=tuple(_line(line) for line in row.nodes("lines")),
        status=row.text("status"),
        rivals=row.texts("rivals"),
        purchases=purchases_in(row.array("purchases")),
        hides_purchases=row.flag("hides_purchases"),
    )


def wanted_prebook(attributes: Mapping[str, Json]) -> WantedPrebook:
    """The prebook that `prebook_json` wrote."""
    row = Node(attributes)
    return WantedPrebook(
        customer=row.text("customer"),
        ship_date=row.text("ship_date"),
        carrier_id=row.whole("carrier_id"),
        ship_to=row.maybe_text("ship_to"),
        ship_to_title=row.maybe_text("ship_to_title"),
        ship_to_id=row.maybe_whole("ship_to_id"),
        customer_po=row.maybe_text("customer_po"),
        ship_via=row.maybe_text("ship_via"),
        location_id=row.maybe_whole("location_id"),
        location_code=row.text("location_code"),
        comments=row.maybe_text("comments"),
        ecommerce=row.maybe_flag("ecommerce"),
        created_by=row.maybe_whole("created_by"),
        status=row.maybe_text("status"),
        auto_allocate=row.flag("auto_allocate"),
        auto_generate_pos=row.flag("auto_generate_pos"),
        recreate=row.flag("recreate"),
        number=row.maybe_text("number"),
        items=tuple(_item(item) for item in row.nodes("items")),
    )


def purchases_in(value: Json) -> tuple[Purchase, ...]:
    """The purchases that a plan has written down."""
    rows = [Node(each) for each in value] if isinstance(value, list) else []
    return tuple(Purchase(row.whole("line_id"), row.text("number"), row.text("status")) for row in rows)


def _line(row: Node) -> Line[PrebookContent]:
    return Line(
        id=row.whole("id"),
        boxes=row.whole("boxes"),
        confirmed=row.whole("confirmed"),
        status=row.text("status"),
        content=_content(row.node("content")),
    )


def _item(row: Node) -> PrebookItem:
    return PrebookItem(
        name=row.text("name"),
        boxes=row.maybe_whole("boxes"),
        units=row.maybe_whole("units"),
        price=row.decimal("price"),
        vendor_id=row.maybe_whole("vendor_id"),
        cost=row.decimal("cost"),
        notes=row.maybe_text("notes"),
        order_source=row.maybe_text("order_source"),
        from_po=row.maybe_text("from_po"),
        content=_content(row.node("content")),
        box_type_id=row.maybe_whole("box_type_id"),
    )


def _content(row: Node) -> PrebookContent:
    return PrebookContent(
        product_id=row.whole("product_id"),
        item_type=row.text("item_type"),
        box_type=row.text("box_type"),
        unit=row.text("unit"),
        bunches=row.whole("bunches"),
        stems=row.whole("stems"),
        mark_code=row.text("mark_code"),
        price=row.decimal("price"),
        vendor_id=row.maybe_whole("vendor_id"),
        breakdown=tuple(_part(part) for part in row.nodes("breakdown")),
    )


def _part(row: Node) -> Part:
    return Part(
        product_id=row.whole("product_id"),
        bunches=row.whole("bunches"),
        stems=row.whole("stems"),
        cost=row.decimal("cost"),
        price=row.decimal("price"),
    )


def _same_prices(wanted: tuple[Part, ...], live: tuple[Part, ...]) -> bool:
    """Whether the products of a mixed box have the wanted prices, as far as prices are wanted."""
    pairs = zip(sorted(wanted, key=_part_key), sorted(live, key=_part_key), strict=True)
    return all(one.price is None or one.price == other.price for one, other in pairs)


def _part_key(part: Part) -> tuple[int, int, int, Decimal]:
    return (part.product_id, part.bunches, part.stems, part.price or Decimal(0))
