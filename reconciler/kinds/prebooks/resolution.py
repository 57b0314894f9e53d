"""A prebook of the configuration with its codes looked up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from reconciler.kinds.kind import Notice, Scope
from reconciler.kinds.orders.order import Part
from reconciler.kinds.prebooks.drawing import order_address
from reconciler.kinds.prebooks.prebook import (
    BOX,
    UNIT,
    PrebookContent,
    PrebookItem,
    WantedPrebook,
    prebook_json,
)
from reconciler.kinds.references import References
from reconciler.model.address import Address
from reconciler.model.resource import DesiredResource, ResolvedResource
from reconciler.model.value import Path, Value, plain

Written = Mapping[str, Value]


def resolve_prebook(desired: DesiredResource, scope: Scope, notice: Notice) -> ResolvedResource | None:
    """`desired` with ids beside its codes. Every unknown code goes to `notice`; then the result is None.

    What a Vendor token writes and Komet ignores is not compared: prices and vendors (Komet API §7.2).
    """
    references = References(desired.address, scope, notice)
    written = desired.attributes
    customer = str(written["customer"])
    location = (
        references.entry("locations", written["location"], ("location",)) if written.get("location") else None
    )
    ship_to = written.get("ship_to")
    name = ship_to if isinstance(ship_to, str) else None
    prebook = WantedPrebook(
        customer=customer,
        ship_date=str(plain(written["ship_date"])),
        carrier_id=references.entry("carriers", written["carrier"], ("carrier",)).id,
        ship_to=name,
        ship_to_title=scope.ship_to_titles.get((customer, name)) if name else None,
        ship_to_id=_whole(ship_to["id"]) if isinstance(ship_to, Mapping) else None,
        customer_po=_text(written, "customer_po"),
        ship_via=str(written["ship_via"]) if "ship_via" in written else None,
        location_id=location.id if location else None,
        location_code=location.code if location else "",
        comments=_text(written, "comments"),
        ecommerce=_flag(written, "ecommerce"),
        created_by=_whole(written["created_by"]) if "created_by" in written else None,
        status=str(written["status"]).strip() if "status" in written else None,
        auto_allocate=written.get("auto_allocate") is True,
        auto_generate_pos=written.get("auto_generate_pos") is True,
        recreate=written.get("recreate") is True,
        number=str(written["number"]) if written.get("number") else None,
        items=_items(references, written.get("items")),
    )
    _refuse_twins(references, prebook.items)
    if references.failed:
        return None
    return ResolvedResource(
        desired.address, prebook_json(prebook), desired.origin, depends_on=_needs(customer, prebook.items)
    )


def _needs(customer: str, items: Sequence[PrebookItem]) -> tuple[Address, ...]:
    """The customer, and the purchase orders that the items draw on by name."""
    orders = {order_address(item.from_po) for item in items}
    return (Address("customers", customer), *sorted(order for order in orders if order is not None))


def _items(references: References, written: Value) -> tuple[PrebookItem, ...]:
    section = written if isinstance(written, Mapping) else {}
    return tuple(
        _item(references, name, item) for name, item in sorted(section.items()) if isinstance(item, Mapping)
    )


def _item(references: References, name: str, written: Written) -> PrebookItem:
    path: Path = ("items", name)
    is_box = written.get("item_type", BOX) == BOX
    product = references.entry("products", written["product"], (*path, "product"))
    box_type = references.entry("box_types", written["box_type"], (*path, "box_type")) if is_box else None
    vendor = (
        references.entry("vendors", written["vendor"], (*path, "vendor")) if "vendor" in written else None
    )
    price = _amount(written.get("price"))
    is_ours = references.scope.token_type == "company"
    content = PrebookContent(
        product_id=product.id,
        item_type=BOX if is_box else UNIT,
        box_type=box_type.code.upper() if box_type else "",
        unit=str(written["unit"]),
        bunches=_whole(written.get("bunches")) if is_box else 0,
        stems=_whole(written.get("stems")) if is_box else 0,
        mark_code=str(written.get("mark_code") or "").strip(),
        price=price if is_ours else None,
        vendor_id=vendor.id if vendor and is_ours else None,
        breakdown=_breakdown(references, written.get("breakdown"), (*path, "breakdown"), is_ours),
    )
    return PrebookItem(
        name=name,
        boxes=_whole(written["boxes"]) if is_box else None,
        units=None if is_box else _whole(written["units"]),
        price=price,
        vendor_id=vendor.id if vendor else None,
        cost=_amount(written.get("cost")),
        notes=_text(written, "notes"),
        order_source=_text(written, "order_source"),
        from_po=_text(written, "from_po"),
        content=content,
        box_type_id=box_type.id if box_type else None,
    )


def _breakdown(references: References, written: Value, path: Path, is_ours: bool) -> tuple[Part, ...]:
    parts = written if isinstance(written, Sequence) and not isinstance(written, str) else ()
    return tuple(
        Part(
            product_id=references.entry("products", part["product"], (*path, index, "product")).id,
            bunches=_whole(part["bunches"]),
            stems=_whole(part["stems"]),
            cost=_amount(part.get("cost")),
            price=_amount(part.get("price")) if is_ours else None,
        )
        for index, part in enumerate(parts)
        if isinstance(part, Mapping)
    )


def _refuse_twins(references: References, items: Sequence[PrebookItem]) -> None:
    """Refuses items that could not be told apart as lines, also where one is written by code, one by id."""
    first: dict[object, str] = {}
    for item in items:
        twin = first.setdefault(item.content.identity, item.name)
        if twin != item.name and item.content.product_id:
            references.fault(
                f"the items {twin!r} and {item.name!r} cannot be told apart",
                ("items", item.name),
                detail="product, box type, pack, unit and mark code are the same: make one item of them, "
                "or give one another mark_code",
            )


def _text(written: Written, name: str) -> str | None:
    """The trimmed text at `name`: None where it is not written, "" where it is to be cleared."""
    return str(written[name] or "").strip() if name in written else None


def _flag(written: Written, name: str) -> bool | None:
    return written[name] is True if name in written else None


def _whole(value: Value) -> int:
    return value if isinstance(value, int) else 0


def _amount(value: Value) -> Decimal | None:
    return None if value is None else Decimal(str(value)).normalize()
