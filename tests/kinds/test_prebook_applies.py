"""Prebooks in a simulated Komet: what cannot be told from one plan on file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from world import Killed, World, seed_with

from reconciler.errors import ConfigurationError, UnexpectedAnswer
from reconciler.model.change import Action
from reconciler.model.event import Outcome
from reconciler.model.value import Json

CUSTOMERS = "customers: {standing: {komet: {code: BLOOMSO}}}\n"
RED = "red: {product: RSFRE60, box_type: HB, boxes: 10, unit: stem, bunches: 12, stems: 25, price: 0.85}"
WHITE = "white: {product: RSMON60, box_type: QB, boxes: 6, unit: bunch, bunches: 10, stems: 10, price: 8.20}"
STRANGER: dict[str, Json] = {
    "customerId": 48214,
    "carrierId": 31,
    "shipDate": "2027-02-08",
    "companyLocationCode": "MIA",
    "prebookItems": [
        {
            "productId": 999,
            "boxTypeCode": "HB",
            "boxes": 3,
            "bunches": 12,
            "stemsBunch": 25,
            "unitType": "Stem",
            "price": "0.99",
        }
    ],
}


def prebook(*items: str, name: str = "week-6", day: str = "2027-02-08", **more: str) -> str:
    """One prebook as YAML."""
    head = {"customer": "standing", "ship_date": day, "carrier": "FEDEX", "location": "MIA", **more}
    lines = [f"  {name}:", *(f"    {key}: {value}" for key, value in head.items())]
    return "\n".join([*lines, "    items:", *(f"      {item}" for item in items), ""])


def write(world: World, *prebooks: str) -> None:
    """A configuration of these prebooks."""
    world.write(customers=CUSTOMERS, prebooks="prebooks:\n" + "".join(prebooks))


def make(folder: Path, **switches: Any) -> World:
    """A world with these switches."""
    return World.make(folder, seed_with(switches=switches) if switches else None)


def strangers_prebook(world: World) -> str:
    """Somebody else makes a prebook with the header of ours; its number."""
    session = world.session()
    with session.connection:
        answer = session.connection.port.call("prebook.create", STRANGER)
    return str(answer.payload["prebookNumber"])


def boxes(world: World) -> dict[str, int]:
    """The boxes of each product on our prebook."""
    lines = world.prebook("week-6")["items"]
    return {
        line["product"]: sum(x["boxes"] for x in lines if x["product"] == line["product"]) for line in lines
    }


def prebook_calls(world: World) -> list[str]:
    """The calls about prebooks of one more plan."""
    before = len(world.calls())
    world.plan()
    return [method for method in world.calls()[before:] if method.startswith("prebook.")]


def test_a_refused_line_is_told_with_its_place(tmp_path: Path) -> None:
    """Komet takes one line and refuses another: the summary names file and line of that item, the header and
    the other line stand, and once it can be had the next apply adds nothing but it."""
    world = make(tmp_path)
    order = next(iter(sorted(world.orders())))
    greedy = RED[:-1] + f", from_po: {order}}}"
    write(world, prebook(greedy, WHITE))
    (result,) = world.apply().results
    assert result.outcome is Outcome.FAILED
    assert result.message.startswith("Komet refused config/prebooks.yaml:8: red: ")
    assert boxes(world) == {"RSMON60": 6}
    write(world, prebook(RED, WHITE))
    world.apply()
    assert boxes(world) == {"RSFRE60": 10, "RSMON60": 6}
    assert len(world.prebooks()) == 1
    assert world.plan().changes == ()


def test_a_date_is_read_once(tmp_path: Path) -> None:
    """Six prebooks on three dates take three calls; one that has left none; one that a person moved one more
    to look for it and one for its date."""
    world = make(tmp_path)
    days = ("2027-02-08", "2027-02-15", "2027-02-22")
    all_six = [prebook(RED, name=f"p{n}", day=day, customer_po=f"PO-{n}") for n, day in enumerate(days * 2)]
    write(world, *all_six)
    world.apply()
    assert prebook_calls(world) == ["prebook.details.list"] * 3
    number = world.prebook("p0")["number"]
    world.act("edit-prebook", prebook=number, truck_date="2027-03-01")
    assert prebook_calls(world) == [*["prebook.details.list"] * 3, "prebook.list", "prebook.details.list"]
    world.apply()
    assert world.prebook("p0")["truck_date"] == "2027-02-08"
    world.act("advance", days=45)
    assert prebook_calls(world) == ["prebook.details.list"]
    world.act("advance", days=10)
    assert prebook_calls(world) == []
    assert world.plan().settled == 6


def test_a_moved_prebook_is_not_lost_where_the_list_is_bare(tmp_path: Path) -> None:
    """Without a date in prebook.list nobody knows where it is: the plan says so and makes no second one."""
    world = make(tmp_path, prebook_list_rows="bare")
    write(world, prebook(RED, recreate="true"))
    world.apply()
    world.act("edit-prebook", prebook=world.prebook("week-6")["number"], truck_date="2027-03-01")
    with pytest.raises(UnexpectedAnswer, match="truckDate"):
        world.plan()


def test_where_purchases_are_not_told_the_plan_says_so(tmp_path: Path) -> None:
    """A refusal of purchase.order.list by a prebook's number ends no plan: it is noted on the change."""
    world = make(tmp_path, po_list_by_prebook="with_date")
    write(world, prebook(RED, WHITE))
    world.apply()
    write(world, prebook(RED))
    plan = world.plan()
    (change,) = plan.changes
    assert any("cannot be read" in note for note in change.notes)
    assert world.apply(plan).calls == plan.calls.apply + plan.calls.verify
    assert boxes(world) == {"RSFRE60": 10}


def test_prices_and_vendors_do_not_count_with_a_Vendor_token(tmp_path: Path) -> None:
    """Komet ignores them then (Komet API §7.2): they are sent, and no difference in them is a change."""
    world = make(tmp_path)
    write(world, prebook(RED, WHITE))
    world.apply()
    write(world, prebook(RED.replace("0.85", "0.89")[:-1] + ", vendor: ROSALEDA}", WHITE))
    assert [change.action for change in world.plan().changes] == [Action.UPDATE]
    project = (tmp_path / "reconciler.yaml").read_text(encoding="utf-8")
    (tmp_path / "reconciler.yaml").write_text(project.replace("url:", "token_type: vendor, url:"))
    assert world.plan().changes == ()


def many_items(count: int) -> list[str]:
    """So many items that they do not go into one call."""
    pack = "product: RSFRE60, box_type: HB, boxes: 1, unit: stem, bunches: 12, stems: 25, price: 0.85"
    return [f"item-{n}: {{{pack}, mark_code: M{n}, notes: {'x' * 900}}}" for n in range(count)]


def test_a_large_prebook_takes_several_calls(tmp_path: Path) -> None:
    """No request is over the size that Komet takes; the later calls find the prebook by its header."""
    world = make(tmp_path)
    write(world, prebook(*many_items(120)))
    plan = world.plan()
    (change,) = plan.changes
    assert [step.params["useExisting"] for step in change.api_steps] == [0, 1, 1]
    assert world.apply(plan).results[0].outcome is Outcome.DONE
    assert len(world.prebook("week-6")["items"]) == 120
    assert world.plan().changes == ()


def test_a_large_prebook_needs_a_header_of_its_own(tmp_path: Path) -> None:
    """Komet could put the later lines onto another prebook with the same header: a fault, at its place."""
    world = make(tmp_path)
    number = strangers_prebook(world)
    write(world, prebook(*many_items(120)))
    with pytest.raises(ConfigurationError) as caught:
        world.plan()
    (fault,) = caught.value.diagnostics
    assert number in fault.summary and "customer_po" in fault.detail
    assert fault.origin is not None and fault.origin.line == 7
    write(world, prebook(*many_items(120), customer_po="BN-6"))
    assert len(world.plan().changes) == 1


def test_a_rival_that_comes_after_the_plan_makes_it_stale(tmp_path: Path) -> None:
    """Between plan and apply somebody makes a prebook with the same header: nothing is added to either."""
    world = make(tmp_path)
    write(world, prebook(RED))
    world.apply()
    write(world, prebook(RED, WHITE))
    plan = world.plan()
    number = strangers_prebook(world)
    before = world.prebooks()[number]
    (result,) = world.apply(plan).results
    assert result.outcome is Outcome.STALE
    assert boxes(world) == {"RSFRE60": 10}
    (change,) = world.plan().changes
    assert change.action is Action.REPLACE
    world.apply()
    assert boxes(world) == {"RSFRE60": 10, "RSMON60": 6}
    assert world.prebooks()[number] == before
    assert len(world.prebooks()) == 2


@pytest.mark.parametrize("after", [True, False])
@pytest.mark.parametrize("hidden", ["", ", notes: Upright"])
def test_an_addition_in_doubt_is_never_made_twice(tmp_path: Path, after: bool, hidden: str) -> None:
    """The process dies as a line is appended, with or without effect, also where only notes changed that
    nobody can see: afterwards each item stands once, as it is wanted."""
    world = make(tmp_path)
    write(world, prebook(RED, WHITE))
    world.apply()
    wanted = (RED[:-1] + hidden + "}").replace("boxes: 10", "boxes: 10" if hidden else "boxes: 14")
    write(world, prebook(wanted, WHITE))
    plan = world.plan()
    reads = plan.calls.apply - len(plan.changes[0].api_steps)
    world.border.countdown, world.border.after_effect = reads + 1, after
    with pytest.raises(Killed):
        world.apply(plan)
    world.border.countdown = 0
    again = world.plan()
    added = [step for change in again.changes for step in change.api_steps if step.method == "prebook.create"]
    assert len(added) == (0 if after else 1)
    world.apply(again)
    assert boxes(world) == {"RSFRE60": 10 if hidden else 14, "RSMON60": 6}
    lines = [line for line in world.prebook("week-6")["items"] if line["product"] == "RSFRE60"]
    assert {line["notes"] for line in lines} == {"Upright" if hidden else None}
    assert world.plan().changes == ()


def test_what_a_person_did_to_a_prebook_of_nobody_is_nobodys_business(tmp_path: Path) -> None:
    """A stranger's prebook is counted as unmanaged, and no plan speaks of it."""
    world = make(tmp_path)
    write(world, prebook(RED))
    world.apply()
    strangers_prebook(world)
    plan = world.plan()
    assert (plan.changes, plan.unmanaged_by_kind["prebooks"]) == ((), 1)
