"""Drift: what others changed in Komet since the last apply, and what is none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cases_told import tell
from world import CUSTOMERS, PROJECT, World

from reconciler.drifting import DriftReading, drift_document, read_drift
from reconciler.model.address import Address
from reconciler.model.value import Json
from reconciler.plan.drift import Side, Standing

WEEKLY, WEEK = "purchase_orders.weekly", "prebooks.week-6"

DRIFTED: dict[str, tuple[str, str, str]] = {
    "a_clerk_added_a_line": (WEEKLY, "komet changed", "items.line 910014"),
    "a_clerk_added_a_line_of_the_same_kind": (WEEKLY, "komet changed", "items.freedom.boxes"),
    "a_clerk_deleted_a_line": (WEEKLY, "komet changed", "items.freedom"),
    "a_person_changed_a_prebook_line": (WEEK, "komet changed", "items.freedom.boxes"),
    "a_person_changed_an_attribute_of_a_customer": ("customers.bloomnet", "komet changed", "phone"),
    "a_person_changed_the_boxes_and_the_configuration_the_price": (
        WEEKLY,
        "both changed",
        "items.mondial.boxes",
    ),
    "a_person_changed_the_cost": (WEEKLY, "komet changed", "items.freedom.cost"),
    "a_person_changed_the_header_of_a_prebook": (WEEK, "komet changed", "carrier customer_po"),
    "a_person_gave_the_order_to_another_customer": (WEEKLY, "komet changed", "customer"),
    "a_person_rewrote_the_comments_of_a_prebook": (WEEK, "komet changed", "marker"),
    "a_prebook_was_cancelled_in_Komet": (WEEK, "komet cancelled", ""),
    "the_order_was_cancelled_in_Komet": (WEEKLY, "komet cancelled", ""),
    "the_order_was_cancelled_in_Komet_and_is_made_again": (WEEKLY, "both cancelled", ""),
    "the_order_was_deleted_in_Komet": (WEEKLY, "komet gone", ""),
}
"""Cases in which a person moved something: what drifted, how, and which attributes."""

STILL = (
    "a_confirmed_line_gets_another_price",
    "a_customer_has_left_the_configuration_and_is_deactivated",
    "a_line_was_shipped_in_part",
    "a_prebook_has_moved_to_another_name",
    "a_price_was_edited",
    "a_reservation_has_moved_to_another_name",
    "an_order_has_left_the_configuration_and_was_emptied",
    "an_order_has_shipped_and_is_settled",
    "fewer_boxes_are_wanted_and_a_line_is_freed",
    "kept_stock_was_sold_and_is_topped_up",
    "the_next_arrival_is_added",
)
"""Cases in which nobody moved anything against what was applied, whatever is pending."""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World.make(tmp_path / "repository")
    yield made
    made.close()


def drift_of(world: World) -> DriftReading:
    session = world.session(writing=False)
    with session.connection:
        return read_drift(session)


def document_of(world: World) -> dict[str, Json]:
    session = world.session(writing=False)
    with session.connection:
        return drift_document(session, read_drift(session))


@pytest.mark.parametrize("name", DRIFTED)
def test_what_a_person_moved_is_drift(name: str, tmp_path: Path) -> None:
    """It is named, with the side that moved, the attributes, and the run since which it stood otherwise."""
    world = tell(name, tmp_path / "repository").world
    reading = drift_of(world)
    (drift,) = reading.drifts.drifts
    paths = " ".join(".".join(map(str, each.path)) for each in drift.attributes)
    assert (str(drift.address), f"{drift.side.value} {drift.standing.value}", paths) == DRIFTED[name]
    run = reading.since[drift.address]
    assert run is not None and run.id == "run-1"
    world.close()


@pytest.mark.parametrize("name", STILL)
def test_what_nobody_moved_is_no_drift(name: str, tmp_path: Path) -> None:
    """Not a change of the configuration, not a sale, not a shipment; and what is pending is counted."""
    world = tell(name, tmp_path / "repository").world
    reading = drift_of(world)
    assert reading.drifts.drifts == ()
    told = {*reading.drifts.pending, *reading.drifts.waiting}
    assert told == {change.address for change in world.plan().changes}
    world.close()


def test_the_values_go_from_applied_to_live(tmp_path: Path) -> None:
    """Before is what was last applied, after is what Komet shows."""
    world = tell("a_person_changed_the_boxes", tmp_path / "repository").world
    (drift,) = drift_of(world).drifts.drifts
    (attribute,) = drift.attributes
    assert (attribute.before, attribute.after) == (40, 33)
    world.close()


def test_both_sides_that_moved_alike_are_no_drift(tmp_path: Path) -> None:
    """Once the configuration says what Komet shows, nothing is left to tell."""
    told = tell("a_person_changed_the_boxes", tmp_path / "repository")
    file = told.world.root / "config" / "orders.yaml"
    text = file.read_text(encoding="utf-8")
    assert "boxes: 40" in text
    file.write_text(text.replace("boxes: 40", "boxes: 33"), encoding="utf-8")
    reading = drift_of(told.world)
    assert (reading.drifts.drifts, reading.drifts.pending) == ((), ())
    told.world.close()


STOCK = """\
reservations:
  freedom: {customer: bloomnet, location: MIA, product: RSFRE60, box_type: HB, boxes: 9, tolerance: 4}
"""


@pytest.fixture
def kept(world: World) -> tuple[World, int]:
    """Stock that stands reserved and is recorded so; with one of its lines."""
    project = PROJECT.replace("3}", "3, capabilities: {assign_customer: api}}")
    (world.root / "reconciler.yaml").write_text(project, encoding="utf-8")
    world.act("settings", inventory_update_customer="honoured")
    world.write(all=CUSTOMERS + STOCK)
    world.apply()
    world.apply()
    facts = world.state.resources.bindings(world.session().scope)[Address("reservations", "freedom")].facts
    lines = facts["lines"]
    assert isinstance(lines, list) and lines
    return world, int(str(lines[0]))


def test_a_reserved_line_that_was_given_away_is_drift(kept: tuple[World, int]) -> None:
    """Somebody took the customer off a line: that is said of the line."""
    world, line = kept
    assert drift_of(world).drifts.drifts == ()
    world.act("stock-customer", line=line, customer=None)
    (drift,) = drift_of(world).drifts.drifts
    assert (drift.side, drift.standing) == (Side.KOMET, Standing.CHANGED)
    (attribute,) = drift.attributes
    assert (attribute.path, attribute.after) == (("lines", f"line {line}"), "free")


def test_reserved_stock_that_was_sold_is_no_drift(kept: tuple[World, int]) -> None:
    """Selling is what it is kept for: what is missing is pending."""
    world, line = kept
    world.act("stock-lower", line=line, boxes=1)
    assert drift_of(world).drifts.drifts == ()


def test_reading_costs_what_a_plan_costs(world: World) -> None:
    """To the call, and the document says so."""
    world.write(all=CUSTOMERS)
    world.apply()
    before = len(world.calls())
    world.plan()
    planned = len(world.calls()) - before
    calls = document_of(world)["calls"]
    assert isinstance(calls, dict)
    assert (calls["read"], calls["daily_limit"]) == (planned, 3000)
    assert calls["left"] == 3000 - len(world.calls())
