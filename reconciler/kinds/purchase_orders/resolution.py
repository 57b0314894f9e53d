"""A purchase order of the configuration with its codes looked up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from reconciler.kinds.kind import Notice, Scope
from reconciler.kinds.orders.order import Content, Item, Part, WantedOrder, order_json
from reconciler.kinds.references import References
from reconciler.model.address import Address
from reconciler.model.resource import DesiredResource, ResolvedResource
from reconciler.model.value import Path, Value, plain


def resolve_order(desired: DesiredResource, scope: Scope, notice: Notice) -> ResolvedResource | None:
    """`desired` with ids beside its codes. Every unknown code goes to `notice`; then the result is None."""
    references = References(desired.address, scope, notice)
    written = desired.attributes
    vendor = references.entry("vendors", written["vendor"], ("vendor",))
    location = (
        references.entry("locations", written["location"], ("location",)) if written.get("location") else None
    )
    carrier = (
        references.entry("carriers", written["carrier"], ("carrier",)) if written.get("carrier") else None
    )
    order = WantedOrder(
        vendor_id=vendor.id,
        ship_date=str(plain(written["ship_date"])),
        customer=str(written["customer"]),
        location_id=location.id if location else None,
        location_code=location.code if location else "",
        carrier_id=carrier.id if carrier else None,
        comments=str(written.get("comments") or "").strip(),
        confirm=written.get("confirm") is True,
        approve=written.get("approve") is True,
        header_changes=str(written.get("header_changes") or "replace"),
        recreate=written.get("recreate") is True,
        number=str(written["number"]) if written.get("number") else None,
        items=_items(references, written["items"]),
    )
    _refuse_twins(references, order.items)
    if references.failed:
        return None
    return ResolvedResource(
        desired.address,
        order_json(order),
        desired.origin,
        depends_on=(Address("customers", order.customer),),
    )


def _items(references: References, written: Value) -> tuple[Item, ...]:
    assert isinstance(written, Mapping)
    return tuple(
        _item(references, name, item) for name, item in sorted(written.items()) if isinstance(item, Mapping)
    )


def _item(references: References, name: str, written: Mapping[str, Value]) -> Item:
    path: Path = ("items", name)
    product = references.entry("products", written["product"], (*path, "product"))
    box_type = references.entry("box_types", written["box_type"], (*path, "box_type"))
    content = Content(
        product_id=product.id,
        box_type=box_type.code.upper(),
        unit=str(written["unit"]),
        bunches=_whole(written["bunches"]),
        stems=_whole(written["stems"]),
        mark_code=str(written.get("mark_code") or "").strip(),
        cost=_amount(written["cost"]),
        notes=str(written["notes"] or "").strip() if "notes" in written else None,
        breakdown=_breakdown(references, written.get("breakdown"), (*path, "breakdown")),
    )
    return Item(
        name, _whole(written["boxes"]), _amount(written.get("price")), content, product.code, box_type.id
    )


def _breakdown(references: References, written: Value, path: Path) -> tuple[Part, ...]:
    parts = written if isinstance(written, Sequence) and not isinstance(written, str) else ()
    return tuple(
        Part(
            product_id=references.entry("products", part["product"], (*path, index, "product")).id,
            bunches=_whole(part["bunches"]),
            stems=_whole(part["stems"]),
            cost=_amount(part.get("cost")),
            price=_amount(part.get("price")),
        )
        for index, part in enumerate(parts)
        if isinstance(part, Mapping)
    )


def _refuse_twins(references: References, items: Sequence[Item]) -> None:
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


def _whole(value: Value) -> int:
    assert isinstance(value, int)
    return value


def _amount(value: Value) -> Decimal | None:
    return None if value is None else Decimal(str(value)).normalize()
