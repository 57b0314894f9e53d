"""What people do outside the API: the register of operator actions and how one is carried out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from sqlite3 import Row as StoredRow
from typing import Any, TypeAlias

from msgspec import Struct

from reconciler.simulator.clock import Clock
from reconciler.simulator.errors import Refused
from reconciler.simulator.lookup import by_code
from reconciler.simulator.purchasing import find_line, find_order
from reconciler.simulator.requests import Params
from reconciler.simulator.stock import find_stock
from reconciler.simulator.store import Store


class Deed(Struct, frozen=True):
    """An action under way."""

    store: Store
    clock: Clock
    params: Params
    sent: Mapping[str, Any]

    @property
    def stamp(self) -> str:
        """Now, as Komet writes it."""
        return self.clock.now().strftime("%Y-%m-%dT%H:%M:%S")

    def order(self) -> StoredRow:
        """The order that `number` names."""
        return find_order(self.store, self.params.need_text("number"))

    def line(self) -> StoredRow:
        """The line whose id is `line`."""
        return find_line(self.store, self.params.need_integer("line"))

    def stock(self) -> StoredRow:
        """The on-hand line whose id is `line`."""
        return find_stock(self.store, self.params.need_integer("line"))

    def day(self, name: str) -> date | None:
        """The date under `name`."""
        return self.params.date(name)

    def named(self, table: str, name: str) -> int | None:
        """The id of the row that `name` gives by code or id; None when it is null or empty."""
        text = self.params.text(name)
        if text is None:
            return None
        found = by_code(self.store, table, text)
        if found is None and text.isdecimal() and len(text) < 19:
            found = self.store.by_id(table, int(text))
        if found is None:
            raise Refused(f"there is no {text!r} among the {table.replace('_', ' ')}")
        return int(found["id"])


Result: TypeAlias = dict[str, Any]
Action: TypeAlias = Callable[[Deed], Result]
ACTIONS: dict[str, tuple[Action, frozenset[str]]] = {}
"""Every action, by name, with the parameters it takes (`*`: any)."""


def action(name: str, params: str) -> Callable[[Action], Action]:
    """Register the function below as operator action `name`, with the names of its parameters."""

    def register(run: Action) -> Action:
        ACTIONS[name] = (run, frozenset(params.split()))
        return run

    return register


def known_actions() -> Mapping[str, tuple[Action, frozenset[str]]]:
    """Every action there is; importing the modules that hold them registers them."""
    from reconciler.simulator import booking, clerk, counter, setup, warehouse

    assert booking and clerk and counter and setup and warehouse
    return ACTIONS


def act(store: Store, clock: Clock, name: str, params: Mapping[str, Any]) -> Result:
    """Do the action `name`; dashes and underscores are the same; `Refused` when it cannot be done."""
    known = known_actions().get(name.replace("_", "-"))
    if known is None:
        raise Refused(f"there is no action {name!r}; there are {', '.join(sorted(ACTIONS))}")
    run, names = known
    unknown = sorted(set(params) - names)
    if unknown and "*" not in names:
        raise Refused(f"{name} takes {', '.join(sorted(names))}, not {unknown[0]!r}")
    return run(Deed(store, clock, Params(params), params))
