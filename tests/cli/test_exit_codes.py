"""The exit codes, which are fixed for good: one test for each row of the table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from cli.driver import CUSTOMER, ORDER, TOKEN, Shop
from reconciler.state.open import open_state


def test_0_when_done_and_when_there_is_nothing_to_do(shop: Shop) -> None:
    """validate, plan, apply, the empty plan after it and its apply all end with 0."""
    assert shop.run("validate").code == 0
    assert shop.run("plan").code == 0
    assert shop.run("apply", "--yes").code == 0
    again = shop.run("plan", "--detailed-exitcode")
    assert again.code == 0
    assert "No changes." in again.out
    assert shop.run("apply", "--yes").code == 0
    assert shop.run("worklist").code == 0


def test_1_when_the_host_cannot_be_reached(shop: Shop) -> None:
    """An unreachable host is one clear line."""
    shop.edit("reconciler.yaml", "simulator:seed.yaml", "http://127.0.0.1:9/api")
    ended = shop.run("plan")
    assert ended.code == 1
    assert "127.0.0.1:9 cannot be reached" in ended.err
    assert "Traceback" not in ended.err
    assert ended.out == ""


def test_2_when_changes_are_pending(shop: Shop) -> None:
    """Only with --detailed-exitcode, and only while there are changes."""
    assert shop.run("plan", "--detailed-exitcode").code == 2


def test_3_when_the_configuration_is_not_valid(shop: Shop) -> None:
    """Every fault is told at once, with its place."""
    shop.edit("config/orders.yaml", "ship_date", "shipdate")
    shop.edit("config/customers.yaml", "phone:", "fone:")
    for command in ("validate", "plan"):
        ended = shop.run(command)
        assert ended.code == 3
        assert "config/orders.yaml:" in ended.err
        assert "config/customers.yaml:" in ended.err
        assert "did you mean 'ship_date'?" in ended.err


def test_3_when_komet_does_not_know_a_code(shop: Shop) -> None:
    """A code that no list has is a fault of the configuration, with what was probably meant."""
    shop.edit("config/orders.yaml", "vendor: ROSALEDA", "vendor: ROSALEDO")
    ended = shop.run("plan")
    assert ended.code == 3
    assert "config/orders.yaml:4:13" in ended.err
    assert "ROSALEDO" in ended.err
    assert "did you mean 'ROSALEDA'?" in ended.err


def test_4_when_a_guard_refuses(shop: Shop) -> None:
    """The plan is shown and saved; the guard and its flag are named; apply refuses it; the flag helps."""
    shop.edit("reconciler.yaml", "max_commitment: 50000", "max_commitment: 100")
    ended = shop.run("plan", "--out", "refused.plan")
    assert ended.code == 4
    assert ORDER in ended.out
    assert "--allow max_commitment" in ended.err
    assert (shop.folder / "refused.plan").exists()
    refused = shop.run("apply", "--plan", "refused.plan")
    assert refused.code == 4
    assert "--allow max_commitment" in refused.err
    assert shop.run("apply", "--yes").code == 4
    assert shop.writes() == []
    assert shop.run("apply", "--yes", "--allow", "max_commitment").code == 0


def test_5_when_the_budget_does_not_suffice(shop: Shop) -> None:
    """Nothing is written when the calls that are left would not do for all of it."""
    shop.edit("reconciler.yaml", "reserve: 200", "reserve: 2990")
    ended = shop.run("apply", "--yes")
    assert ended.code == 5
    assert "calls are needed" in ended.err
    assert shop.writes() == []


def test_6_when_the_plan_was_altered(shop: Shop) -> None:
    """One other byte, wherever it is, and the plan is neither shown nor applied."""
    assert shop.run("plan", "--out", "p").code == 0
    path = shop.folder / "p"
    whole = path.read_bytes()
    for place in range(40, len(whole), len(whole) // 12):
        if whole[place : place + 1].isspace():
            continue
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert shop.run("show", "p").code == 6
        assert shop.run("apply", "--plan", "p").code == 6
    assert shop.writes() == []


def test_6_when_the_plan_has_expired(shop: Shop) -> None:
    """After a day."""
    shop.run("plan", "--out", "p")
    shop.with_simulator(lambda simulator: simulator.clock.advance(25 * 3600))
    ended = shop.run("apply", "--plan", "p")
    assert ended.code == 6
    assert "expired" in ended.err


def test_6_when_the_plan_was_used(shop: Shop) -> None:
    """Once, and the refusal names the run."""
    shop.run("plan", "--out", "p")
    assert shop.run("apply", "--plan", "p").code == 0
    ended = shop.run("apply", "--plan", "p")
    assert ended.code == 6
    assert "applied already, in run " in ended.err


def test_6_when_the_configuration_has_changed_since(shop: Shop) -> None:
    """A plan is bound to what it was made from."""
    shop.run("plan", "--out", "p")
    shop.edit("config/orders.yaml", "boxes: 40", "boxes: 41")
    assert shop.run("apply", "--plan", "p").code == 6


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", "{", '{"format": 1e999}', "\x00", '{"a": 1, "a": 1}', '{"a": "\\ud800"}', "[" * 99999],
)
def test_6_when_the_file_holds_no_plan(shop: Shop, content: str) -> None:
    """Whatever it holds, it is told and not a traceback."""
    (shop.folder / "p").write_text(content)
    ended = shop.run("show", "p")
    assert ended.code == 6
    assert ended.err.startswith("error: ")


def test_7_when_only_a_part_was_applied(shop: Shop) -> None:
    """The customer was changed and the order refused: both are told, and how to go on."""
    ended = shop.run("apply", "--yes", **{TOKEN: "may-not-create"})
    assert ended.code == 7
    assert CUSTOMER in ended.out
    assert "purchase.order.create" in ended.out
    assert "Plan again" in ended.out
    assert shop.run("apply", "--yes").code == 0


def test_8_when_another_apply_is_under_way(shop: Shop) -> None:
    """The holder is named, and the way to take over."""
    shop.run("plan")
    with open_state("sqlite", shop.folder) as state:
        state.lease.acquire("simulator-seed/6316", "dana@desk pid 7", timedelta(minutes=5))
    ended = shop.run("apply", "--yes")
    assert ended.code == 8
    assert "dana@desk pid 7" in ended.err
    assert "reconciler unlock" in ended.err
    assert shop.run("plan").code == 0
    assert "dana@desk pid 7" in shop.run("unlock", "--yes").out
    assert shop.run("apply", "--yes").code == 0


def test_9_without_a_token(shop: Shop) -> None:
    """The variable is named, and for the simulator what to set."""
    del shop.variables[TOKEN]
    ended = shop.run("plan")
    assert ended.code == 9
    assert f"environment variable {TOKEN}" in ended.err
    assert "simulator-company" in ended.err


def test_9_when_the_token_lacks_a_method(shop: Shop) -> None:
    """The method is named, and where to tick it."""
    ended = shop.run("plan", **{TOKEN: "may-not-list-orders"})
    assert ended.code == 9
    assert "purchase.order.list is ticked" in ended.err


def test_10_while_operator_steps_are_open(shop: Shop) -> None:
    """Everything is done that calls can do: apply and worklist say what is left for a person."""
    shop.run("apply", "--yes")
    (shop.folder / "config" / "orders.yaml").unlink()
    applied = shop.run("apply", "--yes", "--allow", "lost_file")
    assert applied.code == 10
    assert "cancel P057200" in applied.out
    assert shop.run("worklist").code == 10
    shop.with_simulator(lambda simulator: simulator.operator("cancel", number="P057200"))
    assert shop.run("plan", "--detailed-exitcode").code == 0
    assert shop.run("worklist").code == 0


WRONG: list[list[str]] = [
    [],
    ["no-such-command"],
    ["plan", "--no-such-option"],
    ["plan", "an-argument-too-many"],
    ["show"],
    ["show", "no-such-file"],
    ["plan", "--target", "purchase_orders.no-such-order"],
    ["plan", "--rewrite", "nonsense"],
    ["plan", "--allow", "no_such_guard"],
    ["plan", "--format", "no-such-format"],
    ["plan", "--report", "json"],
    ["plan", "--out", "no-such-folder/p"],
    ["plan", "--out", "p", "--report", "text=p"],
    ["plan", "--parallel", "0"],
    ["plan", "--parallel", "many"],
    ["plan", "--var", "no-value"],
    ["apply"],
    ["apply", "--plan", "p", "--allow", "empty"],
    ["apply", "--plan", "p", "--target", ORDER],
    ["history", "no-such-run"],
    ["simulator"],
    ["simulator", "no-such-command"],
    ["validate", "--log-json"],
]


@pytest.mark.parametrize("arguments", WRONG, ids=" ".join)
def test_64_for_wrong_usage(shop: Shop, arguments: list[str]) -> None:
    """Never click's 2, which would say that changes are pending; nothing is written."""
    ended = shop.type(*arguments) if not arguments else shop.run(*arguments)
    assert ended.code == 64
    assert ended.err
    assert "Traceback" not in ended.err
    assert ended.out == ""


def test_64_outside_of_a_repository(shop: Shop) -> None:
    """It says where it looked, and how to begin."""
    ended = shop.type("plan", "-C", str(shop.folder.parent))
    assert ended.code == 64
    assert "no reconciler.yaml in" in ended.err
    assert "reconciler init" in ended.err


def test_64_for_a_moment_that_is_none(shop: Shop) -> None:
    """RECONCILER_NOW is a moment or nothing."""
    ended = shop.run("plan", RECONCILER_NOW="tomorrow")
    assert ended.code == 64
    assert "RECONCILER_NOW=tomorrow" in ended.err


def test_a_plan_as_of_another_moment(served: Callable[[Callable[[str], None]], Shop]) -> None:
    """RECONCILER_NOW takes the place of the clock: the day after the ship date the order is past."""
    shop = served(lambda path: None)
    assert shop.run("plan").code == 0
    ended = shop.run("plan", RECONCILER_NOW="2027-02-02T09:00:00")
    assert ended.code == 4
    assert "past_date" in ended.err
