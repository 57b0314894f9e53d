"""The worlds that the tests of verify begin in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from world import World

from verify.eyes import CUSTOMERS, ORDERS, RESERVATION, Buyer


@pytest.fixture
def blank(tmp_path: Path) -> Iterator[Buyer]:
    """Nothing is written yet."""
    world = World.make(tmp_path)
    yield Buyer(world)
    world.close()


@pytest.fixture
def buyer(tmp_path: Path) -> Iterator[Buyer]:
    """An order, applied, confirmed and a quarter of an hour old."""
    world = World.make(tmp_path)
    world.write(all=CUSTOMERS + ORDERS)
    found = Buyer(world)
    found.apply_and_age()
    found.confirm()
    yield found
    world.close()


@pytest.fixture
def keeper(tmp_path: Path) -> Iterator[Buyer]:
    """A reservation whose steps a person has done."""
    world = World.make(tmp_path)
    world.write(all=CUSTOMERS + RESERVATION)
    found = Buyer(world)
    found.world.apply()
    found.reserve()
    found.world.act("advance", minutes=15)
    yield found
    world.close()
