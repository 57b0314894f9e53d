"""The items of a prebook.create request: what they may say, and what becomes of each."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from sqlite3 import Row as StoredRow

from msgspec import Struct

from reconciler.simulator.errors import Refused
from reconciler.simulator.lookup import Unmapped, find_one, find_product, raise_if_both
from reconciler.simulator.method import Call, Row
from reconciler.simulator.prebook_supply import draw_from_order, raise_if_not_purchasable
from reconciler.simulator.prebooking import ItemType, NewItem, NewPart, add_item, find_item
from reconciler.simulator.quantities import amount_of, count_of, need_amount, unit_of
from reconciler.simulator.requests import Params

IDENTIFIER, PO_NUMBER, MARK_CODE, NOTES, SOURCE = 30, 7, 50, 1000, 20
"""Characters that the texts of an item may have (Komet API §7.2)."""
PLACES = 2
"""Decimals of cost and price (§7.2)."""


class Rights(Struct, frozen=True):
    """Which amounts a call may set: a Vendor token's prices and costs count only by setting (§7.2)."""

    price: bool
    cost: bool
    needs_price: bool


def rights_of(call: Call) -> Rights:
    """The rights of the call's token: a Company token sets everything."""
    if call.vendor_id is None:
        return Rights(price=True, cost=True, needs_price=True)
    vendor = call.store.by_id("vendors", call.vendor_id)
    assert vendor is not None
    switches = call.switches
    return Rights(
        price=bool(vendor["changes_price"]) or switches.vendor_changes_price == "on",
        cost=bool(vendor["changes_cost"]) or switches.vendor_changes_cost == "on",
        needs_price=False,
    )


def add_lines(
    call: Call, prebook: StoredRow, items: Iterable[Params], *, purchased: bool
) -> tuple[list[Row], list[int]]:
    """A row of the answer for each item, and the ids of those that were added.

    A line that fails undoes neither the header nor the other lines, unless `partial_success` says so (A23).
    """
    rights = rights_of(call)
    rows = [_result(call, prebook, item, rights, purchased) for item in items]
    failed = [row for row in rows if row["status"] == 0]
    if failed and call.switches.partial_success == "refuse":
        raise Refused(failed[0]["message"])
    return rows, [row["prebookItemId"] for row in rows if row["status"] == 1]


def _result(call: Call, prebook: StoredRow, item: Params, rights: Rights, purchased: bool) -> Row:
    row: Row = {}
    try:
        row["identifier"] = item.text("identifier", most=IDENTIFIER)
        row |= {"productId": item.integer("productId"), "productCode": item.text("productCode", most=20)}
        row["futureSalesPoNumber"] = _po_number(item)
        with call.store.transaction():
            added = _add(call, prebook, item, rights, purchased)
    except Refused as refusal:
        return row | {"status": 0, "message": str(refusal)}
    return row | added | {"status": 1, "message": "Item successfully added to the order"}


def _po_number(item: Params) -> str | None:
    """The number as it was sent: exact text (§7.4)."""
    number = item.raw_text("futureSalesPoNumber") or None
    if number is not None and len(number) > PO_NUMBER:
        raise Refused(f"futureSalesPoNumber cannot be longer than {PO_NUMBER} characters.")
    return number


def _add(call: Call, prebook: StoredRow, item: Params, rights: Rights, purchased: bool) -> Row:
    new = read_item(call, item, rights)
    item_id = add_item(call.store, prebook["id"], new, _parts(call, item, new, rights), call.stamp)
    stored = find_item(call.store, prebook["id"], item_id)
    if purchased:
        raise_if_not_purchasable(stored)
    number = _po_number(item)
    if number is None:
        return {"prebookItemId": item_id}
    if new.item_type is ItemType.UNITS:
        raise Refused("futureSalesPoNumber needs an item in boxes.")
    left = draw_from_order(call.store, call.switches, stored, number, prebook["customer_id"])
    return {"prebookItemId": item_id, "availableBoxes": left}


def read_item(call: Call, item: Params, rights: Rights) -> NewItem:
    """One item in the vocabulary of §7.2; what a Vendor token may not say is ignored."""
    vendor_id = call.vendor_id if call.vendor_id is not None else _vendor_id(call, item)
    product_id, unknown = _product(call, item, vendor_id)
    kind = _item_type(item)
    boxed = kind is ItemType.BOX
    return NewItem(
        product_id=product_id,
        unknown_product=unknown,
        item_type=kind,
        vendor_id=vendor_id,
        box_type_id=_box_type_id(call, item, boxed),
        boxes=count_of(item, "boxes") if boxed else 0,
        units=0 if boxed else count_of(item, "totalUnits"),
        bunches=count_of(item, "bunches") if boxed else _optional_count(item, "bunches"),
        stems=_stems(call, item, product_id, boxed),
        unit=unit_of(item),
        price=_amount(item, "price", rights.price, rights.needs_price),
        cost=_amount(item, "cost", rights.cost, False),
        mark_code=item.text("markCode", most=MARK_CODE),
        notes=item.text("notes", most=NOTES),
        order_source=item.text("orderSource", most=SOURCE),
    )


def _vendor_id(call: Call, item: Params) -> int | None:
    vendor = find_one(call.store, item, "vendors", "vendor", "vendorName", "vendorDescription")
    if vendor is not None and not vendor["active"]:
        raise Refused(f"The vendor {vendor['name']} is not active.")
    return None if vendor is None else int(vendor["id"])


def _product(call: Call, params: Params, vendor_id: int | None) -> tuple[int | None, str | None]:
    """The product's id; None, with what was asked for, while it waits for Object Mapping (A30)."""
    raise_if_both(params, "productId", "productCode", "productDescription")
    code, description = params.text("productCode", most=20), params.text("productDescription", most=200)
    try:
        return find_product(call, params, vendor_id), None
    except Unmapped as unmapped:
        if params.has("productId"):
            raise Refused(str(unmapped)) from unmapped
        return None, code or description


def _item_type(item: Params) -> ItemType:
    text = (item.text("itemType", most=3) or ItemType.BOX).upper()
    if text not in list(ItemType):
        raise Refused("itemType must be BOX or UN.")
    return ItemType(text)


def _box_type_id(call: Call, item: Params, needed: bool) -> int | None:
    item.text("boxTypeDescription", most=3)
    item.text("boxTypeCode", most=3)
    found = find_one(call.store, item, "box_types", "boxType", "boxTypeDescription")
    if found is None and needed:
        raise Refused("boxTypeId or boxTypeCode is required.")
    return None if found is None else int(found["id"])


def _stems(call: Call, item: Params, product_id: int | None, boxed: bool) -> int:
    """Stems per bunch; mixed boxes may leave them out (§7.2)."""
    if item.integer("stemsBunch") is not None or (boxed and not _is_mixed(call, item, product_id)):
        return count_of(item, "stemsBunch")
    return 0


def _is_mixed(call: Call, item: Params, product_id: int | None) -> bool:
    product = None if product_id is None else call.store.by_id("products", product_id)
    return bool(item.objects("breakdowns")) or bool(product is not None and product["assorted"])


def _optional_count(item: Params, name: str) -> int:
    return 0 if item.integer(name) is None else count_of(item, name)


def _amount(params: Params, name: str, counts: bool, needed: bool) -> Decimal | None:
    """An amount that may be set; an amount that does not count is not even looked at (§1.3)."""
    if not counts:
        return None
    return need_amount(params, name, PLACES) if needed else amount_of(params, name, PLACES)


def _parts(call: Call, item: Params, new: NewItem, rights: Rights) -> list[NewPart]:
    """The products of an assorted box; an unknown code waits for Object Mapping like that of an item."""
    found = []
    for part in item.objects("breakdowns") or []:
        product_id, unknown = _product(call, part, new.vendor_id)
        found.append(
            NewPart(
                product_id=product_id,
                unknown_product=unknown,
                bunches=count_of(part, "bunches"),
                stems=count_of(part, "stemsBunch"),
                cost=_amount(part, "cost", rights.cost, rights.needs_price),
                price=_amount(part, "price", rights.price, rights.needs_price),
            )
        )
    return found
