"""Several prebooks of one customer at once: multiple.prebooks.create."""

from __future__ import annotations

from collections import defaultdict

from reconciler.simulator.errors import Refused
from reconciler.simulator.lookup import by_code, find_location
from reconciler.simulator.method import Answer, Call, Done, Row, method
from reconciler.simulator.methods.prebook_lines import add_lines
from reconciler.simulator.methods.prebooks import (
    CUSTOMER_PO,
    buy,
    made,
    need_carrier,
    raise_if_blocked,
    truck_date,
)
from reconciler.simulator.prebooking import NewPrebook, add_prebook, find_item, statuses_of
from reconciler.simulator.requests import Params

_ADDRESS = ("Street", "City", "State", "Zipcode", "Country")
_REQUIRED = (
    "customerName",
    *(f"customer{kind}{part}" for kind in ("Billing", "Shipping") for part in _ADDRESS),
    "customerPhone",
)
"""Texts that the page requires; what Komet does with them is not documented, so they change nothing here."""


@method("multiple.prebooks.create", "POST B", "C", text_status=True)
def multiple_prebooks_create(call: Call) -> Answer:
    """One prebook for each carrier and truck date among the items (Komet API §7.6).

    The customer must exist. What the answer holds beside the envelope is our assumption: `prebooks`, each as
    prebook.create answers.
    """
    params = call.params
    items = params.need_objects("prebookItems")
    customer_id = _customer_id(call)
    for name in _REQUIRED:
        params.need_text(name, most=200)
    groups: dict[tuple[int, str], list[Params]] = defaultdict(list)
    for item in items:
        groups[need_carrier(call, item), truck_date(call, item)].append(item)
    prebooks = [_make(call, customer_id, travel, lines) for travel, lines in groups.items()]
    return Done({"prebooks": prebooks}, "Prebooks were successfully created.")


def _customer_id(call: Call) -> int:
    code = call.params.need_text("customerCode", most=20)
    found = by_code(call.store, "customers", code)
    if found is None:
        raise Refused(f"Customer not found: {code}.")
    raise_if_blocked(call, found["id"])
    return int(found["id"])


def _make(call: Call, customer_id: int, travel: tuple[int, str], items: list[Params]) -> Row:
    carrier_id, day = travel
    wanted = NewPrebook(
        customer_id=customer_id,
        location_id=find_location(call, most=20)["id"],
        carrier_id=carrier_id,
        truck_date=day,
        status=statuses_of(call.store)[0],
        customer_po=call.params.text("customerPO", most=CUSTOMER_PO),
        ship_via=int(bool(call.params.flag("shipViaId"))),
    )
    prebook = add_prebook(call.store, wanted, call.stamp)
    buys = bool(call.params.flag("autoGeneratePOsfromPrebooks"))
    rows, added = add_lines(call, prebook, items, purchased=buys)
    lines = [find_item(call.store, prebook["id"], item_id) for item_id in added]
    return made(prebook, buy(call, prebook, lines) if buys else [], rows)
