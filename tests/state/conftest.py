"""A fresh state on each of the databases, and what opens it again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from postgres import Server

from reconciler.state.database import Database
from reconciler.state.open import State, open_state
from reconciler.state.scope import Scope


@dataclass(frozen=True)
class Place:
    """Where a state is kept: what a project file says, and the repository that it lies in."""

    url: str
    root: Path

    def open(self) -> State:
        """The state; a second opening is another process's, as far as the database can tell."""
        return open_state(self.url, self.root)


@pytest.fixture
def scope() -> Scope:
    return Scope("bloomnet-miami", None, "api.kometsales.com/6316")


@pytest.fixture
def now() -> datetime:
    return datetime(2027, 1, 4, 14, 0, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """An empty place on each of the databases: the test runs on both."""
    if request.param == "sqlite":
        return Place("sqlite", tmp_path)
    server: Server = request.getfixturevalue("server")
    return Place(server.fresh_url(), tmp_path)


@pytest.fixture
def state(place: Place) -> Iterator[State]:
    with place.open() as opened:
        yield opened


@pytest.fixture
def database(state: State) -> Database:
    """What lies behind the state."""
    return state.ledger._database
