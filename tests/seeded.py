"""A simulated Komet that holds a seed: each seed is planted once, and copied for whoever asks for it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from reconciler.simulator.embed import Simulator, make_simulator
from reconciler.simulator.store import Store

MOST = 50
"""So many seeds are kept planted; the one that was planted first is let go for the next."""

_PLANTED: dict[str, Simulator] = {}


def seeded(seed: Mapping[str, Any]) -> Simulator:
    """A simulator of its own, as `make_simulator` makes it of `seed`."""
    text = json.dumps(seed, default=repr)
    if text not in _PLANTED:
        if len(_PLANTED) == MOST:
            _PLANTED.pop(next(iter(_PLANTED))).close()
        _PLANTED[text] = make_simulator(seed)
    return copy_of(_PLANTED[text])


def copy_of(simulator: Simulator) -> Simulator:
    """A simulator that holds what `simulator` holds now, and goes its own way."""
    store = Store(None)
    simulator._store._database.backup(store._database)
    return Simulator(store)
