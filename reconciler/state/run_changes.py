"""The changes of each run: what was planned, what was recorded before it, and how it ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from reconciler.model.address import Address
from reconciler.model.event import Outcome
from reconciler.model.origin import Origin
from reconciler.model.resource import Applied
from reconciler.model.value import Json
from reconciler.state.columns import address as to_address
from reconciler.state.columns import json_object, json_text
from reconciler.state.database import Database, Row
from reconciler.state.scope import Scope

EFFECTIVE = (Outcome.DONE, Outcome.WAITING, Outcome.IN_DOUBT, Outcome.FAILED)
"""The outcomes of a change that may have moved something in Komet."""


class RunChange(Struct, frozen=True):
    """One change of a run.

    `planned` is the change in the form that history shows, `former` what was last applied at the address when
    the run began (None where nothing was), `outcome` None while the run goes on, or if it was killed.
    """

    address: Address
    planned: Mapping[str, Json]
    former: Applied | None = None
    outcome: Outcome | None = None


class RunChanges:
    """The changes of every run, in the order of its plan."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, run: str, changes: Iterable[RunChange]) -> None:
        """Write down what a run, which has been started, is about to change."""
        self._database.execute_all(
            "INSERT INTO run_changes (run, place, address, planned, former) VALUES (?, ?, ?, ?, ?)",
            [
                (run, place, str(each.address), json_text(each.planned), _former_text(each.former))
                for place, each in enumerate(changes)
            ],
        )

    def conclude(self, run: str, outcomes: Mapping[Address, Outcome]) -> None:
        """Write down how the changes of a run ended."""
        self._database.execute_all(
            "UPDATE run_changes SET outcome = ? WHERE run = ? AND address = ?",
            [(outcome.value, run, str(address)) for address, outcome in outcomes.items()],
        )

    def of(self, run: str) -> list[RunChange]:
        """The changes of a run."""
        rows = self._database.query(
            "SELECT address, planned, former, outcome FROM run_changes WHERE run = ? ORDER BY place", (run,)
        )
        return [_change(row) for row in rows]

    def later(self, scope: Scope, run: str) -> dict[Address, str]:
        """The first run of the scope after `run` that may have moved each address, by address."""
        marks = ", ".join("?" for _ in EFFECTIVE)
        rows = self._database.query(
            f"""SELECT run_changes.address, later.id FROM run_changes
                JOIN runs AS later ON later.id = run_changes.run
                JOIN runs AS chosen ON chosen.id = ?
                WHERE later.project = ? AND later.environment = ? AND later.account = ?
                AND (later.started_at > chosen.started_at
                     OR (later.started_at = chosen.started_at AND later.id > chosen.id))
                AND (run_changes.outcome IS NULL OR run_changes.outcome IN ({marks}))
                ORDER BY later.started_at DESC, later.id DESC""",
            (run, *scope.key, *(each.value for each in EFFECTIVE)),
        )
        return {to_address(address): found for address, found in rows}


def _former_text(former: Applied | None) -> str | None:
    if former is None:
        return None
    origin = former.origin
    return json_text(
        {
            "attributes": dict(former.attributes),
            "policy": dict(former.policy),
            "depends_on": [str(each) for each in former.depends_on],
            "origin": None if origin is None else [origin.file, origin.line, origin.column],
        }
    )


def _change(row: Row) -> RunChange:
    address, planned, former, outcome = row
    return RunChange(
        to_address(address),
        json_object(planned),
        None if former is None else _former(to_address(address), json_object(former)),
        None if outcome is None else Outcome(outcome),
    )


def _former(address: Address, members: Mapping[str, Json]) -> Applied:
    attributes, policy, needs, origin = (
        members[name] for name in ("attributes", "policy", "depends_on", "origin")
    )
    assert isinstance(attributes, dict) and isinstance(policy, dict) and isinstance(needs, list)
    return Applied(
        address,
        attributes,
        policy,
        tuple(to_address(str(each)) for each in needs),
        _origin(origin) if isinstance(origin, list) else None,
    )


def _origin(place: list[Json]) -> Origin:
    file, line, column = place
    return Origin(str(file), int(str(line)), int(str(column)))
