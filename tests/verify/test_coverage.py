"""Coverage: whose everything is that a plan reads."""

from __future__ import annotations

from typing import Any

import pytest
from world import World

from reconciler.model.value import Json
from reconciler.reading import read_account
from reconciler.report.coverage import render_coverage
from reconciler.verify.coverage import coverage_document, coverage_of
from verify.eyes import CUSTOMERS, ORDERS, RESERVATION, Buyer

STRANGER = """\
purchase_orders:
  theirs:
    vendor: ALTAFLOR
    ship_date: 2027-01-18
    location: MIA
    customer: bloomnet
    items:
      explorer: {product: RSEXP60, box_type: HB, boxes: 7, unit: stem, bunches: 12, stems: 25, cost: 0.31, price: 0.47}
"""  # noqa: E501


def cover(world: World) -> dict[str, Any]:
    """The coverage, read with precisely the calls of a plan."""
    world.plan()
    before = len(world.calls())
    session = world.session(writing=False)
    with session.connection:
        reading = read_account(session)
    made = len(world.calls()) - before
    world.plan()
    assert len(world.calls()) - before - made == made
    basis = reading.basis
    owned = coverage_of(basis.matches, reading.live, basis.scope)
    document = coverage_document(owned, basis.matches, "bloomnet-miami", basis.read, basis.scope)
    assert document["calls"] == made
    return document


@pytest.fixture
def shared(blank: Buyer) -> World:
    """Orders of ours, of another project, and of nobody on one date; stock of ours and of the customer."""
    world = blank.world
    world.write(all=CUSTOMERS + STRANGER)
    world.apply()
    order = world.order("theirs")["number"]
    world.act("edit-header", number=order, comments="[rc:another-shop/theirs]")
    world.lose_state()
    world.write(all=CUSTOMERS + ORDERS + RESERVATION)
    world.apply()
    blank.reserve()
    world.act("stock-customer", line=88120, customer="BLOOM")
    world.lose_state()
    return world


def test_each_owner_is_told(shared: World) -> None:
    """Managed here, another project's by its marker, nobody's."""
    document = cover(shared)
    orders = document["kinds"]["purchase_orders"]
    assert (orders["count"]["managed"], orders["count"]["foreign"]) == (1, 1)
    assert orders["boxes"]["managed"] == 26
    stock = document["kinds"]["reservations"]
    assert stock["boxes"]["managed"] == 20
    assert stock["count"]["unmanaged"] == 1
    assert document["kinds"]["customers"]["count"]["managed"] == 1
    (bloom,) = (each for each in document["customers"] if each["name"] == "bloomnet")
    assert bloom["reservations"]["boxes"]["unmanaged"] == 8
    assert bloom["purchase_orders"]["boxes"]["foreign"] == 7


def test_what_is_not_ours_is_listed(shared: World) -> None:
    """By name, with the project that owns it."""
    text = render_coverage(cover(shared))
    assert "project another-shop" in text
    assert "line 88120" in text
    assert "read it" in text


def test_an_adopted_order(blank: Buyer) -> None:
    """Ours without a marker: known by its equality or number."""
    world = blank.world
    world.write(all=CUSTOMERS + ORDERS)
    world.apply()
    number = world.order("weekly")["number"]
    world.act("edit-header", number=number, comments="")
    assert cover(world)["kinds"]["purchase_orders"]["count"]["adopted"] == 1


PREBOOK = """\
prebooks:
  week-6:
    customer: bloomnet
    ship_date: 2027-02-08
    carrier: FEDEX
    location: MIA
    items:
      red: {product: RSFRE60, box_type: HB, boxes: 10, unit: stem, bunches: 12, stems: 25, price: 0.85}
      loose: {product: RSMON60, item_type: unit, units: 250, unit: stem, price: 0.90}
"""


def test_prebooks_are_counted_too(blank: Buyer) -> None:
    """Ours and a stranger's of the same day, with the boxes they sell; what is sold by the unit has none."""
    world = blank.world
    world.write(all=CUSTOMERS + PREBOOK)
    world.apply()
    session = world.session()
    with session.connection:
        header: dict[str, Json] = {
            "customerId": 48213,
            "carrierId": 31,
            "shipDate": "2027-02-08",
            "companyLocationCode": "MIA",
        }
        session.connection.port.call("prebook.create", header)
    document = cover(world)
    counts = document["kinds"]["prebooks"]
    assert (counts["count"]["managed"], counts["count"]["unmanaged"]) == (1, 1)
    (bloom,) = (each for each in document["customers"] if each["name"] == "bloomnet")
    assert bloom["prebooks"]["boxes"]["managed"] == 10
    text = render_coverage(document)
    assert "prebooks" in text and "leaves 2027-02-08" in text
