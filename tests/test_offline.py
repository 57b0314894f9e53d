"""A preview without a call: what the last reading makes of the configuration as it is now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from cases_told import tell
from msgspec.structs import replace
from world import ACCOUNT, World

from reconciler.errors import ConfigurationError, PlanUnusable, StateError, UsageError
from reconciler.komet.offline import open_offline
from reconciler.model.plan import Plan
from reconciler.plan.planner import Choices
from reconciler.report.document import plan_document
from reconciler.report.document_reading import plan_from_document
from reconciler.report.terminal import render_plan
from reconciler.session import Session
from reconciler.state.snapshots import Snapshot
from reconciler.workflow import plan_changes, read_saved_plan

CASES = (
    "a_clerk_added_a_line",
    "a_customer_is_created_together_with_its_order",
    "a_pack_changed_and_the_line_is_replaced",
    "a_person_changed_the_header_of_a_prebook",
    "an_order_has_left_the_configuration",
    "kept_stock_was_sold_and_is_topped_up",
    "the_order_was_cancelled_in_Komet",
)

CUSTOMER = """\
customers:
  bloomnet:
    komet: {code: BLOOM}
    phone: "305-555-0199"
"""
MORE = """\
  petal-house:
    komet: {code: PETALHSE}
    phone: "305-555-0301"
"""


def offline(world: World, later: timedelta = timedelta(0), choices: Choices | None = None) -> Plan:
    """The preview, `later` than the reading."""
    configuration = world.configuration()
    clock = lambda: world.simulator.now() + later  # noqa: E731
    connection = replace(open_offline(configuration.project.komet, clock), account=ACCOUNT)
    snapshot = world.state.snapshots.get(world.session(writing=False).scope)
    assert snapshot is not None
    return plan_changes(Session(configuration, world.state, connection, snapshot), choices or Choices())


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A world whose one change is pending, and was read."""
    made = World.make(tmp_path / "repository")
    made.write(all=CUSTOMER)
    assert len(made.plan().changes) == 1
    yield made
    made.close()


@pytest.mark.parametrize("name", CASES)
def test_a_preview_is_the_plan(name: str, tmp_path: Path) -> None:
    """On the same configuration and the same account it finds the same changes, without a call."""
    told = tell(name, tmp_path / "repository")
    plan = told.plan()
    before = len(told.world.calls())
    preview = offline(told.world, choices=told.choices)
    assert preview.changes == plan.changes
    assert len(told.world.calls()) == before
    told.world.close()


@pytest.mark.parametrize("name", CASES)
def test_after_an_apply_nothing_is_left(name: str, tmp_path: Path) -> None:
    """What an apply wrote and read back is part of the basis."""
    told = tell(name, tmp_path / "repository")
    summary = told.world.apply(told.plan())
    waiting = {result.address for result in summary.results if result.waiting}
    assert {change.address for change in offline(told.world).changes} <= waiting
    told.world.close()


def test_it_says_how_old_its_basis_is(world: World) -> None:
    """In words, in the title, and in the document."""
    preview = offline(world, timedelta(hours=26))
    assert "what was read 1 day ago" in preview.diagnostics[0].summary
    assert preview.basis_at is not None and f"{preview.basis_at:%H:%M}" == "14:00"
    assert "no call was made: as read 2027-01-04 14:00" in render_plan(plan_document(preview))


def test_the_configuration_is_the_present_one(world: World) -> None:
    """What was written since the reading counts."""
    world.write(all=CUSTOMER.replace("0199", "0198"))
    (change,) = offline(world).changes
    assert change.attributes[0].after == "305-555-0198"


def test_what_was_not_looked_for_is_named(world: World) -> None:
    """Nobody knows of it whether it stands in Komet as it is wanted."""
    world.write(all=CUSTOMER + MORE)
    told = {str(each.address): each.summary for each in offline(world).diagnostics if each.address}
    assert list(told) == ["customers.petal-house"]
    assert "not looked for then" in told["customers.petal-house"]


def test_a_preview_is_never_applied(world: World) -> None:
    """Saved or not, with words: exit code 6."""
    preview = offline(world)
    document = plan_document(preview)
    assert plan_document(plan_from_document(document)) == document
    session = world.session()
    with session.connection, pytest.raises(PlanUnusable, match="offline"):
        read_saved_plan(session, document)
    with session.connection, pytest.raises(PlanUnusable, match="offline"):
        world.apply(preview)


def test_a_code_that_was_never_read_is_unknown(world: World) -> None:
    """It is a fault of the configuration, and not an error of a call that cannot be made."""
    order = """\
purchase_orders:
  weekly: {vendor: NOBODY, ship_date: 2027-02-01, location: MIA, customer: bloomnet, items: {a: {ITEM}}}
"""
    item = "product: RSFRE60, box_type: HB, unit: stem, bunches: 12, stems: 25, boxes: 4, cost: 0.28"
    world.write(all=CUSTOMER + order.replace("ITEM", item))
    with pytest.raises(ConfigurationError, match="no vendor"):
        offline(world)


def test_a_basis_that_was_altered_is_no_basis(world: World) -> None:
    """It is told apart from one that another version took."""
    scope, now = world.session(writing=False).scope, world.simulator.now()
    world.database.execute("UPDATE live_attributes SET attributes = '3'")
    with pytest.raises(StateError, match="changed from outside"):
        offline(world)
    world.state.snapshots.put(scope, Snapshot("another", {}, frozenset(), now))
    with pytest.raises(UsageError, match="another version"):
        offline(world)
