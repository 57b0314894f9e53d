"""The BloomNet example from the first plan to the last: what the program was made for, in one story."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reconciler.cli.shops import opening_shops
from reconciler.config.load import load_config
from reconciler.model.plan import Plan
from reconciler.model.step import Ending
from reconciler.plan.planner import Choices
from reconciler.session import Session, open_session
from reconciler.simulator.driver import Komet
from reconciler.simulator.embed import open_simulator
from reconciler.verify.finding import ALL_VISIBLE, NOT_VISIBLE, Verification
from reconciler.workflow import RunIdentity, apply_changes, plan_changes, verify_account

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "bloomnet"
TOKENS = {"KOMET_COMPANY_TOKEN": "simulator-company", "KOMET_BLOOMNET_TOKEN": "simulator-bloomnet"}
BLOOM = 48213
OPERATOR_STEPS = 10


class Story:
    """The example's repository, and everybody who does something in it or in Komet."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.runs = 0

    @contextmanager
    def session(self, writing: bool = False) -> Iterator[Session]:
        """What one command works with."""
        with open_session(load_config(self.root), TOKENS, writing=writing) as session:
            yield session

    def plan(self) -> Plan:
        """What the pull request shows."""
        with self.session() as session:
            return plan_changes(session, Choices())

    def apply(self) -> int:
        """What the merge does; the exit code."""
        self.runs += 1
        with self.session(writing=True) as session:
            plan = plan_changes(session, Choices())
            return apply_changes(session, plan, RunIdentity(f"run-{self.runs}", "test")).exit_code

    def verify(self) -> Verification:
        """What BloomNet's own token sees."""
        with self.session() as session, opening_shops(session) as connect:
            return verify_account(session, connect)

    def causes(self) -> dict[str, list[str]]:
        """Why something is not seen, by address."""
        return {
            str(each.address): [cause.name.value for cause in each.causes]
            for each in self.verify().findings
            if not each.is_visible
        }

    @contextmanager
    def komet(self) -> Iterator[Komet]:
        """The simulated account over HTTP: Komet's own methods, and the desk."""
        simulator = open_simulator(self.root / "seed.yaml", self.root / ".reconciler" / "simulator-seed.db")
        komet = Komet(simulator)
        try:
            yield komet
        finally:
            komet.http.close()
            simulator.close()

    def desk(self, action: str, **params: object) -> None:
        """Something a person does in the web UI, as `simulator desk` does it."""
        with self.komet() as komet:
            answer = komet.http.post(f"/_operator/{action}", json=params)
            assert answer.status_code == 200, answer.text

    def click(self) -> int:
        """A person works through the worklist; how many steps that were."""
        with self.session() as session:
            steps = [each.step for each in session.state.worklist.open_steps(session.scope)]
        for step in steps:
            word, _, target = step.key.partition(" ")
            if word == "approve":
                self.desk("approve", number=target)
            else:
                customer = step.after if word == "reserve" else None
                self.desk("stock-customer", line=int(target), customer=customer)
        return len(steps)

    def buy(self, origin: int, boxes: int, day: str) -> None:
        """BloomNet looks into the shop with its Customer token, and orders boxes of Freedom that it sees."""
        with self.komet() as komet:
            rows = [row for row in komet.reserved() if row["inventoryOrigin"] == origin]
            row = next(row for row in rows if row["productCode"] == "RSFRE60" and row["quantity"] >= boxes)
            order = komet.send("web-order.create", customerId=BLOOM, companyId=6316)["webOrderId"]
            wanted = {"inventoryIds": row["inventoryLineIds"], "inventoryOrigin": origin, "quantity": boxes}
            travel = {"price": row["price"], "carrierId": 31, "date": day, "webOrderId": order}
            added = komet.send("web-order-item.add", customerId=BLOOM, **wanted, **travel)
            assert str(added["status"]) == "1", added
            done = komet.send("web-order.checkout", customerId=BLOOM, webOrderId=order, customerPo="BN-1")
            assert str(done["status"]) == "1", done


@pytest.fixture
def story(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Story:
    """The example, copied, with BloomNet's token at hand."""
    for name, token in TOKENS.items():
        monkeypatch.setenv(name, token)
    return Story(Path(shutil.copytree(EXAMPLE, tmp_path / "bloomnet")))


def test_from_the_first_plan_to_what_was_sold(story: Story) -> None:
    """Plan, apply, clicks at the desk, not visible with the cause, visible; then a partner buys, and what was
    sold is topped up and settles."""
    first = {str(change.address): change for change in story.plan().changes}
    assert set(first) == {
        *("purchase_orders.next-week-freedom", "reservations.freedom-60-miami"),
        "reservations.mondial-60-miami",
    }
    assert story.apply() == OPERATOR_STEPS

    clicked = story.click()
    seen = story.plan()
    assert len(seen.closed) == clicked > 2
    assert {each.fate.ending for each in seen.closed} == {Ending.DONE}
    assert seen.changes == ()
    assert story.apply() == 0

    story.desk("advance", minutes=6)
    assert story.causes() == {"purchase_orders.next-week-freedom": ["unconfirmed"]}
    assert story.verify().exit_code == NOT_VISIBLE
    with story.komet() as komet:
        (number,) = (
            order["number"]
            for order in komet.sim.state()["purchase_orders"]
            if "next-week-freedom]" in (order["comments"] or "")
        )
    story.desk("confirm", number=number)
    story.desk("advance", minutes=6)
    assert story.causes() == {}
    assert story.verify().exit_code == ALL_VISIBLE

    story.buy(origin=1, boxes=6, day="2027-01-05")
    story.buy(origin=2, boxes=15, day="2027-01-12")
    assert story.causes() == {
        "purchase_orders.next-week-freedom": ["sold"],
        "reservations.freedom-60-miami": ["sold"],
    }
    (topped,) = story.plan().changes
    assert str(topped.address) == "reservations.freedom-60-miami"
    assert topped.reason.value == "stock_short"
    assert {step.key.partition(" ")[0] for step in topped.operator_steps} == {"reserve"}

    assert story.apply() == OPERATOR_STEPS
    assert story.click() > 0
    assert story.apply() == 0
    assert story.plan().changes == ()
    story.desk("advance", minutes=6)
    assert story.causes() == {"purchase_orders.next-week-freedom": ["sold"]}
    with story.komet() as komet:
        state = komet.sim.state()
    assert [invoice["customer"] for invoice in state["invoices"]] == ["BLOOM"]
