"""The switches of stock and shop: each changes what it says, and its default is the assumption's answer."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.simulator.driver import COMPANY, CUSTOMER, Komet, failed, line

LINE, RESERVED = 88101, 88108
UPDATE: dict[str, Any] = {"inventoryId": LINE, "unitCost": 0.28, "customerId": 48213}


def _open(komet: Komet) -> set[int]:
    return {row["inventoryId"] for row in komet.get("inventory.openmarket.list")["inventoryItems"]}


def _confirmed(komet: Komet, *lines: dict[str, Any], **header: Any) -> str:
    number = komet.create(*lines, **header)["purchaseOrderNumber"]
    komet.sim.operator("confirm", number=number)
    return str(number)


def test_inventory_update_customer(komet: Komet) -> None:
    """A7: ignored by default, refused, honoured, or pretended; the last two take it alone, and 0 clears."""
    assert komet.post("inventory.update", **UPDATE)["status"] == "1"
    assert komet.stored_line(LINE)["customer"] is None
    alone = {"inventoryId": LINE, "customerId": 48213}
    assert failed(komet.post("inventory.update", **alone), "unitCost is required")
    komet.switch(inventory_update_customer="refused")
    assert failed(komet.post("inventory.update", **UPDATE), "customerId")
    komet.switch(inventory_update_customer="honoured")
    assert komet.post("inventory.update", **alone)["status"] == "1"
    assert (komet.stored_line(LINE)["customer"], komet.stored_line(LINE)["cost"]) == ("BLOOM", "0.280")
    assert len(komet.reserved()) == 1
    komet.post("inventory.update", **{**alone, "customerId": 0})
    assert komet.stored_line(LINE)["customer"] is None
    assert failed(komet.post("inventory.update", **{**alone, "customerId": 1}), "Customer not found")
    komet.switch(inventory_update_customer="pretended")
    assert komet.post("inventory.update", **alone)["status"] == "1"
    assert komet.stored_line(LINE)["customer"] is None


@pytest.mark.parametrize(("value", "by_query", "by_body"), [("both", 1, 1), ("query", 1, 0), ("body", 0, 1)])
def test_inventory_add_encoding(komet: Komet, value: str, by_query: int, by_body: int) -> None:
    """§4.2: parameters in the URL, as JSON, or either."""
    komet.switch(inventory_add_encoding=value)
    body = {"growerId": 77, "awb": "1", "shipDate": "2027-01-02", "productId": 999, "quantity": 1}
    body |= {"boxTypeId": 9, "unitType": "Stem", "stemsBunch": 25, "bunches": 12, "unitCost": 0.28}
    assert komet.add_stock()["status"] == by_query
    assert komet.post("inventory.add", **body)["status"] == by_body


def test_inventory_add_destination(komet: Komet) -> None:
    """§4.2: into the inventory, or the staging area; confirmInventory decides where it is sent."""
    assert not komet.stored_line(komet.add_stock()["inventoryId"])["staging"]
    assert komet.stored_line(komet.add_stock(confirmInventory=0)["inventoryId"])["staging"]
    komet.switch(inventory_add_destination="staging")
    line_id = komet.add_stock(customerId=48213)["inventoryId"]
    assert komet.stored_line(line_id)["staging"]
    assert komet.reserved() == []
    komet.sim.operator("stock-confirm", line=line_id)
    assert len(komet.reserved()) == 1
    assert not komet.stored_line(komet.add_stock(confirmInventory=1)["inventoryId"])["staging"]


def test_inventory_add_returns_id(komet: Komet) -> None:
    """A10: with `off` the answer has no id, though the line is there."""
    komet.switch(inventory_add_returns_id="off")
    before = len(komet.sim.state()["inventory"])
    assert komet.add_stock().keys() == {"status", "message"}
    assert len(komet.sim.state()["inventory"]) == before + 1


def test_inventory_list_reference(komet: Komet) -> None:
    """A10: with `off` inventory.list does not show references."""
    komet.switch(inventory_list_reference="off")
    rows = komet.get("inventory.list", inventoryType="all")["inventoryItems"]
    assert not any("reference" in row for row in rows)


def test_inventory_reserved_type(komet: Komet) -> None:
    """§4.1: which type a reserved line has is open; with `P` the default list leaves it out."""

    def ids(**params: Any) -> set[str]:
        return {row["orderItemId"] for row in komet.get("inventory.list", **params)["inventoryItems"]}

    assert str(RESERVED) in ids()
    komet.switch(inventory_reserved_type="P")
    assert str(RESERVED) not in ids()
    assert str(RESERVED) in ids(inventoryType="P")
    assert str(RESERVED) in ids(inventoryType="all")


def test_negative_quantity(komet: Komet) -> None:
    """A19: with `allow` boxes can be taken away, never below none."""
    body = {"inventoryId": LINE, "unitCost": 0.28}
    assert failed(komet.post("inventory.update", **body, quantity=-3), "at least 0")
    komet.switch(negative_quantity="allow")
    komet.post("inventory.update", **body, quantity=-3)
    assert komet.stored_line(LINE)["boxes"] == 7
    assert failed(komet.post("inventory.update", **body, quantity=-8), "only 7")


def test_ids_shared_across_lists(komet: Komet) -> None:
    """A18: with `off` each family of methods has its own number for a line, and takes no other."""
    komet.sim.operator("stock-customer", line=LINE, customer="BLOOM")
    komet.switch(ids_shared_across_lists="off")
    (row,) = komet.reserved()
    assert row["inventoryLineIds"] != str(LINE)
    assert 88102 not in _open(komet)
    assert failed(komet.post("inventory.update", inventoryId=88102, unitCost=1), "not found")
    added = komet.add_stock()["inventoryId"]
    assert added in _open(komet)
    assert komet.post("inventory.update", inventoryId=added, unitCost=1)["status"] == "1"
    dates = {"date": "2027-01-05", "availableFrom": "2027-01-05", "availableTo": "2027-01-05"}
    asked = {"customerId": 48213, "inventoryOrigin": 1, **dates}
    found = komet.ask("ecommerce/inventory.get", **asked, inventoryLineIds=row["inventoryLineIds"])
    assert found["inventoryItems"] == [row]


def test_reserved_in_openmarket(komet: Komet) -> None:
    """A6: with `shown` reserved lines are in the open market list too."""
    assert RESERVED not in _open(komet)
    komet.switch(reserved_in_openmarket="shown")
    assert RESERVED in _open(komet)


def test_shop_without_location(komet: Komet) -> None:
    """A39: where no location is named all are shown, or one, or the list is refused."""
    place = {"location": "LAX", "product": "RSFRE60", "vendor": "ROSALEDA", "box_type": "HB"}
    pack = {"boxes": 2, "bunches": 12, "stems": 25, "unit": "Stem", "cost": "0.30"}
    komet.sim.operator("stock-add", **place, **pack, customer="BLOOM")
    komet.sim.operator("stock-customer", line=LINE, customer="BLOOM")
    everywhere = komet.reserved()
    komet.switch(shop_without_location="first")
    assert 0 < len(komet.reserved()) < len(everywhere)
    komet.switch(shop_without_location="refuse")
    asked = {"customerId": 48213, "reservedInventory": "true"}
    assert failed(komet.ask("ecommerce/inventory.list", CUSTOMER, **asked), "companyLocationId")


def test_transactional_access(komet: Komet) -> None:
    """A20: without the access the flag is ignored, true and false alike, or refused."""
    komet.sim.operator("stock-customer", line=LINE, customer="BLOOM")
    komet.switch(transactional_access="missing_ignored")
    assert komet.reserved() == komet.shop(reservedInventory="false") != []
    komet.switch(transactional_access="missing_refused")
    for flag in ("true", "false"):
        asked = {"customerId": 48213, "reservedInventory": flag}
        assert failed(komet.ask("ecommerce/inventory.list", CUSTOMER, **asked), "Transactional API Access")
    assert komet.shop() != []


def test_customer_token_foreign_customer(komet: Komet) -> None:
    """A37: a Customer token that asks for another customer is refused, finds nothing, or finds it all."""
    asked = {"customerId": 48301, "reservedInventory": "true"}
    assert failed(komet.ask("ecommerce/inventory.list", CUSTOMER, **asked), "another customer")
    komet.switch(customer_token_foreign_customer="empty")
    assert komet.reserved(customerId=48301) == []
    komet.switch(customer_token_foreign_customer="allow")
    assert komet.reserved(customerId=48301) == komet.reserved(COMPANY, customerId=48301) != []


def test_vendor_visible(komet: Komet) -> None:
    """§6.4: without vendor visibility the name is missing; a customer's own setting wins."""
    assert all("vendor" in row for row in komet.shop())
    komet.switch(vendor_visible="no")
    assert not any("vendor" in row for row in komet.shop())
    komet.sim.operator("shop", customer="BLOOM", vendor_visible=True)
    assert all("vendor" in row for row in komet.shop())


def test_price_zero_visible(komet: Komet) -> None:
    """A25: with `on` a future line without a price is shown, to its customer and in the open market."""
    _confirmed(komet, line(price=None))
    _confirmed(komet, line(price=0), customerId=48215)
    asked = {"dateFrom": "2027-02-01", "dateTo": "2027-02-01"}
    assert komet.reserved() == []
    assert len(komet.get("future.inventory.openmarket.list", **asked)["inventoryItems"]) == 2
    komet.switch(price_zero_visible="on")
    assert len(komet.reserved()) == 1
    assert len(komet.get("future.inventory.openmarket.list", **asked)["inventoryItems"]) == 3


def test_future_visible_from(komet: Komet) -> None:
    """A4: with `always` future boxes are shown for days before their ship date, too."""
    _confirmed(komet)
    assert komet.reserved(availableDate="2027-01-10") == []
    komet.switch(future_visible_from="always")
    assert len(komet.reserved(availableDate="2027-01-10")) == 1


def test_truck_days_after(komet: Komet) -> None:
    """§6.1: Future Sales boxes are offered so many days after their ship date; reserved ones without end."""
    _confirmed(komet, shipDate="2027-01-11")
    future = {row["inventoryLineIds"] for row in komet.shop() if row["inventoryOrigin"] == 2}
    assert future == {"910005", "910006"}
    komet.switch(truck_days_after=3)
    seen = {
        day: sum(row["inventoryOrigin"] == 2 for row in komet.shop(availableDate=day))
        for day in ("2027-01-11", "2027-01-14", "2027-01-15")
    }
    assert seen == {"2027-01-11": 2, "2027-01-14": 2, "2027-01-15": 0}
    assert len(komet.reserved(availableDate="2027-01-20")) == 1
    asked = {"dateFrom": "2027-01-15", "dateTo": "2027-01-20"}
    assert "inventoryItems" not in komet.get("future.inventory.openmarket.list", **asked)
    komet.switch(truck_days_after=999_999_999)
    dates = {"customerId": 48213, "inventoryLineIds": 910005, "inventoryOrigin": 2}
    assert komet.ask("ecommerce/inventory-available-dates.list", CUSTOMER, **dates)["status"] == 1


def test_sell_reserved_to_other(komet: Komet) -> None:
    """A35: a reserved line is not sold to another customer, unless the switch allows it."""
    invoice = komet.post("invoice.create", customerId=48213, shipDate="2027-01-05")["invoiceId"]
    item = {"invoiceId": invoice, "orderItemId": RESERVED, "boxes": 2, "price": 0.42}
    assert failed(komet.post("invoice.item.add", **item), "reserved for another customer")
    komet.switch(sell_reserved_to_other="allow")
    assert komet.post("invoice.item.add", **item)["status"] == "1"
    sent: dict[str, Any] = {
        "customerId": 48213,
        "inventoryIds": RESERVED,
        "inventoryOrigin": 1,
        "quantity": 1,
    }
    sent |= {"price": 0.42, "carrierId": 31, "date": "2027-01-05"}
    assert komet.send("web-order-item.add", **sent)["status"] == "1"


def test_ecommerce_grouping(komet: Komet) -> None:
    """A5: with `on` equal lines are one row, with all their ids and boxes."""
    first = komet.add_stock(customerId=48213)["inventoryId"]
    second = komet.add_stock(customerId=48213, quantity=4)["inventoryId"]
    komet.add_stock(customerId=48213, bunches=10)
    assert len(komet.reserved()) == 3
    komet.switch(ecommerce_grouping="on")
    rows = {row["inventoryLineIds"]: row["quantity"] for row in komet.reserved()}
    assert rows[f"{first},{second}"] == 14
    assert len(rows) == 2


def test_page_base_and_rows(komet: Komet) -> None:
    """A17: the first page's number, and how many rows a page has, can be others."""
    komet.switch(page_base=0, page_rows=7)
    call = ("ecommerce/inventory.list", CUSTOMER)
    first = komet.ask(*call, customerId=48213)["inventoryItems"]
    assert len(first) == 7
    assert komet.ask(*call, customerId=48213, page=0)["inventoryItems"] == first
    assert komet.ask(*call, customerId=48213, page=1)["inventoryItems"] != first


@pytest.mark.parametrize(("value", "customer"), [("kept", "BLOOM"), ("cleared", None)])
def test_received_customer(komet: Komet, value: str, customer: str | None) -> None:
    """§6.1: whether boxes of a reserved order stay reserved when they arrive is open."""
    komet.switch(received_customer=value)
    number = _confirmed(komet)
    komet.sim.operator("ship", number=number, awb="999-1")
    (line_id,) = komet.sim.operator("receive", number=number)["lines"]
    assert komet.stored_line(line_id)["customer"] == customer
