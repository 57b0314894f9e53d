"""What became of operator steps that nothing asks for any more."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.kinds.kind import LiveIds, Match, Scope, Subject
from reconciler.kinds.orders.order import LiveOrder
from reconciler.kinds.registry import REGISTRY
from reconciler.kinds.reservations.stock import StockLine
from reconciler.model.address import Address
from reconciler.model.resource import LiveResource
from reconciler.model.step import OperatorStep
from reconciler.model.value import Json

BLOOM = Address("customers", "bloomnet")
SCOPE = Scope("shop", "2027-01-04", ids=LiveIds({BLOOM: 48213}, {BLOOM: "BLOOM"}))
EMPTY = LiveOrder(7, "P057200", "Approved", "2027-02-01", 77, 11, (), (), "", True, ())


def asked(key: str, before: Json = None, after: Json = None) -> OperatorStep:
    return OperatorStep(1, key, "a screen", "a target", "an instruction", before, after)


def ending(kind: str, step: OperatorStep, *live: LiveResource, match: Match | None = None) -> str:
    """How it ended; the sentence is never empty."""
    subject = Subject(Address(kind, "one"), None, match or Match())
    fate = REGISTRY[kind].fate(step, subject, live, SCOPE)
    assert fate.why
    return fate.ending.value


def stock(**more: Any) -> LiveResource:
    """A line of four boxes that is free, unless `more` says otherwise."""
    line: dict[str, Any] = {"id": 9, "location_id": 11, "product_id": 999, "box_type": "HB", "unit": "stem"}
    line |= {"bunches": 12, "stems": 25, "boxes": 4, "vendor_id": 77, "inventory_date": "2027-01-03"}
    line |= {"reference": "", "price": "0.42", "is_free": True, "customer_id": None}
    return LiveResource("reservations", 9, None, None, StockLine(**(line | more)).json)


HELD_FOR = {"is_free": False, "customer_id": 48213}
RESERVE, RELEASE = asked("reserve 9", "free", "BLOOM"), asked("release 9", "BLOOM", "free")


@pytest.mark.parametrize(
    ("step", "line", "expected"),
    [
        (RESERVE, HELD_FOR, "done"),
        (RESERVE, {}, "not_wanted"),
        (RESERVE, {"is_free": False}, "overtaken"),
        (RESERVE, {"is_free": False, "customer_id": 7}, "overtaken"),
        (RESERVE, {"boxes": 0}, "gone"),
        (RELEASE, {}, "done"),
        (RELEASE, HELD_FOR, "not_wanted"),
        (RELEASE, {"is_free": False, "customer_id": 7}, "overtaken"),
        (asked("arrival rc:1"), {"reference": "rc:1"}, "done"),
        (asked("arrival rc:1"), {"reference": "rc:2"}, "not_wanted"),
    ],
)
def test_a_line(step: OperatorStep, line: dict[str, Any], expected: str) -> None:
    """By whose it is now, whether the reservation is still there to ask or not."""
    assert ending("reservations", step, stock(**line)) == expected
    known = LiveResource("reservations", 0, None, None, {"customer_id": 48213})
    assert ending("reservations", step, stock(**line), match=Match(known)) == expected


def test_a_line_that_is_nowhere() -> None:
    """Sold out, merged or taken away."""
    assert ending("reservations", RESERVE) == "gone"


def order(**more: Any) -> LiveResource:
    """An order with a line, approved and of vendor 77, unless `more` says otherwise."""
    line = {"id": 1, "boxes": 4, "confirmed": 0, "status": "Pending", "content": None}
    attributes = EMPTY.json | {"lines": [line | {"content": CONTENT}]} | more
    return LiveResource("purchase_orders", 7, "P057200", None, attributes)


CONTENT: dict[str, Json] = {
    "product_id": 999,
    "box_type": "HB",
    "unit": "stem",
    "bunches": 12,
    "stems": 25,
    "mark_code": "",
    "cost": "0.28",
    "notes": None,
    "breakdown": [],
}
APPROVE = asked("approve P057200", "Pending Approval", "Approved")
POSTPONE = asked("ship_date P057200", "2027-02-01", "2027-02-03")
CANCEL = asked("cancel P057200", "Approved", "Cancelled")


@pytest.mark.parametrize(
    ("step", "shown", "expected"),
    [
        (APPROVE, {}, "done"),
        (APPROVE, {"status": "Confirmed by Farm"}, "done"),
        (APPROVE, {"status": "Pending Approval"}, "not_wanted"),
        (APPROVE, {"status": "Cancelled"}, "gone"),
        (POSTPONE, {"ship_date": "2027-02-03"}, "done"),
        (POSTPONE, {}, "not_wanted"),
        (POSTPONE, {"ship_date": "2027-02-08"}, "overtaken"),
        (POSTPONE, {"lines": []}, "gone"),
        (CANCEL, {"status": "Cancelled"}, "done"),
        (CANCEL, {"lines": []}, "not_wanted"),
        (CANCEL, {}, "overtaken"),
    ],
)
def test_an_order(step: OperatorStep, shown: dict[str, Any], expected: str) -> None:
    """By the header that it shows now."""
    assert ending("purchase_orders", step, order(**shown)) == expected


def test_an_order_that_is_not_read_any_more() -> None:
    """Nobody can tell what became of it; one that was to be cancelled is not missed."""
    assert ending("purchase_orders", APPROVE) == "gone"
    assert ending("purchase_orders", CANCEL) == "done"


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        ({"credit_limit": "25000"}, "done"),
        ({"credit_limit": "100"}, "not_wanted"),
        ({"credit_limit": None}, "overtaken"),
        ({}, "not_wanted"),
    ],
)
def test_a_customer(details: dict[str, Json], expected: str) -> None:
    """By the attribute as Komet shows it; one that is not read any more is not wanted."""
    step = asked("credit_limit 48213", "100", "25000")
    live = LiveResource("customers", 48213, None, None, {"code": "BLOOM", "details": details})
    assert ending("customers", step, live) == expected
    assert ending("customers", step) == "gone"
