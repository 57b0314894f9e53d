"""A reservation as the configuration wants it, codes looked up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reconciler.kinds.kind import Notice, Scope
from reconciler.kinds.references import References
from reconciler.kinds.reservations.stock import StockLine
from reconciler.model.address import Address
from reconciler.model.node import Node
from reconciler.model.resource import DesiredResource, ResolvedResource
from reconciler.model.value import Json, Value, decimal_text, digest_of, plain

BOXES_A_CALL = 100
"""Boxes that one `inventory.add` takes (Komet API §4.2)."""

PREFIX_LENGTH = 15
"""Characters of `reference_prefix`."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Stock that is to be added already reserved (`inventory.add`, A10). `cost` is decimal text."""

    vendor_id: int
    awb: str
    ship_date: str
    cost: str
    boxes: int
    product_code: str
    box_type_id: int


@dataclass(frozen=True, slots=True)
class WantedReservation:
    """Which boxes of which product should stand reserved for whom; None is not written: any will do."""

    customer: str
    location_id: int
    product_id: int
    box_type: str
    unit: str | None
    bunches: int | None
    stems: int | None
    boxes: int
    tolerance: int
    choose: str
    max_age: int | None
    vendor_ids: tuple[int, ...]
    priority: int
    arrival: Arrival | None

    def is_of_pack(self, line: StockLine) -> bool:
        """Whether a line has a pack that qualifies."""
        return (
            line.box_type == self.box_type
            and self.unit in (None, line.unit)
            and self.bunches in (None, line.bunches)
            and self.stems in (None, line.stems)
        )

    def is_meant(self, line: StockLine) -> bool:
        """Whether a line is one of those that this reservation speaks of, its age aside."""
        is_there = line.location_id == self.location_id and line.product_id == self.product_id
        return (
            is_there and self.is_of_pack(line) and (not self.vendor_ids or line.vendor_id in self.vendor_ids)
        )


def resolve_reservation(desired: DesiredResource, scope: Scope, notice: Notice) -> ResolvedResource | None:
    """`desired` with ids beside its codes; unknown codes go to `notice`, and then the result is None."""
    references = References(desired.address, scope, notice)
    written = desired.attributes
    product = references.entry("products", written["product"], ("product",))
    box_type = references.entry("box_types", written["box_type"], ("box_type",))
    location = references.entry("locations", written["location"], ("location",))
    vendors = written.get("vendors")
    codes = vendors if isinstance(vendors, Sequence) and not isinstance(vendors, str) else ()
    attributes: dict[str, Json] = {
        "customer": str(written["customer"]),
        "location_id": location.id,
        "product_id": product.id,
        "box_type": box_type.code.upper(),
        "unit": plain(written.get("unit")),
        "bunches": plain(written.get("bunches")),
        "stems": plain(written.get("stems")),
        "boxes": plain(written["boxes"]),
        "tolerance": plain(written.get("tolerance", 0)),
        "choose": str(written.get("choose") or "oldest"),
        "max_age": plain(written.get("max_age")),
        "vendor_ids": [
            references.entry("vendors", code, ("vendors", index)).id for index, code in enumerate(codes)
        ],
        "priority": plain(written.get("priority", 0)),
        "arrival": _arrival(references, written.get("arrival"), product.code, box_type.id),
    }
    if references.failed:
        return None
    customer = Address("customers", str(written["customer"]))
    return ResolvedResource(desired.address, attributes, desired.origin, depends_on=(customer,))


def wanted_reservation(attributes: Mapping[str, Json]) -> WantedReservation:
    """The reservation in a resource's canonical attributes."""
    node = Node(attributes)
    arrival = node.maybe_node("arrival")
    return WantedReservation(
        customer=node.text("customer"),
        location_id=node.whole("location_id"),
        product_id=node.whole("product_id"),
        box_type=node.text("box_type"),
        unit=node.maybe_text("unit"),
        bunches=node.maybe_whole("bunches"),
        stems=node.maybe_whole("stems"),
        boxes=node.whole("boxes"),
        tolerance=node.whole("tolerance"),
        choose=node.text("choose"),
        max_age=node.maybe_whole("max_age"),
        vendor_ids=tuple(int(str(id)) for id in node.array("vendor_ids")),
        priority=node.whole("priority"),
        arrival=_read_arrival(arrival) if arrival else None,
    )


def reference_prefix(project: str, address: Address) -> str:
    """How the reference of every line begins that was added for `address`: `rc:` and 12 hex digits."""
    return f"rc:{digest_of([project, str(address)])[7:19]}"


def arrival_references(project: str, address: Address, arrival: Arrival) -> tuple[str, ...]:
    """What marks the lines of an arrival, one for each call of at most 100 boxes (Komet API §4.2).

    Behind the prefix stand 3 hex digits of air waybill and ship date, so that the next arrival is another
    one, and the call's place: 20 characters in all, which is what Komet keeps.
    """
    which = digest_of([arrival.awb, arrival.ship_date])[7:10]
    return tuple(
        f"{reference_prefix(project, address)}-{which}{place:x}"
        for place in range(-(-arrival.boxes // BOXES_A_CALL))
    )


def _arrival(references: References, written: Value, product_code: str, box_type_id: int) -> Json:
    if not isinstance(written, Mapping):
        return None
    return {
        "vendor_id": references.entry("vendors", written["vendor"], ("arrival", "vendor")).id,
        "awb": str(written["awb"]),
        "ship_date": plain(written["ship_date"]),
        "cost": str(plain(written["cost"])),
        "boxes": plain(written["boxes"]),
        "product_code": product_code,
        "box_type_id": box_type_id,
    }


def _read_arrival(node: Node) -> Arrival:
    cost = node.decimal("cost")
    assert cost is not None
    return Arrival(
        vendor_id=node.whole("vendor_id"),
        awb=node.text("awb"),
        ship_date=node.text("ship_date"),
        cost=decimal_text(cost),
        boxes=node.whole("boxes"),
        product_code=node.text("product_code"),
        box_type_id=node.whole("box_type_id"),
    )
