"""A state in a fresh folder."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.state.open import State, open_state
from reconciler.state.scope import Scope


@pytest.fixture
def scope() -> Scope:
    return Scope("bloomnet-miami", None, "api.kometsales.com/6316")


@pytest.fixture
def now() -> datetime:
    return datetime(2027, 1, 4, 14, 0, tzinfo=UTC)


@pytest.fixture
def state(tmp_path: Path) -> Iterator[State]:
    with open_state("sqlite", tmp_path) as opened:
        yield opened
