"""However a run ends: what it says is true, and there is a way on."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pytest
from apply.test_executor import DEARER, MONDIAL, order, orders
from cli.conftest import SOON, served, shop  # noqa: F401  # fixtures
from cli.driver import CUSTOMER, ORDER, Shop
from world import ACCOUNT, CUSTOMERS, World, is_done, untrue

from reconciler.errors import StateError
from reconciler.model.event import Outcome
from reconciler.state.database import Column
from reconciler.state.open import State
from reconciler.state.schema import migrate
from reconciler.state.sqlite import SqliteDatabase

FULL = "the state file cannot grow, the disk is full: make room and run again"


class FillingDisk(SqliteDatabase):
    """A database on a disk that is full after so many writes, None for never."""

    room: int | None = None

    def _run(self, sql: str, values: Sequence[Column]) -> sqlite3.Cursor:
        self._write(sql)
        return super()._run(sql, values)

    def _run_all(self, sql: str, rows: Iterable[Sequence[Column]]) -> None:
        self._write("INSERT")
        super()._run_all(sql, rows)

    def _write(self, sql: str) -> None:
        if self.room is not None and sql.lstrip().startswith(("INSERT", "UPDATE", "DELETE")):
            self.room -= 1
            if self.room < 0:
                raise StateError(FULL)


def world_on(disk: FillingDisk, root: Path) -> World:
    """A world whose order is to be changed in price and to be joined by another one."""
    world = World.make(root)
    world.state.close()
    migrate(disk)
    world.state, world.database = State(disk, root), disk
    world.write(all=CUSTOMERS + orders(order()))
    world.apply()
    world.write(all=CUSTOMERS + orders(order(DEARER, MONDIAL), order(name="other")))
    return world


@pytest.mark.parametrize("room", range(0, 34, 2))
def test_a_full_disk_is_told_and_nothing_false_is(tmp_path: Path, room: int) -> None:
    """The disk is full after some writes: before the first call that is an error; later there is a summary,
    in which nothing is called done that was not. With room again all comes true and nothing exists twice."""
    disk = FillingDisk(Path(":memory:"))
    world = world_on(disk, tmp_path)
    plan = world.plan()
    calls = len(world.calls())
    disk.room = room
    try:
        summary = world.apply(plan)
    except StateError as error:
        assert str(error) == FULL
        assert [each for each in world.calls()[calls:] if not each.endswith(".list")] == []
    else:
        made = [each for each in world.calls()[calls:] if not each.endswith(".list")]
        claimed = [each for each in summary.results if each.outcome is Outcome.DONE]
        assert len(claimed) <= len(made)
        assert summary.error == (FULL if summary.error else "")
        assert summary.exit_code == (0 if not summary.error else summary.exit_code) and summary.calls >= len(
            made
        )
        assert not summary.error or summary.exit_code in (1, 7)
    disk.room = None
    world.state.lease.break_lease(ACCOUNT)
    for _ in range(2):
        world.apply()
    assert is_done(world.plan()) and untrue(world, world.plan()) == []
    world.close()


def test_a_signal_while_komet_works_says_what_is_in_doubt(
    served: Callable[[Callable[[str], None]], Shop],  # noqa: F811
) -> None:
    """The second Ctrl-C ends it at once, and still there is a summary: what was done, what is in doubt."""
    stops = iter([2, 0])

    def on_request(path: str) -> None:
        if path.endswith("/purchase.order.create"):
            for _ in range(next(stops, 0)):
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(0.3)

    repository = served(on_request)
    ended = repository.run("apply", "--yes", "--json")
    assert ended.code == 7
    outcomes = {change["address"]: change["outcome"] for change in ended.json["changes"]}
    assert outcomes == {CUSTOMER: "done", ORDER: "in_doubt"}
    assert "stopped at once" in ended.json["error"] and "reconciler history" in ended.err
    assert repository.run("apply", "--yes", RECONCILER_NOW=SOON).code == 0
    assert repository.run("plan", "--detailed-exitcode", RECONCILER_NOW=SOON).code == 0


@pytest.mark.parametrize("command", [["plan"], ["apply", "--yes"], ["history"], ["worklist"]])
def test_a_damaged_state_is_told_with_a_way_on(shop: Shop, command: list[str]) -> None:  # noqa: F811
    """The file is damaged: it is named, nothing is called, and moved away nothing exists twice."""
    assert shop.run("apply", "--yes").code == 0
    state = shop.folder / ".reconciler" / "state.db"
    for each in state.parent.glob("state.db*"):
        each.unlink()
    state.write_bytes(b"no database at all, but long enough to be looked at as one " * 40)
    ended = shop.run(*command)
    assert ended.code == 1
    assert "state.db" in ended.err and "move it away" in ended.err and "Traceback" not in ended.err
    state.unlink()
    assert shop.run("plan").code == 0
    assert shop.run("apply", "--yes").code == 0
    assert shop.writes().count("purchase.order.create") == 1


@pytest.mark.parametrize("command", [["plan"], ["apply", "--yes"]])
def test_a_newer_state_is_not_touched(shop: Shop, command: list[str]) -> None:  # noqa: F811
    """A later version has written it: this one says so and leaves it alone."""
    assert shop.run("apply", "--yes").code == 0
    path = shop.folder / ".reconciler" / "state.db"
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("UPDATE schema_version SET version = 99")
    connection.close()
    ended = shop.run(*command)
    assert ended.code == 1
    assert "newer reconciler" in ended.err and "version 99" in ended.err


def test_a_state_that_cannot_be_written_ends_before_any_call(shop: Shop) -> None:  # noqa: F811
    """Where its folder should be there is a file: one clear line."""
    shutil.rmtree(shop.folder / ".reconciler")
    (shop.folder / ".reconciler").write_text("", encoding="utf-8")
    ended = shop.run("apply", "--yes")
    assert ended.code == 1
    assert ".reconciler" in ended.err and "Traceback" not in ended.err


@pytest.mark.parametrize("days", [-1, 1, 20])
def test_a_clock_that_jumps_between_plan_and_apply_loses_nothing(tmp_path: Path, days: int) -> None:
    """Back or forth, in the middle of the run too: the plan is carried out once, and the next is empty."""
    world = World.make(tmp_path / "repository")
    world.write(all=CUSTOMERS + orders(order(), order(name="other")))
    plan = world.plan()
    seen = iter(range(99))

    def jump() -> None:
        if next(seen) == 2:
            world.simulator.clock.advance(days * 86400)

    world.border.on_call = jump
    assert world.apply(plan).exit_code == 0
    world.border.on_call = lambda: None
    assert is_done(world.plan()) and untrue(world, world.plan()) == []
    world.close()
