"""Whose stock is, found out with fewer calls than asking for everybody everywhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from standing import standing_account
from world import World, seed_with

from reconciler.kinds.reservations.reading import Places, read_stock
from reconciler.kinds.reservations.seeking import FIRST_GROUP, most_calls, seek_stock
from reconciler.komet.drive import drive

LOCATIONS = (11, 12, 13)


def seek(world: World) -> tuple[int, bool]:
    """The calls that seeking took, and whether it found what asking for everybody everywhere finds."""
    customers = sorted(row["id"] for row in world.simulator.state()["customers"])
    shops = tuple((location, customer) for location in LOCATIONS for customer in customers)
    session = world.session(writing=False)
    with session.connection:
        found = drive(seek_stock(LOCATIONS, customers), session.connection.port)
        calls = len(world.calls())
        everything = drive(read_stock(Places(LOCATIONS, shops)), session.connection.port)
    assert calls <= most_calls(len(LOCATIONS), len(customers))
    return calls, found == everything


@pytest.mark.parametrize(("answer", "is_cheap"), [("all", True), ("first", False), ("refuse", False)])
def test_what_a_list_without_a_location_shows_changes_only_the_calls(
    tmp_path: Path, answer: str, is_cheap: bool
) -> None:
    """Nothing rests on A39: where it does not hold, every place is asked by itself."""
    account = standing_account(customers=20, orders=0, prebooks=0, stock=60)
    world = World.make(tmp_path, seed_with(**account))
    world.write(all="customers: {}\n")
    world.act("settings", shop_without_location=answer)
    calls, is_same = seek(world)
    assert is_same
    assert (calls < 130) == is_cheap, calls
    world.close()


def test_nobody_is_asked_for_once_every_line_is_explained(tmp_path: Path) -> None:
    """Held lines are nobody's: when only these are left, the first group was enough."""
    account = standing_account(customers=40, orders=0, prebooks=0, stock=30)
    account["inventory"] = [
        {**row, "customer": "BLOOM"} if "customer" in row else row for row in account["inventory"]
    ]
    seed = seed_with(**account)
    seed["inventory"] = [row for row in seed["inventory"] if row.get("type", "M") == "M"]
    world = World.make(tmp_path, seed)
    world.write(all="customers: {}\n")
    calls, is_same = seek(world)
    assert is_same
    assert calls <= len(LOCATIONS) * (2 + FIRST_GROUP + 1) + 22
    world.close()
