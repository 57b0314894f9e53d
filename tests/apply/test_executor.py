"""Carrying a plan out on the simulator: what happens when a call, a person or the clock comes in between."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace
from world import ACCOUNT, CUSTOMERS, PROJECT, Killed, World, is_done, untrue

from reconciler.errors import BudgetExceeded, GuardRefused, LockHeld
from reconciler.model.change import Reason
from reconciler.model.event import Outcome
from reconciler.model.plan import Plan
from reconciler.model.resource import Applied
from reconciler.model.summary import ChangeResult, Summary
from reconciler.plan.planner import Choices
from reconciler.state.journal import JournalEntry

PACK = "box_type: HB, unit: stem, bunches: 12, stems: 25"
FREEDOM = f"freedom: {{product: RSFRE60, {PACK}, boxes: 40, cost: 0.28, price: 0.42}}"
MONDIAL = f"mondial: {{product: RSMON60, {PACK}, boxes: 20, cost: 0.30, price: 0.45}}"
NEWCOMER = """\
customers:
  newcomer:
    komet: {code: NEWCO}
    create: true
    name: Newcomer Flowers
    terms: Net 15
"""


def order(
    *items: str, name: str = "weekly", vendor: str = "ROSALEDA", customer: str = "bloomnet", more: str = ""
) -> str:
    """One order, without the section's head."""
    head = f"vendor: {vendor}, ship_date: 2027-02-01, location: MIA, customer: {customer}{more}"
    return f"  {name}: {{{head}, items: {{{', '.join(items or (FREEDOM, MONDIAL))}}}}}\n"


def orders(*texts: str) -> str:
    return "purchase_orders:\n" + "".join(texts)


DEARER = FREEDOM.replace("0.42", "0.45")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A world in which nothing was applied yet."""
    made = World.make(tmp_path / "repository")
    yield made
    made.close()


@pytest.fixture
def ordered(world: World) -> World:
    """The same once the order stands."""
    world.write(all=CUSTOMERS + orders(order()))
    assert world.apply().exit_code == 0
    return world


def only(summary: Summary) -> ChangeResult:
    (result,) = summary.results
    return result


def journal(world: World, run: str) -> list[JournalEntry]:
    return world.state.journal.entries(run)


def converges(world: World) -> None:
    """One more apply, and all is as it should be."""
    world.apply()
    last = world.plan()
    assert is_done(last)
    assert untrue(world, last) == []


# calls in doubt


def test_a_create_in_doubt_is_found_in_the_same_run(world: World) -> None:
    """The answer to a create is lost: its marker is found, the order is bound, and the run ends well."""
    world.write(all=CUSTOMERS + orders(order()))
    world.act("fault", kind="lose_answer", method="purchase.order.create")
    summary = world.apply()
    assert only(summary).outcome is Outcome.DONE and only(summary).number == "P057200"
    (entry,) = journal(world, summary.run)
    assert (entry.outcome, entry.settled) == (Outcome.IN_DOUBT, Outcome.DONE)
    assert world.plan().changes == ()


def test_a_create_that_never_arrived_is_named_and_made_later(world: World) -> None:
    """Both tries are lost: nothing is found, the order is set aside in doubt, and the next apply makes it."""
    world.write(all=CUSTOMERS + orders(order()))
    world.act("fault", kind="lose_request", method="purchase.order.create", times=2)
    summary = world.apply()
    assert only(summary).outcome is Outcome.IN_DOUBT and summary.exit_code == 7
    converges(world)
    assert (
        len([each for each in world.orders().values() if each["comments"] and "rc:" in each["comments"]]) == 1
    )


@pytest.mark.parametrize(
    "kind", ["lose_request", "lose_answer", "http_5xx", "html", "truncated", "wrong_types"]
)
def test_a_price_in_doubt_is_never_taken_for_written(ordered: World, kind: str) -> None:
    """Komet shows no price, so no reading proves that it was set: it stays in doubt and is written again."""
    ordered.write(all=CUSTOMERS + orders(order(DEARER, MONDIAL)))
    ordered.act("fault", kind=kind, method="purchase.order.item.price.update", times=2)
    assert only(ordered.apply()).outcome is Outcome.IN_DOUBT
    assert [change.attributes[0].after for change in ordered.plan().changes] == ["0.45"]
    converges(ordered)


def test_a_price_in_doubt_is_written_again_when_the_configuration_goes_back(ordered: World) -> None:
    """The record does not claim the old price once a call may have changed it."""
    ordered.write(all=CUSTOMERS + orders(order(DEARER, MONDIAL)))
    ordered.act("fault", kind="lose_answer", method="purchase.order.item.price.update")
    ordered.apply()
    ordered.write(all=CUSTOMERS + orders(order()))
    converges(ordered)


def test_a_price_is_written_again_after_a_kill_when_the_configuration_goes_back(ordered: World) -> None:
    """The same when the process was killed right after the call."""
    ordered.write(all=CUSTOMERS + orders(order(DEARER, MONDIAL)))
    plan = ordered.plan()
    ordered.border.countdown, ordered.border.after_effect = 2, True
    with pytest.raises(Killed):
        ordered.apply(plan)
    ordered.write(all=CUSTOMERS + orders(order()))
    converges(ordered)


def test_an_unreadable_attribute_in_doubt_is_written_again(world: World) -> None:
    """The same for an attribute of a customer, one that is to be cleared too."""
    world.write(all=CUSTOMERS + "    terms: Net 30\n    website: a.example\n")
    world.apply(world.plan(Choices(rewrite=("customers.bloomnet",))))
    world.write(all=CUSTOMERS + "    terms: Net 45\n    website: null\n")
    world.act("fault", kind="lose_request", method="customer.update", times=2)
    assert only(world.apply()).outcome is Outcome.IN_DOUBT
    converges(world)


def test_a_ship_to_in_doubt_is_found_by_its_name(world: World) -> None:
    """Ship-tos are not made twice either."""
    world.write(all=CUSTOMERS + "    ship_to: {north: {name: North store, city: Tampa}}\n")
    world.act("fault", kind="lose_answer", method="customer.shipto.add")
    assert only(world.apply()).outcome is Outcome.DONE
    assert sorted(world.ship_tos(48213)) == ["Coral Gables", "Main store", "North store"]


def test_a_replacement_in_doubt_is_found_and_the_old_lines_go(ordered: World) -> None:
    """The successor's answer is lost; it is found by its marker, and only then the old lines are deleted."""
    ordered.write(all=CUSTOMERS + orders(order(vendor="ALTAFLOR")))
    ordered.act("fault", kind="lose_answer", method="purchase.order.create")
    result = only(ordered.apply())
    assert (result.outcome, result.number) == (Outcome.WAITING, "P057201")
    assert ordered.orders()["P057200"]["lines"] == []


# refusals


def test_a_refused_price_is_not_recorded(ordered: World) -> None:
    """Komet says no: the change failed, Komet's words are told, and the next plan asks for the same again."""
    ordered.write(all=CUSTOMERS + orders(order(DEARER, MONDIAL)))
    plan = ordered.plan()
    before = applied(ordered)
    ordered.act("fault", kind="http_403", method="purchase.order.item.price.update")
    summary = ordered.apply(plan)
    assert only(summary).outcome is Outcome.FAILED and summary.exit_code in (7, 9)
    items = applied(ordered).attributes["items"]
    assert items != plan.changes[0].wanted["items"] if plan.changes[0].wanted else False
    assert before.address == applied(ordered).address
    converges(ordered)


def applied(world: World) -> Applied:
    session = world.session(writing=False)
    with session.connection:
        (found,) = (
            each
            for address, each in session.state.resources.applied(session.scope).items()
            if address.kind == "purchase_orders"
        )
        return found


def test_a_refused_line_fails_its_order_alone(world: World) -> None:
    """Komet adds one line and refuses the other: the order failed with Komet's words, another is made."""
    world.write(all=CUSTOMERS + orders(order(), order(name="other")))
    world.act("settings", skip_unmapped="error")
    world.act("fault", kind="unknown_product", method="purchase.order.create", product="RSMON60")
    summary = world.apply()
    outcomes = {str(result.address): result.outcome for result in summary.results}
    assert sorted(outcome.value for outcome in outcomes.values()) == ["done", "failed"]
    (failed,) = (result for result in summary.results if result.outcome is Outcome.FAILED)
    assert "mondial" in failed.message and summary.exit_code == 7
    converges(world)


def test_a_line_that_is_silently_left_out_is_noticed(world: World) -> None:
    """Komet says success and leaves a line out: reading back finds it missing, and the next apply adds it."""
    world.write(all=CUSTOMERS + orders(order()))
    world.act("fault", kind="unknown_product", method="purchase.order.create", product="RSMON60")
    result = only(world.apply())
    assert result.outcome is Outcome.FAILED and "does not show the result" in result.message
    converges(world)


def test_what_depends_on_a_failed_change_is_not_begun(world: World) -> None:
    """The customer is refused: its order waits for it and makes no call; an order of another goes on."""
    other = order(name="other")
    world.write(
        all=CUSTOMERS + NEWCOMER.removeprefix("customers:\n") + orders(order(customer="newcomer"), other)
    )
    world.act("fault", kind="lose_request", method="customer.add", times=2)
    outcomes = {str(result.address): result for result in world.apply().results}
    assert outcomes["customers.newcomer"].outcome is Outcome.IN_DOUBT
    assert outcomes["purchase_orders.weekly"].outcome is Outcome.NOT_STARTED
    assert outcomes["purchase_orders.weekly"].message == "it waits for customers.newcomer"
    assert outcomes["purchase_orders.other"].outcome is Outcome.DONE
    converges(world)


def test_the_old_lines_stay_while_the_successor_is_not_proved(ordered: World) -> None:
    """A replacement that Komet left incomplete: nothing of the old order is deleted."""
    ordered.write(all=CUSTOMERS + orders(order(vendor="ALTAFLOR")))
    ordered.act("fault", kind="unknown_product", method="purchase.order.create", product="RSMON60")
    assert only(ordered.apply()).outcome is Outcome.FAILED
    assert len(ordered.orders()["P057200"]["lines"]) == 2
    converges(ordered)
    assert ordered.orders()["P057200"]["lines"] == []


def test_a_replaced_line_stays_while_the_new_one_is_not_proved(ordered: World) -> None:
    """The same for one line whose cost changed."""
    ordered.write(all=CUSTOMERS + orders(order(FREEDOM.replace("cost: 0.28", "cost: 0.29"), MONDIAL)))
    ordered.act("fault", kind="unknown_product", method="purchase.order.create", product="RSFRE60")
    assert only(ordered.apply()).outcome is Outcome.FAILED
    assert len(ordered.orders()["P057200"]["lines"]) == 2
    converges(ordered)


# the world has moved on


def test_what_no_longer_looks_as_planned_is_stale(ordered: World) -> None:
    """Somebody changed the order after the plan: it is set aside, and the other order is carried out."""
    ordered.write(all=CUSTOMERS + orders(order(DEARER, MONDIAL), order(name="other")))
    plan = ordered.plan()
    ordered.act("edit-line", line=910013, boxes=19)
    summary = ordered.apply(plan)
    outcomes = {str(result.address): result.outcome for result in summary.results}
    assert outcomes == {"purchase_orders.weekly": Outcome.STALE, "purchase_orders.other": Outcome.DONE}
    assert summary.exit_code == 7
    assert "purchase.order.item.price.update" not in ordered.calls()


def test_what_already_looks_as_wanted_is_skipped_and_recorded(ordered: World) -> None:
    """Somebody did it by hand meanwhile: no call is made, and it counts as agreed on."""
    ordered.write(all=CUSTOMERS + orders(order(FREEDOM.replace("boxes: 40", "boxes: 50"), MONDIAL)))
    plan = ordered.plan()
    ordered.act("edit-line", line=910012, boxes=50)
    summary = ordered.apply(plan)
    assert only(summary).outcome is Outcome.SKIPPED and summary.exit_code == 0
    assert ordered.plan().changes == () == ordered.plan().agreed


def test_an_order_made_by_somebody_else_meanwhile_is_not_made_twice(world: World) -> None:
    """Two people apply the same plan: the second finds the order that the first has made."""
    world.write(all=CUSTOMERS + orders(order()))
    plan = world.plan()
    world.apply(plan)
    world.lose_state()
    assert only(world.apply(plan)).outcome is Outcome.SKIPPED
    assert "P057201" not in world.orders()


def test_an_order_that_ships_meanwhile_is_not_touched(ordered: World) -> None:
    """The plan is from yesterday and the order has shipped today: it is settled."""
    ordered.write(all=CUSTOMERS + orders(order(DEARER, MONDIAL)))
    plan = ordered.plan()
    ordered.act("advance", days=29)
    result = only(ordered.apply(plan))
    assert result.outcome is Outcome.STALE and "ship date has passed" in result.message


def test_rewriting_writes_although_nothing_differs(ordered: World) -> None:
    """What --rewrite asks for is not taken for already done."""
    ordered.act("edit-line", line=910012, price="0.99")
    result = only(ordered.apply(ordered.plan(Choices(rewrite=("purchase_orders.weekly",)))))
    assert (result.outcome, result.calls) == (Outcome.DONE, 2)
    assert untrue(ordered, ordered.plan()) == []


# limits


def test_without_enough_calls_nothing_is_written(ordered: World) -> None:
    """The budget is looked at before the first write; what is kept for others counts."""
    ordered.write(all=CUSTOMERS + orders(order(DEARER, MONDIAL)))
    plan = ordered.plan()
    calls = replace(plan.calls, reserve=plan.calls.daily_limit - plan.calls.used_today - plan.calls.read - 2)
    with pytest.raises(BudgetExceeded):
        ordered.apply(replace(plan, calls=calls))
    assert "purchase.order.item.price.update" not in ordered.calls()
    enough = replace(calls, reserve=calls.reserve - 1)
    assert only(ordered.apply(replace(plan, calls=enough))).outcome is Outcome.DONE


@pytest.mark.parametrize("form", ["429", "403", "200"])
def test_when_the_day_is_used_up_midway_the_run_ends_cleanly(world: World, form: str) -> None:
    """Komet refuses further calls, in whatever form: what was done is recorded, the rest is not started."""
    world.write(all=CUSTOMERS + orders(order(), order(name="other")))
    world.act("settings", quota_form=form)
    world.act("fault", kind="over_quota", method="purchase.order.create", nth=2, times=None)
    summary = world.apply()
    outcomes = [result.outcome for result in summary.results]
    assert outcomes[1:] == [Outcome.FAILED] and outcomes[0] is not Outcome.NOT_STARTED
    assert summary.exit_code == 7 and summary.error
    world.act("clear-faults")
    world.act("advance", days=1)
    converges(world)


def test_a_stop_finishes_the_call_in_flight(world: World) -> None:
    """Asked to stop during the first order, the second is not begun; the next apply makes it."""
    world.write(all=CUSTOMERS + orders(order(), order(name="other")))
    summary = world.apply(is_stopping=lambda: "purchase.order.create" in world.calls())
    assert [result.outcome for result in summary.results] == [Outcome.DONE, Outcome.NOT_STARTED]
    assert summary.exit_code == 7
    converges(world)


def test_a_stop_amid_a_change_says_what_is_left(ordered: World) -> None:
    """Stopped between the append and the delete, the old line stands, and the next apply takes it away."""
    ordered.write(all=CUSTOMERS + orders(order(FREEDOM.replace("cost: 0.28", "cost: 0.29"), MONDIAL)))
    summary = ordered.apply(is_stopping=lambda: ordered.calls().count("purchase.order.create") == 2)
    assert only(summary).outcome is Outcome.FAILED
    assert len(ordered.orders()["P057200"]["lines"]) == 3
    converges(ordered)


def test_one_apply_at_a_time(ordered: World) -> None:
    """Another run holds the account: this one does not begin, and names it."""
    ordered.write(all=CUSTOMERS + orders(order(DEARER, MONDIAL)))
    grant = ordered.state.lease.acquire(ACCOUNT, "somebody@elsewhere", timedelta(minutes=5))
    with pytest.raises(LockHeld, match="somebody@elsewhere"):
        ordered.apply()
    ordered.state.lease.release(grant)
    assert ordered.apply().exit_code == 0


def test_a_refused_plan_is_not_applied(world: World) -> None:
    """A plan with a refusal raises before anything is called or recorded."""
    world.write(all=CUSTOMERS + orders(order(FREEDOM.replace("0.42", "0.20"))))
    with pytest.raises(GuardRefused, match="min_margin"):
        world.apply()
    assert "purchase.order.create" not in world.calls()


# the journal


def test_the_intent_is_on_the_disk_before_the_call(ordered: World) -> None:
    """Whenever a writing call arrives in Komet, the journal holds its entry, without outcome."""
    ordered.write(
        all=CUSTOMERS
        + orders(order(FREEDOM.replace("cost: 0.28", "cost: 0.29"), MONDIAL.replace("0.45", "0.5")))
    )
    plan = ordered.plan()
    seen: list[int] = []

    def look() -> None:
        session = ordered.session(writing=False)
        seen.append(len(ordered.state.journal.open_entries(session.scope)))

    ordered.border.on_call = look
    summary = ordered.apply(plan)
    writes = [method for method in ordered.calls()[-summary.calls :] if not method.endswith(".list")]
    assert len(writes) == 3
    assert sum(seen) == 3 and max(seen) == 1
    assert [entry.outcome for entry in journal(ordered, summary.run)] == [Outcome.DONE] * 3


def test_a_killed_call_leaves_its_intent_open(world: World) -> None:
    """The process dies inside the call: the entry has no outcome, and says what was wanted."""
    world.write(all=CUSTOMERS + orders(order()))
    plan = world.plan()
    world.border.countdown = 2
    with pytest.raises(Killed):
        world.apply(plan)
    (entry,) = journal(world, "run-1")
    assert (entry.outcome, entry.method) == (None, "purchase.order.create")
    assert entry.notes["wanted"] == dict(plan.changes[0].wanted or {})
    converges(world)


# the rest


def test_an_order_that_is_too_large_for_one_call_is_made_by_several(world: World) -> None:
    """Over 64 kB the lines go in batches; every request fits, every line arrives, once."""
    items = [
        FREEDOM.replace("freedom", f"line-{place:03}").replace(
            "price: 0.42", f'price: 0.42, mark_code: M{place:03}, notes: "{"ü" * 180}"'
        )
        for place in range(150)
    ]
    world.write(all=CUSTOMERS + orders(order(*items)))
    plan = world.plan()
    assert len(plan.changes[0].api_steps) > 1
    assert only(world.apply(plan)).outcome is Outcome.DONE
    assert len(world.order("weekly")["lines"]) == 150
    assert untrue(world, world.plan()) == []


def test_a_moved_resource_is_remembered_under_its_new_name(ordered: World) -> None:
    """After the move its price is still known: the plan is empty, and a new price differs from the old."""
    moved = "moved: {purchase_orders.weekly: purchase_orders.renamed}\n"
    ordered.write(all=CUSTOMERS + orders(order(name="renamed")) + moved)
    ordered.apply()
    assert ordered.binding("weekly") is None and ordered.binding("renamed") is not None
    ordered.write(all=CUSTOMERS + orders(order(DEARER, MONDIAL, name="renamed")) + moved)
    (change,) = ordered.plan().changes
    (attribute,) = change.attributes
    assert (attribute.before, attribute.after) == ("0.42", "0.45")


def test_an_adopted_order_is_found_again_after_it_has_grown(world: World) -> None:
    """It carries no marker: without state it is found by what it holds, on however many lines that stands."""
    world.write(all=CUSTOMERS + orders(order()))
    world.apply()
    number = world.order("weekly")["number"]
    world.act("edit-header", number=number, comments="By hand")
    world.write(all=CUSTOMERS + orders(order(FREEDOM.replace("boxes: 40", "boxes: 60"), MONDIAL)))
    world.apply()
    world.lose_state()
    plan = world.plan()
    assert [change.action.value for change in plan.changes] == ["adopt"]
    world.apply(plan)
    assert world.plan().changes == ()


def test_a_customer_that_was_never_recorded_is_kept(world: World) -> None:
    """Its creation failed half-way and it left the configuration: nobody asked to deactivate it."""
    text = NEWCOMER + "    ship_to: {main: {name: Main, city: Miami}}\n"
    world.write(all=CUSTOMERS + text.removeprefix("customers:\n"))
    world.act("fault", kind="lose_request", method="customer.shipto.add")
    world.apply()
    assert world.binding("newcomer", "customers") is not None
    world.write(all=CUSTOMERS)
    assert world.plan().changes == ()


def test_a_company_that_takes_no_customer_gets_it_by_hand(world: World) -> None:
    """Where Komet ignores the customer of a new order, a person sets it, and no further order is made."""
    world.write(all=CUSTOMERS + orders(order()))
    world.act("settings", po_create_customer="ignored")
    plan = world.plan()
    assert only(world.apply(plan)).outcome is Outcome.WAITING
    again: Plan = world.plan()
    assert [step.key for change in again.changes for step in change.operator_steps] == ["customer P057200"]
    assert is_done(again)


def test_a_destroyed_project_leaves_only_what_a_person_cancels(ordered: World) -> None:
    """--destroy empties every order and keeps the customers; the guard asks first."""
    plan = ordered.plan(destroy=True)
    assert [change.action.value for change in plan.changes] == ["delete"]
    assert only(ordered.apply(plan)).outcome is Outcome.WAITING
    assert ordered.orders()["P057200"]["lines"] == []


def test_a_project_with_another_name_owns_nothing_here(ordered: World) -> None:
    """A marker of another project is never touched."""
    (ordered.root / "reconciler.yaml").write_text(
        PROJECT.replace("bloomnet-miami", "second"), encoding="utf-8"
    )
    before = ordered.orders()
    ordered.apply()
    assert {number: ordered.orders()[number] for number in before} == before
    assert len(ordered.orders()) == len(before) + 1


def test_what_waits_for_a_person_has_not_drifted(ordered: World) -> None:
    """The price was set by a call, and a person is still to postpone the order: nobody moved anything."""
    by_hand = order(DEARER, MONDIAL, vendor="ALTAFLOR", more=", header_changes: operator")
    ordered.write(all=CUSTOMERS + orders(by_hand))
    assert only(ordered.apply()).outcome is Outcome.WAITING
    (change,) = ordered.plan().changes
    assert change.reason is Reason.CONFIG_CHANGED
    ordered.act("edit-header", number=ordered.order("weekly")["number"], carrier="QCX", location="LAX")
    (change,) = ordered.plan().changes
    assert change.reason is Reason.DRIFTED
