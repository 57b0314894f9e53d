"""Attributes that are a value: JSON for whoever asks, and never written for those who know the value."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from reconciler.kinds.canonical import Canonical, value_of
from reconciler.kinds.kind import LiveIds, Scope, Subject
from reconciler.kinds.orders.order import Content, Item, WantedOrder, wanted_order
from reconciler.kinds.registry import REGISTRY
from reconciler.kinds.reservations.stock import StockLine, stock_line
from reconciler.kinds.reservations.wanted import Arrival, WantedReservation, wanted_reservation
from reconciler.model.address import Address
from reconciler.model.origin import Origin
from reconciler.model.resource import LiveResource, ResolvedResource, Sought
from reconciler.model.value import Json

LINE = StockLine(9, 11, 999, "HB", "stem", 12, 25, 4, None, "2027-01-03", "", "0.42", False, 48213)
ARRIVAL = Arrival(77, "12345678901", "2027-01-28", "0.31", 20, "RSFRE60", 5)
WANTED = WantedReservation(
    "bloomnet", 11, 999, "HB", "stem", 12, None, 4, 0, "oldest", None, (77, 78), 0, ARRIVAL
)
BARE = WantedReservation("bloomnet", 11, 999, "HB", None, None, None, 4, 0, "oldest", None, (), 0, None)


@pytest.mark.parametrize("value", [LINE, WANTED, BARE])
def test_a_value_comes_back_out_of_a_document(value: StockLine | WantedReservation) -> None:
    """The JSON of a value is plain, and reads as the same value; so does what holds the value itself."""
    attributes: dict[str, Json] = json.loads(json.dumps(value.json))
    assert attributes == value.json == dict(Canonical(value))
    assert value_of(attributes, type(value)) == value_of(Canonical(value), type(value)) == value


@pytest.mark.parametrize(
    "wrong", [{"boxes": True}, {"boxes": "4"}, {"boxes": None}, {"customer": 5}, {"vendor_ids": 7}]
)
def test_what_nobody_wrote_is_refused(wrong: dict[str, Json]) -> None:
    """A value of another type is a ValueError, and so is one that is missing."""
    with pytest.raises(ValueError, match=next(iter(wrong))):
        wanted_reservation(BARE.json | wrong)
    with pytest.raises(ValueError, match="customer"):
        wanted_reservation({name: each for name, each in BARE.json.items() if name != "customer"})
    with pytest.raises(ValueError, match="reference"):
        stock_line({name: each for name, each in LINE.json.items() if name != "reference"})


@pytest.mark.parametrize("cost", ["NaN", "1e5", "", "0.31\n", "٣", "9" * 40, "1,000.00"])
def test_a_cost_is_an_amount(cost: str) -> None:
    """What an arrival costs is sent to Komet: nothing else than decimal text is taken for it."""
    document = json.loads(json.dumps(WANTED.json))
    document["arrival"]["cost"] = cost
    with pytest.raises(ValueError, match="cost"):
        wanted_reservation(document)


@pytest.mark.parametrize("price", ["NaN", "Infinity", "1e400", "9" * 40, "0." + "1" * 5_000])
def test_a_price_is_an_amount(price: str) -> None:
    """So is what an order asks for, in a plan that somebody may have edited."""
    content = Content(999, "HB", "stem", 12, 25, "", Decimal("0.28"))
    order = WantedOrder(
        77, "2027-02-01", "bloomnet", 11, "MIA", None, "", False, False, "replace", False, None,
        (Item("rose", 4, Decimal("0.42"), content, "RSFRE60", 5),),
    )  # fmt: skip
    document = json.loads(json.dumps(order.json))
    assert wanted_order(document) == order
    document["items"][0]["price"] = price
    with pytest.raises(ValueError, match="amount"):
        wanted_order(document)


def test_a_plan_that_changes_nothing_writes_no_json_to_read_it_again() -> None:
    """From what is read to what is compared, lines and reservations stay the values that they are."""
    kind, address = REGISTRY["reservations"], Address("reservations", "freedom")
    scope = Scope("shop", "2027-01-04", ids=LiveIds({Address("customers", "bloomnet"): 48213}))
    resolved = ResolvedResource(address, Canonical(BARE), Origin("stock.yaml", 1, 1))
    live = LiveResource("reservations", LINE.id, None, None, Canonical(LINE))
    match = kind.match([Sought(address, resolved, None)], [live], scope).wanted[address]
    assert match.live is not None
    comparison = kind.compare(Subject(address, resolved, match), scope)
    assert comparison.before == comparison.after
    for each in (resolved.attributes, live.attributes, match.live.attributes):
        assert isinstance(each, Canonical) and not each.is_made
