"""Prebooks as typed values: what is wanted of one, and what Komet shows of it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from msgspec import Struct, convert

from reconciler.kinds.canonical import Canonical, Record, value_of
from reconciler.kinds.orders.line import Line
from reconciler.kinds.orders.order import PENDING_APPROVAL, Part
from reconciler.model.value import Json, check_amounts

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

    def __post_init__(self) -> None:
        check_amounts(self.price)

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

    def __post_init__(self) -> None:
        check_amounts(self.price, self.cost)

    @property
    def count(self) -> int:
        """How many of it are wanted: boxes, or units."""
        return self.boxes or self.units or 0


class WantedPrebook(Record, frozen=True):
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


class Purchase(Record, frozen=True):
    """The purchase order that a line of a prebook was bought with."""

    line_id: int
    number: str
    status: str

    @property
    def is_fixed(self) -> bool:
        """Whether the line cannot be deleted any more: its order is past Pending Approval (§5.7, A36)."""
        return self.status != PENDING_APPROVAL


class LivePrebook(Record, frozen=True):
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


def prebook_json(prebook: LivePrebook | WantedPrebook) -> Canonical[LivePrebook | WantedPrebook]:
    """The attributes that `prebook` is."""
    return Canonical(prebook)


def live_prebook(attributes: Mapping[str, Json]) -> LivePrebook:
    """The prebook that `prebook_json` gave, or that somebody wrote down."""
    return value_of(attributes, LivePrebook)


def wanted_prebook(attributes: Mapping[str, Json]) -> WantedPrebook:
    """The prebook that `prebook_json` gave, or that somebody wrote down."""
    return value_of(attributes, WantedPrebook)


def purchases_in(value: Json) -> tuple[Purchase, ...]:
    """The purchases that a plan has written down."""
    return convert(value, tuple[Purchase, ...]) if isinstance(value, list) else ()


def _same_prices(wanted: tuple[Part, ...], live: tuple[Part, ...]) -> bool:
    """Whether the products of a mixed box have the wanted prices, as far as prices are wanted."""
    pairs = zip(sorted(wanted, key=_part_key), sorted(live, key=_part_key), strict=True)
    return all(one.price is None or one.price == other.price for one, other in pairs)


def _part_key(part: Part) -> tuple[int, int, int, Decimal]:
    return (part.product_id, part.bunches, part.stems, part.price or Decimal(0))
