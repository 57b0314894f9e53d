"""Reservations in a world that moves: sales, arrivals, people who click, and plans in between."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from thorough import tried
from world import CUSTOMERS, World

from reconciler.model.step import OperatorStep
from reconciler.simulator.errors import SimulatorError

WISHES = (("freedom", "RSFRE60", 20, 2, 10), ("mondial", "RSMON60", 12, 0, 0), ("rare", "RSFRE80", 6, 1, 5))
MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("sell"), st.integers(0, 60), st.integers(1, 9)),
        st.tuples(st.just("arrive"), st.sampled_from(["RSFRE60", "RSMON60"]), st.integers(1, 12)),
        st.tuples(st.just("click"), st.integers(0, 5), st.booleans()),
        st.tuples(st.just("plan"), st.just(0), st.just(0)),
    ),
    max_size=12,
)


ARRIVAL = {
    "location": "MIA",
    "vendor": "ROSALEDA",
    "unit": "Stem",
    "bunches": 12,
    "stems": 25,
    "cost": "0.30",
}


def configuration() -> str:
    rows = [
        f"  {name}: {{customer: bloomnet, location: MIA, product: {product}, box_type: HB, "
        f"boxes: {boxes}, tolerance: {tolerance}, priority: {priority}}}"
        for name, product, boxes, tolerance, priority in WISHES
    ]
    return "\n".join(["reservations:", *rows, ""])


def ask(world: World) -> list[OperatorStep]:
    """The operator steps of a fresh plan, which is applied so that they are open."""
    plan = world.plan()
    assert not plan.refusals
    assert world.apply(plan).calls == plan.calls.apply
    assert not [step for change in plan.changes for step in change.api_steps]
    return [step for change in plan.changes for step in change.operator_steps]


def click(world: World, step: OperatorStep) -> None:
    """A person does what a step says; reality may have overtaken it, and then nothing happens."""
    word, _, line = step.key.partition(" ")
    with suppress(SimulatorError):
        world.act("stock-customer", line=int(line), customer="BLOOM" if word == "reserve" else None)


def move(world: World, deed: tuple[str, Any, Any], open_steps: list[OperatorStep]) -> list[OperatorStep]:
    """One thing that happens; the steps that are open afterwards."""
    word, which, amount = deed
    if word == "plan":
        return ask(world)
    if word == "click" and open_steps:
        click(world, open_steps.pop(which % len(open_steps)))
    if word == "arrive":
        world.act("stock-add", product=which, box_type="HB", boxes=amount, **ARRIVAL)
    if word == "sell":
        lines = [line for line in world.simulator.part("inventory") if line["boxes"]]
        line = lines[which % len(lines)]
        with suppress(SimulatorError):
            world.act("buy", customer="BLOOM", line=line["id"], boxes=min(amount, line["boxes"]))
    return open_steps


def reserved(world: World, product: str) -> int:
    """The half boxes of a product in Miami that stand reserved for BloomNet."""
    return sum(
        line["boxes"]
        for line in world.simulator.part("inventory")
        if (line["product"], line["customer"], line["location"], line["box_type"])
        == (product, "BLOOM", "MIA", "HB")
    )


@tried(15)
@given(MOVES)
def test_reservations_settle(moves: list[tuple[str, Any, Any]]) -> None:
    """Whatever is sold, arrives or is clicked half-way: once the steps of a plan were done, the next asks for
    nothing; no line is asked for twice, no wish is exceeded, and nobody else's line is touched."""
    with TemporaryDirectory() as folder:
        world = World.make(Path(folder))
        world.write(customers=CUSTOMERS, stock=configuration())
        strangers = others(world)
        open_steps: list[OperatorStep] = []
        for deed in moves:
            open_steps = move(world, deed, open_steps)
            keys = [step.key for step in open_steps]
            assert len(set(keys)) == len(keys), "a line is asked for twice"
        for step in ask(world):
            click(world, step)
        assert ask(world) == []
        for _, product, boxes, tolerance, _ in WISHES:
            assert reserved(world, product) <= boxes + tolerance
        assert others(world) == strangers
        world.close()


def others(world: World) -> dict[int, str]:
    """Whose the lines are that stand reserved for somebody else."""
    lines = world.simulator.part("inventory")
    return {line["id"]: line["customer"] for line in lines if line["customer"] not in (None, "BLOOM")}


def test_what_left_the_configuration_is_given_up() -> None:
    """The lines of a reservation that is gone are released, also if nothing was applied since the clicks."""
    with TemporaryDirectory() as folder:
        world = World.make(Path(folder))
        world.write(customers=CUSTOMERS, stock=configuration())
        for step in ask(world):
            click(world, step)
        held = {product: reserved(world, product) for _, product, *_ in WISHES}
        world.write(customers=CUSTOMERS, stock="\n".join(configuration().splitlines()[:2]) + "\n")
        for step in ask(world):
            assert step.key.startswith("release ")
            click(world, step)
        assert reserved(world, "RSFRE60") == held["RSFRE60"] > 0
        assert reserved(world, "RSMON60") == 0 < held["RSMON60"]
        assert ask(world) == []
        world.close()
