"""Reservations carried out: what people, sales and an account that cannot do it come in between."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from world import ACCOUNT, CUSTOMERS, PROJECT, Killed, World, carry_out, is_done, untrue

from reconciler.model.event import Outcome
from reconciler.model.plan import Plan
from reconciler.model.step import Ending
from reconciler.model.summary import ChangeResult, Summary
from reconciler.report.document import plan_document
from reconciler.report.summary import render_summary, summary_document
from reconciler.report.terminal import render_plan

STOCK = """\
reservations:
  freedom:
    customer: bloomnet
    location: MIA
    product: RSFRE60
    box_type: HB
    unit: stem
    bunches: 12
    stems: 25
    boxes: 20
    tolerance: 2
"""
ARRIVAL = (
    '    arrival: {vendor: ROSALEDA, awb: "99912345678", ship_date: 2027-01-02, cost: 0.31, boxes: 20}\n'
)
MONDIAL = """\
  mondial:
    customer: bloomnet
    location: MIA
    product: RSMON60
    box_type: HB
    boxes: 8
"""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A world that wants stock kept, and has not applied it yet."""
    made = World.make(tmp_path / "repository")
    made.write(all=CUSTOMERS + STOCK)
    yield made
    made.close()


@pytest.fixture
def able(world: World) -> World:
    """The same where the account is said to take a customer by a call (A7)."""
    text = PROJECT.replace("paid_users: 3", "paid_users: 3, capabilities: {assign_customer: api}")
    (world.root / "reconciler.yaml").write_text(text, encoding="utf-8")
    return world


def only(summary: Summary) -> ChangeResult:
    (result,) = summary.results
    return result


def told(summary: Summary) -> str:
    """What the one who applied reads."""
    return render_summary(summary_document(summary))


def open_keys(world: World) -> list[str]:
    """The keys of the open steps."""
    session = world.session(writing=False)
    with session.connection:
        return [each.step.key for each in session.state.worklist.open_steps(session.scope)]


def keys(plan: Plan) -> list[str]:
    """The keys of the steps for a person."""
    return [step.key for change in plan.changes for step in change.operator_steps]


def line(world: World, id: int) -> dict[str, Any]:
    """One line of the stock."""
    (found,) = (each for each in world.simulator.part("inventory") if each["id"] == id)
    assert isinstance(found, dict)
    return found


def added(world: World) -> list[dict[str, Any]]:
    """The lines that were added by us."""
    stock = world.simulator.part("inventory")
    return [each for each in stock if str(each["reference"] or "").startswith("rc:")]


# between plan and apply


def test_a_line_that_sold_out_is_not_asked_for(world: World) -> None:
    """The plan is stale and says which line is gone; nobody is sent to look for it."""
    plan = world.plan()
    world.act("buy", customer="PETALHSE", line=88104, boxes=8)
    summary = world.apply(plan)
    assert only(summary).outcome is Outcome.STALE and summary.exit_code == 7
    assert "line 88104 is not in stock any more" in told(summary)
    assert open_keys(world) == []
    assert "reserve 88104" not in keys(world.plan())


def test_a_line_that_another_customer_got_is_not_asked_for(world: World) -> None:
    """The same for one that is not free any more."""
    plan = world.plan()
    world.act("stock-customer", line=88105, customer="PETALHSE")
    assert only(world.apply(plan)).outcome is Outcome.STALE
    assert open_keys(world) == []


def test_what_is_stale_does_not_hold_up_the_rest(world: World) -> None:
    """Another reservation of the same plan is told to people."""
    world.write(all=CUSTOMERS + STOCK + MONDIAL)
    plan = world.plan()
    world.act("buy", customer="PETALHSE", line=88104, boxes=8)
    outcomes = {result.address.name: result.outcome for result in world.apply(plan).results}
    assert outcomes == {"freedom": Outcome.STALE, "mondial": Outcome.WAITING}
    assert open_keys(world) == ["reserve 88120"]


def test_a_sale_elsewhere_changes_nothing(world: World) -> None:
    """A line that the plan does not speak of may shrink: the same steps are left."""
    plan = world.plan()
    world.act("buy", customer="PETALHSE", line=88101, boxes=3)
    assert only(world.apply(plan)).outcome is Outcome.WAITING
    assert open_keys(world) == keys(plan)


def test_what_a_person_did_before_being_told_is_not_asked_for(world: World) -> None:
    """All of it: already as wanted. A part: the rest is asked for."""
    plan = world.plan()
    part = world.copy()
    carry_out(world, plan.changes[0].operator_steps)
    assert only(world.apply(plan)).outcome is Outcome.SKIPPED
    assert open_keys(world) == []
    carry_out(part, plan.changes[0].operator_steps[:1])
    assert only(part.apply(plan)).outcome is Outcome.WAITING
    assert open_keys(part) == keys(plan)[1:]
    part.close()


def test_what_is_open_already_costs_no_calls(world: World) -> None:
    """Nobody is told anything new, so nothing is read again."""
    assert world.apply().calls == 3
    assert world.apply().calls == 0
    assert len(open_keys(world)) == 2


def test_a_change_that_could_not_begin_keeps_its_steps(world: World) -> None:
    """An apply that is stopped closes nothing that a person still has to do."""
    world.apply()
    before = open_keys(world)
    summary = world.apply(is_stopping=lambda: True)
    assert only(summary).outcome is Outcome.NOT_STARTED
    assert open_keys(world) == before


# a word of why


def test_a_plan_says_why_it_closes_a_step(world: World) -> None:
    """Done, gone and overtaken, once; the worklist remembers it."""
    world.apply()
    world.act("stock-customer", line=88104, customer="BLOOM")
    world.act("stock-delete", line=88105)
    closed = {each.step.key: each.fate.ending for each in world.plan().closed}
    assert closed == {"reserve 88104": Ending.DONE, "reserve 88105": Ending.GONE}
    assert world.plan().closed == ()
    session = world.session(writing=False)
    with session.connection:
        since = session.connection.now().replace(hour=0)
        assert len(session.state.worklist.closings(session.scope, since)) == 2


def test_an_apply_says_why_it_closes_a_step(world: World) -> None:
    """A plan that is older than what a person did since: the apply sees it and says so."""
    world.apply()
    world.write(all=CUSTOMERS + STOCK.replace("boxes: 20", "boxes: 30"))
    plan = world.plan()
    carry_out(world, plan.changes[0].operator_steps)
    summary = world.apply(plan)
    assert {each.fate.ending for each in summary.closed} == {Ending.DONE}
    assert "done: line 88104 is BLOOM's now" in told(summary)
    assert open_keys(world) == []


def test_a_plan_of_another_target_closes_nothing(world: World) -> None:
    """It has not looked whether the others are still wanted."""
    from reconciler.plan.planner import Choices

    world.write(all=CUSTOMERS + STOCK + MONDIAL)
    world.apply()
    world.act("stock-customer", line=88104, customer="BLOOM")
    world.act("stock-customer", line=88120, customer="BLOOM")
    closed = world.plan(Choices(targets=("reservations.mondial",))).closed
    assert [str(each.address) for each in closed] == ["reservations.mondial"]
    assert [each.step.key for each in world.plan().closed] == ["reserve 88104"]


# an account that says it can


def test_a_call_that_is_taken_and_ignored_is_told_as_that(able: World) -> None:
    """Komet says yes and nothing happens: failed, in words that name the setting; the line stays free."""
    able.act("settings", inventory_update_customer="pretended")
    summary = able.apply()
    assert only(summary).outcome is Outcome.FAILED and summary.exit_code == 7
    assert "Komet said yes and did nothing" in only(summary).message
    assert "komet.capabilities.assign_customer: operator" in only(summary).message
    assert line(able, 88104)["customer"] is None
    assert len(able.plan().changes[0].api_steps) == 2


@pytest.mark.parametrize("switch", ["refused", "ignored"])
def test_a_call_that_is_refused_is_told_in_komets_words(able: World, switch: str) -> None:
    """The first refusal ends it: the second line is not tried."""
    able.act("settings", inventory_update_customer=switch)
    summary = able.apply()
    assert only(summary).outcome is Outcome.FAILED
    assert only(summary).calls == 1
    assert line(able, 88104)["customer"] is None


def test_by_a_call_and_by_a_person_the_same_lines_are_kept(able: World) -> None:
    """Who does it changes nothing of what is done."""
    by_hand = able.copy()
    by_hand.root = able.root.with_name("by-hand")
    by_hand.root.mkdir()
    (by_hand.root / "reconciler.yaml").write_text(PROJECT, encoding="utf-8")
    by_hand.write(all=CUSTOMERS + STOCK)
    able.act("settings", inventory_update_customer="honoured")
    assert only(able.apply()).outcome is Outcome.DONE
    by_hand.apply()
    carry_out(by_hand, [step for change in by_hand.plan().changes for step in change.operator_steps])
    for each in (able, by_hand):
        assert each.plan().changes == ()
    kept = [
        {row["id"] for row in each.simulator.part("inventory") if row["customer"] == "BLOOM"}
        for each in (able, by_hand)
    ]
    assert kept[0] == kept[1] == {88104, 88105}
    by_hand.close()


# arrivals that do not show


def arriving(world: World, text: str = STOCK + ARRIVAL) -> Summary:
    world.write(all=CUSTOMERS + text)
    return world.apply()


def arriving_and_dying(world: World) -> None:
    """The arrival is added, and the process dies before it reads the stock."""
    world.write(all=CUSTOMERS + STOCK + ARRIVAL)
    plan = world.plan()
    world.border.countdown = plan.calls.apply + 1
    with pytest.raises(Killed):
        world.apply(plan)
    world.state.lease.break_lease(ACCOUNT)


def test_an_arrival_in_the_staging_area_is_looked_for_and_not_added_again(world: World) -> None:
    """Komet took it and no list shows it: a person looks, and the step ends once it is confirmed."""
    world.act("settings", inventory_add_destination="staging")
    summary = arriving(world)
    assert only(summary).outcome is Outcome.WAITING
    assert "not in stock in MIA" in told(summary)
    assert "inventory.add" not in {step.method for c in world.plan().changes for step in c.api_steps}
    (staged,) = added(world)
    world.act("stock-confirm", line=staged["id"])
    plan = world.plan()
    endings = {each.step.key.partition(" ")[0]: each.fate.ending for each in plan.closed}
    assert endings == {"arrival": Ending.DONE, "reserve": Ending.NOT_WANTED}
    assert is_done(plan) and untrue(world, plan) == []


def test_an_arrival_that_komet_skipped_is_told(world: World) -> None:
    """A product that is not mapped is left out without a word (A23); the reservation takes other stock."""
    world.act("fault", kind="unknown_product", method="inventory.add", product="RSFRE60")
    summary = arriving(world)
    assert "the product is not mapped and nothing was added" in told(summary)
    assert added(world) == []
    assert {key.partition(" ")[0] for key in keys(world.plan())} == {"arrival", "reserve"}


def test_an_arrival_at_another_location_is_told(world: World) -> None:
    """No parameter of inventory.add names a location: what lands elsewhere is not taken for done."""
    text = STOCK.replace("location: MIA", "location: LAX")
    summary = arriving(world, text + ARRIVAL + MONDIAL)
    assert added(world)[0]["location"] == "MIA"
    assert "not in stock in LAX" in told(summary)
    assert len(added(world)) == 1 and "inventory.add" not in str(world.plan().changes)


@pytest.mark.parametrize("returns_id", ["on", "off"])
def test_an_account_that_shows_no_references_is_believed(world: World, returns_id: str) -> None:
    """A10: the answer's id proves it, and without that nothing can; it is added once all the same."""
    world.act("settings", inventory_list_reference="off", inventory_add_returns_id=returns_id)
    assert only(arriving(world)).outcome is Outcome.DONE
    assert world.plan().changes == ()
    (line,) = added(world)
    world.act("buy", customer="BLOOM", line=line["id"], boxes=20)
    world.apply()
    assert len(added(world)) == 1


def test_a_step_for_an_arrival_ends_when_nobody_asks_for_it(world: World) -> None:
    """Taken out of the configuration, it is closed with that."""
    world.act("settings", inventory_add_destination="staging")
    arriving(world)
    world.write(all=CUSTOMERS + STOCK)
    closed = {each.step.key.partition(" ")[0]: each.fate for each in world.plan().closed}
    assert closed["arrival"].ending is Ending.NOT_WANTED


def test_nobody_looks_for_a_former_arrival(world: World) -> None:
    """It sold out before anybody read the stock; of the arrival that took its place nothing is missing."""
    arriving_and_dying(world)
    (line,) = added(world)
    world.act("buy", customer="BLOOM", line=line["id"], boxes=20)
    assert arriving(world, STOCK + ARRIVAL.replace("999", "888")).exit_code == 0
    plan = world.plan()
    assert plan.changes == () and untrue(world, plan) == []


def test_a_former_arrival_that_never_showed_is_no_change(world: World) -> None:
    """Nothing is wanted of it any more, and the reservation has all that it wants."""
    arriving_and_dying(world)
    (line,) = added(world)
    world.act("buy", customer="BLOOM", line=line["id"], boxes=20)
    world.write(all=CUSTOMERS + STOCK.replace("boxes: 20", "boxes: 1"))
    assert [change.steps for change in world.plan().changes if not change.steps] == []


def test_an_arrival_taken_out_and_put_back_is_not_added_again(world: World) -> None:
    """It is remembered by its air waybill."""
    arriving(world)
    (line,) = added(world)
    world.act("buy", customer="BLOOM", line=line["id"], boxes=20)
    arriving(world, STOCK)
    arriving(world)
    assert len(added(world)) == 1


def test_a_destroyed_project_names_the_customer_as_the_screens_do(world: World) -> None:
    """Its customer is not read then; the steps name the code that it had when it was last applied, and
    each line is told once."""
    carry_out(world, world.apply().results[-1].waiting)
    assert is_done(world.plan())
    plan = world.plan(destroy=True)
    (change,) = plan.changes
    assert [step.instruction[:27] for step in change.operator_steps] == [
        "take BLOOM off line 88104 (",
        "take BLOOM off line 88105 (",
    ]
    assert {step.before for step in change.operator_steps} == {"BLOOM"}
    assert render_plan(plan_document(plan)).count("line 88104") == 1
