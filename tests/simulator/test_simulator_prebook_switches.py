"""The switches of prebooks: each does what it says, and its default is the assumption's answer."""

from __future__ import annotations

import pytest

from reconciler.simulator.driver import Komet, booked, failed, seed_with
from reconciler.simulator.embed import make_simulator

DAY = "2027-02-12"


def test_future_po_boxes(komet: Komet) -> None:
    """§6.1, A28: only confirmed boxes can be drawn on, or all that are ordered."""
    item = booked(productId=512, boxes=12, futureSalesPoNumber="P057120")
    assert "10 available" in komet.book(item)["items"][0]["message"]
    komet.switch(future_po_boxes="ordered")
    (row,) = komet.book(item)["items"]
    assert (row["status"], row["availableBoxes"]) == (1, 3)


def test_use_existing_unmatched(komet: Komet) -> None:
    """A23: useExisting without a match makes a new prebook, or is refused; a match is taken either way."""
    assert komet.book(booked(), useExisting=1)["status"] == "1"
    komet.switch(use_existing_unmatched="refuse")
    assert failed(komet.book(booked(), useExisting=1, customerPO="X"), "no prebook to add")
    assert komet.book(booked(), useExisting=1)["prebookNumber"] == "010301"


def test_prebook_unknown_status(komet: Komet) -> None:
    """A29: the status is one that the company has defined, or any is taken."""
    assert komet.stored_prebook(komet.book(status="APPROVED")["prebookNumber"])["status"] == "Approved"
    assert failed(komet.book(status="Urgent"), "Prebook status not found")
    komet.switch(prebook_unknown_status="accept")
    assert komet.stored_prebook(komet.book(status="Urgent")["prebookNumber"])["status"] == "Urgent"


def test_a_company_defines_its_statuses() -> None:
    """A29: the seed lists them, the first is what a prebook gets that names none."""
    sim = make_simulator(seed_with(prebook_statuses=["New", "Checked"], next_prebook_number=77))
    komet = Komet(sim)
    assert komet.stored_prebook(komet.book()["prebookNumber"])["status"] == "New"
    assert komet.book(status="checked")["prebookNumber"] == "000078"
    assert failed(komet.book(status="Confirmed"), "not found")
    sim.close()


def test_prebook_past_date(komet: Komet) -> None:
    """A8: a truck date in the past is refused, on create and on update, or taken."""
    key = komet.book(booked(), shipDate="2027-01-04")["prebookId"]
    assert failed(komet.book(booked(), shipDate="2027-01-03"), "in the past")
    komet.switch(prebook_past_date="allow")
    assert komet.book(booked(), shipDate="2027-01-03")["status"] == "1"
    assert komet.post("prebook.update", prebookId=key, shipDate="2027-01-02")["status"] == "1"


def test_prebook_blocked_customer(komet: Komet) -> None:
    """A8: a customer that is inactive or on credit hold is refused, or not looked at."""
    komet.sim.operator("edit-customer", customer="BLOOM", credit_hold=True)
    assert failed(komet.book(), "credit hold")
    assert failed(komet.book(customerId=48399), "not active")
    komet.switch(prebook_blocked_customer="allow")
    key = komet.book()["prebookId"]
    assert komet.book(customerId=48399)["status"] == "1"
    add = {"prebookId": key, "inventoryId": 910005, "boxes": 1, "price": 1}
    assert komet.post("prebook.future.item.add", **add)["status"] == "1"
    komet.switch(prebook_blocked_customer="refuse")
    assert failed(komet.post("prebook.future.item.add", **add), "credit hold")


def test_prebook_cancelled(komet: Komet) -> None:
    """§7.5: a cancelled prebook is in no list unless its status is asked for, or is shown."""
    komet.book(booked())
    komet.sim.operator("cancel-prebook", prebook="010301")
    span = {"dateFrom": DAY, "dateTo": DAY}
    assert komet.prebooks() == []
    assert "prebooks" not in komet.get("prebook.list", **span)
    assert len(komet.get("prebook.list", **span, prebookStatus="Cancelled")["prebooks"]) == 1
    komet.switch(prebook_cancelled="shown")
    assert len(komet.prebooks()) == len(komet.get("prebook.list", **span)["prebooks"]) == 1


def test_prebook_list_rows(komet: Komet) -> None:
    """A32: rows of prebook.list carry the header of the details, or what is documented alone."""
    komet.book(booked(), customerPO="BN-1")
    (full,) = komet.get("prebook.list", dateFrom=DAY, dateTo=DAY)["prebooks"]
    (details,) = komet.prebooks()
    assert {name: str(value) for name, value in full.items()} == {
        name: str(value) for name, value in details.items() if name != "details"
    }
    komet.switch(prebook_list_rows="bare")
    (bare,) = komet.get("prebook.list", dateFrom=DAY, dateTo=DAY)["prebooks"]
    assert bare == {"id": 1700001, "number": "010301", "locationId": 11}


def test_prebook_ship_via_form(komet: Komet) -> None:
    """§7.5: ship via is read as a word, or as the number that was sent."""
    komet.book(shipViaId=1)
    assert komet.prebooks()[0]["shipVia"] == "Grower"
    komet.switch(prebook_ship_via_form="ids")
    assert komet.prebooks()[0]["shipVia"] == 1


def test_vendor_lead_days(komet: Komet) -> None:
    """§7.5: generated orders ship that many days before the truck."""
    number = komet.book(booked(vendorId=77), autoGeneratePOsfromPrebooks=1)["purchaseOrderNumbers"]
    assert komet.order(number)["shipDate"] == "2027-02-10"
    komet.switch(vendor_lead_days=5)
    number = komet.book(booked(vendorId=77), autoGeneratePOsfromPrebooks=1)["purchaseOrderNumbers"]
    assert komet.order(number)["shipDate"] == "2027-02-07"


def test_po_list_by_prebook(komet: Komet) -> None:
    """§5.3, §9.4: a prebook's number may stand alone in purchase.order.list, or needs a date beside it."""
    answer = komet.book(booked(vendorId=77), autoGeneratePOsfromPrebooks=1)
    asked = {"prebook": answer["prebookNumber"]}
    (order,) = komet.get("purchase.order.list", **asked)["purchaseOrders"]
    assert order["number"] == answer["purchaseOrderNumbers"]
    komet.switch(po_list_by_prebook="with_date")
    assert failed(komet.get("purchase.order.list", **asked), "is required")
    assert len(komet.get("purchase.order.list", **asked, date="2027-02-10")["purchaseOrders"]) == 1


def test_unknown_product_code(komet: Komet) -> None:
    """A30: with `refuse` an unknown code fails its line, of an item and of a breakdown; nothing is parked."""
    part = {"productCode": "NOSUCH", "bunches": 1, "stemsBunch": 1, "cost": 1, "price": 1}
    assert komet.book(booked(breakdowns=[part]))["items"][0]["status"] == 1
    assert komet.prebooks()[0]["details"][0]["breakdowns"][0]["productDescription"] == "UNKNOWN"
    komet.switch(unknown_product_code="refuse")
    for item in (booked(productId=None, productCode="NOSUCH"), booked(breakdowns=[part])):
        assert "NOSUCH" in komet.book(item)["items"][0]["message"]
    assert len(komet.sim.state()["parked_products"]) == 1


def test_partial_success(komet: Komet) -> None:
    """A23: with `refuse` one failed line refuses the whole request: no prebook, no boxes taken."""
    komet.switch(partial_success="refuse")
    taking = booked(productId=510, futureSalesPoNumber="P057120")
    assert failed(komet.book(taking, booked(boxes=0)), "boxes must be")
    assert komet.sim.state()["prebooks"] == []
    assert komet.stored_po_line(910005)["sold"] == 0


@pytest.mark.parametrize(("value", "kept"), [("trimmed", "hello"), ("exact", " hello "), ("cut", " hello ")])
def test_comments_roundtrip(komet: Komet, value: str, kept: str) -> None:
    """A11: comments come back trimmed, exactly, or cut at 200, written and changed."""
    komet.switch(comments_roundtrip=value)
    key = komet.book(comments=" hello ")["prebookId"]
    assert komet.prebooks()[0]["comments"] == kept
    answer = komet.post("prebook.update", prebookId=key, comments="c" * 250)
    if value == "cut":
        assert komet.prebooks()[0]["comments"] == "c" * 200
    else:
        assert failed(answer, "200 characters")


def test_sell_reserved_to_other(komet: Komet) -> None:
    """A35: a prebook draws on another customer's reserved order only by switch; on its own always."""
    item = booked(boxes=2, futureSalesPoNumber="P057116")
    assert "reserved for another customer" in komet.book(item)["items"][0]["message"]
    assert komet.book(item, customerId=48307)["items"][0]["availableBoxes"] == 18
    komet.switch(sell_reserved_to_other="allow")
    assert komet.book(item)["items"][0]["availableBoxes"] == 16


def test_multi_location(komet: Komet) -> None:
    """§7.2: in a multi-location company the location's code is required."""
    komet.switch(multi_location="on")
    assert failed(komet.book(), "companyLocationCode is required")
    assert komet.book(companyLocationCode="JFK")["status"] == "1"


def test_empty_purchase_order_numbers(komet: Komet) -> None:
    """§7.3: without orders purchaseOrderNumbers is an empty text, however empty fields look otherwise."""
    for form in ("absent", "null", "empty"):
        komet.switch(empty_fields=form)
        assert komet.book()["purchaseOrderNumbers"] == ""
