"""The worlds that the tests of verify begin in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from world import World

from verify.eyes import CUSTOMERS, ORDERS, RESERVATION, Buyer, on_a_copy


@pytest.fixture
def blank(tmp_path: Path) -> Iterator[Buyer]:
    """Nothing is written yet."""
    world = World.make(tmp_path)
    yield Buyer(world)
    world.close()


@pytest.fixture(scope="session")
def ordered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An order, applied, confirmed and a quarter of an hour old; each test leads on a copy."""
    world = World.make(tmp_path_factory.mktemp("ordered"))
    world.write(all=CUSTOMERS + ORDERS)
    found = Buyer(world)
    found.apply_and_age()
    found.confirm()
    yield world
    world.close()


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A reservation whose steps a person has done; each test leads on a copy."""
    world = World.make(tmp_path_factory.mktemp("kept"))
    world.write(all=CUSTOMERS + RESERVATION)
    world.apply()
    Buyer(world).reserve()
    world.act("advance", minutes=15)
    yield world
    world.close()


@pytest.fixture
def buyer(ordered: World, tmp_path: Path) -> Iterator[Buyer]:
    """Who may see the order."""
    yield from on_a_copy(ordered, tmp_path)


@pytest.fixture
def keeper(kept: World, tmp_path: Path) -> Iterator[Buyer]:
    """Who may see the reserved stock."""
    yield from on_a_copy(kept, tmp_path)
