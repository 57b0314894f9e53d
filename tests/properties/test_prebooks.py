"""Random prebooks against random accounts: whatever people did before, plan and apply converge."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st
from thorough import tried
from world import Killed, World, carry_out, document_text, is_done, seed_with, untrue

from reconciler.model.plan import Plan
from reconciler.plan.planner import Choices
from reconciler.simulator.errors import SimulatorError

DAYS = ("2027-02-08", "2027-02-08", "2027-02-10")
ALLOWED = (
    *("max_price_change", "max_deletes", "max_delete_share", "empty", "max_commitment", "min_margin"),
    *("lost_file", "confirmed:purchase_orders.roses"),
)
SHIP_TOS = {"fifth": {"name": "Florist on Fifth"}, "gate": {"name": "Garden Gate"}}
PARTS = [
    {"product": "RSFRE60", "bunches": 6, "stems": 10, "cost": 3.0, "price": 4.7},
    {"product": "RSMON60", "bunches": 4, "stems": 10, "cost": 3.25, "price": 4.95},
]


def some(draw: st.DrawFn, name: str, *values: Any) -> dict[str, Any]:
    """Nothing, or `name` with one of the values."""
    chosen = draw(st.sampled_from([None, *values]))
    return {} if chosen is None else {name: chosen}


@st.composite
def items(draw: st.DrawFn, product: str, customer: str) -> dict[str, Any]:
    """One item over the whole space of attributes; an order's boxes are its customer's alone (A35)."""
    item: dict[str, Any] = {"product": product, "unit": draw(st.sampled_from(["stem", "bunch"]))}
    item["price"] = draw(st.sampled_from([0.85, 0.89, 8.2]))
    for name, values in (
        ("cost", (0.4, 0.45)),
        ("vendor", ("ROSALEDA", "SABANA")),
        ("mark_code", ("BN",)),
        ("notes", ("Upright", "Flat")),
        ("order_source", ("BloomNet",)),
    ):
        item |= some(draw, name, *values)
    if draw(st.sampled_from(["box", "box", "unit"])) == "unit":
        return item | {"item_type": "unit", "units": draw(st.sampled_from([100, 250]))}
    item |= {"box_type": draw(st.sampled_from(["HB", "QB"])), "boxes": draw(st.sampled_from([1, 3, 8, 10]))}
    item |= {"bunches": draw(st.sampled_from([10, 12])), "stems": 25}
    pack = (product, item["box_type"], item["bunches"])
    if pack == ("RSFRE60", "HB", 12) and customer == "standing":
        item |= some(draw, "from_po", "roses")
    return item | (draw(st.sampled_from([{}, {"breakdown": PARTS}])) if product == "MIXROSE" else {})


@st.composite
def prebooks(draw: st.DrawFn, place: int) -> dict[str, Any]:
    """One prebook with a header over the whole space of attributes and up to three items."""
    customer = draw(st.sampled_from(["standing", "standing", "petal-house"]))
    prebook: dict[str, Any] = {
        "customer": customer,
        "ship_date": draw(st.sampled_from(DAYS)),
        "carrier": draw(st.sampled_from(["FEDEX", "UPS"])),
        "location": draw(st.sampled_from(["MIA", "MIA", "LAX"])),
    }
    if customer == "standing":
        prebook |= some(draw, "ship_to", "fifth", "gate")
    for name, values in (
        ("customer_po", (f"BN-{place}", f"BN-{place}-b", "BN-same")),
        ("comments", ("Call first", "Ring twice")),
        ("ship_via", ("warehouse", "grower")),
        ("ecommerce", (True, False)),
        ("status", ("Pending", "Confirmed")),
        ("created_by", (761,)),
        ("auto_allocate", (True,)),
        ("recreate", (True,)),
    ):
        prebook |= some(draw, name, *values)
    chosen = draw(st.lists(st.sampled_from(["RSFRE60", "RSMON60", "MIXROSE"]), max_size=3, unique=True))
    if chosen:
        prebook["items"] = {f"item-{product.lower()}": draw(items(product, customer)) for product in chosen}
    return prebook


@st.composite
def configurations(draw: st.DrawFn) -> str:
    """Two customers, an order to draw on, and up to three prebooks, as YAML."""
    order = {
        "vendor": "ROSALEDA",
        "ship_date": "2027-02-01",
        "location": "MIA",
        "customer": "standing",
        "carrier": draw(st.sampled_from(["KLA", "KLA", "KLA", "ATC"])),
        "confirm": True,
        "items": {
            "main": {
                "product": "RSFRE60",
                "box_type": "HB",
                "boxes": 90,
                "unit": "stem",
                "bunches": 12,
                "stems": 25,
                "cost": 0.28,
            }
        },
    }
    document: dict[str, Any] = {
        "customers": {
            "standing": {"komet": {"code": "BLOOMSO"}, "ship_to": SHIP_TOS},
            "petal-house": {"komet": {"code": "PETALHSE"}},
        },
        "purchase_orders": {"roses": order},
    }
    places = draw(st.lists(st.sampled_from([0, 1, 2]), max_size=3, unique=True))
    if places:
        document["prebooks"] = {f"week-{place}": draw(prebooks(place)) for place in sorted(places)}
    text: str = yaml.safe_dump(document, sort_keys=False)
    for day in (*DAYS, "2027-02-01"):
        text = text.replace(f"'{day}'", day)  # a date in quotes would be a text that is no date
    return text


Deed = tuple[str, int, int]
deeds = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("boxes", "price", "mark", "delete-line", "cancel", "delete", "carrier", "po", "comments"),
                *("marker", "day", "via", "ship-to", "buy", "approve", "stranger"),
            ]
        ),
        st.integers(0, 2),
        st.integers(0, 2),
    ),
    max_size=4,
)


def ours(world: World) -> list[dict[str, Any]]:
    """Our prebooks that stand."""
    found = sorted(world.prebooks().items())
    return [each for _, each in found if "[rc:bloomnet-miami/" in (each["comments"] or "")]


def do(world: World, deed: Deed) -> None:
    """Carries `deed` out on one of our prebooks, if there is such a one and Komet allows it."""
    what, which, line = deed
    mine = ours(world)
    if what == "stranger" and mine:
        with suppress(Exception):
            add_stranger(world, mine[which % len(mine)])
        return
    if which >= len(mine):
        return
    number, rows = mine[which]["number"], mine[which]["items"]
    item = rows[line % len(rows)]["id"] if rows else 0
    with suppress(SimulatorError):
        match what:
            case "cancel" | "delete":
                world.act(f"{what}-prebook", prebook=number)
            case "carrier":
                world.act("edit-prebook", prebook=number, carrier="TRK")
            case "po":
                world.act("edit-prebook", prebook=number, customer_po="THEIRS")
            case "comments":
                world.act("edit-prebook", prebook=number, comments=f"Hurry {mine[which]['comments'] or ''}")
            case "marker":
                world.act("edit-prebook", prebook=number, comments="Gone")
            case "day":
                world.act("edit-prebook", prebook=number, truck_date="2027-02-12")
            case "via":
                world.act("edit-prebook", prebook=number, ship_via=1)
            case "ship-to":
                world.act("edit-prebook", prebook=number, ship_to=6212)
            case "buy":
                world.act("purchase-prebook", prebook=number, item=item, vendor="ROSALEDA", cost="0.40")
            case "approve":
                approve_all(world)
            case "delete-line":
                world.act("delete-prebook-item", item=item)
            case "boxes":
                world.act("edit-prebook-item", item=item, boxes=2)
            case "price":
                world.act("edit-prebook-item", item=item, price="1.11")
            case "mark":
                world.act("edit-prebook-item", item=item, mark_code="HAND")
            case _:
                raise AssertionError(what)


def approve_all(world: World) -> None:
    """Procurement approves what waits."""
    for number, order in sorted(world.orders().items()):
        if order["status"] == "PA":
            world.act("approve", number=number)


def add_stranger(world: World, like: dict[str, Any]) -> None:
    """Somebody else makes a prebook with the header of one of ours."""
    params = {
        "customerId": like["customer_id"],
        "carrierId": like["carrier_id"],
        "shipDate": like["truck_date"],
        "companyLocationCode": like["location"],
        "comments": "By hand",
    }
    params |= {"customerPO": like["customer_po"]} if like["customer_po"] else {}
    params |= {"shipToId": like["ship_to_id"]} if like["ship_to_id"] else {}
    session = world.session()
    with session.connection:
        session.connection.port.call("prebook.create", params)


@cache
def _first_world() -> World:
    root = Path(tempfile.mkdtemp(prefix="prebooks-"))
    return World.make(root / "repository", seed_with())


@contextmanager
def fresh_world() -> Iterator[World]:
    """A world in which nothing of ours has happened yet."""
    world = _first_world().copy()
    try:
        yield world
    finally:
        world.close()


def plan_all(world: World) -> Plan:
    """The plan with every guard open that may be open."""
    return world.plan(Choices(allow=ALLOWED))


def strangers(world: World) -> dict[str, Any]:
    """The prebooks that were made by hand."""
    return {number: each for number, each in world.prebooks().items() if each["comments"] == "By hand"}


def settle(world: World) -> Plan:
    """Applies and carries out what is for people until nothing is left; the last plan."""
    plan = plan_all(world)
    for _ in range(6):
        if plan.changes == () and not (plan.agreed or plan.gone):
            break
        world.apply(plan)
        plan = plan_all(world)
        carry_out(world, [step for change in plan.changes for step in change.operator_steps])
        plan = plan_all(world)
    return plan


@given(configurations(), configurations(), deeds, st.booleans())
@tried(12)
def test_whatever_happened_before_an_apply_brings_about_what_is_wanted(
    former: str, wanted: str, done: list[Deed], loses_state: bool
) -> None:
    """After one configuration, people and perhaps a lost state, the next configuration comes true: by calls
    at once, by people afterwards; predicted calls are counted calls; nobody else's prebook is touched;
    and planning is deterministic. What is bought past Pending Approval the plan refuses, not Komet."""
    with fresh_world() as world:
        world.write(all=former)
        world.apply(plan_all(world))
        for deed in done:
            do(world, deed)
        if loses_state:
            world.lose_state()
        world.write(all=wanted)
        before = strangers(world)
        twin = world.copy()
        plan = plan_all(world)
        assert document_text(plan_all(twin)) == document_text(plan)
        twin.close()
        if plan.refusals:
            assert {guard.name for guard in plan.refusals} == {"confirmed"}
            return
        summary = world.apply(plan)
        second = plan_all(world)
        assert is_done(second), [(str(c.address), c.attributes, c.steps) for c in second.changes]
        assert summary.calls == plan.calls.apply + plan.calls.verify, (plan.calls, summary)
        last = settle(world)
        assert last.changes == ()
        assert untrue(world, last) == []
        assert strangers(world) == before


@given(
    configurations(), configurations(), st.integers(1, 12), st.sampled_from(["lose_request", "lose_answer"])
)
@tried(8)
def test_an_apply_that_dies_anywhere_is_completed_by_the_next_ones(
    former: str, wanted: str, place: int, kind: str
) -> None:
    """From one random configuration to another, one call lost on the way or the process killed at it: nothing
    is left undone and nothing exists twice."""
    with fresh_world() as world:
        world.write(all=former)
        world.apply(plan_all(world))
        world.write(all=wanted)
        plan = plan_all(world)
        killed = world.copy()
        world.act("fault", kind=kind, nth=place)
        world.apply(plan)
        world.act("clear-faults")
        last = settle(world)
        assert last.changes == ()
        assert untrue(world, last) == []
        killed.border.countdown, killed.border.after_effect = place, kind == "lose_answer"
        with suppress(Killed):
            killed.apply(plan)
        killed.border.countdown = 0
        last = settle(killed)
        assert last.changes == ()
        assert untrue(killed, last) == []
        killed.close()
