"""The examples are run, so they cannot rot."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from world import World

from reconciler.config.load import load_config
from reconciler.model.change import Action
from reconciler.model.plan import Plan
from reconciler.model.summary import Summary
from reconciler.plan.planner import Choices
from reconciler.session import open_session
from reconciler.workflow import RunIdentity, apply_changes, plan_changes

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
TOKEN = {"KOMET_COMPANY_TOKEN": "simulator-company"}


def plan(root: Path) -> Plan:
    with open_session(load_config(root), TOKEN, writing=False) as session:
        return plan_changes(session, Choices())


def plan_and_apply(root: Path) -> tuple[Plan, Summary]:
    with open_session(load_config(root), TOKEN, writing=True) as session:
        made = plan_changes(session, Choices())
        return made, apply_changes(session, made, RunIdentity("run-1", "test"))


@pytest.fixture(params=sorted(file.parent.name for file in EXAMPLES.glob("*/reconciler.yaml")))
def example(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of one example."""
    return Path(shutil.copytree(EXAMPLES / request.param, tmp_path / request.param))


def test_every_example_settles(example: Path) -> None:
    """Plan, apply, plan: calls do what they can, as many as predicted, and only a person's work is left."""
    made, summary = plan_and_apply(example)
    assert made.changes
    assert not made.refusals
    assert summary.calls == made.calls.apply + made.calls.verify
    again = plan(example)
    assert summary.exit_code == (10 if again.changes else 0)
    assert [change.api_steps for change in again.changes] == [()] * len(again.changes)
    assert again.diagnostics == ()


def test_valentines_is_thirty_orders(tmp_path: Path) -> None:
    """The Valentine's example makes thirty orders at the cost of one call each, and checks them in few."""
    root = shutil.copytree(EXAMPLES / "valentines", tmp_path / "valentines")
    made, summary = plan_and_apply(root)
    assert [change.action for change in made.changes] == [Action.CREATE] * 30
    assert summary.calls == 6 + 30 + 1
    assert plan(root).calls.read == 2


def standing(root: Path, first_week: str) -> World:
    """The standing orders from a week on, in a Komet of their own."""
    shutil.copytree(EXAMPLES / "standing-orders", root)
    _roll(root, first_week)
    return World.make(root)


def _roll(root: Path, first_week: str) -> None:
    project = root / "reconciler.yaml"
    text = re.sub("first_week: [0-9-]+", f"first_week: {first_week}", project.read_text(encoding="utf-8"))
    project.write_text(text, encoding="utf-8")


def test_weeks_of_a_standing_order_settle_one_after_the_other(tmp_path: Path) -> None:
    """Thirteen weeks are thirteen dates to read beside the customer and its ship-tos; a week that has left
    costs no call any more and is never touched, whatever the configuration says of it by then."""
    world = standing(tmp_path / "repository", "2027-01-05")
    made = world.plan()
    assert [change.action for change in made.changes] == [Action.CREATE] * 26
    world.apply(made)
    assert (world.plan().calls.read, world.plan().settled) == (2 + 13, 0)
    world.act("advance", days=21)
    assert (world.plan().calls.read, world.plan().settled) == (5 + 2 + 10, 6)  # the lists are a day old
    left = {number: each for number, each in world.prebooks().items() if each["truck_date"] < "2027-01-25"}
    template = tmp_path / "repository" / "config" / "weekly.yaml.j2"
    dearer = template.read_text(encoding="utf-8").replace("price: 0.85", "price: 0.89")
    template.write_text(dearer, encoding="utf-8")
    plan = world.plan()
    assert len(plan.changes) == 20
    world.apply(plan)
    assert {number: world.prebooks()[number] for number in left} == left


def test_a_standing_order_rolls_forward(tmp_path: Path) -> None:
    """Three weeks later the first week is moved on: three weeks are added at the end, what stands is not
    touched, and what has left is neither deleted nor spoken of."""
    world = standing(tmp_path / "repository", "2027-01-05")
    world.apply()
    before = world.prebooks()
    world.act("advance", days=21)
    _roll(tmp_path / "repository", "2027-01-25")
    plan = world.plan()
    days = {str(change.address)[-10:] for change in plan.changes}
    assert {change.action for change in plan.changes} == {Action.CREATE} and len(plan.changes) == 6
    assert days == {"2027-04-05", "2027-04-12", "2027-04-19"}
    world.apply(plan)
    assert {number: world.prebooks()[number] for number in before} == before
    assert world.plan().changes == ()
