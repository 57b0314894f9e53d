"""Purchase orders over the API: the documented samples, the quirks, the states."""

from __future__ import annotations

import pytest

from reconciler.simulator.driver import COMPANY, VENDOR, Komet, failed, line, seed_with
from reconciler.simulator.embed import make_simulator

SAMPLE = {
    "authenticationToken": COMPANY,
    "shipDate": "2025-03-10",
    "vendorId": 77,
    "customerId": 4711,
    "comments": "cfg:spring-roses/po-1",
    "purchaseOrderItems": [
        {
            "identifier": "l1",
            "productId": 501,
            "boxTypeId": 9,
            "boxes": 10,
            "bunches": 10,
            "stemsBunch": 25,
            "unitType": "Bunch",
            "cost": 5.25,
            "price": 8.50,
        }
    ],
}


def test_documented_create_sample() -> None:
    """The sample request of Komet API §5.2 gets, member for member, the sample answer."""
    seed = seed_with(
        customers=[{"code": "SAMPLE", "id": 4711, "name": "Sample"}],
        purchase_orders=[{"number": "P057116", "remove": True}],
        first_ids={"purchase_orders": 660001, "po_lines": 920001},
    )
    with_komet = Komet(make_simulator(seed))
    answer = with_komet.http.post("/api/purchase.order.create", json=SAMPLE).json()
    line_id = answer["items"][0].pop("poItemId")
    assert isinstance(line_id, int)
    assert answer == {
        "status": 1,
        "message": "OK",
        "purchaseOrderId": 660001,
        "purchaseOrderNumber": "P057200",
        "items": [{"identifier": "l1", "status": 1, "message": "OK"}],
    }
    with_komet.sim.close()


def test_what_is_created_is_read_back(komet: Komet) -> None:
    """Every field of §5.5 that can be read back is, in its documented type."""
    answer = komet.create(
        line(markCode="BN", notes="Keep cool"),
        carrierId=33,
        companyLocationCode="LAX",
        comments=" hi [rc:a/b] ",
    )
    order = komet.order(answer["purchaseOrderNumber"])
    assert order["number"] == "P057200"
    assert (order["status"], order["shipDate"], order["locationName"]) == (
        "Pending Approval",
        "2027-02-01",
        "Los Angeles",
    )
    assert (order["vendorId"], order["vendorName"], order["origin"]) == ("77", "Rosaleda del Valle", "BOG")
    assert (order["comments"], order["totalBoxes"], order["totalCost"]) == ("hi [rc:a/b]", 10, "840.00")
    (found,) = order["details"]
    assert found["poItemId"] == str(answer["items"][0]["poItemId"])
    assert (found["productId"], found["productDescription"], found["boxType"]) == (
        "999",
        "Roses Freedom 60cm",
        "HB",
    )
    assert (found["totalBoxes"], found["bunches"], found["stemsBunch"], found["unitType"]) == (
        10,
        12,
        25,
        "Stem",
    )
    assert (found["units"], found["totalUnits"], found["unitCost"], found["totalCost"]) == (
        300,
        3000,
        0.28,
        840.0,
    )
    assert (found["customerId"], found["customerName"]) == ("48213", "BloomNet")
    assert (found["carrierId"], found["carrierName"]) == ("33", "Kelda Air Cargo")
    assert (found["markCode"], found["notes"]) == ("BN", "Keep cool")
    assert (found["quantityConfirmed"], found["lineItemStatus"]) == (0, "Pending")


def test_the_list_hides_price_and_hold(komet: Komet) -> None:
    """Q15: no price, no hold, no codes, no AWB, no arrival date, no box type id in purchase.order.list."""
    number = komet.create()["purchaseOrderNumber"]
    komet.sim.operator("hold", number=number)
    order = komet.order(number)
    members = set(order) | set(order["details"][0])
    assert not members & {
        "price",
        "hold",
        "arrivalDate",
        "awb",
        "customerCode",
        "vendorCode",
        "boxTypeId",
        "boxes",
    }
    assert komet.stored(number)["hold"] is True
    assert komet.stored(number)["lines"][0]["price"] == "0.420"


@pytest.mark.parametrize("form", ["ids", "codes", "quoted", "query"])
def test_every_documented_way_to_say_it(komet: Komet, form: str) -> None:
    """Ids or codes, quoted scalars, and (§1.1) query parameters on a POST that has no body."""
    if form == "ids":
        answer = komet.create()
    elif form == "codes":
        item = line(productCode="rsfre60", boxTypeCode="hb", unitType="stem")
        del item["productId"], item["boxTypeId"]
        answer = komet.post(
            "purchase.order.create",
            shipDate="2027-02-01",
            vendorCode="Rosaleda",
            customerCode="bloom",
            purchaseOrderItems=[item],
        )
    elif form == "quoted":
        answer = komet.create(
            {key: str(value) for key, value in line().items()}, vendorId="77", customerId="48213"
        )
    else:
        number = komet.create()["purchaseOrderNumber"]
        line_id = komet.lines(number)[0]["poItemId"]
        params = {"authenticationToken": COMPANY, "poItemId": line_id, "quantityConfirmed": "10"}
        response = komet.http.post("/api/purchase.order.item.confirm", params=params)
        assert str(response.json()["status"]) == "1"
        assert komet.order(number)["status"] == "Confirmed by Farm"
        return
    (found,) = komet.lines(answer["purchaseOrderNumber"])
    assert (found["productId"], found["boxType"], found["customerId"]) == ("999", "HB", "48213")
    assert found["unitType"] == "Stem"


def test_a_create_always_makes_a_new_order(komet: Komet) -> None:
    """A22: the same request twice makes two orders with consecutive numbers."""
    assert [komet.create()["purchaseOrderNumber"] for _ in range(2)] == ["P057200", "P057201"]


def test_appending_by_exact_number(komet: Komet) -> None:
    """Q13, Q14: purchaseOrderNumber appends; a number that is not exactly Komet's is not found."""
    number = komet.create()["purchaseOrderNumber"]
    again = komet.create(line(boxes=3), purchaseOrderNumber=number)
    assert again["purchaseOrderNumber"] == number
    assert [each["totalBoxes"] for each in komet.lines(number)] == [10, 3]
    for wrong in ("57200", "p057200", " P057200", "P57200", 57200):
        assert failed(komet.create(purchaseOrderNumber=wrong), "not found")


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ({"vendorId": 78}, "another vendor"),
        ({"shipDate": "2027-02-02"}, "another date"),
        ({"customerId": 48214}, "another customer"),
    ],
)
def test_appending_must_fit_the_header(komet: Komet, header: dict[str, object], words: str) -> None:
    """Lines are never appended to an order of another vendor, date or customer."""
    number = komet.create()["purchaseOrderNumber"]
    assert failed(komet.create(purchaseOrderNumber=number, **header), words)


def test_a_cancelled_order_takes_no_lines(komet: Komet) -> None:
    """Nothing is appended to a cancelled order."""
    assert failed(
        komet.create(purchaseOrderNumber="P057150", vendorId=88, shipDate="2027-01-09"), "cancelled"
    )


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ({"vendorCode": "ROSALEDA"}, "cannot be used at the same time"),
        ({"vendorId": None}, "vendorId or vendorCode is required"),
        ({"vendorId": 4}, "Vendor not found"),
        ({"vendorId": 91}, "not active"),
        ({"customerId": 4}, "Customer not found"),
        ({"customerCode": "BLOOMSO"}, "name different ones"),
        ({"customerId": 48399}, "not active"),
        ({"carrierId": 32}, "inbound carrier"),
        ({"carrierCode": "OLDCAR"}, "inbound carrier"),
        ({"companyLocationCode": "XXX"}, "Location not found"),
        ({"shipDate": None}, "shipDate is required"),
        ({"shipDate": "2027-2-1"}, "YYYY-MM-DD"),
        ({"shipDate": "2027-02-30"}, "YYYY-MM-DD"),
        ({"comments": "x" * 201}, "200 characters"),
        ({"purchaseOrderItems": []}, "required"),
    ],
)
def test_header_faults(komet: Komet, header: dict[str, object], words: str) -> None:
    """A header that cannot be meant is refused as a whole, and nothing is created."""
    body = {"shipDate": "2027-02-01", "vendorId": 77, "customerId": 48213, "purchaseOrderItems": [line()]}
    before = len(komet.sim.state()["purchase_orders"])
    assert failed(komet.post("purchase.order.create", **{**body, **header}), words)
    assert len(komet.sim.state()["purchase_orders"]) == before


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"boxes": 0}, "boxes"),
        ({"boxes": -1}, "boxes"),
        ({"boxes": "ten"}, "boxes"),
        ({"boxes": None}, "boxes is required"),
        ({"bunches": 0}, "bunches"),
        ({"stemsBunch": None}, "stemsBunch is required"),
        ({"unitType": "Box"}, "unitType"),
        ({"cost": None}, "cost is required"),
        ({"cost": -0.1}, "cost"),
        ({"price": "NaN"}, "price"),
        ({"boxTypeId": 12345}, "Boxtype not found"),
        ({"productId": 12345}, "Product not found"),
        ({"prebookItemId": 1}, "Prebook item not found"),
        ({"markCode": "m" * 51}, "50 characters"),
        ({"identifier": "i" * 31}, "30 characters"),
    ],
)
def test_a_failed_line_leaves_the_good_ones(komet: Komet, changes: dict[str, object], words: str) -> None:
    """A23: header and good lines stay, the overall status is 1, the failed line says why."""
    answer = komet.create(line(identifier="good"), {**line(identifier="bad"), **changes})
    assert answer["status"] == 1
    good, bad = answer["items"]
    assert (good["identifier"], good["status"]) == ("good", 1)
    assert bad["status"] == 0 and words in bad["message"] and "poItemId" not in bad
    assert len(komet.lines(answer["purchaseOrderNumber"])) == 1


def test_an_unmapped_product_is_left_out_silently(komet: Komet) -> None:
    """A23: no error and no item in the answer; what was asked for is parked for Object Mapping (A30)."""
    unmapped = line(identifier="x", productCode="NOSUCH")
    del unmapped["productId"]
    answer = komet.create(line(), unmapped)
    assert [each["identifier"] for each in answer["items"]] == ["l1"]
    assert len(komet.lines(answer["purchaseOrderNumber"])) == 1
    assert [each["code"] for each in komet.sim.state()["parked_products"]] == ["NOSUCH"]


def test_a_mismatching_description_makes_an_alias(komet: Komet) -> None:
    """Q14: a known code with another description makes the vendor's alias, which then names the product."""
    named = line(productCode="RSFRE60", productDescription="Rosa Freedom larga")
    del named["productId"]
    assert komet.create(named)["items"][0]["status"] == 1
    (alias,) = komet.sim.state()["vendor_aliases"]
    assert (alias["product_id"], alias["description"]) == (999, "Rosa Freedom larga")
    by_alias = line(productDescription="rosa freedom LARGA")
    del by_alias["productId"]
    assert komet.lines(komet.create(by_alias)["purchaseOrderNumber"])[0]["productId"] == "999"


def test_breakdowns(komet: Komet) -> None:
    """mixed.create needs breakdowns, which are read back with their cost, never a price (§5.5)."""
    mixed = line(
        productId=None,
        productCode="MIXROSE",
        stemsBunch=None,
        unitType="Bunch",
        breakdowns=[
            {"productId": 999, "bunches": 6, "stemsBunch": 10, "cost": 3, "price": 4.7},
            {"productCode": "RSMON60", "bunches": 4, "stemsBunch": 10, "cost": "3.25", "price": 4.95},
        ],
    )
    body = {"shipDate": "2027-02-01", "vendorId": 77, "purchaseOrderItems": [mixed, line()]}
    answer = komet.post("purchase.order.mixed.create", **body)
    assert [each["status"] for each in answer["items"]] == [1, 0]
    (found,) = komet.lines(answer["purchaseOrderNumber"])
    parts = [
        (part["productId"], part["bunches"], part["stemsBunch"], part["cost"]) for part in found["breakdowns"]
    ]
    assert parts[0] == ("999", 6, 10, 3.0)
    assert parts[1][1:] == (4, 10, 3.25)
    assert "price" not in found["breakdowns"][0]


def test_confirmation_is_absolute(komet: Komet) -> None:
    """A24: all boxes Confirmed, fewer Partially Confirmed, 0 Pending; more than there are is refused."""
    number = komet.create()["purchaseOrderNumber"]
    line_id = komet.lines(number)[0]["poItemId"]
    states = []
    for boxes in (4, 10, 0):
        komet.post("purchase.order.item.confirm", poItemId=line_id, quantityConfirmed=boxes)
        (found,) = komet.lines(number)
        states.append((found["quantityConfirmed"], found["lineItemStatus"]))
    assert states == [(4, "Partially Confirmed"), (10, "Confirmed"), (0, "Pending")]
    for boxes in (11, -1):
        answer = komet.post("purchase.order.item.confirm", poItemId=line_id, quantityConfirmed=boxes)
        assert failed(answer, "quantityConfirmed")


def test_header_is_confirmed_once_no_live_line_is_pending(komet: Komet) -> None:
    """A24: Confirmed by Farm once no live line is Pending; a cancelled line does not count."""
    number = komet.create(line(), line(boxes=2), line(boxes=3))["purchaseOrderNumber"]
    first, second, third = (each["poItemId"] for each in komet.lines(number))
    komet.post("purchase.order.item.confirm", poItemId=first, quantityConfirmed=5)
    assert komet.order(number)["status"] == "Pending Approval"
    komet.sim.operator("cancel-line", line=int(third))
    assert komet.order(number)["status"] == "Pending Approval"
    komet.post("purchase.order.item.confirm", poItemId=second, quantityConfirmed=2)
    assert komet.order(number)["status"] == "Confirmed by Farm"
    refused = komet.post("purchase.order.item.confirm", poItemId=third, quantityConfirmed=1)
    assert failed(refused, "cannot be confirmed")


def test_price_update(komet: Komet) -> None:
    """The unit selling price of a live line, three decimals; not of a cancelled one (§5.4, A25)."""
    number = komet.create()["purchaseOrderNumber"]
    line_id = komet.lines(number)[0]["poItemId"]
    komet.post("purchase.order.item.price.update", purchaseOrderItemId=line_id, price="0.4567")
    assert komet.stored(number)["lines"][0]["price"] == "0.457"
    komet.sim.operator("cancel", number=number)
    refused = komet.post("purchase.order.item.price.update", purchaseOrderItemId=line_id, price=1)
    assert failed(refused, "cancelled")


def test_delete_rules(komet: Komet) -> None:
    """A36, A26: a line goes until it is on an AWB; the last one leaves an empty order with its status."""
    number = komet.create(line(), line(boxes=4))["purchaseOrderNumber"]
    first, second = (each["poItemId"] for each in komet.lines(number))
    komet.sim.operator("ship", line=int(second), awb="123-4567")
    assert failed(komet.post("purchase.order.item.delete", poItemId=second), "AWB")
    assert str(komet.post("purchase.order.item.delete", poItemId=first)["status"]) == "1"
    assert failed(komet.post("purchase.order.item.delete", poItemId=first), "not found")
    alone = komet.create()["purchaseOrderNumber"]
    komet.post("purchase.order.item.delete", poItemId=komet.lines(alone)[0]["poItemId"])
    empty = komet.order(alone)
    assert (empty["status"], empty["details"], empty["totalBoxes"]) == ("Pending Approval", [], 0)


def test_ids_are_never_given_twice(komet: Komet) -> None:
    """A deleted line's id is not used again."""
    number = komet.create()["purchaseOrderNumber"]
    line_id = komet.lines(number)[0]["poItemId"]
    komet.post("purchase.order.item.delete", poItemId=line_id)
    assert komet.create()["items"][0]["poItemId"] > int(line_id)


def test_partial_shipment_splits_the_line(komet: Komet) -> None:
    """Q18: fewer box codes than boxes split the line; the shipped part keeps the id and shows its boxes."""
    number = komet.create()["purchaseOrderNumber"]
    line_id = komet.lines(number)[0]["poItemId"]
    komet.post("purchase.order.item.confirm", poItemId=line_id, quantityConfirmed=8)
    body = {"poItemId": line_id, "awb": "084-4772", "shipDate": "2027-02-01", "boxCodes": ["A1", "A2", "A3"]}
    answer = komet.post("purchase.order.item.awb.add", **body, lotNumber="2342")
    assert answer["boxCodes"] == ["A1", "A2", "A3"]
    shipped, rest = komet.lines(number)
    assert rest["poItemId"] == str(answer["newPOItemId"])
    assert (shipped["poItemId"], shipped["totalBoxes"], shipped["lineItemStatus"]) == (line_id, 3, "Shipped")
    assert [(box["boxCode"], box["lotNumber"], box["statusName"]) for box in shipped["boxes"]] == [
        (code, "2342", "Shipped") for code in ("A1", "A2", "A3")
    ]
    assert (rest["totalBoxes"], rest["quantityConfirmed"], rest["lineItemStatus"]) == (
        7,
        5,
        "Partially Confirmed",
    )
    assert "boxes" not in rest
    assert failed(komet.post("purchase.order.item.awb.add", **body), "cannot be shipped")


def test_several_lines_on_an_awb(komet: Komet) -> None:
    """items.awb.add answers for every line by itself; awb.list finds the AWB by its last four digits."""
    number = komet.create(line(boxes=2))["purchaseOrderNumber"]
    line_id = komet.lines(number)[0]["poItemId"]
    items = [{"poItemId": each, "awb": "084-0048", "shipDate": "2027-02-01"} for each in (line_id, 1)]
    rows = komet.post("purchase.order.items.awb.add", poItems=items)[
        "purchaseOrderItemDetailsAWBAddAPIResultList"
    ]
    assert [row["status"] for row in rows] == [1, 0]
    assert len(rows[0]["boxCodes"]) == 2
    (awb,) = komet.get("awb.list", awb="0048")["awbs"]
    assert (awb["awb"], awb["origin"], awb["pieces"], awb["piecesReceived"]) == ("084-0048", "BOG", 2, 0)
    komet.sim.operator("receive", awb="084-0048")
    assert komet.get("awb.list", shipDate="2027-02-01")["awbs"][0]["piecesReceived"] == 2
    listed = komet.get("purchase.order.list", awbId=awb["awbId"])["purchaseOrders"]
    assert [order["number"] for order in listed] == [number]
    assert failed(komet.get("awb.list"), "required")


@pytest.mark.parametrize(
    ("params", "numbers"),
    [
        ({"date": "2027-01-11"}, ["P057116", "P057120"]),
        ({"number": "P057116, P057140"}, ["P057116", "P057140"]),
        ({"number": "57116"}, []),
        ({"number": "p057116"}, []),
        ({"date": "2027-01-11", "vendorId": 78}, ["P057120"]),
        ({"date": "2027-01-11", "vendor": "rosal"}, ["P057116"]),
        ({"date": "2027-01-11", "vendor": "VALLE"}, ["P057116"]),
        ({"date": "2027-01-11", "product": "explorer"}, ["P057120"]),
        ({"date": "2027-01-11", "customerId": "48307"}, ["P057116"]),
        ({"date": "2027-01-11", "origin": "uio"}, ["P057120"]),
        ({"date": "2027-01-12", "locationId": 12}, ["P057133"]),
        ({"date": "2027-01-12", "locationid": 11}, []),
        ({"date": "2027-01-18", "status": "approved"}, ["P057141"]),
        ({"date": "2027-01-18", "status": "Pending Approval"}, ["P057140"]),
        ({"date": "2027-01-18", "status": "Nonsense"}, []),
        ({"date": "2027-01-11", "statusLine": "Partially Confirmed"}, ["P057120"]),
        ({"date": "2027-01-11", "futureInventoryAvailableFrom": "2027-01-12"}, []),
        ({"inboundTruckId": 5}, []),
        ({"date": "2030-01-01"}, []),
    ],
)
def test_list_filters(komet: Komet, params: dict[str, object], numbers: list[str]) -> None:
    """§5.3: exact for ids, numbers and dates, LIKE for names, joined by AND; nothing is a message."""
    answer = komet.get("purchase.order.list", **params)
    assert [order["number"] for order in answer.get("purchaseOrders", [])] == numbers
    if not numbers:
        assert answer == {"status": 1, "message": "Orders not found."}


def test_list_by_line_ids_still_needs_a_date(komet: Komet) -> None:
    """Q15: one of date, number, awbId, inboundTruckId is required; the future window is four days."""
    assert failed(komet.get("purchase.order.list", purchaseOrderItemIds="910001"), "required")
    assert failed(komet.get("purchase.order.list"), "required")
    wide = {"futureInventoryAvailableFrom": "2027-01-01", "futureInventoryAvailableTo": "2027-01-06"}
    assert failed(komet.get("purchase.order.list", date="2027-01-02", **wide), "4 days")
    line_id = komet.lines("P057116")[0]["poItemId"]
    found = komet.get("purchase.order.list", date="2027-01-11", purchaseOrderItemIds=line_id)
    assert [order["number"] for order in found["purchaseOrders"]] == ["P057116"]


def test_vendor_availability(komet: Komet) -> None:
    """Q17: a line whose buyer has not checked out is refused with the 60-minute message; details list it."""
    assert komet.get("purchase.order.va.details.list", purchaseOrderNumbers="P057116")["message"] == (
        "Orders not found."
    )
    assert failed(komet.get("purchase.order.va.details.list"), "required")
    number = komet.create()["purchaseOrderNumber"]
    line_id = int(komet.lines(number)[0]["poItemId"])
    komet.sim.operator("edit-line", line=line_id, awaiting_checkout=True)
    refused = komet.post("purchase.order.item.confirm", poItemId=line_id, quantityConfirmed=1)
    assert failed(refused, "60 minutes")


def test_vendor_token(komet: Komet) -> None:
    """Q17, §1.3: own orders only, confirmed at once, no prices, no customers, none pending approval."""
    body = {"shipDate": "2027-02-01", "vendorCode": "ALTAFLOR", "purchaseOrderItems": [line(price=9)]}
    number = komet.post("purchase.order.create", VENDOR, **body)["purchaseOrderNumber"]
    stored = komet.stored(number)
    assert (stored["vendor"], stored["status"], stored["lines"][0]["price"]) == ("ROSALEDA", "CF", None)
    assert stored["lines"][0]["status"] == "Confirmed"
    assert failed(
        komet.post("purchase.order.item.confirm", VENDOR, poItemId=1, quantityConfirmed=1), "permission"
    )
    assert failed(
        komet.post("purchase.order.item.price.update", VENDOR, purchaseOrderItemId=1, price=1), "permission"
    )
    assert "customerId" not in komet.order("P057116", VENDOR)["details"][0]
    pending = komet.create()["purchaseOrderNumber"]
    assert (
        komet.get("purchase.order.list", VENDOR, number=f"{pending},P057120")["message"]
        == "Orders not found."
    )
    foreign = int(komet.lines("P057120")[0]["poItemId"])
    assert failed(komet.post("purchase.order.item.delete", VENDOR, poItemId=foreign), "another vendor")
    own = int(komet.lines(number)[0]["poItemId"])
    assert str(komet.post("purchase.order.item.delete", VENDOR, poItemId=own)["status"]) == "1"


@pytest.mark.parametrize("method", ["approve", "cancel", "delete", "hold", "update", "details.list"])
def test_what_the_api_does_not_offer(komet: Komet, method: str) -> None:
    """Q16: no method approves, cancels, deletes, holds or edits an order: unknown methods are a 404 page."""
    assert komet.raw_post(f"purchase.order.{method}", number="P057116").status_code == 404
