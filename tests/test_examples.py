"""The examples are run, so they cannot rot."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

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


@pytest.fixture(params=sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir()))
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
