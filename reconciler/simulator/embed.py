"""The embedded simulator: opened from a seed, driven over WSGI, by operator actions, or read as a whole."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from reconciler.simulator.clock import Clock
from reconciler.simulator.errors import SeedChanged
from reconciler.simulator.seed import Seed, file_digest, load_seed, raise_if_invalid, seed_path
from reconciler.simulator.store import Store
from reconciler.simulator.tables import tables_digest

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

T = TypeVar("T")

__all__ = ["Simulator", "make_simulator", "open_simulator", "reset"]


class Simulator:
    """One simulated Komet company.

    `wsgi` is its application; it raises `ConnectionLost` where a scripted fault cuts the connection.
    It may be used by several threads; requests are carried out one at a time.
    """

    def __init__(self, store: Store) -> None:
        from reconciler.simulator.app import App
        from reconciler.simulator.gate import Gate

        self._store = store
        self.clock = Clock(store)
        self.wsgi: WSGIApplication = App(self, Gate(store, self.clock))

    def now(self) -> datetime:
        """The simulated time: aware, UTC."""
        return self.clock.now()

    def operator(self, action: str, **params: Any) -> dict[str, Any]:
        """What a person does outside the API, not counted; `Refused` says why it cannot be done."""
        return self.act(action, params)

    def act(self, action: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """As `operator`, with the parameters as a mapping."""
        from reconciler.simulator.operator import act

        with self._store.transaction():
            return act(self._store, self.clock, action, params)

    def read(self, reader: Callable[[Store, Clock], T]) -> T:
        """What `reader` finds, all of it at one moment."""
        with self._store.transaction():
            return reader(self._store, self.clock)

    def state(self) -> dict[str, Any]:
        """Everything as JSON: orders, customers, ship-tos, vendors, tokens, calls today, the call log."""
        from reconciler.simulator.dump import state_of

        return self.read(state_of)

    def part(self, name: str) -> list[dict[str, Any]]:
        """One list of the state alone, such as `purchase_orders` or `calls`."""
        from reconciler.simulator.dump import part_of

        return self.read(lambda store, clock: part_of(store, name))

    def close(self) -> None:
        """Close the store."""
        self._store.close()


def open_simulator(seed: str | Path, store: Path | None) -> Simulator:
    """The simulator of `seed`, a path or a built-in name such as `wholesaler`.

    `store` None keeps it in memory. A store that was filled from the same seed is used as it is, so what
    was done in it survives; `SeedChanged` when the seed's files differ from those that filled it, `SeedError`
    when the seed cannot be used.
    """
    if store is not None:
        store.parent.mkdir(parents=True, exist_ok=True)
    rows = Store(store)
    try:
        if rows.is_new():
            _fill(rows, load_seed(seed))
        else:
            _raise_if_changed(rows, seed_path(seed), str(store))
    except BaseException:
        rows.close()
        raise
    return Simulator(rows)


def make_simulator(document: Mapping[str, Any], store: Path | None = None) -> Simulator:
    """A simulator of a seed that is a value, such as one that `generate_seed` made."""
    raise_if_invalid(document, "the seed")
    rows = Store(store)
    try:
        _fill(rows, Seed(dict(document), (("the seed", ""),)))
    except BaseException:
        rows.close()
        raise
    return Simulator(rows)


def reset(seed: str | Path, store: Path) -> None:
    """Forget what is in `store` and fill it from `seed` again; a seed that cannot be used leaves it alone."""
    loaded = load_seed(seed)
    store.parent.mkdir(parents=True, exist_ok=True)
    rows = Store(store)
    try:
        with rows.transaction():
            rows.drop_tables()
            _fill(rows, loaded)
    finally:
        rows.close()


def _fill(rows: Store, seed: Seed) -> None:
    from reconciler.simulator.planting import plant

    with rows.transaction():
        if rows.is_new():
            plant(rows, seed)


def _raise_if_changed(rows: Store, path: Path, store: str) -> None:
    """Compare tables and the digests of the seed's files with those that filled the store."""
    if rows.setting("tables", "") != tables_digest():
        raise SeedChanged(store, "another version of the simulator")
    files = json.loads(rows.setting("seed_files", "[]"))
    for place, (name, digest) in enumerate(files):
        file = path if place == 0 else Path(name)
        if file_digest(file) != digest:
            raise SeedChanged(store, str(file))
