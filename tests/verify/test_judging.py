"""The pure part of verify: evidence in, findings out, case by case."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from reconciler.kinds.orders.line import Line
from reconciler.kinds.orders.order import Content, Item, LiveOrder, WantedOrder
from reconciler.model.address import Address
from reconciler.report.verify import TITLES, render_verification
from reconciler.verify.acceptance import Acceptance
from reconciler.verify.document import verification_document
from reconciler.verify.finding import Answered, CauseName, Claim, Finding, Verification
from reconciler.verify.orders import OrderItem, judge_item, window_end
from reconciler.verify.shelf import FUTURE, ON_HAND, Place, Shelf, ShelfRow
from reconciler.verify.shop import Shop

NOON = datetime(2027, 1, 4, 14, 0, tzinfo=UTC)
CONTENT = Content(999, "HB", "stem", 12, 25, "", Decimal("0.28"))
ITEM = Item("freedom", 20, Decimal("0.42"), CONTENT, "RSFRE60", 9)
WANTED = WantedOrder(
    77, "2027-01-18", "bloomnet", 11, "MIA", None, "", False, False, "replace", False, None, (ITEM,)
)
LINE = Line(501, 20, 20, "Confirmed", CONTENT)
ORDER = LiveOrder(1, "P057200", "Confirmed by Farm", "2027-01-18", 77, 11, (48213,), (), "", True, (LINE,))
CASE = OrderItem(
    address=Address("purchase_orders", "weekly"),
    headline="P057200",
    wanted=WANTED,
    item=ITEM,
    order=ORDER,
    lines=(LINE,),
    lost=0,
    priced=True,
    others=(),
    steps={},
    accepted=Acceptance(Claim(Answered.YES, "it succeeded")),
    labels=("MIA", "MIA"),
    read_at=NOON,
    today=date(2027, 1, 4),
)
EMPTY = Shelf(NOON)
SHOP = Shop(Place("bloomnet", 11), 48213, "BLOOM", EMPTY, EMPTY, market=frozenset())


def changed(minutes: int) -> Acceptance:
    """Accepted so many minutes ago."""
    return replace(CASE.accepted, changed_at=NOON - timedelta(minutes=minutes))


def row(id: int, boxes: int = 20, origin: int = FUTURE, product: int = 999) -> ShelfRow:
    """One row of a shop."""
    return ShelfRow(origin, (id,), product, "HB", boxes, "2027-01-18")


def shelf(*rows: ShelfRow) -> Shelf:
    """A shelf with these rows alone."""
    return Shelf(NOON, rows, len(rows))


def judged(case: OrderItem = CASE, shop: Shop = SHOP) -> list[str]:
    """The causes that are named."""
    return [cause.name.value for cause in judge_item(case, shop).causes]


PARTLY = replace(LINE, confirmed=12, status="Partially Confirmed")
SHIPPED = replace(LINE, status="Shipped")


@pytest.mark.parametrize(
    ("case", "shop", "causes"),
    [
        ({}, {"shelf": shelf(row(501))}, []),
        ({}, {}, ["hold"]),
        ({"priced": None}, {}, ["hold", "no_price"]),
        ({"priced": False}, {}, ["no_price"]),
        ({"others": (502,)}, {"shelf": shelf(row(502))}, ["no_price", "sold"]),
        ({}, {"shelf": shelf(row(501, 15))}, ["sold"]),
        ({"lines": (PARTLY,)}, {"shelf": shelf(row(501, 12))}, ["unconfirmed"]),
        ({"lines": (PARTLY,)}, {}, ["unconfirmed", "hold"]),
        ({"lines": (SHIPPED,)}, {}, ["arrived"]),
        ({"lines": (), "lost": 20}, {}, ["cancelled"]),
        ({"lines": ()}, {}, ["not_applied"]),
        ({"order": None, "lines": ()}, {}, ["not_applied"]),
        ({"order": None, "lines": (), "cancelled": "gone"}, {}, ["cancelled"]),
        ({"order": replace(ORDER, customer_ids=(7,))}, {}, ["wrong_customer"]),
        ({"order": replace(ORDER, location_id=12)}, {}, ["wrong_location"]),
        (
            {"accepted": changed(4)},
            {},
            ["not_synchronised"],
        ),
        ({"accepted": changed(5)}, {}, ["hold"]),
        ({}, {"control": shelf(row(9, origin=ON_HAND))}, ["hold", "hidden_future"]),
        ({}, {"control": shelf(row(9, origin=ON_HAND), row(8))}, ["hold"]),
        ({}, {"control": shelf(row(9, origin=ON_HAND)), "market": frozenset({999})}, ["hidden_future"]),
        ({}, {"control": shelf(row(9, 5, 1, 7)), "open_on": {"2027-01-18": EMPTY}}, ["order_days"]),
        ({}, {"control": shelf(row(9, 5, 1, 7)), "open_on": {"2027-01-18": shelf(row(9))}}, ["hold"]),
        ({}, {"is_strange": True}, ["other_token"]),
        ({}, {"shelf": shelf(row(9)), "control": shelf(row(9))}, ["no_transactional_access"]),
        ({}, {"shelf": Shelf(NOON, refusal="no")}, ["no_transactional_access"]),
        ({}, {"shelf": Shelf(NOON, refusal="no"), "control": Shelf(NOON, refusal="no")}, ["token_refused"]),
        ({}, {"shelf": Shelf(NOON, refusal="it belongs to another customer")}, ["other_token"]),
    ],
)
def test_elimination(case: dict[str, Any], shop: dict[str, Any], causes: list[str]) -> None:
    """One thing out of order names itself; what cannot be told apart is named together."""
    assert judged(replace(CASE, **case), replace(SHOP, **shop)) == causes


@pytest.mark.parametrize(
    ("today", "end"),
    [("2027-01-04", "2027-03-04"), ("2026-12-31", "2027-02-28"), ("2027-11-30", "2028-01-30")],
)
def test_two_months_ahead(today: str, end: str) -> None:
    """The same day two months later, or that month's last."""
    assert window_end(date.fromisoformat(today)) == date.fromisoformat(end)


def test_a_grouped_row_fills_its_lines_in_order() -> None:
    """Of equal lines in one row only the sum is known (A5)."""
    both = Shelf(NOON, (ShelfRow(FUTURE, (1, 2), 999, "HB", 25, ""),), 1)
    assert both.boxes_of(FUTURE, {1: 20, 2: 20}) == {1: 20, 2: 5}
    assert both.boxes_of(ON_HAND, {1: 20}) == {1: 0}


def test_every_cause_has_a_title() -> None:
    """In the report's words."""
    assert set(TITLES) == {name.value for name in CauseName}


def test_hostile_words_are_inert() -> None:
    """What Komet says reaches the terminal as text alone."""
    words = "no\x1b[2J\u202e<script>"
    finding = judge_item(
        CASE, replace(SHOP, shelf=Shelf(NOON, refusal=words), control=Shelf(NOON, refusal=words))
    )
    text = render_verification(verification_document(Verification((finding,)), "shop", NOON))
    assert "\x1b" not in text
    assert "\u202e" not in text


def found(*names: CauseName) -> Finding:
    """A finding with these causes."""
    finding = judge_item(CASE, SHOP)
    return replace(finding, causes=tuple(replace(finding.causes[0], name=name) for name in names))


def test_what_is_not_visible_goes_before_a_refused_token() -> None:
    """11 where something is known not to be seen, 9 where nobody could look."""
    assert Verification((found(CauseName.TOKEN_REFUSED),)).exit_code == 9
    assert Verification((found(CauseName.TOKEN_REFUSED), found(CauseName.HOLD))).exit_code == 11
    assert Verification(()).exit_code == 0
