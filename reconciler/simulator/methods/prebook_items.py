"""The items of a prebook that stands: prebook.item.delete and prebook.future.item.add."""

from __future__ import annotations

from reconciler.simulator.errors import Refused
from reconciler.simulator.method import Answer, Call, Done, method
from reconciler.simulator.methods.invoice_writes import price_of
from reconciler.simulator.methods.prebooks import raise_if_blocked
from reconciler.simulator.prebook_removal import delete_item, empty_item, raise_if_closed
from reconciler.simulator.prebook_supply import book_future
from reconciler.simulator.prebooking import find_item, find_prebook
from reconciler.simulator.selling import Terms


@method("prebook.item.delete", "POST B", "CV", text_status=True)
def prebook_item_delete(call: Call) -> Answer:
    """Delete an item, and its line of a pending order; a Vendor token's own stays with quantity 0.

    Refused once invoiced, or on an order past Pending Approval; its boxes can be sold again (Komet API §7.6,
    §5.7, A36).
    """
    params = call.params
    prebook_id, key = params.need_integer("prebookId"), params.need_integer("prebookItemId")
    item = find_item(call.store, find_prebook(call.store, prebook_id)["id"], key)
    if call.vendor_id is not None and call.vendor_id != item["vendor_id"]:
        raise Refused(f"Permission denied: the item {key} belongs to another vendor than this token.")
    remove = delete_item if call.vendor_id is None else empty_item
    free, vanish = call.switches.delete_rules == "free", call.switches.po_emptied == "vanish"
    remove(call.store, item, call.stamp, free=free, vanish=vanish)
    return Done(message="success")


@method("prebook.future.item.add", "POST B", "C", text_status=True)
def prebook_future_item_add(call: Call) -> Answer:
    """Boxes of a future line onto a prebook, taken at once; the answer has no item's id (§7.6, A28)."""
    params = call.params
    prebook = find_prebook(call.store, params.need_integer("prebookId"))
    raise_if_closed(call.store, prebook)
    raise_if_blocked(call, prebook["customer_id"])
    book_future(
        call.store,
        call.switches,
        prebook,
        params.need_integer("inventoryId"),
        params.need_integer("boxes"),
        Terms(price_of(call), params.text("markCode", most=20)),
        call.stamp,
    )
    return Done(message="success")
