"""Each assumption held against answers made for it: confirmed, contradicted, and what cannot be told."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.errors import ReconcilerError, Refused
from reconciler.model.query import Answer
from reconciler.verify.heard import Heard
from reconciler.verify.probes import PROBES, judge_assumptions

CUSTOMER = 48213
Told = dict[str, Any]


def row(*ids: int, origin: int = 1, **more: Any) -> Told:
    """A row of a shop with everything that is read of it."""
    return {
        "inventoryLineIds": ",".join(map(str, ids)),
        "inventoryOrigin": origin,
        "productId": 999,
        "boxTypeCode": "HB",
        "quantity": 5,
        "unitType": "Stem",
        "bunches": 12,
        "stemsBunch": 25,
        "price": "0.42",
        **more,
    }


def line(id: int, boxes: int = 10, confirmed: int = 10, status: str = "Confirmed", **more: Any) -> Told:
    """A line of an order of the customer."""
    shown = {"totalBoxes": boxes, "quantityConfirmed": confirmed, "lineItemStatus": status}
    return {"poItemId": id, "customerId": CUSTOMER, **shown, **more}


def order(*lines: Told, number: str = "P057200", **more: Any) -> Told:
    """An order of ours."""
    head = {"number": number, "vendorId": 77, "shipDate": "2027-01-18", "status": "Confirmed by Farm"}
    return {**head, "comments": "[rc:shop/weekly]", "details": [*lines], **more}


def market(*ids: int) -> Told:
    return {"inventoryItems": [{"inventoryId": id} for id in ids]}


def stock(*ids: int, **more: Any) -> Told:
    return {"inventoryItems": [{"orderItemId": id, **more} for id in ids]}


def rows(*shown: Told) -> Told:
    return {"inventoryItems": [*shown]}


def orders(*shown: Told) -> Told:
    return {"purchaseOrders": [*shown]}


def customers(*names: str) -> Told:
    return {"customers": [{"id": place, "name": name} for place, name in enumerate(names, 1)]}


DAY = "orders 2027-01-18"
REFUSED = Refused("some.method", "The method is not allowed.")
PENDING = {"status": "Pending Approval"}
FRESH = line(1, confirmed=0, status="Pending")
WORD: dict[str, str] = {"yes": "confirmed", "no": "contradicted", "dark": "cannot tell"}

CASES: list[tuple[str, str, dict[str, Told | ReconcilerError]]] = [
    ("A2", "yes", {DAY: orders(order(FRESH, **PENDING))}),
    ("A2", "no", {DAY: orders(order(FRESH, status="Approved"))}),
    ("A2", "dark", {DAY: orders(order(FRESH, comments="[rc:another/weekly]", **PENDING))}),
    ("A2", "dark", {DAY: orders(order(line(1)))}),
    ("A3", "yes", {DAY: orders(order(line(1)))}),
    ("A3", "no", {DAY: orders(order(line(1), onHold=1))}),
    ("A3", "dark", {}),
    ("A4", "yes", {"before 7": rows(), "on 7": rows(row(7, origin=2))}),
    ("A4", "no", {"before 7": rows(row(7, origin=2)), "on 7": rows(row(7, origin=2))}),
    ("A4", "dark", {"before 7": rows(), "on 7": rows(row(7, origin=1))}),
    ("A4", "dark", {}),
    ("A5", "yes", {"open": rows(row(1))}),
    ("A5", "no", {"open": rows({"inventoryLineIds": "1", "inventoryOrigin": 1})}),
    ("A5", "dark", {"open": rows(), "reserved": rows()}),
    ("A6", "yes", {"reserved": rows(row(1)), "market": market(2)}),
    ("A6", "no", {"reserved": rows(row(1)), "market": market(1, 2)}),
    ("A6", "dark", {"reserved": rows(row(1, origin=2)), "market": market(1)}),
    ("A6", "dark", {"reserved": REFUSED, "market": market(1)}),
    ("A10", "yes", {"stock": stock(1, reference="rc:1")}),
    ("A10", "dark", {"stock": stock(1)}),
    ("A10", "dark", {}),
    ("A11", "yes", {DAY: orders(order(line(1)))}),
    ("A11", "no", {DAY: orders(order(line(1), comments="For the season [rc:shop/wee"))}),
    ("A11", "dark", {DAY: orders(order(line(1), comments="By hand"))}),
    ("A13", "yes", {"nothing": {"message": "Orders not found."}}),
    ("A13", "no", {"nothing": REFUSED}),
    ("A13", "dark", {}),
    ("A14", "yes", {"middle": customers("Petal House"), "wildcard": customers()}),
    ("A14", "no", {"middle": customers(), "wildcard": customers()}),
    ("A14", "no", {"middle": customers("Petal House"), "wildcard": customers("Petal House")}),
    ("A14", "dark", {"middle": customers("Petal House"), "wildcard": REFUSED}),
    (
        "A17",
        "yes",
        {
            "open": rows(row(1), row(2), row(3)),
            "page 0": rows(row(1)),
            "page 1": rows(row(1)),
            "page 2": rows(row(2)),
            "past the end": rows(),
        },
    ),
    ("A17", "no", {"page 0": rows(row(1)), "page 1": rows(row(2)), "page 2": rows(row(3))}),
    (
        "A17",
        "no",
        {"open": rows(row(1), row(2), row(3)), "page 1": rows(row(1)), "page 2": rows(row(1))},
    ),
    (
        "A17",
        "no",
        {
            "open": rows(row(1), row(2), row(3)),
            "page 1": rows(row(1)),
            "page 2": rows(row(2)),
            "past the end": rows(row(3)),
        },
    ),
    ("A17", "dark", {"open": rows(row(1)), "page 1": rows(row(1))}),
    ("A18", "yes", {"open": rows(row(1)), "market": market(1)}),
    ("A18", "no", {"open": rows(row(1)), "market": market(900001)}),
    ("A18", "dark", {"open": rows(row(1, origin=2)), "market": market(1)}),
    ("A20", "yes", {"reserved": rows(row(1)), "open": rows(row(2))}),
    ("A20", "no", {"reserved": REFUSED, "open": rows(row(2))}),
    ("A20", "no", {"reserved": rows(row(2)), "open": rows(row(2))}),
    ("A20", "dark", {"reserved": rows(row(1)), "open": rows()}),
    ("A21", "yes", {DAY: orders(order(line(1), line(2)))}),
    ("A21", "no", {DAY: orders(order(line(1), line(2, customerId=7)))}),
    ("A21", "dark", {DAY: orders(order())}),
    ("A22", "yes", {DAY: orders(order(line(1)), order(line(2), number="P057201"))}),
    ("A22", "dark", {DAY: orders(order(line(1)), order(line(2), number="P057201", vendorId=78))}),
    ("A24", "yes", {DAY: orders(order(line(1), line(2, confirmed=4, status="Partially Confirmed"), FRESH))}),
    ("A24", "no", {DAY: orders(order(line(1, confirmed=4, status="Confirmed")))}),
    ("A24", "dark", {DAY: orders(order(FRESH))}),
    ("A25", "yes", {DAY: orders(order(line(1))), "reserved": rows(row(1, origin=2))}),
    ("A25", "no", {DAY: orders(order(line(1))), "reserved": rows(row(1, origin=2, price=None))}),
    ("A25", "no", {DAY: orders(order(line(1, confirmed=4))), "reserved": rows(row(1, origin=2))}),
    ("A25", "dark", {"reserved": rows(row(1, origin=2))}),
    ("A27", "yes", {DAY: orders(order(line(1)))}),
    ("A27", "no", {DAY: orders(order(line(1), number="K57200"))}),
    ("A27", "dark", {}),
    (
        "A32",
        "yes",
        {"prebooks": {"prebooks": [{"id": 1, "number": "0120", "customerId": 7, "truckDate": "2027-01-18"}]}},
    ),
    ("A32", "no", {"prebooks": {"prebooks": [{"id": 1, "number": "0120"}]}}),
    ("A32", "dark", {"prebooks": REFUSED}),
    ("A33", "yes", {DAY: orders(order(line(1))), "future market": market(2)}),
    ("A33", "no", {DAY: orders(order(line(1))), "future market": market(1, 2)}),
    ("A33", "dark", {DAY: orders(order(line(1, customerId=7))), "future market": market(2)}),
    ("A34", "yes", {"stock": stock(1, 2), "unheld": stock(2), "market": market(2)}),
    ("A34", "no", {"stock": stock(1, 2), "unheld": stock(2), "market": market(1, 2)}),
    ("A34", "dark", {"stock": stock(2), "unheld": stock(2), "market": market(2)}),
    ("A34", "dark", {"stock": stock(1, 2)}),
    ("A37", "yes", {"own": rows(row(1)), "reserved": rows(row(1)), "foreign": rows()}),
    ("A37", "yes", {"own": rows(row(1)), "reserved": rows(row(1)), "foreign": REFUSED}),
    ("A37", "no", {"own": rows(row(1)), "reserved": rows(row(1)), "foreign": rows(row(9))}),
    ("A37", "no", {"own": rows(row(1)), "reserved": rows(row(1), row(2)), "foreign": rows()}),
    ("A37", "dark", {"own": REFUSED, "reserved": rows(row(1))}),
    ("A37", "dark", {"reserved": rows(row(1))}),
    ("A39", "yes", {"reserved": rows(row(1)), "everywhere": rows(row(1), row(2))}),
    ("A39", "no", {"reserved": rows(row(1)), "everywhere": rows(row(2))}),
    ("A39", "no", {"reserved": rows(row(1)), "everywhere": REFUSED}),
    ("A39", "dark", {"reserved": rows(row(1)), "everywhere": rows(row(1))}),
    ("A39", "dark", {"reserved": REFUSED, "everywhere": REFUSED}),
]


def judged(number: str, told: dict[str, Told | ReconcilerError]) -> str:
    """What is found of one assumption."""
    answers = {
        name: each if isinstance(each, ReconcilerError) else Answer("some.method", each)
        for name, each in told.items()
    }
    heard = Heard(answers, CUSTOMER, "2027-01-04", "shop", middle="tal hou")
    (found,) = (each for each in judge_assumptions(heard) if each.number == number)
    assert found.seen, "every judgement says by what it is known"
    return found.found.value


@pytest.mark.parametrize(
    ("number", "word", "told"),
    CASES,
    ids=[f"{number} {word} {at}" for at, (number, word, _) in enumerate(CASES)],
)
def test_judgement(number: str, word: str, told: dict[str, Told | ReconcilerError]) -> None:
    """One answer out of order contradicts that assumption; what is not there proves nothing."""
    assert judged(number, told) == WORD[word]


NEVER_CONTRADICTED = {"A10", "A22"}
"""That no line has a reference, or no vendor two orders on one day, may have other reasons."""


def test_every_probe_is_judged_every_way() -> None:
    """Confirmed, contradicted where that can be seen at all, and cannot tell."""
    for number in PROBES:
        words = {word for probe, word, _ in CASES if probe == number}
        assert words == ({"yes", "dark"} if number in NEVER_CONTRADICTED else {"yes", "no", "dark"}), number


def test_what_is_contradicted_says_what_that_means() -> None:
    """A contradiction without a consequence helps nobody."""
    for number, word, told in CASES:
        if word == "no":
            answers = {
                name: each if isinstance(each, ReconcilerError) else Answer("some.method", each)
                for name, each in told.items()
            }
            heard = Heard(answers, CUSTOMER, "2027-01-04", "shop", middle="tal hou")
            (found,) = (each for each in judge_assumptions(heard) if each.number == number)
            assert found.meaning, number


def test_an_account_that_says_nothing_contradicts_nothing() -> None:
    """Not even one that refuses everything."""
    names = (
        "open",
        "reserved",
        "market",
        "stock",
        "unheld",
        "own",
        "foreign",
        DAY,
        "page 0",
        "page 1",
        "page 2",
    )
    silent = Heard({}, None, "2027-01-04", "shop")
    deaf = Heard(dict.fromkeys(names, REFUSED), CUSTOMER, "2027-01-04", "shop")
    assert {each.found.value for each in judge_assumptions(silent)} == {"cannot tell"}
    contradicted = [each.number for each in judge_assumptions(deaf) if each.found.value == "contradicted"]
    assert contradicted == ["A20"]
