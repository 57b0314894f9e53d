"""Writing prebooks: prebook.create, prebook.update, prebook.delete."""

from __future__ import annotations

from sqlite3 import Row as StoredRow

from reconciler.simulator.envelope import Sample
from reconciler.simulator.errors import Refused
from reconciler.simulator.lookup import comments_of, find_location, find_one
from reconciler.simulator.method import Answer, Call, Done, Row, method
from reconciler.simulator.methods.invoice_writes import find_ship_to
from reconciler.simulator.methods.prebook_lines import add_lines
from reconciler.simulator.orders import OrderStatus
from reconciler.simulator.prebook_removal import delete_prebook, raise_if_closed
from reconciler.simulator.prebook_supply import allocate, purchase
from reconciler.simulator.prebooking import (
    CANCELLED,
    NewPrebook,
    add_prebook,
    find_item,
    find_prebook,
    statuses_of,
)
from reconciler.simulator.requests import Params
from reconciler.simulator.selling import find_buyer
from reconciler.simulator.store import Column

CUSTOMER_PO, STATUS = 20, 50
"""Characters that the texts of a header may have (Komet API §7.2)."""
MADE = "Prebook was successfully created."
WITH_ORDERS = " All the purchase orders were successfully created"


@method("prebook.create", "POST B", "CV", text_status=True)
def prebook_create(call: Call) -> Answer:
    """A new prebook, or with useExisting more items of one that matches (Komet API §7.2, §7.3, A23)."""
    params = call.params
    items = params.objects("prebookItems") or []
    wanted = _header(call)
    prebook = (_existing(call, wanted) if params.flag("useExisting") else None) or add_prebook(
        call.store, wanted, call.stamp
    )
    buys = bool(params.flag("autoGeneratePOsfromPrebooks"))
    rows, added = add_lines(call, prebook, items, purchased=buys)
    lines = [find_item(call.store, prebook["id"], item_id) for item_id in added]
    if params.flag("autoAllocate"):
        for line in lines:
            allocate(call.store, call.switches, prebook, line, call.now.date())
    numbers = buy(call, prebook, lines) if buys else []
    return Done(made(prebook, numbers, rows), MADE + (WITH_ORDERS if numbers else ""))


def buy(call: Call, prebook: StoredRow, lines: list[StoredRow]) -> list[str]:
    """Purchase orders for the lines, left Approved; their numbers (§7.2)."""
    return purchase(call.store, call.switches, prebook, lines, OrderStatus.APPROVED, call.stamp)


def made(prebook: StoredRow, numbers: list[str], rows: list[Row]) -> Row:
    """What an answer says of a prebook that was made (§7.3)."""
    return {
        "prebookId": prebook["id"],
        "prebookNumber": prebook["number"],
        "purchaseOrderNumbers": ", ".join(numbers) or Sample.EMPTY_TEXT,
        "items": rows,
    }


def _header(call: Call) -> NewPrebook:
    params = call.params
    customer_id = _customer_id(call)
    return NewPrebook(
        customer_id=customer_id,
        location_id=find_location(call, most=20)["id"],
        carrier_id=need_carrier(call, params),
        truck_date=truck_date(call, params),
        status=_status(call),
        ship_to_id=find_ship_to(call, customer_id),
        customer_po=params.text("customerPO", most=CUSTOMER_PO),
        comments=comments_of(call),
        ship_via=int(bool(params.flag("shipViaId"))),
        ecommerce=int(bool(params.flag("isEcommerce"))),
        created_by=_created_by(call),
    )


def _customer_id(call: Call) -> int:
    """The customer, who must be allowed to buy (A8)."""
    found = find_one(call.store, call.params, "customers", "customer", "customerDescription")
    if found is None:
        raise Refused("customerId or customerCode is required.")
    raise_if_blocked(call, found["id"])
    return int(found["id"])


def raise_if_blocked(call: Call, customer_id: int) -> None:
    """Refuse a customer that is inactive or on credit hold, unless the switch lets it pass (A8)."""
    if call.switches.prebook_blocked_customer == "refuse":
        find_buyer(call.store, customer_id)


def need_carrier(call: Call, params: Params) -> int:
    """The carrier that `params` names, which is required and active."""
    found = _carrier_id(call, params)
    if found is None:
        raise Refused("carrierId or carrierCode is required.")
    return found


def _carrier_id(call: Call, params: Params) -> int | None:
    found = find_one(call.store, params, "carriers", "carrier", "carrierDescription", "carrierName")
    if found is not None and not found["active"]:
        raise Refused(f"The carrier {found['name']} is not active.")
    return None if found is None else int(found["id"])


def truck_date(call: Call, params: Params) -> str:
    """The date that `params` gives as shipDate, not in the past (A8)."""
    day = params.need_date("shipDate")
    if day < call.now.date() and call.switches.prebook_past_date == "refuse":
        raise Refused(f"shipDate cannot be in the past: {day}.")
    return day.isoformat()


def _status(call: Call) -> str:
    """A status that the company has defined, its default when none is sent (A29)."""
    known = {status.lower(): status for status in statuses_of(call.store)}
    sent = call.params.text("status", most=STATUS)
    if sent is None:
        return next(iter(known.values()))
    if sent.lower() not in known and call.switches.prebook_unknown_status == "refuse":
        raise Refused(f"Prebook status not found: {sent}.")
    return known.get(sent.lower(), sent)


def _created_by(call: Call) -> int | None:
    key = call.params.integer("createdBy")
    if key is not None and call.store.by_id("users", key) is None:
        raise Refused(f"User not found: {key}.")
    return key


def _existing(call: Call, wanted: NewPrebook) -> StoredRow | None:
    """The first prebook with the same location, carrier, truck date, customer, customer PO and ship-to.

    One that is cancelled, invoiced or still in a shop's basket is left alone (§7.2, A23).
    """
    found = call.store.row(
        "SELECT * FROM prebooks p WHERE location_id = ? AND carrier_id = ? AND truck_date = ? "
        "AND customer_id = ? AND customer_po IS ? COLLATE NOCASE AND ship_to_id IS ? AND checked_out = 1 "
        "AND status <> ? AND NOT EXISTS (SELECT 1 FROM prebook_items x JOIN invoice_items i "
        "ON i.prebook_item_id = x.id WHERE x.prebook_id = p.id) ORDER BY id",
        wanted.location_id,
        wanted.carrier_id,
        wanted.truck_date,
        wanted.customer_id,
        wanted.customer_po,
        wanted.ship_to_id,
        CANCELLED,
    )
    if found is None and call.switches.use_existing_unmatched == "refuse":
        raise Refused("There is no prebook to add the items to.")
    return found


@method("prebook.update", "POST B", "C", text_status=True)
def prebook_update(call: Call) -> Answer:
    """Change what is sent of carrier, truck date, ship via, customer PO and comments (§7.6, A31).

    An empty text clears; what is left out stays.
    """
    params = call.params
    prebook = find_prebook(call.store, params.need_integer("prebookId"))
    raise_if_closed(call.store, prebook)
    columns: dict[str, Column] = {"updated_on": call.stamp}
    carrier_id, ship_via = _carrier_id(call, params), params.flag("shipViaId")
    if carrier_id is not None:
        columns["carrier_id"] = carrier_id
    if params.text("shipDate") is not None:
        columns["truck_date"] = truck_date(call, params)
    if ship_via is not None:
        columns["ship_via"] = int(ship_via)
    if params.has("customerPO"):
        columns["customer_po"] = params.text("customerPO", most=CUSTOMER_PO)
    if params.has("comments"):
        columns["comments"] = comments_of(call)
    call.store.update("prebooks", prebook["id"], columns)
    return Done({"prebookId": prebook["id"]}, "The prebook was successfully updated.")


@method("prebook.delete", "POST B", "C", text_status=True)
def prebook_delete(call: Call) -> Answer:
    """Delete a prebook with its items; refused once purchased or invoiced (§7.6, A36)."""
    prebook = find_prebook(call.store, call.params.need_integer("prebookId"))
    delete_prebook(call.store, prebook, call.stamp, free=call.switches.delete_rules == "free")
    return Done(message="The prebook was successfully deleted ")
