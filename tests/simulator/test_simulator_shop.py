"""What a customer's token sees: the four conditions, dates, boxes left, locations, shop settings, paging."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.simulator.driver import COMPANY, CUSTOMER, USER, Komet, failed, line, seed_with
from reconciler.simulator.embed import make_simulator

LINE, OTHER, HELD = 88101, 88108, 88109
BLOOM = 48213


def _reserve(komet: Komet, line_id: int = LINE) -> None:
    komet.sim.operator("stock-customer", line=line_id, customer="BLOOM")


def _order(komet: Komet, **changes: Any) -> str:
    """A confirmed order of ten boxes for BloomNet that fulfils every condition."""
    number = komet.create(line(**changes))["purchaseOrderNumber"]
    komet.sim.operator("confirm", number=number)
    return str(number)


def _ids(rows: list[dict[str, Any]]) -> list[str]:
    return [row["inventoryLineIds"] for row in rows]


def test_reserved_on_hand(komet: Komet) -> None:
    """A6: a reserved line is in its customer's reserved list, origin 1, under its line id (A5, A18)."""
    assert komet.reserved() == []
    _reserve(komet)
    (row,) = komet.reserved()
    assert row == {
        "inventoryLineIds": str(LINE),
        "inventoryOrigin": 1,
        "productId": 999,
        "productCode": "RSFRE60",
        "productDescription": "Roses Freedom 60cm",
        "boxTypeId": 9,
        "boxTypeCode": "HB",
        "quantity": 10,
        "unitType": "Stem",
        "bunches": 12,
        "stemsBunch": 25,
        "price": 0.42,
        "vendor": "Rosaleda del Valle",
        "availableFrom": "2027-01-03",
        "availableTo": "2027-03-04",
    }


def test_false_is_what_nobody_has(komet: Komet) -> None:
    """Q12: reservedInventory=false, the default, shows lines of no customer, and Future Sales lines (A33)."""
    _reserve(komet)
    free = _ids(komet.shop())
    assert str(LINE) not in free
    assert str(OTHER) not in free
    assert {"88102", "910005", "910006"} <= set(free)
    assert free == _ids(komet.shop(reservedInventory="false"))


def test_held_and_staged_lines_are_hidden(komet: Komet) -> None:
    """A34: a held line is not offered, not even to the customer it is reserved for."""
    _reserve(komet)
    komet.sim.operator("stock-hold", line=LINE)
    assert komet.reserved() == []
    assert not {str(HELD), "88154"} & set(_ids(komet.shop()))
    komet.sim.operator("stock-release", line=LINE)
    assert len(komet.reserved()) == 1


def test_reserved_future(komet: Komet) -> None:
    """A4: a standalone order for a customer is in its reserved list, origin 2, under the PO line's id."""
    number = _order(komet)
    (row,) = komet.reserved()
    assert (row["inventoryLineIds"], row["inventoryOrigin"]) == (komet.lines(number)[0]["poItemId"], 2)
    assert (row["quantity"], row["price"], row["availableFrom"]) == (10, 0.42, "2027-02-01")


@pytest.mark.parametrize("condition", ["hold", "customer", "price", "confirmed", "cancelled"])
def test_each_condition_hides(komet: Komet, condition: str) -> None:
    """§6.2, Q19: on hold, another customer, no price, not confirmed, or cancelled: each hides the line."""
    number = _order(komet)
    line_id = int(komet.lines(number)[0]["poItemId"])
    match condition:
        case "hold":
            komet.sim.operator("hold", number=number)
        case "customer":
            komet.sim.operator("set-customer", number=number, customer="HUDSON")
        case "price":
            komet.sim.operator("edit-line", line=line_id, price=None)
        case "confirmed":
            komet.post("purchase.order.item.confirm", poItemId=line_id, quantityConfirmed=0)
        case _:
            komet.sim.operator("cancel-line", line=line_id)
    assert komet.reserved() == []


def test_a_line_is_judged_by_itself(komet: Komet) -> None:
    """A25: partly confirmed shows the confirmed boxes, the unconfirmed line beside it stays hidden."""
    number = komet.create(line(), line(identifier="l2", boxes=4))["purchaseOrderNumber"]
    first = int(komet.lines(number)[0]["poItemId"])
    komet.post("purchase.order.item.confirm", poItemId=first, quantityConfirmed=6)
    assert [(row["inventoryLineIds"], row["quantity"]) for row in komet.reserved()] == [(str(first), 6)]
    komet.sim.operator("buy", customer="BLOOM", po_line=first, boxes=2)
    assert [row["quantity"] for row in komet.reserved()] == [4]
    komet.sim.operator("buy", customer="BLOOM", po_line=first, boxes=4)
    assert komet.reserved() == []


def test_the_future_sales_customer_routes_to_everybody(komet: Komet) -> None:
    """Q20: under the Future Sales customer the line is free for all, and nobody's reservation."""
    number = _order(komet)
    komet.sim.operator("set-customer", number=number, customer="future-sales")
    line_id = komet.lines(number)[0]["poItemId"]
    assert komet.reserved() == []
    assert line_id in _ids(komet.shop())
    assert line_id in _ids(komet.shop(COMPANY, customerId=48307))
    assert komet.reserved(COMPANY, customerId=48215) == []


@pytest.mark.parametrize(
    ("day", "seen"),
    [
        ("2027-01-31", {1}),
        ("2027-02-01", {1, 2}),
        ("2027-09-01", {1, 2}),
        ("2027-01-03", set()),
        (None, {1, 2}),
    ],
)
def test_available_date(komet: Komet, day: str | None, seen: set[int]) -> None:
    """On hand from today on, future from the ship date on; no date means two months ahead (§4.5, A4)."""
    _reserve(komet)
    _order(komet)
    params = {} if day is None else {"availableDate": day}
    assert {row["inventoryOrigin"] for row in komet.reserved(**params)} == seen


def test_two_months_ahead(komet: Komet) -> None:
    """Without a date the window ends two months from today."""
    _order(komet)
    far = komet.create(shipDate="2027-03-05")["purchaseOrderNumber"]
    komet.sim.operator("confirm", number=far)
    assert len(komet.reserved()) == 1
    komet.sim.operator("advance", days=1)
    assert len(komet.reserved()) == 2


def test_location(komet: Komet) -> None:
    """companyLocationId is exact, for on-hand and for future lines."""
    _reserve(komet)
    _order(komet)
    assert len(komet.reserved(companyLocationId=11)) == 2
    assert komet.reserved(companyLocationId=12) == []
    assert failed(komet.ask("ecommerce/inventory.list", customerId=BLOOM, companyLocationId=99), "Location")


def test_search(komet: Komet) -> None:
    """searchText is LIKE the description; category and color are exact (§4.5)."""
    assert {row["productCode"] for row in komet.shop(searchText="hydrangea w")} == {"HYWHT"}
    assert {row["productCode"] for row in komet.shop(categoryId=28)} == {"GYXL", "GYMIR"}
    assert {row["productCode"] for row in komet.shop(color="hot pink")} == {"RSPFL60", "RSFMO60", "SRMIR50"}


def test_pages(komet: Komet) -> None:
    """A17, Q6: 30 rows, pages from 1, total over all pages, past the end is empty; each row once."""
    first = komet.ask("ecommerce/inventory.list", CUSTOMER, customerId=BLOOM)
    total = first["total"]
    assert (len(first["inventoryItems"]), total) == (30, len(komet.shop()))
    pages = [
        komet.ask("ecommerce/inventory.list", CUSTOMER, customerId=BLOOM, page=page, rows=25)
        for page in (1, 2, 3)
    ]
    assert {page["total"] for page in pages} == {total}
    assert _ids([row for page in pages for row in page["inventoryItems"]]) == _ids(komet.shop())
    past = komet.ask("ecommerce/inventory.list", CUSTOMER, customerId=BLOOM, page=9)
    assert past == {"status": 1, "message": "Inventory items not found."}
    assert failed(komet.ask("ecommerce/inventory.list", CUSTOMER, customerId=BLOOM, page=0), "at least 1")


def test_headers(komet: Komet) -> None:
    """Q1: the token is a header, X-ACCOUNT is required and must be the company's."""
    for headers, words in (
        ({"X-ACCOUNT": "6316"}, "token is required"),
        ({"authenticationToken": CUSTOMER}, "X-ACCOUNT is required"),
        ({"authenticationToken": CUSTOMER, "X-ACCOUNT": "1"}, "no permission for the account"),
        ({"authenticationToken": USER, "X-ACCOUNT": "6316"}, "not available"),
    ):
        path = f"/api/ecommerce/inventory.list?customerId={BLOOM}&authenticationToken={CUSTOMER}"
        assert failed(komet.http.get(path, headers=headers).json(), words)


def test_company_token_looks_for_any_customer(komet: Komet) -> None:
    """A37: with a Company token the customerId parameter is the customer of all rules."""
    assert _ids(komet.reserved(COMPANY, customerId=48301)) == [str(OTHER), "910001", "910002"]
    assert failed(komet.ask("ecommerce/inventory.list", customerId=1), "Customer not found")
    assert failed(komet.ask("ecommerce/inventory.list"), "customerId is required")


@pytest.mark.parametrize(
    ("settings", "hidden"),
    [
        ({"max_age": 0}, True),
        ({"max_age": 1}, False),
        ({"min_age": 2}, True),
        ({"min_age": 1}, False),
        ({"hide_on_hand": True}, True),
        ({}, False),
    ],
)
@pytest.mark.parametrize("customer", ["BLOOM", None])
def test_shop_settings_hide(
    komet: Komet, settings: dict[str, Any], hidden: bool, customer: str | None
) -> None:
    """§6.4: age limits and hidden stock on hand also hide a reserved line; for one customer or all."""
    _reserve(komet)
    komet.sim.operator("shop", customer=customer, **settings)
    assert (komet.reserved() == []) is hidden


def test_own_settings_win(komet: Komet) -> None:
    """A customer's own shop setting wins over the company's; null gives it back."""
    _reserve(komet)
    komet.sim.operator("shop", max_age=0)
    komet.sim.operator("shop", customer="BLOOM", max_age=5)
    assert len(komet.reserved()) == 1
    komet.sim.operator("shop", customer="BLOOM", max_age=None)
    assert komet.reserved() == []


def test_max_order_days_in_advance(komet: Komet) -> None:
    """§6.4: what ships later than one may order ahead is not shown, with a date or without."""
    _order(komet)
    komet.sim.operator("shop", customer="BLOOM", max_days_ahead=27)
    assert komet.reserved() == []
    assert komet.reserved(availableDate="2027-02-02") == []
    komet.sim.operator("shop", customer="BLOOM", max_days_ahead=29)
    assert len(komet.reserved()) == len(komet.reserved(availableDate="2027-02-02")) == 1


def test_future_only_if_none(komet: Komet) -> None:
    """§6.4: with the setting, future boxes of a product show only when none of it is on hand."""
    _order(komet)
    komet.sim.operator("shop", customer="BLOOM", future_if_none=True)
    assert [row["inventoryOrigin"] for row in komet.reserved()] == [2]
    _reserve(komet)
    assert [row["inventoryOrigin"] for row in komet.reserved()] == [1]
    komet.sim.operator("shop", customer="BLOOM", hide_on_hand=True)
    assert [row["inventoryOrigin"] for row in komet.reserved()] == [2]


def test_price_level(komet: Komet) -> None:
    """§6.4: a customer on price B sees price B, or price A where a line has no B."""
    _reserve(komet)
    komet.sim.operator("edit-customer", customer="BLOOM", default_price="B")
    assert komet.reserved()[0]["price"] == 0.39
    komet.sim.operator("stock-prices", line=LINE, price_b=None)
    assert komet.reserved()[0]["price"] == 0.42


def test_an_on_hand_line_without_a_price_shows_none(komet: Komet) -> None:
    """The conditions of §6.2 are about orders: an on-hand line without a price is shown, its price absent."""
    komet.add_stock(customerId=BLOOM)
    (row,) = komet.reserved()
    assert "price" not in row


def test_get(komet: Komet) -> None:
    """ecommerce/inventory.get: the named lines as the customer sees them on that date (§4.5)."""
    _reserve(komet)
    asked = {"customerId": BLOOM, "date": "2027-01-05", "availableFrom": "2027-01-05"}
    asked |= {"availableTo": "2027-01-06", "inventoryOrigin": 1}
    found = komet.ask("ecommerce/inventory.get", CUSTOMER, **asked, inventoryLineIds=f"{LINE}, 88102,{OTHER}")
    assert sorted(_ids(found["inventoryItems"])) == [str(LINE), "88102"]
    del asked["availableTo"]
    call = ("ecommerce/inventory.get", CUSTOMER)
    assert failed(komet.ask(*call, **asked, inventoryLineIds=LINE), "availableTo is required")
    assert _ids(komet.ask(*call, **asked, inventoryLineIds=LINE, carrierId=31)["inventoryItems"]) == [
        str(LINE)
    ]
    asked["carrierId"] = 31
    assert failed(komet.ask(*call, **asked, inventoryLineIds="x"), "list of at most")
    assert failed(komet.ask(*call, **{**asked, "inventoryOrigin": 7}, inventoryLineIds="1"), "1, 2, 3 or 4")


def test_available_dates(komet: Komet) -> None:
    """Dates on which a line can be bought: future boxes from their ship date for the window's rest."""
    number = _order(komet)
    line_id = komet.lines(number)[0]["poItemId"]
    asked = {"customerId": BLOOM, "inventoryLineIds": line_id, "inventoryOrigin": 2}
    answer = komet.ask("ecommerce/inventory-available-dates.list", CUSTOMER, **asked)
    assert (answer["availableDateFrom"], answer["availableDateTo"]) == ("2027-02-01", "2027-03-04")
    assert len(answer["availableDates"]) == 32
    komet.sim.operator("hold", number=number)
    answer = komet.ask("ecommerce/inventory-available-dates.list", CUSTOMER, **asked)
    assert answer["message"] == "Inventory items not found."


def test_carriers(komet: Komet) -> None:
    """ecommerce/customer-carriers.list suggests a carrier of the customer's ship-tos; no inactive ones."""
    dates = {"date": "2027-01-05", "availableFrom": "2027-01-05", "availableTo": "2027-01-09"}
    answer = komet.ask("ecommerce/customer-carriers.list", CUSTOMER, customerId=BLOOM, **dates)
    assert (answer["carrierId"], answer["carrierName"]) == (31, "FedEx Priority")
    assert "Retired Freight Lines" not in {row["carrierName"] for row in answer["carriers"]}
    assert failed(
        komet.ask("ecommerce/customer-carriers.list", CUSTOMER, customerId=BLOOM), "date is required"
    )


@pytest.mark.parametrize("reserved", ["true", "false"])
def test_the_cost_of_a_look(reserved: str) -> None:
    """What others have ordered costs a look at the shop nothing: thousands of customers can be asked."""
    assert _cost_of_a_look(orders=400, reserved=reserved) < _cost_of_a_look(orders=4, reserved=reserved) + 10


def _cost_of_a_look(orders: int, reserved: str) -> int:
    """In hundreds of SQLite's instructions, where somebody else has so many orders."""
    boxes = {"product": "RSFRE50", "box_type": "HB", "boxes": 6, "bunches": 12, "stems": 25, "unit": "Stem"}
    order = {"vendor": "ROSALEDA", "ship_date": "2027-01-20", "location": "MIA", "customer": "PETALHSE"}
    lines = [{**boxes, "cost": "0.24", "price": "0.36"}]
    more = [
        {**order, "number": f"P{place:06d}", "status": "CF", "lines": lines} for place in range(1, orders + 1)
    ]
    komet, cost = Komet(make_simulator(seed_with(purchase_orders=more))), 0

    def count() -> None:
        nonlocal cost
        cost += 1

    komet.sim.read(lambda store, _: store._database.set_progress_handler(count, 100))
    komet.shop(reservedInventory=reserved)
    return cost
