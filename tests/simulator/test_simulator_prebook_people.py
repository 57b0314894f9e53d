"""Prebooks and people: what reps and buyers click, the desk's page, seeds that hold prebooks."""

from __future__ import annotations

from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

import pytest

from reconciler.simulator.desk_forms import operator_params
from reconciler.simulator.driver import Komet, booked, seed_with
from reconciler.simulator.embed import make_simulator
from reconciler.simulator.errors import Refused, SeedError
from reconciler.simulator.generate import generate_seed
from reconciler.simulator.operator import known_actions

DAY = "2027-02-12"
FUTURE_LINE, STOCK_LINE = 910005, 88101
FUTURE = {"productId": 510, "futureSalesPoNumber": "P057120"}


def _refused(komet: Komet, words: str, action: str, **params: Any) -> None:
    with pytest.raises(Refused, match=words):
        komet.sim.operator(action, **params)


def test_the_sales_rep_confirms_a_partners_prebook(komet: Komet) -> None:
    """§8: what a partner buys before arrival is a prebook, once checked out confirmed by the sales rep."""
    made = komet.sim.operator("buy", customer="BLOOM", po_line=FUTURE_LINE, boxes=4, price="0.5")
    assert made["left"] == 36
    assert komet.sim.operator("confirm-prebook", prebook=made["prebook"])["status"] == "Confirmed"
    (prebook,) = komet.get("prebook.list", dateFrom=DAY[:5] + "01-01", dateTo=DAY, isEcommerce=1)["prebooks"]
    assert prebook["number"] == made["prebook"]
    body = {"customerId": 48213, "inventoryIds": FUTURE_LINE, "inventoryOrigin": 2, "quantity": 1, "price": 1}
    komet.send("web-order-item.add", **body, carrierId=31, date="2027-01-12")
    _refused(komet, "basket", "confirm-prebook", prebook="010302")
    _refused(komet, "draft", "invoice-prebook", prebook="010302")
    _refused(komet, "no prebook '1'", "confirm-prebook", prebook="1")


def test_cancel_and_delete(komet: Komet) -> None:
    """A person cancels or deletes; the boxes are back; what is purchased or invoiced can be neither."""
    komet.book(booked(**FUTURE), booked(vendorId=77))
    assert komet.sim.operator("cancel-prebook", prebook="010301")["status"] == "Cancelled"
    assert komet.stored_po_line(FUTURE_LINE)["sold"] == 0
    for action in ("cancel-prebook", "confirm-prebook", "invoice-prebook", "purchase-prebook"):
        _refused(komet, "cancelled", action, prebook="010301")
    assert komet.sim.operator("delete-prebook", prebook="010301")["deleted"] is True
    komet.book(booked(vendorId=77))
    komet.sim.operator("purchase-prebook", prebook="010302")
    for action in ("cancel-prebook", "delete-prebook"):
        _refused(komet, "purchased", action, prebook="010302")
    komet.book(booked())
    komet.sim.operator("invoice-prebook", prebook="010303")
    for action in ("cancel-prebook", "delete-prebook"):
        _refused(komet, "invoiced", action, prebook="010303")


def test_purchase(komet: Komet) -> None:
    """Procurement buys the items once, each from its vendor; vendor and cost can be set with it."""
    komet.book(booked(cost=None), booked(vendorId=78), booked(**FUTURE))
    first, second = (row["prebookItemId"] for row in komet.prebooks()[0]["details"][:2])
    _refused(komet, "vendorId is required", "purchase-prebook", prebook="010301")
    _refused(komet, "cost is required", "purchase-prebook", prebook="010301", item=first, vendor="CAYAMBE")
    assert komet.stored_prebook("010301")["items"][0]["vendor"] is None
    bought = komet.sim.operator(
        "purchase-prebook", prebook="010301", item=first, vendor="CAYAMBE", cost="0.3"
    )
    assert bought["orders"] == ["P057200"]
    order = komet.order("P057200")
    assert (order["status"], order["vendorName"]) == ("Pending Approval", "Rosas de Cayambe Alto")
    assert komet.sim.operator("purchase-prebook", prebook="010301")["orders"] == ["P057201"]
    assert komet.lines("P057201")[0]["prebookItemId"] == str(second)
    _refused(komet, "nothing to purchase", "purchase-prebook", prebook="010301")
    komet.switch(po_initial_status="CF")
    komet.book(booked(vendorId=77))
    komet.sim.operator("purchase-prebook", prebook="010302")
    assert komet.lines("P057202")[0]["lineItemStatus"] == "Confirmed"


def test_invoice(komet: Komet) -> None:
    """The items come on a pending invoice of the truck date, once: boxes, loose units, allocated stock."""
    line = komet.stored_line(STOCK_LINE)
    units = {"productId": 999, "itemType": "UN", "totalUnits": 250, "unitType": "Bunch", "price": 2}
    komet.book(booked(boxes=2, vendorId=77), units, customerPO="BN-1", shipToId=6201, autoAllocate=1)
    made = komet.sim.operator("invoice-prebook", prebook="010301")
    (invoice,) = komet.get("invoice.details.list", orderDate=DAY)["invoices"]
    header = ("status", "customerPONumber", "shipName", "total")
    assert [invoice[name] for name in header] == [0, "BN-1", "Main store", "752.00"]
    assert [(each["totalBoxes"], each["amount"]) for each in invoice["details"]] == [
        (2, "252.00"),
        (1, "500.00"),
    ]
    assert komet.stored_prebook("010301")["items"][0]["draws"] == []
    _refused(komet, "nothing to invoice", "invoice-prebook", prebook="010301")
    komet.sim.operator("void-invoice", number=made["invoice"])
    stock = komet.sim.state()["inventory"]
    assert sum(row["sold"] for row in stock) == 0
    assert komet.stored_line(STOCK_LINE) == line
    assert komet.sim.operator("invoice-prebook", prebook="010301")["invoice"] == made["invoice"] + 1


def test_an_invoice_keeps_what_is_not_from_stock(komet: Komet) -> None:
    """Taking an item off an invoice gives stock back where it came from stock, and nothing else."""
    komet.book(booked(**FUTURE))
    number = komet.sim.operator("invoice-prebook", prebook="010301")["invoice_id"]
    (item,) = komet.sim.state()["invoices"][0]["items"]
    done = komet.post("invoice.item.delete", invoiceId=number, invoiceItemId=item["id"])
    assert done["status"] == "1"
    assert komet.stored_po_line(FUTURE_LINE)["sold"] == 5
    komet.book(booked(productId=None, productCode="NOSUCH"))
    _refused(komet, "unknown", "invoice-prebook", prebook="010302")


def test_a_price_is_edited_by_hand(komet: Komet) -> None:
    """§7.1: on a purchase order the price of an item alone can be edited, and once invoiced nothing."""
    komet.book(booked(vendorId=77))
    (item,) = (row["prebookItemId"] for row in komet.prebooks()[0]["details"])
    komet.sim.operator("edit-prebook-item", item=item, boxes=6, price="0.50", mark_code="M", notes=None)
    (row,) = komet.prebooks()[0]["details"]
    assert (row["totalBoxes"], row["unitPrice"], row["markCode"]) == (6, 0.5, "M")
    komet.sim.operator("purchase-prebook", prebook="010301")
    komet.sim.operator("confirm", number="P057200")
    komet.sim.operator("edit-prebook-item", item=item, price="0.55")
    assert komet.prebooks()[0]["details"][0]["unitPrice"] == 0.55
    _refused(komet, "boxes cannot be changed", "edit-prebook-item", item=item, boxes=7, price="0.6")
    assert komet.prebooks()[0]["details"][0]["unitPrice"] == 0.55
    komet.sim.operator("invoice-prebook", prebook="010301")
    _refused(komet, "is invoiced", "edit-prebook-item", item=item, price="0.6")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"boxes": 0}, "boxes must be"),
        ({"unit": "Box"}, "unit must be"),
        ({"price": -1}, "cannot be negative"),
        ({"cost": -1}, "cannot be negative"),
        ({"product": "NOPE"}, "no 'NOPE'"),
        ({"item": 1}, "no prebook item 1"),
    ],
)
def test_edits_that_make_no_sense(komet: Komet, changes: dict[str, Any], words: str) -> None:
    """What an item cannot be is refused by name."""
    item = komet.book(booked())["items"][0]["prebookItemId"]
    _refused(komet, words, "edit-prebook-item", **{"item": item, **changes})


def test_fewer_boxes_give_back(komet: Komet) -> None:
    """Fewer boxes of an item that draws on an order give back the difference; more cannot be had so."""
    item = komet.book(booked(**FUTURE))["items"][0]["prebookItemId"]
    komet.sim.operator("edit-prebook-item", item=item, boxes=2)
    assert komet.stored_po_line(FUTURE_LINE)["sold"] == 2
    _refused(komet, "more are to be ordered", "edit-prebook-item", item=item, boxes=3)
    _refused(komet, "are taken", "edit-prebook-item", item=item, product="RSFRE60")
    komet.sim.operator("delete-prebook-item", item=item)
    assert komet.stored_po_line(FUTURE_LINE)["sold"] == 0


def test_a_header_is_edited_by_hand(komet: Komet) -> None:
    """What a person changes shows in the next read, also what the API cannot change."""
    komet.book(customerPO="BN-1", comments="One", shipToId=6201)
    komet.sim.operator(
        "edit-prebook",
        prebook="010301",
        carrier="TRK",
        truck_date="2027-02-20",
        ship_via=1,
        customer_po=None,
        comments=" Two ",
        ship_to=6202,
        location="JFK",
        status="Approved",
    )
    (prebook,) = komet.prebooks("2027-02-20")
    found = [prebook[name] for name in ("carrierName", "shipVia", "comments", "shipName", "locationCode")]
    assert found == ["Sunshine Trucking", "Grower", " Two ", "Coral Gables", "JFK"]
    assert "customerPONumber" not in prebook
    assert komet.stored_prebook("010301")["status"] == "Approved"
    komet.sim.operator("edit-prebook", prebook="010301", ship_to=None, carrier=None)
    assert not {"shipName", "carrierId"} & set(komet.prebooks("2027-02-20")[0])
    _refused(komet, "no ship-to 6211", "edit-prebook", prebook="010301", ship_to=6211)


class _Forms(HTMLParser):
    """The forms of a page with their fields, and all its tags."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect."""
        found = dict(attrs)
        self.tags.add(tag)
        if tag == "form":
            self.forms.append((found.get("action") or "", {}))
        elif tag in ("input", "select") and self.forms and found.get("name"):
            self.forms[-1][1][str(found["name"])] = found.get("value") or ""


def _page(komet: Komet, query: str = "") -> tuple[str, _Forms]:
    text = komet.http.get(f"/_desk/prebooks{query}").text
    parser = _Forms()
    parser.feed(text)
    return text, parser


def test_the_desks_page(komet: Komet) -> None:
    """The page shows where the boxes come from, filters, keeps hostile texts inert, and knows its actions."""
    hostile = "<script>alert(1)</script>"
    komet.book(booked(**FUTURE), booked(vendorId=77), booked(productId=None, productCode=hostile[:20]))
    komet.book({"productId": 999, "itemType": "UN", "totalUnits": 9, "unitType": "Stem", "price": 1})
    komet.book(booked(), comments=hostile, customerPO="BN-3")
    item = komet.prebooks()[0]["details"][1]["prebookItemId"]
    komet.sim.operator("purchase-prebook", prebook="010301", item=item)
    komet.sim.operator("invoice-prebook", prebook="010302")
    komet.sim.operator("cancel-prebook", prebook="010303")
    text, parser = _page(komet)
    for words in ("5 of P057120", "P057200: Pending", "UNKNOWN:", "Invoiced", "loose units", "Cancelled"):
        assert words in text
    assert "script" not in parser.tags
    taken = {name: names for name, (_, names) in known_actions().items()}
    named = {action.removeprefix("/_desk/do/"): fields for action, fields in parser.forms}
    assert {"confirm-prebook", "edit-prebook", "edit-prebook-item", "delete-prebook"} <= set(named)
    for action, fields in parser.forms:
        if action.startswith("/_desk/do/"):
            params = operator_params({**fields, "back": "", "done": ""})
            assert set(params) <= taken[action.removeprefix("/_desk/do/")], action
    assert "Prebook 010301" not in _page(komet, "?number=BN-3")[0]
    assert "Prebook 010303" not in _page(komet, "?status=Pending")[0]
    assert "No prebooks like this" in _page(komet, "?number=nothing")[0]
    orders = komet.http.get("/_desk/orders?number=P057200").text
    assert "bought for prebook 010301" in orders


def test_a_click_on_the_desk(komet: Komet) -> None:
    """The form of an item sets its price."""
    item = komet.book(booked())["items"][0]["prebookItemId"]
    data = {"item": item, "price": "0.75", "back": "/_desk/prebooks"}
    response = komet.http.post("/_desk/do/edit-prebook-item", data=data)
    assert response.status_code == 303
    assert komet.prebooks()[0]["details"][0]["unitPrice"] == 0.75


SEEDED: dict[str, Any] = {
    "number": "010201",
    "id": 1600001,
    "customer": "BLOOM",
    "location": "MIA",
    "carrier": "FEDEX",
    "truck_date": DAY,
    "ship_to": "Main store",
    "customer_po": "BN-1",
    "comments": "One",
    "ship_via": "grower",
    "ecommerce": True,
    "created_by": "dana@petalandstem.example",
    "status": "Approved",
    "standing_order": 7,
    "unable_to_source": True,
    "checked_out": True,
    "created_on": "2027-01-02T10:00:00",
    "items": [
        {
            "id": 3400001,
            "product": "RSEXP60",
            "item_type": "BOX",
            "box_type": "HB",
            "boxes": 8,
            "bunches": 12,
            "stems": 25,
            "units": 0,
            "unit": "Stem",
            "price": "0.50",
            "cost": "0.31",
            "vendor": "ALTAFLOR",
            "mark_code": "BN",
            "notes": "Keep upright",
            "order_source": "phone",
            "breakdown": [{"product": "RSEXP50", "bunches": 6, "stems": 25, "cost": "0.30", "price": "0.50"}],
            "draws": [{"po_line": FUTURE_LINE, "boxes": 5}, {"line": 88126, "boxes": 2}],
        },
        {
            "id": 3400002,
            "unknown_product": "NOSUCH",
            "item_type": "UN",
            "boxes": 0,
            "bunches": 0,
            "stems": 0,
            "units": 250,
            "unit": "Bunch",
            "breakdown": [],
            "draws": [],
        },
    ],
}


def _as_seed(komet: Komet, row: Mapping[str, Any]) -> dict[str, Any]:
    """A prebook of the dump, written as a seed would write it."""
    ship_tos = {each["id"]: each["name"] for each in komet.sim.state()["ship_tos"]}
    names = ("number", "id", "customer", "location", "carrier", "truck_date", "customer_po", "comments")
    seed = {name: row[name] for name in (*names, "status", "standing_order", "created_on")}
    flags = {name: bool(row[name]) for name in ("ecommerce", "checked_out", "unable_to_source")}
    seed |= {"ship_to": ship_tos.get(row["ship_to_id"]), "ship_via": ("warehouse", "grower")[row["ship_via"]]}
    seed["created_by"] = "dana@petalandstem.example" if row["created_by"] == 761 else None
    seed["items"] = [_item_as_seed(item) for item in row["items"]]
    return _written(seed | flags)


def _item_as_seed(item: Mapping[str, Any]) -> dict[str, Any]:
    names = (
        "id",
        "product",
        "unknown_product",
        "item_type",
        "box_type",
        "boxes",
        "bunches",
        "stems",
        "units",
    )
    more = ("unit", "price", "cost", "vendor", "mark_code", "notes", "order_source")
    breakdown = [
        _written({name: part[name] for name in ("product", "bunches", "stems", "cost", "price")})
        for part in item["breakdowns"]
    ]
    draws = [
        {"line" if draw["origin"] == 1 else "po_line": draw["line_id"], "boxes": draw["boxes"]}
        for draw in item["draws"]
    ]
    found = {name: item[name] for name in (*names, *more)}
    return _written(found) | {"breakdown": breakdown, "draws": draws}


def _written(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}


def test_seed_store_and_dump_are_a_fixpoint() -> None:
    """What a seed says of prebooks is what the dump says, and planting that again changes nothing."""
    first = Komet(make_simulator(seed_with(prebooks=[SEEDED])))
    (dumped,) = first.sim.state()["prebooks"]
    assert _as_seed(first, dumped) == SEEDED
    again = Komet(make_simulator(seed_with(prebooks=[_as_seed(first, dumped)])))
    assert again.sim.state() == first.sim.state()
    assert (first.stored_po_line(FUTURE_LINE)["sold"], first.stored_line(88126)["boxes"]) == (5, 3)
    assert first.book(booked())["prebookNumber"] == "010301"
    for komet in (first, again):
        komet.sim.close()


def test_a_seeded_purchase() -> None:
    """A line of a seed's order can be bought for an item: then it is no future inventory."""
    order = {
        "number": "P050000",
        "vendor": "ROSALEDA",
        "ship_date": "2027-02-10",
        "location": "MIA",
        "customer": "BLOOM",
        "status": "CF",
        "lines": [
            {
                "product": "RSFRE60",
                "box_type": "HB",
                "boxes": 5,
                "bunches": 12,
                "stems": 25,
                "unit": "Stem",
                "cost": "0.28",
                "price": "0.42",
                "prebook_item": 3400001,
            }
        ],
    }
    sim = make_simulator(seed_with(prebooks=[SEEDED], purchase_orders=[order]))
    komet = Komet(sim)
    assert komet.lines("P050000")[0]["prebook"] == "010201"
    assert komet.reserved(availableDate="2027-02-12") == []
    sim.close()
    with pytest.raises(SeedError, match="no prebook item 3400001"):
        make_simulator(seed_with(purchase_orders=[order]))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"customer": "NOPE"}, "prebooks\\[0\\].customer"),
        ({"ship_to": "Nowhere"}, "no ship-to 'Nowhere'"),
        ({"truck_date": "2027-02-30"}, "not a date"),
        ({"items": [{"unit": "Stem", "product": "NOPE"}]}, "prebooks\\[0\\].items\\[0\\].product"),
        ({"items": [{"unit": "Stem", "draws": [{"po_line": FUTURE_LINE, "boxes": 41}]}]}, "40 available"),
        ({"items": [{"unit": "Stem", "draws": [{"boxes": 1}]}]}, "draws"),
        ({"number": "P1"}, "number"),
    ],
)
def test_seeds_that_cannot_be(changes: dict[str, Any], words: str) -> None:
    """A faulty prebook of a seed is told where it stands and why."""
    row = {"number": "010201", "customer": "BLOOM", "location": "MIA", "truck_date": DAY}
    with pytest.raises(SeedError, match=words):
        make_simulator(seed_with(prebooks=[{**row, **changes}]))


def test_generated_seeds_have_prebooks() -> None:
    """One prebook for five orders, on twenty truck dates, the same for the same numbers."""
    seed = generate_seed(200, 7)
    assert len(seed["prebooks"]) == 40
    assert seed["prebooks"] == generate_seed(200, 7)["prebooks"] != generate_seed(200, 8)["prebooks"]
    komet = Komet(make_simulator(seed))
    rows = komet.get("prebook.list", dateFrom="2027-01-13", dateTo="2027-02-01")["prebooks"]
    assert len(rows) == 40
    assert komet.book()["prebookNumber"] == "100200"
    komet.sim.close()
