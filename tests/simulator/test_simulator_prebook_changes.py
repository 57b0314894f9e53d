"""Later writes: update, delete, item.delete, future.item.add, purchase lines, several prebooks at once."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.simulator.driver import COMPANY, Komet, booked, failed

DAY = "2027-02-12"
FUTURE_LINE = 910005


def _future(komet: Komet, boxes: int = 7) -> dict[str, Any]:
    return komet.book(booked(productId=510, boxes=boxes, futureSalesPoNumber="P057120"))


def _bought(komet: Komet, *items: dict[str, Any]) -> dict[str, Any]:
    """A prebook whose items stand on purchase orders in Pending Approval."""
    answer = komet.book(*(items or [booked(vendorId=77)]))
    komet.sim.operator("purchase-prebook", prebook=answer["prebookNumber"])
    return answer


def _drop(komet: Komet, answer: dict[str, Any], place: int = 0) -> dict[str, Any]:
    item = answer["items"][place]["prebookItemId"]
    return komet.post("prebook.item.delete", prebookId=answer["prebookId"], prebookItemId=item)


def test_update(komet: Komet) -> None:
    """§7.6, A31: carrier, truck date, ship via, customer PO and comments change; what is left out stays."""
    key = komet.book(booked(), customerPO="BN-1", comments="One")["prebookId"]
    assert komet.post("prebook.update", prebookId=key)["status"] == "1"
    before = komet.prebooks(DAY)[0]
    assert (before["customerPONumber"], before["comments"], before["carrierId"]) == ("BN-1", "One", "31")
    changes = {"carrierId": 36, "shipDate": "2027-02-15", "shipViaId": 1, "customerPO": "BN-2"}
    komet.post("prebook.update", prebookId=str(key), **changes)
    (after,) = komet.prebooks("2027-02-15")
    assert (after["carrierName"], after["shipVia"]) == ("Sunshine Trucking", "Grower")
    assert (after["customerPONumber"], after["comments"]) == ("BN-2", "One")
    komet.post("prebook.update", prebookId=key, comments="", customerPO="")
    assert not {"comments", "customerPONumber"} & set(komet.prebooks("2027-02-15")[0])


def test_update_changes_nothing_else(komet: Komet) -> None:
    """§7.6, Q25: customer, ship-to, location, items and status cannot be changed that way."""
    key = komet.book(booked(), shipToId=6201)["prebookId"]
    before = komet.stored_prebook("010301")
    others = {
        "customerId": 48301,
        "shipToId": 6202,
        "companyLocationCode": "LAX",
        "status": "Approved",
        "isEcommerce": 1,
        "prebookItems": [booked()],
    }
    komet.post("prebook.update", prebookId=key, **others)
    after = komet.stored_prebook("010301")
    assert {**after, "updated_on": ""} == {**before, "updated_on": ""}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"prebookId": None}, "prebookId is required"),
        ({"prebookId": 1}, "Prebook not found: 1"),
        ({"carrierId": 1}, "Carrier not found"),
        ({"carrierId": 38}, "not active"),
        ({"shipDate": "2027-01-01"}, "in the past"),
        ({"shipViaId": 3}, "must be 1 or 0"),
        ({"customerPO": "p" * 21}, "longer than 20"),
        ({"comments": "c" * 201}, "longer than 200"),
    ],
)
def test_update_refuses(komet: Komet, changes: dict[str, Any], words: str) -> None:
    """§7.6: what a create refuses, an update refuses too."""
    komet.book(booked())
    assert failed(komet.post("prebook.update", **{"prebookId": 1700001, **changes}), words)


@pytest.mark.parametrize("action", ["invoice-prebook", "cancel-prebook"])
def test_a_closed_prebook_is_not_changed(komet: Komet, action: str) -> None:
    """What is invoiced or cancelled takes no update and no items."""
    key = komet.book(booked())["prebookId"]
    komet.sim.operator(action, prebook="010301")
    assert str(komet.post("prebook.update", prebookId=key, comments="x")["status"]) == "0"
    add = {"prebookId": key, "inventoryId": FUTURE_LINE, "boxes": 1, "price": 1}
    assert str(komet.post("prebook.future.item.add", **add)["status"]) == "0"


def test_delete(komet: Komet) -> None:
    """§7.6: the message to the blank; the items go, their boxes are back; a second time it is not found."""
    answer = _future(komet)
    assert komet.stored_po_line(FUTURE_LINE)["sold"] == 7
    done = komet.post("prebook.delete", prebookId=answer["prebookId"])
    assert (done["status"], done["message"]) == ("1", "The prebook was successfully deleted ")
    assert komet.sim.state()["prebooks"] == []
    assert komet.stored_po_line(FUTURE_LINE)["sold"] == 0
    assert failed(komet.post("prebook.delete", prebookId=answer["prebookId"]), "Prebook not found")


def test_delete_refuses(komet: Komet) -> None:
    """A36: not once purchased, even on a pending order, nor once invoiced; a cancelled order is none."""
    bought = _bought(komet)
    assert failed(komet.post("prebook.delete", prebookId=bought["prebookId"]), "purchased")
    komet.sim.operator("cancel", number="P057200")
    assert komet.post("prebook.delete", prebookId=bought["prebookId"])["status"] == "1"
    invoiced = komet.book(booked())
    komet.sim.operator("invoice-prebook", prebook=invoiced["prebookNumber"])
    assert failed(komet.post("prebook.delete", prebookId=invoiced["prebookId"]), "invoiced")


def test_item_delete(komet: Komet) -> None:
    """§7.6: the item goes, its boxes can be sold again; the header stays, also without its last item."""
    answer = _future(komet)
    more = komet.book(booked(), useExisting=1)
    assert _drop(komet, answer) == {"status": "1", "message": "success"}
    assert komet.stored_po_line(FUTURE_LINE)["sold"] == 0
    assert failed(_drop(komet, answer), "Prebook item not found")
    assert _drop(komet, more)["status"] == "1"
    assert komet.prebooks(DAY)[0]["details"] == []


def test_an_item_of_another_prebook(komet: Komet) -> None:
    """An item is deleted only through its own prebook."""
    first, second = komet.book(booked()), komet.book(booked())
    mixed = {"prebookId": first["prebookId"], "prebookItemId": second["items"][0]["prebookItemId"]}
    assert failed(komet.post("prebook.item.delete", **mixed), "Prebook item not found")
    assert len(komet.prebooks(DAY)[1]["details"]) == 1


def test_item_delete_takes_the_pending_line_along(komet: Komet) -> None:
    """§5.7: on a pending order the item can be deleted, and its line of that order goes with it, no other."""
    answer = _bought(komet, booked(vendorId=77), booked(vendorId=77, boxes=2))
    assert [line["totalBoxes"] for line in komet.lines("P057200")] == [5, 2]
    assert _drop(komet, answer)["status"] == "1"
    assert [line["totalBoxes"] for line in komet.lines("P057200")] == [2]


@pytest.mark.parametrize("action", ["approve", "confirm", "ship"])
def test_item_delete_refuses(komet: Komet, action: str) -> None:
    """A36: past Pending Approval the item stays, until its line is deleted or its order cancelled."""
    answer = _bought(komet, booked(vendorId=77), booked(vendorId=77))
    more = {"awb": "9-7"} if action == "ship" else {}
    komet.sim.operator(action, number="P057200", **more)
    assert failed(_drop(komet, answer), "P057200 is not pending approval")
    if action != "ship":
        line = komet.lines("P057200")[0]["poItemId"]
        assert komet.post("purchase.order.item.delete", poItemId=line)["status"] == "1"
        assert _drop(komet, answer)["status"] == "1"
    komet.sim.operator("cancel", number="P057200")
    assert _drop(komet, answer, 1)["status"] == "1"


def test_item_delete_refuses_what_is_invoiced(komet: Komet) -> None:
    """§7.6: an invoiced item stays, until its invoice is void."""
    answer = komet.book(booked())
    invoice = komet.sim.operator("invoice-prebook", prebook=answer["prebookNumber"])["invoice"]
    assert failed(_drop(komet, answer), "invoiced")
    komet.sim.operator("void-invoice", number=invoice)
    assert _drop(komet, answer)["status"] == "1"


def test_free_delete_rules(komet: Komet) -> None:
    """A36: with the switch everything can be deleted; a line past approval stays on its order, on its own."""
    answer = _bought(komet, booked(vendorId=77), booked(vendorId=77))
    komet.sim.operator("approve", number="P057200")
    komet.switch(delete_rules="free")
    assert _drop(komet, answer)["status"] == "1"
    assert komet.post("prebook.delete", prebookId=answer["prebookId"])["status"] == "1"
    assert [line.get("prebookItemId") for line in komet.lines("P057200")] == [None, None]


def test_an_emptied_order_vanishes_by_switch(komet: Komet) -> None:
    """A26: deleting the item takes the last line along, and with `vanish` the order."""
    answer = _bought(komet)
    komet.switch(po_emptied="vanish")
    _drop(komet, answer)
    assert komet.get("purchase.order.list", number="P057200")["message"] == "Orders not found."


def test_sold_lines_stay_on_their_order(komet: Komet) -> None:
    """A28: a future line of which a prebook has boxes cannot be deleted, until the prebook is."""
    answer = _future(komet)
    assert failed(komet.post("purchase.order.item.delete", poItemId=FUTURE_LINE), "sold")
    komet.post("prebook.delete", prebookId=answer["prebookId"])
    assert komet.post("purchase.order.item.delete", poItemId=FUTURE_LINE)["status"] == "1"


def test_a_line_that_goes_all_the_same(komet: Komet) -> None:
    """With `delete_rules` free a line goes with what was drawn of it; the item can still be deleted."""
    answer = _future(komet)
    komet.switch(delete_rules="free")
    komet.post("purchase.order.item.delete", poItemId=FUTURE_LINE)
    assert komet.stored_prebook("010301")["items"][0]["draws"] == []
    assert _drop(komet, answer)["status"] == "1"


def test_future_item_add(komet: Komet) -> None:
    """§7.6: an item like the ordered line; the answer has no id; too many boxes, another's line: refused."""
    key = komet.book()["prebookId"]
    body = {"prebookId": key, "inventoryId": FUTURE_LINE, "boxes": 5, "price": 0.5, "markCode": "BN"}
    assert komet.post("prebook.future.item.add", **body) == {"status": "1", "message": "success"}
    (item,) = komet.stored_prebook("010301")["items"]
    assert (item["product"], item["vendor"], item["box_type"]) == ("RSEXP60", "ALTAFLOR", "HB")
    assert (item["boxes"], item["bunches"], item["stems"], item["price"], item["cost"]) == (
        5,
        12,
        25,
        "0.50",
        "0.31",
    )
    assert item["mark_code"] == "BN" and komet.stored_po_line(FUTURE_LINE)["sold"] == 5
    for changes, words in (
        ({"boxes": 36}, "35 available"),
        ({"boxes": 0}, "At least one box"),
        ({"inventoryId": 1}, "not found"),
        ({"inventoryId": 910003}, "reserved for another customer"),
        ({"prebookId": 1}, "Prebook not found"),
        ({"price": None}, "price is required"),
        ({"price": -1}, "cannot be negative"),
        ({"markCode": "m" * 21}, "longer than 20"),
    ):
        assert failed(komet.post("prebook.future.item.add", **{**body, **changes}), words)
    assert len(komet.prebooks(DAY)[0]["details"]) == 1


def test_an_assorted_future_line_brings_its_breakdown(komet: Komet) -> None:
    """What is taken from an assorted line keeps its products."""
    komet.sim.operator("set-customer", number="P057116", customer="BLOOM")
    key = komet.book()["prebookId"]
    line = next(row for row in komet.lines("P057116") if row["productDescription"] == "Roses Assorted 60cm")
    body = {"prebookId": key, "inventoryId": line["poItemId"], "boxes": 1, "price": 5}
    komet.post("prebook.future.item.add", **body)
    (shown,) = komet.prebooks(DAY)[0]["details"]
    assert [part["bunches"] for part in shown["breakdowns"]] == [6, 4]


def test_a_prebook_line_is_purchased_by_api(komet: Komet) -> None:
    """§5.2: purchase.order.create with prebookItemId buys what the item says; once; from its own vendor."""
    item = komet.book(booked(vendorId=77))["items"][0]["prebookItemId"]
    bare = komet.book(booked(cost=None))["items"][0]["prebookItemId"]
    answer = komet.create({"identifier": "x", "prebookItemId": item}, customerId=48213)
    assert answer["items"][0]["status"] == 1
    (line,) = komet.lines(answer["purchaseOrderNumber"])
    assert (line["prebookItemId"], line["totalBoxes"], line["unitCost"]) == (str(item), 5, 0.28)
    assert (line["prebook"], line["orderType"]) == ("010301", "P")
    again, foreign, unknown, costless = komet.create(
        {"prebookItemId": item},
        {"prebookItemId": komet.book(booked(vendorId=78))["items"][0]["prebookItemId"]},
        {"prebookItemId": 1},
        {"prebookItemId": bare},
    )["items"]
    assert "nothing to purchase" in again["message"]
    assert "Prebook item not found" in foreign["message"] and "Prebook item not found" in unknown["message"]
    assert "cost is required" in costless["message"]
    done = komet.create({"prebookItemId": bare, "cost": 0.3})
    assert komet.lines(done["purchaseOrderNumber"])[0]["unitCost"] == 0.3
    stored = komet.stored_prebook("010302")["items"][0]
    assert (stored["vendor"], stored["cost"]) == ("ROSALEDA", "0.3000")


def _several(**changes: Any) -> dict[str, Any]:
    parts = ("Street", "City", "State", "Zipcode", "Country")
    addresses = {f"customer{kind}{part}": "x" for kind in ("Billing", "Shipping") for part in parts}
    item = booked(carrierCode="FEDEX", carrierName="FedEx Priority", shipDate=DAY, vendorCode="ROSALEDA")
    body = {
        "customerCode": "BLOOM",
        "customerName": "BloomNet",
        "customerPhone": "1",
        "customerPO": "BN-5",
        "prebookItems": [item, {**item, "shipDate": "2027-02-19"}, {**item, "boxes": 2}],
    }
    return {**body, **addresses, **changes}


def test_several_prebooks_at_once(komet: Komet) -> None:
    """§7.6: one prebook for each carrier and truck date; no customer data is written."""
    before = komet.sim.state()["customers"]
    answer = komet.post("multiple.prebooks.create", **_several(autoGeneratePOsfromPrebooks=1))
    assert [each["prebookNumber"] for each in answer["prebooks"]] == ["010301", "010302"]
    assert [len(each["items"]) for each in answer["prebooks"]] == [2, 1]
    assert [each["purchaseOrderNumbers"] for each in answer["prebooks"]] == ["P057200", "P057201"]
    assert [row["totalBoxes"] for row in komet.prebooks(DAY)[0]["details"]] == [5, 2]
    assert komet.sim.state()["customers"] == before


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"customerCode": None}, "customerCode is required"),
        ({"customerCode": "NOPE"}, "Customer not found: NOPE"),
        ({"customerPhone": None}, "customerPhone is required"),
        ({"customerShippingCity": ""}, "customerShippingCity is required"),
        ({"prebookItems": []}, "prebookItems is required"),
        ({"prebookItems": [booked(shipDate=DAY)]}, "carrierId or carrierCode is required"),
        ({"prebookItems": [booked(carrierCode="FEDEX")]}, "shipDate is required"),
    ],
)
def test_several_prebooks_refused(komet: Komet, changes: dict[str, Any], words: str) -> None:
    """§7.6: what the page requires is required, and nothing is made."""
    assert failed(komet.post("multiple.prebooks.create", COMPANY, **_several(**changes)), words)
    assert komet.sim.state()["prebooks"] == []
