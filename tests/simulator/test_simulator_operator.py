"""Operator actions: what people do in the web UI, at the farm, at the airport; in Python and over HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.simulator.driver import Komet, failed, line, seed_with
from reconciler.simulator.embed import make_simulator
from reconciler.simulator.errors import Refused


def test_the_life_of_an_order(komet: Komet) -> None:
    """PA, approved, confirmed in part, confirmed, shipped, received (§5.6)."""
    number = komet.create(line(), line(boxes=4))["purchaseOrderNumber"]
    assert komet.sim.operator("approve", number=number)["status"] == "A"
    first, second = (int(each["poItemId"]) for each in komet.lines(number))
    assert komet.sim.operator("confirm", number=number, lines={str(first): 6})["status"] == "A"
    assert komet.sim.operator("confirm", number=number)["status"] == "CF"
    assert [each["quantityConfirmed"] for each in komet.lines(number)] == [10, 4]
    shipped = komet.sim.operator("ship", number=number, awb="999-1")
    assert [row["line"] for row in shipped["lines"]] == [first, second]
    komet.sim.operator("receive", awb="999-1")
    assert {box["statusName"] for each in komet.lines(number) for box in each["boxes"]} == {"Received"}
    for action in ("delete", "approve"):
        with pytest.raises(Refused):
            komet.sim.operator(action, number=number)
    assert komet.sim.operator("cancel", number=number)["status"] == "CA"


def test_sent_to_cargo_master(komet: Komet) -> None:
    """A can become SC, whose word is no filter value of the API but is shown."""
    assert komet.sim.operator("send", number="P057133")["status"] == "SC"
    assert komet.order("P057133")["status"] == "Sent to Cargo Master"


def test_partial_shipment_by_hand(komet: Komet) -> None:
    """Shipping some boxes of a line splits it."""
    number = komet.create()["purchaseOrderNumber"]
    line_id = int(komet.lines(number)[0]["poItemId"])
    result = komet.sim.operator("ship", line=line_id, awb="1-1", boxes=4)["lines"][0]
    assert (result["line"], result["boxes"]) == (line_id, 4)
    assert [each["totalBoxes"] for each in komet.lines(number)] == [4, 6]


def test_hold_and_release(komet: Komet) -> None:
    """A3: the hold is there and no read of the API shows it."""
    before = komet.order("P057116")
    komet.sim.operator("hold", number="P057116")
    assert komet.stored("P057116")["hold"] is True
    after = komet.order("P057116")
    assert {**after, "updatedOn": ""} == {**before, "updatedOn": ""}
    assert komet.sim.operator("release", number="P057116")["hold"] is False


@pytest.mark.parametrize(
    ("customer", "found"), [("BLOOM", "48213"), (48214, "48214"), ("future-sales", "48215"), (None, None)]
)
def test_set_customer(komet: Komet, customer: object, found: str | None) -> None:
    """The customer of an order changes on all its lines, also to the Future Sales customer (A21)."""
    komet.sim.operator("set-customer", number="P057116", customer=customer)
    assert [each.get("customerId") for each in komet.lines("P057116")] == [found, found]


def test_edit_header_and_line(komet: Komet) -> None:
    """A clerk edits header and line; fewer boxes than confirmed lower the confirmed ones."""
    komet.sim.operator("edit-header", number="P057116", carrier="ATC", location="JFK", comments="by hand")
    line_id = int(komet.lines("P057116")[0]["poItemId"])
    komet.sim.operator(
        "edit_line", line=line_id, boxes=7, cost="0.3", price=0.5, bunches=10, product="RSMON60"
    )
    order = komet.order("P057116")
    found = order["details"][0]
    assert (order["comments"], order["locationName"], found["carrierName"]) == (
        "by hand",
        "New York",
        "Andes Cargo",
    )
    assert (found["totalBoxes"], found["quantityConfirmed"], found["lineItemStatus"]) == (7, 7, "Confirmed")
    assert (found["unitCost"], found["bunches"], found["productDescription"]) == (
        0.3,
        10,
        "Roses Mondial 60cm",
    )
    assert komet.stored("P057116")["lines"][0]["price"] == "0.500"


def test_postpone(komet: Komet) -> None:
    """§5.7: unconfirmed lines move to a new approved order, or join a pending one of that vendor and date."""
    number = komet.create(line(), line(boxes=4))["purchaseOrderNumber"]
    first, second = (int(each["poItemId"]) for each in komet.lines(number))
    komet.post("purchase.order.item.confirm", poItemId=first, quantityConfirmed=10)
    moved = komet.sim.operator("postpone", number=number, ship_date="2027-02-08")
    assert moved["lines"] == [second]
    target = komet.order(moved["number"])
    assert (target["status"], target["shipDate"]) == ("Approved", "2027-02-08")
    pending = komet.create(shipDate="2027-02-15")["purchaseOrderNumber"]
    assert komet.sim.operator("postpone", number=moved["number"], ship_date="2027-02-15")["number"] == pending
    with pytest.raises(Refused):
        komet.sim.operator("postpone", number=number, ship_date="2027-02-09")


def test_lines_are_cancelled_and_deleted(komet: Komet) -> None:
    """The vendor cancels a line, procurement deletes it (§5.6)."""
    line_id = int(komet.lines("P057116")[1]["poItemId"])
    komet.sim.operator("cancel-line", line=line_id)
    assert komet.lines("P057116")[1]["lineItemStatus"] == "Cancelled"
    komet.sim.operator("delete-line", line=line_id)
    assert len(komet.lines("P057116")) == 1


def test_delete(komet: Komet) -> None:
    """A deleted order is gone from every read."""
    komet.sim.operator("delete", number="P057116")
    assert komet.get("purchase.order.list", number="P057116")["message"] == "Orders not found."


def test_customers_and_ship_tos(komet: Komet) -> None:
    """A person edits what the API cannot write, and deletes a ship-to."""
    komet.sim.operator("edit-customer", customer="BLOOM", bill_city="Doral", default_price="B", active=False)
    details = komet.get("customer.details.get", customerId=48213)["customer"]
    assert (details["billCity"], details["defaultPrice"]) == ("Doral", "B")
    komet.sim.operator("edit-ship-to", ship_to=6201, code="S-1", carrier="UPS")
    rows = komet.get("customer.shipto.list", customerId=48213, id=6201)["shiptos"]
    assert (rows[0]["shipToCode"], rows[0]["carrierCode"]) == ("S-1", "UPS")
    komet.sim.operator("delete-ship-to", ship_to=6201)
    assert len(komet.get("customer.shipto.list", customerId=48213)["shiptos"]) == 1


def test_the_clock(komet: Komet) -> None:
    """A fixed clock stands still between calls, steps with each, and is advanced by hand."""
    assert komet.sim.now().isoformat() == "2027-01-04T14:00:00+00:00"
    komet.get("carrier.list")
    assert komet.sim.operator("advance", minutes=5)["now"] == "2027-01-04T14:05:01+00:00"
    assert komet.sim.now().utcoffset() is not None


def test_a_real_clock() -> None:
    """`clock: real` is this machine's time, with the offset that an operator gives it."""
    from datetime import UTC, datetime

    sim = make_simulator(seed_with(clock="real"))
    sim.operator("advance", days=1)
    assert 86390 < (sim.now() - datetime.now(UTC)).total_seconds() < 86410
    sim.close()


def test_over_http(komet: Komet) -> None:
    """The same actions as POST on /_operator/, the state as GET, refusals as 400; none of it is counted."""
    response = komet.http.post("/_operator/hold", json={"number": "P057116"})
    assert response.json() == {"number": "P057116", "status": "CF", "hold": True}
    assert komet.http.post("/_operator/hold", json={"number": "P1"}).status_code == 400
    assert komet.http.post("/_operator/nonsense").status_code == 400
    assert komet.http.post("/_operator/hold", content=b"[]").status_code == 400
    assert komet.http.get("/_operator/hold").status_code == 405
    assert komet.http.post("/_operator/clear-faults").json() == {"cleared": True}
    state = komet.http.get("/_operator/state").json()
    assert state["calls_today"] == 0 and len(state["purchase_orders"]) == 7
    assert komet.http.get("/elsewhere").status_code == 404
    assert komet.http.get("/api/_operator/state").status_code == 404


@pytest.mark.parametrize(
    ("action", "params"),
    [
        ("approve", {"number": "P057116"}),
        ("approve", {"number": "P057116", "colour": 1}),
        ("approve", {}),
        ("send", {"number": "P057116"}),
        ("confirm", {"number": "P057150"}),
        ("confirm", {"number": "P057116", "lines": [1]}),
        ("confirm", {"number": "P057116", "lines": {"1": 1}}),
        ("set-customer", {"number": "P057116", "customer": "NOPE"}),
        ("edit-line", {"line": 1, "boxes": 1}),
        ("ship", {"line": 910001, "awb": "x"}),
        ("receive", {"awb": "nope"}),
        ("advance", {"seconds": -1}),
        ("advance", {"days": 99999999}),
        ("token", {"value": "t", "type": "Wizard"}),
        ("token", {"value": "t", "type": "Customer"}),
        ("revoke-token", {"value": "t"}),
        ("edit-customer", {"customer": "BLOOM", "name": None}),
        ("settings", {"future_sales_customer": "NOPE"}),
    ],
)
def test_what_cannot_be_done_is_refused(komet: Komet, action: str, params: dict[str, Any]) -> None:
    """A refusal changes nothing."""
    before = komet.sim.state()
    with pytest.raises(Refused):
        komet.sim.operator(action, **params)
    assert komet.sim.state() == before


def test_settings_reach_the_api_at_once(komet: Komet) -> None:
    """A setting is in force from the next call on."""
    assert komet.sim.operator("settings", mandatory_po_carrier="on")["mandatory_po_carrier"] == "on"
    assert failed(komet.create(), "carrier")
