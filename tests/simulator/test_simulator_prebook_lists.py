"""prebook.list and prebook.details.list: what is asked, what is shown, what never is."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.simulator.driver import CUSTOMER, USER, VENDOR, Komet, booked, failed, seed_with
from reconciler.simulator.embed import make_simulator

DAY = "2027-02-12"
HIDDEN_HEADER = {"shipToId", "status", "isEcommerce", "createdBy", "prebookStatus", "checkOutStatus"}
HIDDEN_LINE = {"cost", "notes", "orderSource", "identifier", "futureSalesPoNumber", "itemType"}


def _numbers(komet: Komet, method: str, **params: Any) -> list[str]:
    return [row["number"] for row in komet.get(method, **params).get("prebooks", [])]


def _fill(komet: Komet) -> None:
    """Three prebooks: 010301 and 010302 of BloomNet, 010303 of its standing orders, a day later, from LAX."""
    komet.book(booked(), customerPO="BN-1", shipToId=6201, comments="One")
    komet.book(booked(price=4.2, boxes=20), booked(boxes=1), isEcommerce=1, status="Approved", shipViaId=1)
    komet.book(booked(), customerId=48214, carrierId=36, shipDate="2027-02-13", companyLocationCode="LAX")


def test_a_header_as_it_is_listed(komet: Komet) -> None:
    """§7.5, Q25: all that is documented, the ship-to as name and address; no ship-to id, no status."""
    _fill(komet)
    first = komet.prebooks(DAY)[0]
    assert {name: value for name, value in first.items() if name != "details"} == {
        "id": "1700001",
        "number": "010301",
        "type": "P",
        "truckDate": DAY,
        "locationId": "11",
        "locationCode": "MIA",
        "locationName": "Miami",
        "customerId": "48213",
        "customerCode": "BLOOM",
        "customerName": "BloomNet",
        "customerPONumber": "BN-1",
        "carrierId": "31",
        "carrierName": "FedEx Priority",
        "shipVia": "Warehouse",
        "comments": "One",
        "totalPrice": "630.00",
        "shipName": "Main store",
        "shipAddress": "1 Rose St",
        "shipCity": "Miami",
        "shipState": "FL",
        "shipZipCode": "33101",
        "shipCountry": "US",
    }
    second = komet.prebooks(DAY)[1]
    assert (second["shipVia"], second["totalPrice"]) == ("Grower", "25,326.00")
    assert not {"shipName", "customerPONumber", "comments"} & set(second)
    assert not HIDDEN_HEADER & (set(first) | set(second))


def test_a_line_as_it_is_listed(komet: Komet) -> None:
    """§7.5, Q25: pack, units, price, vendor, breakdowns; no cost, notes, source, identifier, order."""
    part = {"productId": 507, "bunches": 4, "stemsBunch": 10, "cost": 3, "price": 4.95}
    komet.book(
        booked(
            vendorId=77,
            markCode="BN",
            notes="Keep upright",
            orderSource="phone",
            unitType="bunch",
            price=4.5,
            breakdowns=[part],
        )
    )
    assert komet.prebooks(DAY)[0]["details"] == [
        {
            "prebookItemId": "3500001",
            "productId": "999",
            "productDescription": "Roses Freedom 60cm",
            "vendorId": "77",
            "vendorName": "Rosaleda del Valle",
            "boxType": "HB",
            "totalBoxes": 5,
            "bunches": 12,
            "stemsBunch": 25,
            "units": 12,
            "unitType": "Bunch",
            "totalUnits": 60,
            "unitPrice": 4.5,
            "totalPrice": 270.0,
            "markCode": "BN",
            "breakdowns": [
                {
                    "productId": "507",
                    "productDescription": "Roses Mondial 60cm",
                    "stemsBunch": 10,
                    "bunches": 4,
                    "price": 4.95,
                }
            ],
        }
    ]
    komet.book(booked(futureSalesPoNumber="P057120", productId=510))
    for prebook in komet.prebooks(DAY):
        assert all(not HIDDEN_LINE & set(row) for row in prebook["details"])


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({}, [1, 2]),
        ({"date": "2027-02-13"}, [3]),
        ({"date": "2027-02-14"}, []),
        ({"prebook": "010302"}, [2]),
        ({"prebook": "10302"}, []),
        ({"customer": "bloomnet"}, [1, 2]),
        ({"customer": "LOOM"}, [1, 2]),
        ({"date": "2027-02-13", "customer": "standing"}, [3]),
        ({"customerId": 48213}, [1, 2]),
        ({"customerId": 48214}, []),
        ({"carrierName": "fedex"}, [1, 2]),
        ({"carrierName": "UPS"}, []),
        ({"carrierId": 31}, [1, 2]),
        ({"carrierId": 36}, []),
        ({"salesPersonId": 5}, [1, 2]),
        ({"salesPersonId": 6}, []),
        ({"soNumber": 7}, []),
        ({"brandId": 7}, []),
        ({"customerPONumber": "bn-1"}, [1]),
        ({"customerPONumber": "BN"}, []),
        ({"locationId": 11}, [1, 2]),
        ({"locationId": 12}, []),
        ({"unableToSource": "false"}, [1, 2]),
        ({"unableToSource": "true"}, []),
        ({"updatedAsOf": "2027-01-04 14:00:02"}, [2]),
        ({"updatedAsOf": "2027-01-05 00:00:00"}, []),
    ],
)
def test_filters_of_the_details(komet: Komet, params: dict[str, Any], found: list[int]) -> None:
    """§7.5: numbers, ids, dates and customer POs exactly, names LIKE, joined by AND."""
    _fill(komet)
    wanted = [f"{10300 + place:06d}" for place in found]
    assert _numbers(komet, "prebook.details.list", **{"date": DAY, **params}) == wanted


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({}, [1, 2, 3]),
        ({"dateTo": DAY}, [1, 2]),
        ({"dateFrom": "2027-02-13"}, [3]),
        ({"CompanyLocationId": 12}, [3]),
        ({"prebookStatus": "approved"}, [2]),
        ({"prebookStatus": "Pending"}, [1, 3]),
        ({"prebookStatus": "Nonsense"}, []),
        ({"isEcommerce": 1}, [2]),
        ({"isEcommerce": 0}, [1, 3]),
        ({"checkOutStatus": 1}, [1, 2, 3]),
        ({"checkOutStatus": 0}, []),
        ({"carrierName": "trucking", "customerId": 48214}, [3]),
        ({"customerPONumber": "BN-1", "prebook": "010301"}, [1]),
    ],
)
def test_filters_of_the_list(komet: Komet, params: dict[str, Any], found: list[int]) -> None:
    """§7.5: headers of a span of truck dates; status, e-commerce and checkout can be asked for, not read."""
    _fill(komet)
    asked = {"dateFrom": "2027-02-01", "dateTo": "2027-02-28", **params}
    wanted = [f"{10300 + place:06d}" for place in found]
    assert _numbers(komet, "prebook.list", **asked) == wanted


def test_vendor_ship_dates(komet: Komet) -> None:
    """§7.5: without a truck date a span of vendor ship dates is asked for; both ends are needed."""
    _fill(komet)

    def found(first: str, last: str) -> list[str]:
        return _numbers(komet, "prebook.details.list", vendorShipDateFrom=first, vendorShipDateTo=last)

    assert found("2027-02-10", "2027-02-10") == ["010301", "010302"]
    assert found("2027-02-10", "2027-02-11") == ["010301", "010302", "010303"]
    assert found("2027-02-12", "2027-02-13") == []
    komet.switch(vendor_lead_days=0)
    assert found("2027-02-12", "2027-02-13") == ["010301", "010302", "010303"]


@pytest.mark.parametrize(
    ("method", "params", "words"),
    [
        ("prebook.list", {}, "dateFrom is required"),
        ("prebook.list", {"dateFrom": DAY}, "dateTo is required"),
        ("prebook.list", {"dateFrom": DAY, "dateTo": "2027-08-16"}, "184 days"),
        ("prebook.list", {"dateFrom": DAY, "dateTo": "2027-02-11"}, "184 days"),
        ("prebook.list", {"dateFrom": DAY, "dateTo": DAY, "isEcommerce": "x"}, "must be 1 or 0"),
        ("prebook.details.list", {}, "date is required"),
        ("prebook.details.list", {"prebook": "010301"}, "date is required"),
        ("prebook.details.list", {"vendorShipDateFrom": DAY}, "date is required"),
        (
            "prebook.details.list",
            {"vendorShipDateFrom": DAY, "vendorShipDateTo": "2027-08-16"},
            "184 days",
        ),
        ("prebook.details.list", {"date": "tomorrow"}, "must be a date"),
        ("prebook.details.list", {"date": DAY, "customerId": "x"}, "must be a whole number"),
    ],
)
def test_dates_are_required(komet: Komet, method: str, params: dict[str, Any], words: str) -> None:
    """§7.5, §1.5: the list wants a span of at most six months, the details one date or such a span."""
    assert failed(komet.get(method, **params), words)


def test_nothing_found(komet: Komet) -> None:
    """§1.4: no prebooks are a message without payload."""
    assert komet.get("prebook.list", dateFrom=DAY, dateTo=DAY) == {
        "status": 1,
        "message": "Orders not found.",
    }
    assert komet.get("prebook.details.list", date=DAY) == {"status": 1, "message": "Orders not found."}


def test_who_may_read(komet: Komet) -> None:
    """§1.9: details take Company and Vendor tokens, the list Company ones; a Customer token by the switch."""
    span = {"dateFrom": DAY, "dateTo": "2027-02-13"}
    _fill(komet)
    for token in (CUSTOMER, USER):
        assert failed(komet.get("prebook.details.list", token, date=DAY), "not available for a token")
    for token in (VENDOR, USER, CUSTOMER):
        assert failed(komet.get("prebook.list", token, **span), "not available for a token")
    komet.switch(prebook_list_customer_token="allow")
    rows = komet.get("prebook.list", CUSTOMER, **span)["prebooks"]
    assert [row["number"] for row in rows] == ["010301", "010302"]
    assert failed(komet.get("prebook.list", CUSTOMER, **span, customerId=48214), "another customer")
    komet.switch(customer_token_foreign_customer="empty")
    assert "prebooks" not in komet.get("prebook.list", CUSTOMER, **span, customerId=48214)


def test_unable_to_source_and_standing_orders() -> None:
    """§7.5: prebooks of a standing order are of type S and found by its number; the mark can be asked for."""
    row = {"number": "010201", "customer": "BLOOM", "location": "MIA", "truck_date": DAY}
    sim = make_simulator(seed_with(prebooks=[{**row, "standing_order": 77}]))
    komet = Komet(sim)
    assert [each["type"] for each in komet.prebooks(DAY, soNumber=77)] == ["S"]
    komet.sim.operator("edit-prebook", prebook="010201", unable_to_source=True)
    assert len(komet.prebooks(DAY, unableToSource="true")) == 1
    assert komet.prebooks(DAY, unableToSource="false") == []
    sim.close()


def test_a_partners_web_order_becomes_a_prebook(komet: Komet) -> None:
    """§6.1, §8, Q21: future boxes lie in a Draft prebook until checkout, one for each delivery."""
    span = {"dateFrom": "2027-01-01", "dateTo": "2027-02-28"}
    body = {"customerId": 48213, "inventoryIds": 910005, "inventoryOrigin": 2, "quantity": 3, "price": 0.47}
    order = komet.send("web-order-item.add", **body, carrierId=31, date="2027-01-12")["webOrderId"]
    komet.send("web-order-item.add", **body, carrierId=31, date="2027-01-12", shipToId=6202)
    komet.send("web-order-item.add", **body, carrierId=31, date="2027-01-12")
    assert _numbers(komet, "prebook.list", **span, checkOutStatus=0, prebookStatus="Draft") == [
        "010301",
        "010302",
    ]
    komet.send("web-order.checkout", customerId=48213, webOrderId=order, customerPo="BN-77")
    assert _numbers(komet, "prebook.list", **span, checkOutStatus=0) == []
    first, second = komet.prebooks("2027-01-12", customerPONumber="BN-77")
    assert [row["totalBoxes"] for row in first["details"]] == [3, 3]
    assert (second["shipName"], second["details"][0]["unitPrice"]) == ("Coral Gables", 0.47)
    line = first["details"][0]
    assert (line["productDescription"], line["vendorName"]) == ("Roses Explorer 60cm", "Alta Flor")
    assert _numbers(komet, "prebook.list", **span, isEcommerce=1) == ["010301", "010302"]


def test_a_dropped_web_order_leaves_no_prebook(komet: Komet) -> None:
    """§6.1: boxes put back, one by one or all at once, leave neither prebook nor sold boxes."""
    body = {"customerId": 48213, "inventoryIds": 910005, "inventoryOrigin": 2, "quantity": 3, "price": 0.47}
    first = komet.send("web-order-item.add", **body, carrierId=31, date="2027-01-12")
    komet.send("web-order-item.add", **body, carrierId=31, date="2027-01-12")
    komet.send("web-order-item.delete", customerId=48213, webOrderItemId=first["webOrderItemId"])
    assert len(komet.prebooks("2027-01-12")[0]["details"]) == 1
    komet.send("web-order.delete", customerId=48213, webOrderId=first["webOrderId"])
    assert komet.prebooks("2027-01-12") == []
    assert komet.stored_po_line(910005)["sold"] == 0


def test_purchase_orders_of_a_prebook(komet: Komet) -> None:
    """§5.3: purchase.order.list?prebook= finds the orders bought for that number."""
    first = komet.book(booked(vendorId=77), autoGeneratePOsfromPrebooks=1)
    second = komet.book(booked(vendorId=77), autoGeneratePOsfromPrebooks=1)
    asked = {"date": "2027-02-10", "prebook": second["prebookNumber"]}
    (order,) = komet.get("purchase.order.list", **asked)["purchaseOrders"]
    assert order["number"] == second["purchaseOrderNumbers"] != first["purchaseOrderNumbers"]
    (line,) = order["details"]
    assert line["prebookItemId"] == str(second["items"][0]["prebookItemId"])
    standalone = komet.lines("P057116")[0]
    assert not {"prebook", "prebookItemId", "prebookTruckDate"} & set(standalone)
