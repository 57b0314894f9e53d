"""The fixtures of the simulator's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reconciler.simulator.driver import Komet, wholesaler
from reconciler.simulator.embed import make_simulator


@pytest.fixture
def komet() -> Iterator[Komet]:
    """The packaged wholesaler, fresh."""
    found = Komet(make_simulator(wholesaler()))
    yield found
    found.http.close()
    found.sim.close()
