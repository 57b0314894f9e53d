"""A saved plan does what somebody has approved, once, where and while it holds; or nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from apply.test_executor import DEARER, FREEDOM, MONDIAL, NEWCOMER, order, orders
from cli.conftest import served, shop  # noqa: F401  # fixtures
from cli.driver import Shop
from hypothesis import given
from hypothesis import strategies as st
from thorough import tried
from world import CUSTOMERS, World

from reconciler.cli.plan_file import read_plan_file
from reconciler.cli.screen import json_text
from reconciler.config.saving import OWNER_ONLY, save_text
from reconciler.errors import GuardRefused, PlanUnusable
from reconciler.model.event import Outcome
from reconciler.plan.planner import Choices
from reconciler.report.document import plan_document
from reconciler.report.document_reading import plan_from_document


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A world in which nothing was applied yet."""
    made = World.make(tmp_path / "repository")
    yield made
    made.close()


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan that was saved, of an order, a reservation, and a customer with its own letters."""
    folder = tmp_path_factory.mktemp("saved")
    world = World.make(folder / "repository")
    world.write(all=CUSTOMERS + "    phone: 305-ü-0100\n" + orders(order()))
    save_text(folder / "plan", json_text(plan_document(world.plan())), OWNER_ONLY)
    world.close()
    return folder / "plan"


def read(path: Path) -> object:
    return plan_from_document(read_plan_file(path))


@given(st.data())
@tried(200)
def test_any_other_byte_is_noticed(saved: Path, data: st.DataObject) -> None:
    """One byte another, one gone or one more, wherever: the file is no plan any more, and ends with 6."""
    whole = saved.read_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda each: each != whole[place]))
    way = data.draw(st.sampled_from(["another", "gone", "more"]))
    before, after = whole[:place], whole[place + 1 :]
    altered = {"another": before + bytes([byte]) + after, "gone": before + after}.get(
        way, before + bytes([byte]) + whole[place:]
    )
    path = saved.with_name("altered")
    path.write_bytes(altered)
    with pytest.raises(PlanUnusable) as unusable:
        read(path)
    assert unusable.value.exit_code == 6


def test_the_file_itself_is_read(saved: Path) -> None:
    """What was written is a plan, to the byte."""
    assert json_text(plan_document(read(saved))) == saved.read_text(encoding="utf-8")  # type: ignore[arg-type]


def test_plans_for_two_targets_never_share_a_digest(world: World) -> None:
    """Not even where both would change nothing: a plan knows what it was limited to."""
    world.write(all=CUSTOMERS + orders(order(name="one"), order(name="two")))
    choices = [
        Choices(),
        *(Choices(targets=(f"purchase_orders.{each}",)) for each in ("one", "two", "*")),
        *(Choices(excludes=(f"purchase_orders.{each}",)) for each in ("one", "two")),
    ]

    def digests() -> set[str]:
        again = [world.copy() for _ in choices]
        found = {str(plan_document(w.plan(c))["digest"]) for w, c in zip(again, choices, strict=True)}
        for each in again:
            each.close()
        return found

    assert len(digests()) == len(choices)
    world.apply()
    assert len(digests()) == len(choices)


def test_nine_of_nine_deletes_are_refused(world: World) -> None:
    """However the percentages are, removing everything takes three words, each for its own reason."""
    names = [f"order-{place}" for place in range(9)]
    world.write(customers=CUSTOMERS, orders=orders(*(order(FREEDOM, name=name) for name in names)))
    world.apply(world.plan(Choices(allow=("max_commitment",))))
    world.write(customers=CUSTOMERS)
    plan = world.plan()
    flags = [guard.flag for guard in plan.refusals]
    assert flags == ["empty", "lost_file", "max_deletes"]
    with pytest.raises(GuardRefused):
        world.apply(plan)
    for place in range(3):
        some = tuple(flag for flag in flags if flag != flags[place])
        assert [guard.flag for guard in world.plan(Choices(allow=some)).refusals] == [flags[place]]
    assert world.plan(Choices(allow=tuple(flags))).refusals == ()


def test_what_is_stale_takes_with_it_what_depends_on_it(world: World) -> None:
    """The customer was changed meanwhile: it is set aside, with the order made out to it, and no other."""
    newcomer = NEWCOMER.removeprefix("customers:\n").replace("terms: Net 15", "phone: 305-555-0102")
    world.write(all=CUSTOMERS + newcomer)
    world.apply()
    changed = newcomer.replace("0102", "0103")
    world.write(all=CUSTOMERS + changed + orders(order(customer="newcomer"), order(name="other")))
    plan = world.plan()
    world.act("edit-customer", customer="NEWCO", phone="305-555-0199")
    summary = world.apply(plan)
    found = {str(each.address): (each.outcome, each.message) for each in summary.results}
    assert found["customers.newcomer"][0] is Outcome.STALE
    assert found["purchase_orders.weekly"] == (Outcome.NOT_STARTED, "it waits for customers.newcomer")
    assert found["purchase_orders.other"][0] is Outcome.DONE
    assert summary.exit_code == 7
    world.apply()
    assert world.plan().changes == ()


def test_the_same_plan_in_two_hands_is_applied_once(shop: Shop) -> None:  # noqa: F811
    """Two jobs start with one file: whoever comes second, even at the same moment, is refused."""
    shop.run("plan", "--out", "p")
    codes: list[int] = []

    def start() -> None:
        codes.append(shop.start("apply", "--plan", "p").code)

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 0 in codes and sorted(codes) in ([0, 6], [0, 8])
    assert shop.writes().count("purchase.order.create") == 1


def test_a_partial_plan_is_used_as_well(shop: Shop) -> None:  # noqa: F811
    """What a saved plan left for tomorrow is planned anew: the file is not applied a second time."""
    shop.run("plan")
    calls: dict[str, int] = shop.run("plan", "--json").json["calls"]
    spent = calls["used_today"] + 2 * calls["read"]  # with the plan that follows
    kept = calls["daily_limit"] - spent - calls["apply"] - calls["verify"] + 1
    shop.edit("reconciler.yaml", "reserve: 200", f"reserve: {kept}")
    shop.run("plan", "--out", "p")
    assert shop.run("apply", "--plan", "p").code == 5
    partly = shop.run("apply", "--plan", "p", "--partial", "--json")
    assert partly.code == 7 and partly.json["counts"]["not_started"] == 1
    assert shop.run("apply", "--plan", "p", "--partial").code == 6


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("company: 6316", "company: 6317"),
        ("reserve: 200", "reserve: 201"),
    ],
)
def test_a_plan_is_bound_to_where_it_was_made(shop: Shop, before: str, after: str) -> None:  # noqa: F811
    """Another company or another setting: nothing is called."""
    assert shop.run("plan", "--out", "p").code == 0
    shop.edit("reconciler.yaml", before, after)
    assert shop.run("apply", "--plan", "p").code == 6
    assert shop.writes() == []


def test_dearer_and_cheaper_plans_differ(world: World) -> None:
    """A plan for one price is never taken for that of another."""
    texts = []
    for item in (FREEDOM, DEARER):
        world.write(all=CUSTOMERS + orders(order(item, MONDIAL)))
        texts.append(plan_document(world.plan())["digest"])
    assert len(set(texts)) == 2
