"""The verdicts that hold while nothing changes: what was found to be as wanted, by address."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.model.address import Address
from reconciler.model.agreement import Agreement
from reconciler.state.columns import address as to_address
from reconciler.state.database import Database
from reconciler.state.scope import Scope

_HERE = "project = ? AND environment = ? AND account = ?"

_NOTE = """INSERT INTO agreements
    (project, environment, account, address, wanted, shown, around, ship_date, boxes)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (project, environment, account, address) DO UPDATE SET
    wanted = excluded.wanted, shown = excluded.shown, around = excluded.around,
    ship_date = excluded.ship_date, boxes = excluded.boxes"""


class Agreements:
    """One verdict an address, the newest. Losing them costs time, and nothing else."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, scope: Scope) -> dict[Address, Agreement]:
        """What is remembered of the scope."""
        rows = self._database.query(
            f"SELECT address, wanted, shown, around, ship_date, boxes FROM agreements WHERE {_HERE}",
            scope.key,
        )
        return {each.address: each for each in (Agreement(to_address(row[0]), *row[1:]) for row in rows)}

    def put(self, scope: Scope, found: Iterable[Agreement], over: Iterable[Address]) -> None:
        """Remember `found`, and nothing any more of the addresses that are `over`."""
        with self._database.transaction():
            self._database.execute_all(
                _NOTE,
                (
                    (*scope.key, str(e.address), e.wanted, e.shown, e.around, e.ship_date, e.boxes)
                    for e in found
                ),
            )
            self._database.execute_all(
                f"DELETE FROM agreements WHERE {_HERE} AND address = ?",
                ((*scope.key, str(address)) for address in over),
            )
