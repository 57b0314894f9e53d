"""The simulator, known by name only: it is a stranger to the rest of the program."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reconciler.errors import ReconcilerError, UsageError

if TYPE_CHECKING:
    from reconciler.config.configuration import Configuration

URL = "simulator:"
BUILT_IN = "wholesaler"


def module(name: str) -> Any:
    """A module of the simulator."""
    return importlib.import_module(f"reconciler.simulator.{name}")


def open_simulator(seed: str, store: Path | None) -> Any:
    """The simulator of `seed`; what it has to say about its seed is an error of ours."""
    try:
        return module("embed").open_simulator(seed, store)
    except module("errors").SimulatorError as error:
        raise ReconcilerError(str(error)) from None


def seed_and_store(configuration: Configuration) -> tuple[str, Path]:
    """The seed of this repository and the file of its simulator; UsageError when it has none."""
    url = configuration.project.komet.url
    if not url.startswith(URL):
        raise UsageError(f"this repository uses {url} and no simulator")
    seed = url.removeprefix(URL)
    from reconciler.state.open import FOLDER

    store = configuration.root / FOLDER / f"simulator-{Path(seed).stem}.db"
    if "/" in seed or Path(seed).suffix:
        seed = str(configuration.root / seed)
    return seed, store
