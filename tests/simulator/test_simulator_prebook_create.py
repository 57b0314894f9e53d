"""prebook.create by a Company token: every field, every answer, what fails and what stays."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.simulator.driver import COMPANY, Komet, booked, failed, seed_with
from reconciler.simulator.embed import make_simulator

DAY = "2027-02-12"
FUTURE = {
    "identifier": "f1",
    "productId": None,
    "productCode": "RSEXP60",
    "boxes": 7,
    "futureSalesPoNumber": "P057120",
}
FUTURE_LINE = 910005
WILD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**40), 10**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "0", "999", "9999-12-31", "P057120", "\x00", "\ud800", "1e999", "-1", "a" * 300])
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def _only(komet: Komet) -> dict[str, Any]:
    (found,) = komet.prebooks(DAY)
    return found


def test_the_documented_sample(komet: Komet) -> None:
    """§7.2, §7.3: the sample request, with ids of this company, and its answer member by member."""
    order = komet.create(
        {
            "productId": 501,
            "boxTypeId": 9,
            "boxes": 10,
            "bunches": 10,
            "stemsBunch": 25,
            "unitType": "Bunch",
            "cost": 5.25,
            "price": 8.5,
        }
    )["purchaseOrderNumber"]
    komet.sim.operator("confirm", number=order)
    answer = komet.post(
        "prebook.create",
        customerId=48213,
        carrierId=31,
        shipDate="2027-03-12",
        shipToId=6201,
        customerPO="BN-1009",
        comments="cfg:spring-roses/pb-1",
        useExisting=0,
        prebookItems=[
            {
                "identifier": "l1",
                "productId": 501,
                "boxTypeId": 9,
                "unitType": "Bunch",
                "boxes": 5,
                "bunches": 10,
                "stemsBunch": 25,
                "cost": 5.25,
                "price": 8.50,
                "orderSource": "config",
                "futureSalesPoNumber": order,
            }
        ],
    )
    assert answer == {
        "status": "1",
        "message": "Prebook was successfully created.",
        "prebookId": 1700001,
        "prebookNumber": "010301",
        "purchaseOrderNumbers": "",
        "items": [
            {
                "identifier": "l1",
                "productId": 501,
                "status": 1,
                "prebookItemId": 3500001,
                "futureSalesPoNumber": order,
                "availableBoxes": 5,
                "message": "Item successfully added to the order",
            }
        ],
    }
    (prebook,) = komet.prebooks("2027-03-12")
    assert prebook["number"] == "010301"
    assert [(row["totalBoxes"], row["unitPrice"]) for row in prebook["details"]] == [(5, 8.5)]


def test_header_items_and_breakdowns(komet: Komet) -> None:
    """§7.2: the fullest form, codes throughout, an assorted box with breakdowns; all of it is stored."""
    answer = komet.post(
        "prebook.create",
        customerCode="bloom",
        carrierCode="TRK",
        shipDate=DAY,
        createdBy=761,
        shipViaId=1,
        customerPO="BN-2",
        isEcommerce=1,
        comments="Leave at the dock",
        status="Confirmed",
        companyLocationCode="LAX",
        shipToId=6202,
        prebookItems=[
            {
                "identifier": "mixed",
                "vendorCode": "ROSALEDA",
                "productCode": "MIXROSE",
                "orderSource": "phone call",
                "itemType": "BOX",
                "boxTypeCode": "QB",
                "boxes": "4",
                "unitType": "Bunch",
                "bunches": "10",
                "stemsBunch": "",
                "cost": "3.10",
                "price": "4.80",
                "markCode": "BN",
                "notes": "Keep upright",
                "breakdowns": [
                    {"productCode": "RSFRE60", "bunches": 6, "stemsBunch": 10, "cost": 3, "price": "4.7"},
                    {"productId": 507, "bunches": 4, "stemsBunch": 10, "cost": 3.25, "price": 4.95},
                ],
            }
        ],
    )
    assert [row["status"] for row in answer["items"]] == [1]
    assert answer["items"][0]["productCode"] == "MIXROSE" and "productId" not in answer["items"][0]
    stored = komet.stored_prebook(answer["prebookNumber"])
    header = (
        "customer",
        "location",
        "carrier",
        "ship_via",
        "ecommerce",
        "status",
        "created_by",
        "ship_to_id",
    )
    assert [stored[name] for name in header] == ["BLOOM", "LAX", "TRK", 1, 1, "Confirmed", 761, 6202]
    assert (stored["customer_po"], stored["comments"]) == ("BN-2", "Leave at the dock")
    (item,) = stored["items"]
    wanted = {
        "product": "MIXROSE",
        "vendor": "ROSALEDA",
        "box_type": "QB",
        "item_type": "BOX",
        "boxes": 4,
        "bunches": 10,
        "stems": 0,
        "unit": "Bunch",
        "cost": "3.10",
        "price": "4.80",
        "mark_code": "BN",
        "notes": "Keep upright",
        "order_source": "phone call",
    }
    assert {name: item[name] for name in wanted} == wanted
    parts = [
        (each["product"], each["bunches"], each["stems"], each["cost"], each["price"])
        for each in item["breakdowns"]
    ]
    assert parts == [("RSFRE60", 6, 10, "3.00", "4.70"), ("RSMON60", 4, 10, "3.25", "4.95")]


def test_a_header_alone(komet: Komet) -> None:
    """§7.2: no items are needed; the number is text with a zero in front, the next one follows."""
    assert [komet.book()["prebookNumber"] for _ in range(2)] == ["010301", "010302"]
    assert [row["details"] for row in komet.prebooks(DAY)] == [[], []]
    bare = komet.post("prebook.create", customerId=48213, carrierId=31, shipDate=DAY)
    assert (bare["status"], bare["items"]) == ("1", [])


def test_loose_units(komet: Komet) -> None:
    """§7.2: itemType UN counts units and needs no box; BOX needs box type, boxes and pack."""
    item = {"productId": 999, "itemType": "un", "totalUnits": 250, "unitType": "stem", "price": 0.5}
    assert komet.book(item)["items"][0]["status"] == 1
    (row,) = _only(komet)["details"]
    assert (row["totalBoxes"], row["totalUnits"], row["totalPrice"]) == (0, 250, 125.0)
    assert "units" not in row and "boxType" not in row
    for name in ("boxTypeId", "boxes", "bunches", "stemsBunch"):
        (failure,) = komet.book(booked(**{name: None}))["items"]
        assert failure["status"] == 0 and name in failure["message"]
    (failure,) = komet.book({**item, "totalUnits": None})["items"]
    assert failure["status"] == 0 and "totalUnits is required" in failure["message"]


def test_descriptions_stand_for_ids(komet: Komet) -> None:
    """§7.2: a name in place of an id or a code, of customer, carrier, vendor, product and box type."""
    item = booked(
        productId=None,
        productDescription="roses freedom 60CM",
        boxTypeId=None,
        boxTypeDescription="QB",
        vendorName="Rosaleda del Valle",
    )
    named = {"customerDescription": "bloomnet", "customerCode": "", "carrierDescription": "Sunshine Trucking"}
    answer = komet.book(item, customerId=None, carrierId=None, **named)
    stored = komet.stored_prebook(answer["prebookNumber"])
    assert (stored["customer"], stored["carrier"]) == ("BLOOM", "TRK")
    (found,) = stored["items"]
    assert (found["product"], found["box_type"], found["vendor"]) == ("RSFRE60", "QB", "ROSALEDA")
    old = komet.book(booked(vendorDescription="Alta Flor"))
    assert komet.stored_prebook(old["prebookNumber"])["items"][0]["vendor"] == "ALTAFLOR"


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ({"customerId": None}, "customerId or customerCode is required"),
        ({"customerCode": "BLOOM"}, "customerId and customerCode cannot be used"),
        ({"customerDescription": "BloomNet"}, "customerId and customerDescription cannot be used"),
        ({"customerId": 1}, "Customer not found: 1"),
        ({"customerId": None, "customerCode": "NOPE"}, "Customer not found: NOPE"),
        ({"customerId": None, "customerDescription": "Bloom"}, "Customer not found: Bloom"),
        ({"customerId": 48399}, "is not active"),
        ({"carrierId": None}, "carrierId or carrierCode is required"),
        ({"carrierCode": "TRK"}, "carrierId and carrierCode cannot be used"),
        ({"carrierId": 1}, "Carrier not found: 1"),
        ({"carrierId": 38}, "is not active"),
        ({"shipDate": None}, "shipDate is required"),
        ({"shipDate": "12.02.2027"}, "shipDate must be a date"),
        ({"shipDate": "2027-01-03"}, "shipDate cannot be in the past"),
        ({"shipToId": 6211}, "Ship to not found: 6211"),
        ({"createdBy": 1}, "User not found: 1"),
        ({"shipViaId": 2}, "shipViaId must be 1 or 0"),
        ({"isEcommerce": "x"}, "isEcommerce must be 1 or 0"),
        ({"useExisting": 7}, "useExisting must be 1 or 0"),
        ({"customerPO": "p" * 21}, "customerPO cannot be longer than 20"),
        ({"comments": "c" * 201}, "comments cannot be longer than 200"),
        ({"status": "Nonsense"}, "Prebook status not found: Nonsense"),
        ({"status": "s" * 51}, "status cannot be longer than 50"),
        ({"companyLocationCode": "XXX"}, "Location not found: XXX"),
        ({"customerId": [1]}, "customerId must be"),
        ({"prebookItems": {}}, "prebookItems must be an array"),
    ],
)
def test_what_a_header_may_not_say(komet: Komet, header: dict[str, Any], words: str) -> None:
    """§7.2, A8, A30: a header that cannot be is refused whole, and nothing is made."""
    body = {"customerId": 48213, "carrierId": 31, "shipDate": DAY, "prebookItems": [booked()], **header}
    sent = {name: value for name, value in body.items() if value is not None}
    assert failed(komet.post("prebook.create", **sent), words)
    assert komet.sim.state()["prebooks"] == []


def test_a_customer_on_credit_hold(komet: Komet) -> None:
    """A8: nothing is booked for a customer on credit hold."""
    komet.sim.operator("edit-customer", customer="BLOOM", credit_hold=True)
    assert failed(komet.book(booked()), "credit hold")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"productId": None}, "productId, productCode or productDescription is required"),
        ({"productId": 1}, "Product not found: 1"),
        ({"productCode": "RSFRE60"}, "productId and productCode cannot be used"),
        ({"productDescription": "x"}, "productId and productDescription cannot be used"),
        ({"productId": None, "productCode": "c" * 21}, "productCode cannot be longer than 20"),
        ({"vendorId": 1}, "Vendor not found: 1"),
        ({"vendorId": 77, "vendorCode": "ROSALEDA"}, "vendorId and vendorCode cannot be used"),
        ({"vendorId": 77, "vendorName": "x"}, "vendorId and vendorName cannot be used"),
        ({"vendorId": 91}, "is not active"),
        ({"boxTypeId": 1}, "Boxtype not found: 1"),
        ({"boxTypeCode": "HB"}, "boxTypeId and boxTypeCode cannot be used"),
        ({"boxTypeId": None, "boxTypeCode": "HBXX"}, "boxTypeCode cannot be longer than 3"),
        ({"boxes": 0}, "boxes must be between 1"),
        ({"boxes": -3}, "boxes must be between 1"),
        ({"boxes": 2.5}, "boxes must be a whole number"),
        ({"bunches": 0}, "bunches must be between 1"),
        ({"stemsBunch": 0}, "stemsBunch must be between 1"),
        ({"unitType": None}, "unitType is required"),
        ({"unitType": "Box"}, "unitType must be Stem or Bunch"),
        ({"itemType": "PAL"}, "itemType must be BOX or UN"),
        ({"itemType": "UNIT"}, "itemType cannot be longer than 3"),
        ({"price": None}, "price is required"),
        ({"price": -1}, "price cannot be negative"),
        ({"price": "1,250.00"}, "price must be a number"),
        ({"cost": -0.01}, "cost cannot be negative"),
        ({"markCode": "m" * 51}, "markCode cannot be longer than 50"),
        ({"notes": "n" * 1001}, "notes cannot be longer than 1000"),
        ({"orderSource": "s" * 21}, "orderSource cannot be longer than 20"),
        ({"identifier": "i" * 31}, "identifier cannot be longer than 30"),
        ({"futureSalesPoNumber": "P0571200"}, "futureSalesPoNumber cannot be longer than 7"),
        ({"breakdowns": [{"productId": 999, "bunches": 1, "stemsBunch": 1, "cost": 1}]}, "price is required"),
        ({"breakdowns": [{"productId": 999, "bunches": 1, "price": 1, "cost": 1}]}, "stemsBunch is required"),
        ({"breakdowns": [{"productId": 999, "bunches": 1, "stemsBunch": 1, "price": 1}]}, "cost is required"),
        ({"breakdowns": [{"productId": 1, "bunches": 1, "stemsBunch": 1}]}, "Product not found: 1"),
        ({"breakdowns": "x"}, "breakdowns must be an array"),
    ],
)
def test_what_a_line_may_not_say(komet: Komet, changes: dict[str, Any], words: str) -> None:
    """§7.2, §7.3, A23: a line that fails says why in its own row; header and good lines stay."""
    answer = komet.book(booked(identifier="bad") | _kept(changes), booked(identifier="good"))
    assert answer["status"] == "1"
    bad, good = answer["items"]
    assert (bad["status"], good["status"]) == (0, 1)
    assert words in bad["message"] and "prebookItemId" not in bad
    (stored,) = komet.stored_prebook(answer["prebookNumber"])["items"]
    assert stored["id"] == good["prebookItemId"]


def _kept(changes: dict[str, Any]) -> dict[str, Any]:
    return {name: "" if value is None else value for name, value in changes.items()}


def test_amounts_have_two_places(komet: Komet) -> None:
    """§7.2: decimal:10,2, rounded half up; numbers may come as text."""
    answer = komet.book(booked(price="0.425", cost=0.285), booked(price=1e3))
    items = komet.stored_prebook(answer["prebookNumber"])["items"]
    assert [(item["price"], item["cost"]) for item in items] == [("0.43", "0.29"), ("1000.00", "0.28")]


def test_an_unknown_code_waits_for_mapping(komet: Komet) -> None:
    """A30: an unknown product code becomes a line called UNKNOWN; an unknown id fails its line."""
    item = booked(productId=None, productCode="NOSUCH")
    (row,) = komet.book(item)["items"]
    assert (row["status"], row["productCode"]) == (1, "NOSUCH")
    (shown,) = _only(komet)["details"]
    assert shown["productDescription"] == "UNKNOWN" and "productId" not in shown
    (parked,) = komet.sim.state()["parked_products"]
    assert (parked["code"], parked["vendor_id"]) == ("NOSUCH", None)
    komet.sim.operator("edit-prebook-item", item=row["prebookItemId"], product="RSFRE60")
    assert _only(komet)["details"][0]["productDescription"] == "Roses Freedom 60cm"


def test_future_boxes_are_taken_at_once(komet: Komet) -> None:
    """A28: futureSalesPoNumber takes boxes of the line with that product and pack, and says the rest."""
    answer = komet.book(booked(**FUTURE), booked(**{**FUTURE, "boxes": 3}))
    assert [row["availableBoxes"] for row in answer["items"]] == [33, 30]
    assert komet.stored_po_line(FUTURE_LINE)["sold"] == 10
    (row,) = (each for each in komet.shop() if each["inventoryLineIds"] == str(FUTURE_LINE))
    assert row["quantity"] == 30
    market = komet.get("future.inventory.openmarket.list", dateFrom="2027-01-01", dateTo="2027-02-01")
    (line,) = (each for each in market["inventoryItems"] if each["inventoryId"] == FUTURE_LINE)
    assert line["quantity"] == 30


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"boxes": 41}, "not enough boxes in P057120: 40 available"),
        ({"productCode": "RSVEN60", "boxes": 11}, "10 available"),
        ({"productCode": "RSFRE60"}, "0 available"),
        ({"bunches": 10}, "0 available"),
        ({"stemsBunch": 20}, "0 available"),
        ({"boxTypeId": 8}, "0 available"),
        ({"futureSalesPoNumber": "57120"}, "Purchase order not found: 57120"),
        ({"futureSalesPoNumber": "p057120"}, "Purchase order not found: p057120"),
        ({"futureSalesPoNumber": " P05712"}, "Purchase order not found:  P05712"),
        ({"futureSalesPoNumber": "P057116", "productCode": "RSFRE60"}, "reserved for another customer"),
        ({"itemType": "UN", "totalUnits": 10}, "needs an item in boxes"),
    ],
)
def test_future_boxes_that_cannot_be_had(komet: Komet, changes: dict[str, Any], words: str) -> None:
    """A28, Q13: too few boxes, another pack, a number that is not to the letter: that line alone fails."""
    answer = komet.book(booked(**{**FUTURE, **changes}), booked())
    assert [row["status"] for row in answer["items"]] == [0, 1]
    assert words in answer["items"][0]["message"]
    assert answer["items"][0]["futureSalesPoNumber"] == {**FUTURE, **changes}["futureSalesPoNumber"]
    assert komet.stored_po_line(FUTURE_LINE)["sold"] == 0
    assert len(_only(komet)["details"]) == 1


def test_boxes_come_from_several_lines(komet: Komet) -> None:
    """A partial shipment splits a line; a prebook draws on both halves of it."""
    komet.sim.operator("ship", line=FUTURE_LINE, awb="9-9", boxes=15)
    (row,) = komet.book(booked(**{**FUTURE, "boxes": 30}))["items"]
    assert (row["status"], row["availableBoxes"]) == (1, 10)
    (item,) = komet.stored_prebook("010301")["items"]
    assert [draw["boxes"] for draw in item["draws"]] == [15, 15]


def test_use_existing(komet: Komet) -> None:
    """§7.2: the prebook that matches gets the items, and keeps its header; repeated they come again."""
    same = {"customerPO": "BN-9", "shipToId": 6201}
    first = komet.book(booked(identifier="a"), **same, comments="first")
    for _ in range(2):
        again = komet.book(
            booked(identifier="b"), **same, useExisting=1, comments="not taken", status="Approved"
        )
        assert (again["prebookId"], again["prebookNumber"]) == (first["prebookId"], first["prebookNumber"])
    stored = komet.stored_prebook(first["prebookNumber"])
    assert len(stored["items"]) == 3
    assert (stored["comments"], stored["status"]) == ("first", "Pending")
    assert komet.book(booked(), **same)["prebookId"] != first["prebookId"]


@pytest.mark.parametrize(
    "other",
    [
        {"companyLocationCode": "LAX"},
        {"carrierId": 36},
        {"shipDate": "2027-02-13"},
        {"customerId": 48214, "shipToId": 6211},
        {"customerPO": "BN-10"},
        {"customerPO": None},
        {"shipToId": 6202},
        {"shipToId": None},
    ],
)
def test_use_existing_without_a_match(komet: Komet, other: dict[str, Any]) -> None:
    """A23: what differs in one of the six is no match, and a new prebook is made."""
    same = {"customerPO": "BN-9", "shipToId": 6201}
    first = komet.book(booked(), **same)
    assert komet.book(booked(), useExisting=1, **{**same, **other})["prebookId"] != first["prebookId"]


def test_use_existing_leaves_some_alone(komet: Komet) -> None:
    """What is cancelled, invoiced or in a shop's basket is not added to."""
    number = komet.book(booked())["prebookNumber"]
    komet.sim.operator("cancel-prebook", prebook=number)
    second = komet.book(booked(), useExisting=1)
    assert second["prebookNumber"] != number
    komet.sim.operator("invoice-prebook", prebook=second["prebookNumber"])
    assert komet.book(booked(), useExisting=1)["prebookNumber"] != second["prebookNumber"]


def test_purchase_orders_are_generated(komet: Komet) -> None:
    """§7.2, §7.3: an Approved order a vendor, numbers joined by comma and blank, lines that name the item."""
    answer = komet.book(
        booked(identifier="a", vendorId=77),
        booked(identifier="b", vendorCode="ALTAFLOR", boxes=2, markCode="M"),
        booked(identifier="c", vendorId=77, boxes=3),
        autoGeneratePOsfromPrebooks=1,
    )
    assert answer["purchaseOrderNumbers"] == "P057200, P057201"
    assert answer["message"] == (
        "Prebook was successfully created. All the purchase orders were successfully created"
    )
    order = komet.order("P057200")
    assert (order["status"], order["vendorId"], order["shipDate"]) == ("Approved", "77", "2027-02-10")
    ids = [row["prebookItemId"] for row in answer["items"]]
    assert [int(row["prebookItemId"]) for row in order["details"]] == [ids[0], ids[2]]
    (line,) = komet.lines("P057201")
    assert (line["orderType"], line["prebook"], line["prebookTruckDate"]) == ("P", "010301", DAY)
    assert (line["totalBoxes"], line["markCode"], line["customerId"]) == (2, "M", "48213")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "vendorId is required"),
        ({"vendorId": 77, "cost": None}, "cost is required"),
        ({"vendorId": 77, "itemType": "UN", "totalUnits": 9}, "units cannot be purchased"),
        ({"vendorId": 77, "productId": None, "productCode": "NOSUCH"}, "productId is required"),
    ],
)
def test_generating_needs_vendor_and_cost(komet: Komet, changes: dict[str, Any], words: str) -> None:
    """§7.2: with autoGeneratePOsfromPrebooks a line without vendor or cost fails; others are ordered."""
    answer = komet.book(booked(**changes), booked(vendorId=77), autoGeneratePOsfromPrebooks=1)
    assert [row["status"] for row in answer["items"]] == [0, 1]
    assert words in answer["items"][0]["message"]
    assert answer["purchaseOrderNumbers"] == "P057200"
    assert len(komet.lines("P057200")) == 1


def test_what_is_bought_for_a_prebook_is_nobody_elses(komet: Komet) -> None:
    """Such boxes are no future inventory, even confirmed and priced, and arrive for the customer."""
    number = komet.book(booked(vendorId=77), autoGeneratePOsfromPrebooks=1)["purchaseOrderNumbers"]
    komet.sim.operator("confirm", number=number)
    assert [row for row in komet.reserved(availableDate="2027-03-01") if row["inventoryOrigin"] == 2] == []
    (row,) = komet.book(booked(futureSalesPoNumber=number))["items"]
    assert "0 available" in row["message"]
    line = int(komet.lines(number)[0]["poItemId"])
    prebook = komet.book()["prebookId"]
    add = {"prebookId": prebook, "inventoryId": line, "boxes": 1, "price": 1}
    assert failed(komet.post("prebook.future.item.add", **add), "not future inventory")
    komet.sim.operator("ship", number=number, awb="9-8")
    assert komet.sim.operator("receive", number=number)["lines"] == []


def test_allocation_takes_fresh_stock(komet: Komet) -> None:
    """§7.2: autoAllocate takes open boxes of that pack and location aged 0 to 5 days, the oldest first."""
    stock = {row["id"]: row for row in komet.sim.state()["inventory"]}
    fits = [
        row
        for row in stock.values()
        if (row["location"], row["product"], row["box_type"], row["bunches"]) == ("MIA", "RSFRE60", "HB", 12)
        and row["customer"] is None
        and not (row["held"] or row["staging"])
        and row["type"] == "M"
    ]
    fresh = [row for row in fits if "2026-12-30" <= row["inventory_date"] <= "2027-01-04"]
    assert 0 < len(fresh) < len(fits)
    total = sum(row["boxes"] for row in fresh)
    number = komet.book(booked(boxes=total + 4), autoAllocate=1)["prebookNumber"]
    (item,) = komet.stored_prebook(number)["items"]
    taken = {draw["line_id"]: draw["boxes"] for draw in item["draws"]}
    assert taken == {row["id"]: row["boxes"] for row in fresh}
    ages = [stock[draw["line_id"]]["inventory_date"] for draw in item["draws"]]
    assert ages == sorted(ages)
    assert all(komet.stored_line(line_id)["boxes"] == 0 for line_id in taken)
    without = komet.book(booked())["prebookNumber"]
    assert komet.stored_prebook(without)["items"][0]["draws"] == []


def test_allocation_knows_age_vendor_and_owner() -> None:
    """§7.2: five days old is fresh, six is not; the vendor binds; another customer's stock stays."""
    row = {"location": "MIA", "product": "PLPHA6", "vendor": "ROSALEDA", "box_type": "HB", "boxes": 1}
    row |= {"bunches": 12, "stems": 25, "unit": "Stem", "cost": "1", "inventory_date": "2026-12-30"}
    lines = [
        {**row, "id": 1},
        {**row, "id": 2, "inventory_date": "2026-12-29"},
        {**row, "id": 3, "vendor": "ALTAFLOR"},
        {**row, "id": 4, "customer": "BLOOM"},
        {**row, "id": 5, "customer": "HUDSON"},
        {**row, "id": 6, "held": True},
        {**row, "id": 7, "staging": True},
        {**row, "id": 8, "location": "LAX"},
    ]
    komet = Komet(make_simulator(seed_with(inventory=lines)))
    komet.book(booked(productId=558, boxes=9, vendorId=77), autoAllocate=1)
    (item,) = komet.stored_prebook("010301")["items"]
    assert [draw["line_id"] for draw in item["draws"]] == [1, 4]
    komet.sim.close()


def test_what_is_allocated_is_not_bought(komet: Komet) -> None:
    """With both flags only the boxes that stock does not have are ordered."""
    line = next(row for row in komet.sim.state()["inventory"] if row["id"] == 88148)
    item = booked(
        productCode="HYWHT", productId=None, boxTypeId=8, bunches=1, stemsBunch=35, boxes=20, vendorId=85
    )
    answer = komet.book(item, autoAllocate=1, autoGeneratePOsfromPrebooks=1)
    (bought,) = komet.lines(answer["purchaseOrderNumbers"])
    assert bought["totalBoxes"] == 20 - line["boxes"]


def test_a_large_request(komet: Komet) -> None:
    """§1.5: 150 full lines go into one request, and one over 64 kB is refused."""
    items = [booked(identifier=f"l{place}", notes="n" * 100) for place in range(150)]
    assert len(komet.book(*items)["items"]) == 150
    assert failed(komet.book(*items, *items), "64kb")


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.dictionaries(
        st.sampled_from([*sorted(booked()), "itemType", "totalUnits", "vendorId", "notes"]), WILD, max_size=4
    ),
    header=st.dictionaries(
        st.sampled_from(["comments", "customerPO", "shipToId", "useExisting", "status", "createdBy"]),
        WILD,
        max_size=2,
    ),
    more=WILD,
)
def test_any_item(komet: Komet, changes: dict[str, Any], header: dict[str, Any], more: Any) -> None:
    """A wild item or header fails with a sentence, and what was made can be listed."""
    items = [booked() | changes, booked() | {"breakdowns": more}]
    body = {"customerId": 48213, "carrierId": 31, "shipDate": DAY, "prebookItems": items, **header}
    sent = json.dumps({"authenticationToken": COMPANY, **body})
    answer = komet.http.post("/api/prebook.create", content=sent.encode()).json()
    if str(answer["status"]) == "1":
        assert answer["prebookNumber"] in {row["number"] for row in komet.prebooks(DAY)}
        assert all(row["message"] for row in answer["items"])
