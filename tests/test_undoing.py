"""Taking a run back: apply, undo, apply that plan, and Komet is as before, up to what the plan names."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from cases_told import tell
from world import CUSTOMERS, World, carry_out

from reconciler.errors import PlanUnusable, UsageError
from reconciler.model.change import Action, Reason
from reconciler.model.plan import Plan, Verdict
from reconciler.plan.planner import Choices
from reconciler.report.document import plan_document
from reconciler.report.document_reading import plan_from_document
from reconciler.undoing import plan_undo
from reconciler.workflow import read_saved_plan

_LINE = (
    *("product", "box_type", "bunches", "stems", "unit", "cost", "price"),
    *("mark_code", "notes", "breakdowns", "units", "awb"),
)

EXACT = (
    "Komet_spells_everything_as_plainly_as_it_can",
    "a_carrier_changed_and_a_person_moves_the_order",
    "a_carrier_changed_and_the_order_is_replaced",
    "a_confirmed_line_grows",
    "a_credit_limit_is_changed_by_hand",
    "a_customer_has_left_the_configuration_and_is_deactivated",
    "a_customer_leaves_together_with_its_order",
    "a_pack_changed_and_the_line_is_replaced",
    "a_price_inside_an_assorted_box_changed",
    "a_price_of_a_prebook_changed",
    "a_price_was_edited",
    "an_equal_order_is_adopted",
    "an_order_has_left_the_configuration",
    "boxes_shrank_and_the_line_is_replaced",
    "stock_is_kept_for_a_customer",
)
"""Cases whose run is taken back to the letter."""

UP_TO = {
    "a_clerk_added_a_line": "it brought back what was last agreed on",
    "a_customer_is_created_together_with_its_order": "a customer that was made stays in Komet",
    "a_new_order_would_ship_in_the_past_and_it_is_allowed": "it has shipped",
    "a_person_changed_the_boxes_and_the_configuration_the_price": "what others had changed of it",
    "a_ship_to_is_added": "the ship-to north stays",
    "an_arrival_is_added": "add 20 boxes for bloomnet: it stays in stock",
    "an_item_got_a_price": "items.freedom.price stays",
    "locations_of_a_customer_are_replaced": "locations stays: what it was before",
    "notes_were_added_and_the_line_is_replaced": "items.freedom.notes stays",
    "null_clears_an_unreadable_attribute_nobody_knows": "terms stays: what it was before",
    "state_was_lost_and_boxes_grew": "what it was before is not recorded",
}
"""Cases of whose run something stays, and how the plan names it."""


def undo(world: World, run: str = "", *, allow: Sequence[str] = ()) -> Plan:
    """The plan that takes the run back, or the latest one."""
    session = world.session(writing=False)
    with session.connection:
        chosen = run or session.state.runs.list(session.scope, 1)[0].id
        return plan_undo(session, chosen, Choices(allow=tuple(allow)))


def named(plan: Plan) -> str:
    """All that the plan says beside its changes."""
    return "\n".join(f"{each.address}: {each.summary}" for each in plan.diagnostics)


def allowed(world: World) -> Plan:
    """The undo plan of the latest run, whatever a guard refuses allowed by its name."""
    plan = undo(world)
    return undo(world, allow=[each.flag for each in plan.guards if each.verdict is Verdict.REFUSED])


def picture(world: World) -> dict[str, Any]:
    """What Komet holds, without ids, numbers, times and empty orders: what people mean by the same."""
    state = world.simulator.state()
    orders = [
        [
            *(order[name] for name in ("ship_date", "vendor", "location", "carrier", "customer", "comments")),
            *_lines(order["lines"]),
        ]
        for order in state["purchase_orders"]
    ]
    prebooks = [
        [
            *(order.get(name) for name in ("truck_date", "customer", "carrier_id", "customer_po")),
            order.get("comments"),
            *_lines(order.get("items") or order.get("lines") or []),
        ]
        for order in state["prebooks"]
        if order["status"] != "Cancelled"
    ]
    stock = [[line[name] for name in ("id", "product", "boxes", "customer")] for line in state["inventory"]]
    people = [_plain(_without(each, "updated_on")) for each in state["customers"]]
    ships = [_plain(_without(each, "updated_on")) for each in state["ship_tos"]]
    return {
        "orders": sorted(json.dumps(each) for each in orders if len(each) > 6),
        "prebooks": sorted(json.dumps(each) for each in prebooks if len(each) > 5),
        "stock": sorted(json.dumps(each) for each in stock),
        "customers": sorted(json.dumps(each) for each in people),
        "ship-tos": sorted(json.dumps(each) for each in ships),
    }


def _lines(lines: Sequence[dict[str, Any]]) -> list[str]:
    """The lines that stand; those of one item, however they are split, as one."""
    boxes: dict[str, Decimal] = {}
    for line in lines:
        if line.get("status") in ("Cancelled", "Deleted"):
            continue
        rest = {name: _plain(line.get(name)) for name in _LINE}
        key = json.dumps(rest, sort_keys=True)
        boxes[key] = boxes.get(key, Decimal(0)) + Decimal(str(line.get("boxes") or 0))
    return sorted(f"{count} {key}" for key, count in boxes.items())


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items() if not key.endswith("id")}
    try:
        return str(Decimal(value).normalize()) if isinstance(value, str) else value
    except ArithmeticError:
        return value


def _without(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


def differing(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Which sections of two pictures differ."""
    return [name for name in before if before[name] != after[name]]


def take_back(world: World, plan: Plan) -> None:
    """Apply, let a person do what is asked, undo, apply that, let a person do that too."""
    for each in (plan, None):
        chosen = each or allowed(world)
        summary = world.apply(chosen)
        carry_out(world, [step for result in summary.results for step in result.waiting])


@pytest.mark.parametrize("name", EXACT)
def test_a_run_is_taken_back(name: str, tmp_path: Path) -> None:
    """Afterwards Komet holds what it held before the run."""
    told = tell(name, tmp_path / "repository")
    before = picture(told.world)
    plan = told.plan()
    assert plan.changes
    take_back(told.world, plan)
    assert differing(before, picture(told.world)) == []
    told.world.close()


@pytest.mark.parametrize("name", UP_TO)
def test_what_stays_is_named(name: str, tmp_path: Path) -> None:
    """Where Komet is not as before afterwards, the plan has said what stays, and why."""
    told = tell(name, tmp_path / "repository")
    before = picture(told.world)
    summary = told.world.apply(told.plan())
    carry_out(told.world, [step for result in summary.results for step in result.waiting])
    plan = allowed(told.world)
    assert UP_TO[name] in named(plan)
    told.world.apply(plan)
    assert differing(before, picture(told.world)) != []
    told.world.close()


PACK = "box_type: HB, unit: stem, bunches: 12, stems: 25"
ORDER = f"""\
purchase_orders:
  weekly:
    vendor: ROSALEDA
    ship_date: 2027-02-01
    location: MIA
    customer: bloomnet
    items: {{freedom: {{product: RSFRE60, {PACK}, boxes: 40, cost: 0.28, price: 0.42}}}}
"""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A world in which the order stands."""
    made = World.make(tmp_path / "repository")
    made.write(all=CUSTOMERS + ORDER)
    assert made.apply().exit_code == 0
    yield made
    made.close()


def test_the_plan_says_that_the_configuration_stays(world: World) -> None:
    """Its changes have the reason that they take something back, and the next plan does it again."""
    plan = undo(world)
    assert {change.reason for change in plan.changes} == {Reason.UNDONE}
    assert [change.action for change in plan.changes] == [Action.DELETE]
    assert "its next plan does it again" in named(plan)
    world.apply(plan)
    assert [str(change.address) for change in world.plan().changes] == ["purchase_orders.weekly"]


def test_it_says_so_when_the_configuration_wants_the_same(world: World) -> None:
    """Who has reverted the commit needs no undo."""
    world.write(all=CUSTOMERS + ORDER.replace("0.42", "0.45"))
    world.apply()
    world.write(all=CUSTOMERS + ORDER)
    plan = undo(world)
    assert "the configuration wants the same" in named(plan)
    assert [change.attributes[0].after for change in plan.changes] == ["0.42"]


def test_what_a_later_run_changed_is_left(world: World) -> None:
    """Taking back the first of two would undo the second as well: it is named, and nothing is planned."""
    world.write(all=CUSTOMERS + ORDER.replace("0.42", "0.45"))
    world.apply()
    plan = undo(world, "run-1")
    assert plan.changes == ()
    assert "purchase_orders.weekly: not taken back: run run-2 changed it again" in named(plan)


def test_what_a_person_changed_since_is_left(world: World) -> None:
    """Taking it back would overwrite that."""
    line = world.orders()["P057200"]["lines"][0]["id"]
    world.act("edit-line", line=line, boxes=33)
    plan = undo(world)
    assert plan.changes == ()
    assert "not taken back: somebody changed it in Komet since" in named(plan)


def test_an_undo_is_taken_back_too(world: World) -> None:
    """What an undo deleted, the undo of the undo makes again; the older run cannot be taken back twice."""
    before = picture(world)
    world.apply(undo(world))
    world.apply(undo(world))
    assert differing(before, picture(world)) == []
    assert "run run-2 changed it again" in named(undo(world, "run-1"))


def test_other_pending_changes_are_no_part_of_it(world: World) -> None:
    """The plan speaks of the run's addresses alone."""
    more = ORDER.replace("purchase_orders:\n", "").replace("weekly", "another")
    world.write(all=CUSTOMERS + ORDER + more)
    assert [str(change.address) for change in undo(world).changes] == ["purchase_orders.weekly"]


def test_a_saved_undo_is_a_saved_plan(world: World) -> None:
    """It fits its digest, is applied once, and satisfies what apply asks of every saved plan."""
    document = plan_document(undo(world))
    assert plan_document(plan_from_document(document)) == document
    session = world.session()
    with session.connection:
        assert read_saved_plan(session, document).changes
    with pytest.raises(PlanUnusable):
        plan_from_document({**document, "gone": ["customers.bloomnet"]})


def test_a_guard_judges_it(world: World) -> None:
    """Deleting what is confirmed is refused, and allowed by its name."""
    line = world.orders()["P057200"]["lines"][0]["id"]
    world.act("confirm", number="P057200", lines={str(line): 40})
    assert [each.name for each in undo(world).refusals] == ["confirmed"]
    assert undo(world, allow=["confirmed:purchase_orders.weekly"]).refusals == ()


def test_there_must_be_something_to_take_back(world: World) -> None:
    """A run that nobody knows, and one that changed nothing."""
    with pytest.raises(UsageError, match="no run"):
        undo(world, "run-9")
    world.apply()
    with pytest.raises(UsageError, match="nothing to take back"):
        undo(world)
