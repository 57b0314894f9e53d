"""Orders flowing back: a partner's web order, invoices, prebooks, and what a sales rep does with them."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.simulator.driver import CUSTOMER, USER, VENDOR, Komet, failed, line
from reconciler.simulator.errors import Refused

LINE, OTHER, HELD, FUTURE_LINE, BLOOM = 88101, 88108, 88109, 910005, 48213
DAY = "2027-01-12"


def _put(komet: Komet, token: str = CUSTOMER, /, **changes: Any) -> dict[str, Any]:
    """web-order-item.add of three boxes of an open line, unless `changes` say otherwise."""
    body = {"customerId": BLOOM, "inventoryIds": LINE, "inventoryOrigin": 1, "quantity": 3, "price": 0.42}
    return komet.send("web-order-item.add", token, **{**body, "carrierId": 31, "date": DAY, **changes})


def _checkout(komet: Komet, order: Any, **more: Any) -> dict[str, Any]:
    return komet.send("web-order.checkout", customerId=BLOOM, webOrderId=order, **more)


def _po_line(komet: Komet, line_id: int) -> dict[str, Any]:
    orders = komet.sim.state()["purchase_orders"]
    (found,) = (each for order in orders for each in order["lines"] if each["id"] == line_id)
    assert isinstance(found, dict)
    return found


def test_a_purchase_on_hand_becomes_an_invoice(komet: Komet) -> None:
    """§8, Q21: create, add, check out: a pending e-commerce invoice; the boxes are gone from the shop."""
    komet.sim.operator("stock-customer", line=LINE, customer="BLOOM")
    created = komet.send("web-order.create", customerId=BLOOM, companyId=6316)
    assert created == {"message": "Web order was successfully created.", "status": "1", "webOrderId": "30201"}
    assert _put(komet, webOrderId=30201)["webOrderId"] == "30201"
    assert komet.reserved()[0]["quantity"] == 7
    assert _checkout(komet, 30201, customerPo="BN-7")["status"] == "1"
    (invoice,) = komet.get("invoice.details.list", CUSTOMER, orderDate=DAY)["invoices"]
    assert (invoice["status"], invoice["isEcommerce"], invoice["customerPONumber"]) == (0, 1, "BN-7")
    (item,) = invoice["details"]
    assert (item["totalBoxes"], item["unitPrice"], item["amount"]) == (3, 0.42, "378.00")
    assert (item["awb"], item["growerId"], item["productId"]) == ("72933810101", "77", "999")


def test_a_purchase_of_future_boxes_is_a_prebook(komet: Komet) -> None:
    """Q21: future boxes make no invoice; they lower what is offered, before and after checkout (A25)."""
    order = _put(komet, inventoryIds=FUTURE_LINE, inventoryOrigin=2, quantity=15)["webOrderId"]
    (row,) = (each for each in komet.shop() if each["inventoryLineIds"] == str(FUTURE_LINE))
    assert row["quantity"] == 25
    assert _checkout(komet, order, customerPo="BN-8")["status"] == "1"
    state = komet.sim.state()
    assert state["invoices"] == []
    (prebook,) = state["prebooks"]
    assert (prebook["checked_out"], prebook["customer_po"], prebook["status"]) == (1, "BN-8", "Pending")
    (draw,) = prebook["items"][0]["draws"]
    assert (draw["line_id"], draw["boxes"]) == (FUTURE_LINE, 15)
    assert _po_line(komet, FUTURE_LINE)["sold"] == 15


def test_items_join_the_pending_order(komet: Komet) -> None:
    """Without webOrderId an item joins the customer's pending order, or makes one."""
    first = _put(komet)["webOrderId"]
    assert _put(komet, inventoryIds=88102)["webOrderId"] == first
    _checkout(komet, first)
    assert _put(komet)["webOrderId"] != first


def test_details_of_a_web_order(komet: Komet) -> None:
    """web-order-details.list: pending ones, checked out only with statusId 2; another customer's never."""
    order = _put(komet)["webOrderId"]
    asked: dict[str, Any] = {"customerId": BLOOM, "webOrderId": order}
    (found,) = komet.ask("web-order-details.list", CUSTOMER, **asked)["webOrders"]
    assert (found["statusId"], found["total"], found["items"][0]["quantity"]) == (1, 378.0, 3)
    _checkout(komet, order)
    answer = komet.ask("web-order-details.list", CUSTOMER, **asked)
    assert answer["message"] == "Web orders not found."
    assert komet.ask("web-order-details.list", CUSTOMER, **asked, statusId=2)["webOrders"]
    assert failed(komet.ask("web-order-details.list", USER, **{**asked, "customerId": 48301}), "not found")


def test_one_invoice_per_date(komet: Komet) -> None:
    """Items that travel on different days come on invoices of their own."""
    order = _put(komet)["webOrderId"]
    _put(komet, inventoryIds=88102, date="2027-01-13")
    _put(komet, inventoryIds=88103)
    _checkout(komet, order)
    invoices = komet.sim.state()["invoices"]
    assert [(each["ship_date"], len(each["items"])) for each in invoices] == [(DAY, 2), ("2027-01-13", 1)]


def test_a_row_of_several_lines(komet: Komet) -> None:
    """inventoryIds may be a list: boxes come from the lines in the order in which they are named."""
    order = _put(komet, inventoryIds="88102,88101", quantity=6)["webOrderId"]
    (found,) = komet.ask("web-order-details.list", CUSTOMER, customerId=BLOOM, webOrderId=order)["webOrders"]
    assert [item["quantity"] for item in found["items"]] == [4, 2]
    assert failed(_put(komet, inventoryIds="88103,88104", quantity=15), "not enough boxes")
    assert (komet.stored_line(88103)["boxes"], komet.stored_line(88104)["boxes"]) == (6, 8)


def test_taking_an_item_out_gives_boxes_back(komet: Komet) -> None:
    """web-order-item.delete and web-order.delete put boxes back, on hand and future."""
    item = _put(komet)["webOrderItemId"]
    _put(komet, inventoryIds=FUTURE_LINE, inventoryOrigin=2)
    order = _put(komet, inventoryIds=88102)["webOrderId"]
    assert komet.send("web-order-item.delete", customerId=BLOOM, webOrderItemId=item)["status"] == "1"
    assert (komet.stored_line(LINE)["boxes"], komet.stored_line(LINE)["sold"]) == (10, 0)
    answer = komet.send("web-order.delete", customerId=BLOOM, webOrderId=order)
    assert answer["message"] == "The Web Order was successfully canceled."
    assert (komet.stored_line(88102)["boxes"], _po_line(komet, FUTURE_LINE)["sold"]) == (4, 0)
    assert komet.sim.state()["prebooks"] == komet.sim.state()["web_orders"] == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"inventoryIds": OTHER}, "not available"),
        ({"inventoryIds": HELD}, "not available"),
        ({"inventoryIds": 1}, "not available"),
        ({"inventoryOrigin": 2}, "not available"),
        ({"inventoryOrigin": 3}, "not available"),
        ({"inventoryIds": 910003, "inventoryOrigin": 2}, "not available"),
        ({"inventoryIds": FUTURE_LINE, "inventoryOrigin": 2, "date": "2027-01-10"}, "not available"),
        ({"quantity": 11}, "not enough boxes"),
        ({"quantity": 0}, "At least one box"),
        ({"price": -1}, "cannot be negative"),
        ({"carrierId": 1}, "Carrier not found"),
        ({"shipToId": 6211}, "Ship to not found"),
        ({"webOrderId": 1}, "Web order not found"),
        ({"date": "2027-01-01"}, "not available"),
        ({"customerId": 48301}, "another customer"),
    ],
)
def test_what_cannot_be_bought(komet: Komet, changes: dict[str, Any], words: str) -> None:
    """Only what the shop shows for that day is sold, and nothing changes when it is not."""
    before = komet.sim.state()
    assert failed(_put(komet, **changes), words)
    after = komet.sim.state()
    assert (after["inventory"], after["web_orders"]) == (before["inventory"], before["web_orders"])


def test_a_checked_out_order_is_closed(komet: Komet) -> None:
    """An order is checked out once, not empty, and not changed afterwards."""
    empty = komet.send("web-order.create", customerId=BLOOM, companyId=6316)["webOrderId"]
    assert failed(_checkout(komet, empty), "no items")
    item = _put(komet)
    order = item["webOrderId"]
    _checkout(komet, order)
    assert failed(_checkout(komet, order), "already checked out")
    assert failed(_put(komet, webOrderId=order), "already checked out")
    assert failed(komet.send("web-order.delete", customerId=BLOOM, webOrderId=order), "already checked out")
    gone = {"customerId": BLOOM, "webOrderItemId": item["webOrderItemId"]}
    assert failed(komet.send("web-order-item.delete", **gone), "already checked out")


def test_who_may_shop(komet: Komet) -> None:
    """A User token shops for its user's customers, a Vendor token for none; a held credit buys nothing."""
    assert _put(komet, USER)["status"] == "1"
    assert failed(_put(komet, USER, customerId=48301), "Customer not found")
    assert failed(_put(komet, VENDOR), "not available for a token")
    komet.sim.operator("edit-customer", customer="BLOOM", credit_hold=True)
    assert failed(_put(komet), "credit hold")


def test_invoice_by_hand(komet: Komet) -> None:
    """invoice.create, .item.add, .item.delete: numbers, availableBoxes, boxes back (§8, §4.6)."""
    made = komet.post("invoice.create", customerCode="PETALHSE", shipDate=DAY, poNumber="7", statusDraft=1)
    assert (made["status"], made["message"], made["invoiceNumber"]) == ("1", "success", 85001)
    body = {"invoiceId": made["invoiceId"], "price": 0.5, "boxes": 2, "returnAvailableBoxes": 1}
    added = komet.post("invoice.item.add", **body, orderItemId=OTHER, markCode="W", productAlias="Red roses")
    assert added["availableBoxes"] == 6
    (invoice,) = komet.get("invoice.details.list", order=85001)["invoices"]
    assert (invoice["status"], invoice["details"][0]["productDescription"]) == (2, "Red roses")
    gone = {"invoiceId": made["invoiceId"], "invoiceItemId": added["invoiceItemId"]}
    assert komet.post("invoice.item.delete", **gone, returnAvailableBoxes=1)["availableBoxes"] == 8
    assert failed(komet.post("invoice.item.delete", **gone), "Invoice item not found")


def test_invoice_item_by_codes(komet: Komet) -> None:
    """By codes and pack the oldest line with enough boxes is sold; ids and codes exclude each other."""
    invoice = komet.post("invoice.create", customerId=BLOOM, shipDate=DAY)["invoiceId"]
    codes = {"productCode": "RSFRE60", "boxTypeCode": "HB", "unitsPerBox": 300, "unitType": "stem"}
    body = {"invoiceId": invoice, "boxes": 7, "price": 0.4}
    assert komet.post("invoice.item.add", **body, **codes)["status"] == "1"
    assert komet.stored_line(88104)["boxes"] == 1
    assert failed(komet.post("invoice.item.add", **body, **codes, orderItemId=LINE), "at the same time")
    assert failed(komet.post("invoice.item.add", **{**body, "boxes": 99}, **codes), "not found")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({}, "customerId or customerCode is required"),
        ({"customerId": BLOOM}, "shipDate is required"),
        ({"customerId": 48399, "shipDate": DAY}, "not active"),
        ({"customerId": BLOOM, "shipDate": DAY, "shipToId": 6211}, "Ship to not found"),
        ({"customerId": BLOOM, "shipDate": DAY, "companyLocationCode": "X"}, "Location not found"),
    ],
)
def test_invoice_create_refuses(komet: Komet, body: dict[str, Any], words: str) -> None:
    """What an invoice needs, and what does not fit the customer."""
    assert failed(komet.post("invoice.create", **body), words)


def test_invoice_list(komet: Komet) -> None:
    """§8, §1.5: by date, number or id; status, location and e-commerce filters; spans; empty as a message."""
    komet.sim.operator("buy", customer="BLOOM", line=LINE, boxes=10, price="4.20")
    komet.sim.operator("buy", customer="PETALHSE", line=OTHER, boxes=1)
    period = {"orderDateFrom": "2027-01-01", "orderDateTo": "2027-01-31"}

    def numbers(**more: Any) -> list[int]:
        rows = komet.get("invoice.list", **period, **more).get("invoices", [])
        return [row["number"] for row in rows]

    assert numbers() == [85001, 85002]
    assert numbers(customerId=48301) == [85002]
    assert numbers(status=1) == numbers(locationId=12) == numbers(isEcommerce=0) == []
    assert numbers(locationIds="11,12") == [85001, 85002]
    assert komet.get("invoice.list", order=85001)["invoices"][0]["total"] == "12,600.00"
    assert komet.get("invoice.list", orderId=1)["message"] == "Orders not found."
    assert [row["number"] for row in komet.get("invoice.list", CUSTOMER, **period)["invoices"]] == [85001]
    assert failed(komet.get("invoice.list", orderDateFrom="2027-01-01"), "is required")
    wide = {"orderDateFrom": "2027-01-01", "orderDateTo": "2027-07-09"}
    assert failed(komet.get("invoice.list", **wide), "184 days")
    assert failed(komet.get("invoice.details.list", **period), "4 days")


def test_details_hold_at_most_ten_thousand_boxes(komet: Komet) -> None:
    """§1.5: invoice.details.list refuses more than 10,000 boxes."""
    new = {"location": "MIA", "product": "RSFRE60", "vendor": "ROSALEDA", "box_type": "HB", "cost": "0.28"}
    line_id = komet.sim.operator("stock-add", **new, boxes=10001, bunches=12, stems=25)["line"]
    number = komet.sim.operator("buy", customer="BLOOM", line=line_id, boxes=10001)["invoice"]
    assert failed(komet.get("invoice.details.list", order=number), "10000 boxes")


def test_the_sales_rep(komet: Komet) -> None:
    """§8: an invoice is confirmed once; voiding brings the boxes back; no item changes afterwards."""
    number = komet.sim.operator("buy", customer="BLOOM", line=LINE, boxes=4)["invoice"]
    assert komet.sim.operator("confirm-invoice", number=number)["status"] == 1
    with pytest.raises(Refused, match="confirmed"):
        komet.sim.operator("confirm-invoice", number=number)
    invoice = komet.get("invoice.list", order=number)["invoices"][0]["id"]
    item = {"invoiceId": invoice, "orderItemId": LINE, "boxes": 1, "price": 1}
    assert failed(komet.post("invoice.item.add", **item), "cannot be edited")
    assert komet.sim.operator("void-invoice", number=number)["status"] == 4
    assert komet.stored_line(LINE)["boxes"] == 10
    with pytest.raises(Refused, match="voided"):
        komet.sim.operator("void-invoice", number=number)


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"customer": "BLOOM", "boxes": 1}, "either line"),
        ({"customer": "BLOOM", "boxes": 1, "line": LINE, "po_line": FUTURE_LINE}, "either line"),
        ({"customer": "BLOOM", "boxes": 11, "line": LINE}, "not enough boxes"),
        ({"customer": "BLOOM", "boxes": 1, "line": OTHER}, "another customer"),
        ({"customer": "BLOOM", "boxes": 1, "line": HELD}, "not available"),
        ({"customer": "BLOOM", "boxes": 1, "po_line": 910003}, "another customer"),
        ({"customer": "BLOOM", "boxes": 1, "po_line": 910010}, "not available"),
        ({"customer": "BLOOM", "boxes": 41, "po_line": FUTURE_LINE}, "40 available"),
        ({"customer": "BLOOM", "boxes": 1, "line": LINE, "price": -1}, "negative"),
    ],
)
def test_buy_refuses(komet: Komet, params: dict[str, Any], words: str) -> None:
    """A partner cannot buy what is held, reserved for others, or not there."""
    with pytest.raises(Refused, match=words):
        komet.sim.operator("buy", **params)


def test_sold_lines_stay_on_their_order(komet: Komet) -> None:
    """A28: a line of which boxes are sold is not deleted, alone or with its order, nor cut below them."""
    komet.sim.operator("buy", customer="BLOOM", po_line=FUTURE_LINE, boxes=5)
    assert failed(komet.post("purchase.order.item.delete", poItemId=FUTURE_LINE), "sold")
    for action, params in (
        ("delete-line", {"line": FUTURE_LINE}),
        ("delete", {"number": "P057120"}),
        ("edit-line", {"line": FUTURE_LINE, "boxes": 4}),
    ):
        with pytest.raises(Refused, match="sold"):
            komet.sim.operator(action, **params)
    komet.switch(delete_rules="free")
    assert komet.post("purchase.order.item.delete", poItemId=FUTURE_LINE)["status"] == "1"


def test_a_partial_shipment_splits_what_was_drawn(komet: Komet) -> None:
    """Q18: boxes drawn beyond the shipped ones move to the line of the boxes that stay."""
    komet.sim.operator("buy", customer="BLOOM", po_line=FUTURE_LINE, boxes=10)
    komet.sim.operator("buy", customer="BLOOM", po_line=FUTURE_LINE, boxes=20)
    shipped = komet.sim.operator("ship", line=FUTURE_LINE, awb="9-9", boxes=15)["lines"][0]
    assert (_po_line(komet, FUTURE_LINE)["sold"], _po_line(komet, shipped["rest"])["sold"]) == (15, 15)
    items = [item for prebook in komet.sim.state()["prebooks"] for item in prebook["items"]]
    draws = [(draw["line_id"], draw["boxes"]) for item in items for draw in item["draws"]]
    assert sorted(draws) == [(FUTURE_LINE, 5), (FUTURE_LINE, 10), (shipped["rest"], 15)]


def test_receiving_brings_unsold_boxes(komet: Komet) -> None:
    """§6.1: unsold boxes of a shipped order are stock on arrival, Future Sales ones free; once only."""
    komet.sim.operator("buy", customer="BLOOM", po_line=FUTURE_LINE, boxes=15)
    komet.sim.operator("ship", number="P057120", awb="999-3")
    result = komet.sim.operator("receive", number="P057120")
    first, second = (komet.stored_line(each) for each in result["lines"])
    assert (first["boxes"], first["customer"], first["price_a"], first["awb"]) == (25, None, "0.47", "999-3")
    assert (second["boxes"], second["location"], second["inventory_date"]) == (15, "MIA", "2027-01-04")
    future = {row["inventoryLineIds"] for row in komet.shop() if row["inventoryOrigin"] == 2}
    assert future == set()
    with pytest.raises(Refused, match="not in stock yet"):
        komet.sim.operator("receive", number="P057120")
    assert komet.sim.operator("receive", awb="999-3")["lines"] == []


def test_a_sold_out_line_brings_nothing(komet: Komet) -> None:
    """An order whose boxes are all sold arrives without becoming stock."""
    number = komet.create(line(boxes=4))["purchaseOrderNumber"]
    komet.sim.operator("confirm", number=number)
    line_id = int(komet.lines(number)[0]["poItemId"])
    komet.sim.operator("buy", customer="BLOOM", po_line=line_id, boxes=4)
    komet.sim.operator("ship", number=number, awb="999-4")
    assert komet.sim.operator("receive", awb="999-4")["lines"] == []
