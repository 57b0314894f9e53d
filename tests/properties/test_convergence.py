"""Random configurations against random accounts: whatever people did before, plan and apply converge."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from thorough import tried
from world import World, carry_out, document_text, is_done, seed_with, timeless, untrue

from reconciler.model.plan import Plan
from reconciler.plan.planner import Choices
from reconciler.simulator.errors import Refused

PRODUCTS = ("RSFRE60", "RSMON60", "RSEXP60")
ALLOWED = ("max_price_change", "max_deletes", "max_delete_share", "empty", "max_commitment", "min_margin")


@dataclass(frozen=True)
class Deed:
    """Something a person does: to which order of those that stand, to which of its lines, and what."""

    what: str
    order: int
    line: int
    amount: int


@st.composite
def items(draw: st.DrawFn) -> dict[str, Any]:
    """One item; the pack differs too, so that an item can change its identity."""
    return {
        "box_type": draw(st.sampled_from(["HB", "QB"])),
        "boxes": draw(st.sampled_from([1, 2, 5, 8, 13])),
        "unit": draw(st.sampled_from(["stem", "bunch"])),
        "bunches": draw(st.sampled_from([10, 12])),
        "stems": 25,
        "cost": draw(st.sampled_from([0.28, 0.3, 0.3125])),
        **draw(st.sampled_from([{}, {"price": 0.42}, {"price": 0.425}, {"price": 0.5}])),
        **draw(st.sampled_from([{}, {}, {"mark_code": "BN"}, {"notes": "Keep upright"}])),
    }


@st.composite
def orders(draw: st.DrawFn) -> dict[str, Any]:
    """One order of one to three items, each of another product."""
    chosen = draw(st.lists(st.sampled_from(PRODUCTS), min_size=1, max_size=3, unique=True))
    order: dict[str, Any] = {
        "vendor": draw(st.sampled_from(["ROSALEDA", "ALTAFLOR"])),
        "ship_date": draw(st.sampled_from(["2027-02-01", "2027-02-01", "2027-02-03"])),
        "location": draw(st.sampled_from(["MIA", "LAX"])),
        "customer": draw(st.sampled_from(["bloomnet", "petal-house"])),
        "carrier": draw(st.sampled_from(["KLA", "ATC"])),
        "items": {f"item-{product.lower()}": {"product": product, **draw(items())} for product in chosen},
    }
    order |= draw(st.sampled_from([{}, {}, {"comments": "For the season"}]))
    order |= draw(st.sampled_from([{}, {}, {"confirm": True}, {"approve": True}, {"recreate": True}]))
    return order


@st.composite
def configurations(draw: st.DrawFn) -> str:
    """Two customers, one with attributes, and up to three orders, as YAML."""
    bloomnet: dict[str, Any] = {"komet": {"code": "BLOOM"}}
    bloomnet |= draw(st.sampled_from([{}, {"phone": "305-555-0199"}, {"phone": None}, {"terms": "Net 45"}]))
    bloomnet |= draw(st.sampled_from([{}, {"terms": None}, {"website": "a.example"}, {"credit_limit": 100}]))
    ship_tos = {"main": {"name": "Main store", "address": draw(st.sampled_from(["1 Rose St", "2 Rose St"]))}}
    bloomnet |= draw(st.sampled_from([{}, {"ship_to": ship_tos}]))
    document: dict[str, Any] = {
        "customers": {"bloomnet": bloomnet, "petal-house": {"komet": {"code": "PETALHSE"}}}
    }
    names = draw(st.lists(st.sampled_from(["order-0", "order-1", "order-2"]), max_size=3, unique=True))
    if names:
        document["purchase_orders"] = {name: draw(orders()) for name in sorted(names)}
    # A date in quotes would be a text that is no date.
    text: str = yaml.safe_dump(document, sort_keys=False)
    return text.replace("'2027-02-01'", "2027-02-01").replace("'2027-02-03'", "2027-02-03")


DEEDS = (
    *("boxes", "cost", "stems", "delete-line", "cancel-line", "confirm", "confirm-part", "approve"),
    *("cancel", "delete", "set-customer", "clear-customer", "carrier", "ship", "ship-part"),
)


deeds = st.lists(
    st.builds(
        Deed, st.sampled_from(DEEDS), st.integers(0, 2), st.integers(0, 3), st.sampled_from([1, 2, 5, 8])
    ),
    max_size=4,
)


def do(world: World, deed: Deed) -> None:
    """Carries `deed` out on one of our orders, if there is such a one and Komet allows it."""
    ours = [
        order
        for number, order in sorted(world.orders().items())
        if "[rc:bloomnet" in (order["comments"] or "")
    ]
    if deed.order >= len(ours):
        return
    number, lines = ours[deed.order]["number"], ours[deed.order]["lines"]
    line = lines[deed.line % len(lines)] if lines else None
    try:
        _do(world, deed, number, line)
    except Refused:
        return


def _do(world: World, deed: Deed, number: str, line: dict[str, Any] | None) -> None:
    match deed.what:
        case "approve" | "cancel" | "delete" | "confirm":
            world.act(deed.what, number=number)
        case "set-customer":
            world.act("set-customer", number=number, customer="PETALHSE")
        case "clear-customer":
            world.act("set-customer", number=number, customer=None)
        case "carrier":
            world.act("edit-header", number=number, carrier="QCX")
        case _ if line is None:
            return
        case "boxes":
            world.act("edit-line", line=line["id"], boxes=deed.amount)
        case "cost":
            world.act("edit-line", line=line["id"], cost="0.33")
        case "stems":
            world.act("edit-line", line=line["id"], stems=20)
        case "delete-line" | "cancel-line":
            world.act(deed.what, line=line["id"])
        case "confirm-part":
            world.act("confirm", number=number, lines={str(line["id"]): min(deed.amount, line["boxes"])})
        case "ship":
            world.act("ship", line=line["id"], awb="72911112222")
        case "ship-part":
            world.act("ship", line=line["id"], awb="72911112222", boxes=min(deed.amount, line["boxes"]))
        case _:
            raise AssertionError(deed.what)


def _foreign(number: str, vendor: str, comments: str) -> dict[str, Any]:
    return {
        "number": number,
        "vendor": vendor,
        "ship_date": "2027-02-01",
        "location": "MIA",
        "customer": "BLOOM",
        "carrier": "KLA",
        "comments": comments,
        "lines": [
            {
                "product": "RSFRE60",
                "box_type": "HB",
                "boxes": 7,
                "bunches": 12,
                "stems": 25,
                "unit": "Stem",
                "cost": "0.28",
                "price": "0.42",
            }
        ],
    }


@cache
def _first_world() -> World:
    """The packaged account with two orders of others on our day, one of them marked by another project."""
    foreign = [
        _foreign("P056001", "ROSALEDA", "By hand"),
        _foreign("P056002", "ALTAFLOR", "[rc:other-project/order-0]"),
    ]
    root = Path(tempfile.mkdtemp(prefix="convergence-"))
    return World.make(root / "repository", seed_with(purchase_orders=foreign))


@contextmanager
def fresh_world() -> Iterator[World]:
    """A world in which nothing of ours has happened yet."""
    world = _first_world().copy()
    try:
        yield world
    finally:
        world.close()


def plan_all(world: World) -> Plan:
    """The plan with every guard open: what one refuses of single orders is allowed by its flag."""
    plan = world.plan(Choices(allow=ALLOWED))
    if not plan.refusals:
        return plan
    return world.plan(Choices(allow=(*ALLOWED, *(guard.flag for guard in plan.refusals))))


def strangers(world: World) -> dict[str, Any]:
    """All orders that do not carry our marker, and all customers but ours."""
    state = world.simulator.state()
    orders = {
        number: order
        for number, order in world.orders().items()
        if "[rc:bloomnet-miami/" not in (order["comments"] or "")
    }
    others = [row for row in state["customers"] if row["code"] not in ("BLOOM", "PETALHSE")]
    return {"orders": orders, "customers": others}


def settle(world: World) -> Plan:
    """Applies and carries out what is for people until nothing is left; the last plan."""
    plan = plan_all(world)
    for _ in range(6):
        if plan.changes == () and not (plan.agreed or plan.gone):
            break
        calls = len(world.calls())
        summary = world.apply(plan)
        assert summary.calls == len(world.calls()) - calls
        if not any(change.operator_steps for change in plan.changes):
            assert summary.calls == plan.calls.apply + plan.calls.verify, summary
        plan = plan_all(world)
        carry_out(world, [step for change in plan.changes for step in change.operator_steps])
        plan = plan_all(world)
    return plan


def _confirmed_and_refused(world: World, plan: Plan) -> bool:
    """Whether what is left cannot be done in Komet at all: a shipped line that is to go (A36)."""
    shipped = [
        line["id"] for o in world.orders().values() for line in o["lines"] if line["status"] == "Shipped"
    ]
    steps = [step for change in plan.changes for step in change.api_steps]
    return any(step.params.get("poItemId") in shipped for step in steps)


def plain(*dates: str) -> str:
    """A small order on each of these dates, as a configuration."""
    items = {"freedom": {"product": "RSFRE60", "box_type": "HB", "boxes": 1, "unit": "stem", "cost": 0.28}}
    items["freedom"] |= {"bunches": 10, "stems": 25}
    head = {"vendor": "ROSALEDA", "location": "MIA", "customer": "bloomnet", "carrier": "KLA"}
    customers = {"bloomnet": {"komet": {"code": "BLOOM"}}, "petal-house": {"komet": {"code": "PETALHSE"}}}
    ordered = {f"order-{n}": {"ship_date": day, **head, "items": items} for n, day in enumerate(dates)}
    text: str = yaml.safe_dump({"customers": customers, "purchase_orders": ordered}, sort_keys=False)
    return text.replace("'", "")


NEAR, LATER = "2027-02-01", "2027-02-03"


# With the state an order's number was lost, and a person had cancelled it: it was found by its marker as long
# as its date was read for the sake of another one, and made again when that one was known by its number.
@example(plain(NEAR, NEAR), plain(NEAR, LATER), [Deed("cancel", 1, 0, 1)], True)
@example(
    plain(NEAR, NEAR), plain(NEAR, LATER), [Deed("cancel", 1, 0, 1), Deed("confirm-part", 1, 0, 1)], True
)
@example(plain(NEAR, NEAR), plain(NEAR, NEAR, NEAR), [Deed("cancel", 0, 0, 1)], True)
@given(configurations(), configurations(), deeds, st.booleans())
@tried(16)
def test_whatever_happened_before_an_apply_brings_about_what_is_wanted(
    former: str, wanted: str, done: list[Deed], loses_state: bool
) -> None:
    """After one configuration, people and perhaps a lost state, the next configuration comes true: by
    calls at once, by people afterwards; the third plan is empty; predicted calls are counted calls; nobody
    else's order or customer is touched; and planning is deterministic."""
    with fresh_world() as world:
        before = strangers(world)
        world.write(all=former)
        world.apply(plan_all(world))
        for deed in done:
            do(world, deed)
        if loses_state:
            world.lose_state()
        world.write(all=wanted)
        twin = world.copy()
        plan = plan_all(world)
        assert document_text(plan_all(twin)) == document_text(plan)
        assert timeless(plan_all(twin)) == timeless(plan)
        twin.close()
        if _confirmed_and_refused(world, plan):
            return
        calls = len(world.calls())
        summary = world.apply(plan)
        assert len(world.calls()) - calls == summary.calls
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
@tried(10)
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
        try:
            killed.apply(plan)
        except BaseException as end:  # noqa: BLE001
            assert type(end).__name__ == "Killed", end
        killed.border.countdown = 0
        last = settle(killed)
        assert last.changes == ()
        assert untrue(killed, last) == []
        killed.close()
