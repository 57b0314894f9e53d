"""Stock by Company token: inventory.add, inventory.update, inventory.list, the open-market lists."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.simulator.driver import COMPANY, CUSTOMER, VENDOR, Komet, failed

FREE, RESERVED, HELD, STANDING, STAGED = 88101, 88108, 88109, 88112, 88154
"""Lines of the packaged seed: open, for PETALHSE, held, of type S, in the staging area."""


def _listed(komet: Komet, token: str = COMPANY, /, **params: Any) -> dict[int, dict[str, Any]]:
    rows = komet.get("inventory.list", token, **params).get("inventoryItems", [])
    return {int(row["orderItemId"]): row for row in rows}


def _open(komet: Komet, **params: Any) -> dict[int, dict[str, Any]]:
    rows = komet.get("inventory.openmarket.list", **params).get("inventoryItems", [])
    return {row["inventoryId"]: row for row in rows}


def test_add_reserved(komet: Komet) -> None:
    """A10: a customer makes the new line reserved; the answer has its id, inventory.list its reference."""
    line_id = komet.add_stock(customerId=48213, reference="rc:0123456789ab")["inventoryId"]
    assert komet.stored_line(line_id)["customer"] == "BLOOM"
    assert _listed(komet, inventoryType="all")[line_id]["reference"] == "rc:0123456789ab"
    assert line_id not in _open(komet)
    assert [row["inventoryLineIds"] for row in komet.reserved()] == [str(line_id)]


def test_add_free(komet: Komet) -> None:
    """Without a customer the boxes are open market (§4.2)."""
    line_id = komet.add_stock()["inventoryId"]
    row = _open(komet)[line_id]
    assert (row["quantity"], row["totalUnits"], row["unitsPerBox"]) == (10, 3000, 300)
    assert (row["vendor"], row["productCode"], row["boxTypeCode"]) == ("Rosaleda del Valle", "RSFRE60", "HB")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"quantity": 101}, "100 boxes"),
        ({"quantity": 0}, "at least 1"),
        ({"growerId": None}, "growerId or vendorCode is required"),
        ({"growerId": None, "vendorCode": "VIEJA"}, "not active"),
        ({"growerId": 4711}, "Vendor not found"),
        ({"awb": None}, "awb is required"),
        ({"shipDate": None}, "shipDate is required"),
        ({"unitCost": None}, "unitCost is required"),
        ({"unitCost": "-1"}, "cannot be negative"),
        ({"unitType": "Box"}, "Stem or Bunch"),
        ({"bunches": 0}, "bunches must be between"),
        ({"boxTypeCode": None}, "boxTypeId or boxTypeCode"),
        ({"customerId": 1}, "Customer not found"),
        ({"productCode": None, "productId": 4711}, "Product not found"),
        ({"productCode": None}, "productDescription is required"),
        ({"reference": "x" * 21}, "20 characters"),
    ],
)
def test_add_refuses(komet: Komet, changes: dict[str, Any], words: str) -> None:
    """What is required and bounded by §4.2 is held; nothing is added then."""
    before = len(komet.sim.state()["inventory"])
    assert failed(komet.add_stock(**changes), words)
    assert len(komet.sim.state()["inventory"]) == before


def test_add_skips_an_unmapped_product(komet: Komet) -> None:
    """Q9: an unmapped product is skipped, the answer is a success without an id."""
    answer = komet.add_stock(productCode="NOSUCH")
    assert answer["status"] == 1
    assert "inventoryId" not in answer
    komet.switch(skip_unmapped="error")
    assert failed(komet.add_stock(productCode="NOSUCH"), "NOSUCH")


def test_add_by_vendor_code_and_description(komet: Komet) -> None:
    """Vendor, product and box type may come as codes or a description."""
    line_id = komet.add_stock(
        growerId=None, vendorCode="cayambe", productCode=None, productDescription="roses mondial 60cm"
    )["inventoryId"]
    stored = komet.stored_line(line_id)
    assert (stored["vendor"], stored["product"]) == ("CAYAMBE", "RSMON60")


def test_add_goes_where_its_awb_goes(komet: Komet) -> None:
    """A known AWB says the location; otherwise it is the first one, for no parameter names one."""
    number = komet.create(companyLocationCode="JFK")["purchaseOrderNumber"]
    komet.sim.operator("ship", number=number, awb="999-7")
    assert komet.stored_line(komet.add_stock(awb="999-7")["inventoryId"])["location"] == "JFK"
    assert komet.stored_line(komet.add_stock()["inventoryId"])["location"] == "MIA"


def test_update_adds_boxes_and_sets_prices(komet: Komet) -> None:
    """Q10, A19: quantity adds, 0 or absent changes nothing; prices A and B are set."""
    body = {"inventoryId": FREE, "unitCost": 0.3}
    assert komet.post("inventory.update", **body, quantity=5, priceA=0.5, priceB="0.45")["status"] == "1"
    row = _open(komet)[FREE]
    assert (row["quantity"], row["price"], row["priceB"]) == (15, 0.5, 0.45)
    komet.post("inventory.update", **body, quantity=0)
    komet.post("inventory.update", **body)
    assert komet.stored_line(FREE)["boxes"] == 15
    assert komet.stored_line(FREE)["cost"] == "0.300"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"inventoryId": FREE}, "unitCost is required"),
        ({"inventoryId": FREE, "unitCost": 1, "quantity": 101}, "100 boxes"),
        ({"inventoryId": FREE, "unitCost": 1, "quantity": -1}, "at least 0"),
        ({"inventoryId": FREE, "unitCost": 1, "priceA": -1}, "cannot be negative"),
        ({"inventoryId": 1, "unitCost": 1}, "not found"),
    ],
)
def test_update_refuses(komet: Komet, body: dict[str, Any], words: str) -> None:
    """The bounds of §4.3."""
    assert failed(komet.post("inventory.update", **body), words)


def test_list_of_types(komet: Komet) -> None:
    """§4.4: type M by default, a list of types, or all; the staging area is in none."""
    assert STANDING not in _listed(komet)
    assert set(_listed(komet, inventoryType="S")) == {STANDING}
    found = _listed(komet, inventoryType="all")
    assert {FREE, RESERVED, HELD, STANDING} <= set(found)
    assert STAGED not in found
    assert failed(komet.get("inventory.list", inventoryType="X"), "M, L, S, P")


def test_list_tells_no_customer_and_no_cost(komet: Komet) -> None:
    """Q11: neither customer nor cost, hold, location or lot are members of a row."""
    keys = {key.lower() for row in _listed(komet, inventoryType="all").values() for key in row}
    assert not [key for key in keys if any(word in key for word in ("customer", "cost", "held", "location"))]


def test_held_lines_are_the_difference(komet: Komet) -> None:
    """§4.4: held lines are those that excludeHeldItems leaves out."""
    held = set(_listed(komet)) - set(_listed(komet, excludeHeldItems=1))
    assert HELD in held
    assert {komet.stored_line(each)["held"] for each in held} == {True}


def test_list_filters(komet: Komet) -> None:
    """Location, also in the old spelling, and lot number are exact."""
    assert {komet.stored_line(each)["location"] for each in _listed(komet, locationId=12)} == {"LAX"}
    assert _listed(komet, locationid=12) == _listed(komet, locationId=12)
    assert [komet.stored_line(each)["product"] for each in _listed(komet, lotNumber="Q12")] == ["RSQCK60"]


def test_vendor_token(komet: Komet) -> None:
    """§1.3: a Vendor token lists its own vendor's lines, without a selling price."""
    rows = _listed(komet, VENDOR, inventoryType="all").values()
    assert {row["growerId"] for row in rows} == {"77"}
    assert not any("price" in row for row in rows)


def test_box_codes(komet: Komet) -> None:
    """includeBoxes shows the codes of boxes that came with an order, as many as are left."""
    komet.sim.operator("receive", number="P057101")
    line_id = max(_listed(komet, inventoryType="all"))
    komet.sim.operator("buy", customer="PETALHSE", line=line_id, boxes=1)
    row = _listed(komet, inventoryType="all", includeBoxes=1)[line_id]
    assert len(row["boxes"]) == row["quantity"] == 3
    assert "boxes" not in _listed(komet, inventoryType="all")[line_id]


def test_open_market_hides(komet: Komet) -> None:
    """Q11, A34: no reserved, held, staged or non-M line; customerId is no reservation filter."""
    assert not {RESERVED, HELD, STANDING, STAGED} & set(_open(komet))
    assert set(_open(komet, customerId=48301)) == set(_open(komet))
    assert set(_open(komet, locationId=13)) < set(_open(komet))
    assert failed(komet.get("inventory.openmarket.list", customerId=1), "Customer not found")


def test_open_market_for_a_customer(komet: Komet) -> None:
    """§4.4: customerId changes FOB price and vendor visibility."""
    komet.sim.operator("edit-customer", customer="BLOOM", default_price="B", price_b_markup="10")
    komet.sim.operator("shop", customer="BLOOM", vendor_visible=False)
    plain, own = _open(komet)[FREE], _open(komet, customerId=48213)[FREE]
    assert (plain["vendor"], plain["fobPrice"]) == ("Rosaleda del Valle", 0.32)
    assert "vendor" not in own
    assert own["fobPrice"] == 0.35


def test_future_open_market(komet: Komet) -> None:
    """§6.5, A33: the Future Sales customer's confirmed, priced lines; never those of another customer."""
    asked = {"dateFrom": "2027-01-04", "dateTo": "2027-01-20"}
    rows = komet.get("future.inventory.openmarket.list", **asked)["inventoryItems"]
    assert [(row["inventoryId"], row["quantity"], row["price"]) for row in rows] == [
        (910005, 40, 0.47),
        (910006, 10, 0.45),
    ]
    assert (rows[0]["vendor"], rows[0]["portOfOrigin"], rows[0]["totalUnits"]) == ("Alta Flor", "UIO", 12000)
    komet.sim.operator("hold", number="P057120")
    answer = komet.get("future.inventory.openmarket.list", **asked)
    assert answer == {"message": "Inventory items not found.", "status": 1}


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"dateFrom": "2027-01-04", "dateTo": "2027-01-10"}, 0),
        ({"dateFrom": "2027-01-04", "dateTo": "2027-01-11"}, 2),
        ({"dateFrom": "2027-01-04", "dateTo": "2027-01-20", "locationId": 12}, 0),
        ({"dateFrom": "2027-01-04", "dateTo": "2027-01-20", "locationId": 11}, 2),
    ],
)
def test_future_open_market_filters(komet: Komet, params: dict[str, Any], found: int) -> None:
    """Dates from the ship date on; the order's location."""
    rows = komet.get("future.inventory.openmarket.list", **params).get("inventoryItems", [])
    assert len(rows) == found


def test_future_open_market_needs_dates(komet: Komet) -> None:
    """dateFrom and dateTo are required, in that order."""
    assert failed(komet.get("future.inventory.openmarket.list", dateFrom="2027-01-04"), "dateTo is required")
    answer = komet.get("future.inventory.openmarket.list", dateFrom="2027-01-04", dateTo="2027-01-03")
    assert failed(answer, "before dateFrom")


def test_who_may_not(komet: Komet) -> None:
    """Stock methods are not for Customer tokens (§1.9)."""
    assert failed(komet.get("inventory.openmarket.list", CUSTOMER), "not available")
    assert failed(komet.post("inventory.update", CUSTOMER, inventoryId=FREE, unitCost=1), "not available")


def test_loose_units(komet: Komet) -> None:
    """§4.6: units come and go; no list of boxes shows them; more than there are is refused."""
    body = {"productCode": "RSFRE60", "stemsBunch": 25, "unitType": "bunch", "customerCode": "BLOOM"}
    before = _listed(komet, inventoryType="all")
    assert komet.post("inventory.units.add", **body, quantity=8, cutDate="2027-01-03")["status"] == 1
    komet.post("inventory.units.add", **body, quantity=4)
    assert komet.post("inventory.units.delete", **body, quantity=9)["status"] == 1
    assert [row["units"] for row in komet.sim.state()["loose_units"]] == [3]
    assert failed(komet.post("inventory.units.delete", **body, quantity=4), "not enough")
    assert failed(komet.post("inventory.units.add", **body, quantity=0), "greater than 0")
    assert failed(komet.post("inventory.units.add", **{**body, "productCode": "NO"}, quantity=1), "not found")
    assert _listed(komet, inventoryType="all") == before


def test_box_codes_change_one_by_one(komet: Komet) -> None:
    """§1.4: each box has its own result, and the call succeeds though one failed."""
    code = komet.lines("P057101")[0]["boxes"][0]["boxCode"]
    answer = komet.post(
        "box.code.change",
        boxes=[{"currentBoxCode": code, "newBoxCode": "N1"}, {"currentBoxCode": "?", "newBoxCode": "N2"}],
    )
    assert (answer["status"], [box["status"] for box in answer["boxes"]]) == (1, [1, 0])
    komet.post("box.position.change", boxCode="N1", position="A7")
    box = komet.lines("P057101")[0]["boxes"][0]
    assert (box["boxCode"], box["position"]) == ("N1", "A7")
    assert failed(komet.post("box.position.change", boxCode=code, position="A7"), "not found")
