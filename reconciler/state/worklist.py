"""The open operator steps: what a person still has to do, and since when."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from reconciler.model.address import Address
from reconciler.model.step import OperatorStep
from reconciler.state.columns import address as to_address
from reconciler.state.columns import json_text, json_value, moment, moment_text
from reconciler.state.database import Database, Row
from reconciler.state.scope import Scope

_OPEN = """INSERT INTO open_steps (project, environment, account, address, step_key, number, screen, target,
    instruction, value_before, value_after, since) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (project, environment, account, address, step_key) DO UPDATE SET
    number = excluded.number, screen = excluded.screen, target = excluded.target,
    instruction = excluded.instruction, value_before = excluded.value_before,
    value_after = excluded.value_after"""


@dataclass(frozen=True, slots=True)
class OpenStep:
    """One instruction that has not been seen to be done, and when it was first given."""

    address: Address
    step: OperatorStep
    since: datetime


class Worklist:
    """Open steps by scope, address and the step's key."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sync(
        self,
        scope: Scope,
        steps_by_address: Mapping[Address, Sequence[OperatorStep]],
        at: datetime,
        within: Collection[Address] | None = None,
    ) -> list[OpenStep]:
        """Make the given steps the open ones: what stays keeps its first-seen time, the rest is closed.

        `within` says which addresses were looked at, when it were not all: the others keep their steps. The
        closed ones are returned.
        """
        wanted = {(address, step.key) for address, steps in steps_by_address.items() for step in steps}
        with self._database.transaction():
            closed = [
                open_step
                for open_step in self.open_steps(scope)
                if (open_step.address, open_step.step.key) not in wanted
                and (within is None or open_step.address in within)
            ]
            self._database.execute_all(
                """DELETE FROM open_steps
                   WHERE project = ? AND environment = ? AND account = ? AND address = ? AND step_key = ?""",
                [(*scope.key, str(each.address), each.step.key) for each in closed],
            )
            self._database.execute_all(
                _OPEN,
                [
                    (*scope.key, str(address), *_step_columns(step), moment_text(at))
                    for address, steps in steps_by_address.items()
                    for step in steps
                ],
            )
        return closed

    def open_steps(self, scope: Scope) -> list[OpenStep]:
        """What is still to be done, by address and number."""
        rows = self._database.query(
            """SELECT address, step_key, number, screen, target, instruction, value_before, value_after, since
               FROM open_steps WHERE project = ? AND environment = ? AND account = ?
               ORDER BY address, number, step_key""",
            scope.key,
        )
        return [_open_step(row) for row in rows]


def _step_columns(step: OperatorStep) -> tuple[str | int, ...]:
    before, after = json_text(step.before), json_text(step.after)
    return (step.key, step.number, step.screen, step.target, step.instruction, before, after)


def _open_step(row: Row) -> OpenStep:
    address, key, number, screen, target, instruction, before, after, since = row
    step = OperatorStep(
        number=number,
        key=key,
        screen=screen,
        target=target,
        instruction=instruction,
        before=json_value(before),
        after=json_value(after),
    )
    return OpenStep(to_address(address), step, moment(since))
