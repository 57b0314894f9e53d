"""The fixtures of the simulator's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from seeded import seeded

from reconciler.simulator.driver import Komet, wholesaler


@pytest.fixture
def komet() -> Iterator[Komet]:
    """The packaged wholesaler, fresh."""
    found = Komet(seeded(wholesaler()))
    yield found
    found.http.close()
    found.sim.close()
