"""A reservation as the configuration wants it, codes looked up."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import asdict

from reconciler.kinds.canonical import Canonical, value_of
from reconciler.kinds.catalogue import Entry
from reconciler.kinds.kind import Notice, Scope
from reconciler.kinds.references import References
from reconciler.kinds.reservations.stock import StockLine
from reconciler.model.address import Address
from reconciler.model.node import AmountText, Node
from reconciler.model.resource import DesiredResource, ResolvedResource
from reconciler.model.value import Json, digest_of, plain

BOXES_A_CALL = 100
"""Boxes that one `inventory.add` takes (Komet API §4.2)."""

PREFIX_LENGTH = 15
"""Characters of `reference_prefix`."""


class Arrival(Struct, frozen=True):
    """Stock that is to be added already reserved (`inventory.add`, A10). `cost` is decimal text."""

    vendor_id: int
    awb: str
    ship_date: str
    cost: AmountText
    boxes: int
    product_code: str
    box_type_id: int


class WantedReservation(Struct, frozen=True):
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

    @property
    def json(self) -> dict[str, Json]:
        """The reservation as canonical JSON."""
        arrival = asdict(self.arrival) if self.arrival is not None else None
        return asdict(self) | {"vendor_ids": [*self.vendor_ids], "arrival": arrival}

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
    written = Node(plain(desired.attributes))
    product = references.entry("products", written.members["product"], ("product",))
    box_type = references.entry("box_types", written.text("box_type"), ("box_type",))
    location = references.entry("locations", written.text("location"), ("location",))
    vendors = written.array("vendors") if "vendors" in written.members else ()
    arrival = written.maybe_node("arrival")
    wanted = WantedReservation(
        customer=written.text("customer"),
        location_id=location.id,
        product_id=product.id,
        box_type=box_type.code.upper(),
        unit=written.maybe_text("unit"),
        bunches=written.maybe_whole("bunches"),
        stems=written.maybe_whole("stems"),
        boxes=written.whole("boxes"),
        tolerance=written.maybe_whole("tolerance") or 0,
        choose=written.maybe_text("choose") or "oldest",
        max_age=written.maybe_whole("max_age"),
        vendor_ids=tuple(
            references.entry("vendors", code, ("vendors", index)).id for index, code in enumerate(vendors)
        ),
        priority=written.maybe_whole("priority") or 0,
        arrival=_arrival(references, arrival, product, box_type) if arrival else None,
    )
    if references.failed:
        return None
    customer = Address("customers", wanted.customer)
    return ResolvedResource(desired.address, Canonical(wanted), desired.origin, depends_on=(customer,))


def wanted_reservation(attributes: Mapping[str, Json]) -> WantedReservation:
    """The reservation that `attributes` are the canonical form of."""
    return value_of(attributes, WantedReservation)


def customer_id(wanted: WantedReservation, scope: Scope) -> int | None:
    """The Komet customer for whom stock is kept; None for one that is yet to be created."""
    return scope.ids.by_address.get(Address("customers", wanted.customer))


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


def _arrival(references: References, written: Node, product: Entry, box_type: Entry) -> Arrival:
    return Arrival(
        vendor_id=references.entry("vendors", written.members["vendor"], ("arrival", "vendor")).id,
        awb=written.text("awb"),
        ship_date=written.text("ship_date"),
        cost=written.amount("cost"),
        boxes=written.whole("boxes"),
        product_code=product.code,
        box_type_id=box_type.id,
    )
