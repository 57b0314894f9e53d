"""What a person still has to do and since when, beside what was closed and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from reconciler.model.address import Address
from reconciler.model.step import ClosedStep, Ending, Fate, OpenStep, OperatorStep
from reconciler.state.columns import address as to_address
from reconciler.state.columns import json_text, json_value, moment, moment_text
from reconciler.state.database import Database, Row
from reconciler.state.scope import Scope

KEPT = timedelta(days=30)
"""How long it is remembered why a step was closed."""

_SCOPED = "project = ? AND environment = ? AND account = ?"

_STEP = "address, step_key, number, screen, target, instruction, value_before, value_after, since"

_OPEN = f"""INSERT INTO open_steps (project, environment, account, {_STEP})
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (project, environment, account, address, step_key) DO UPDATE SET
    number = excluded.number, screen = excluded.screen, target = excluded.target,
    instruction = excluded.instruction, value_before = excluded.value_before,
    value_after = excluded.value_after"""

_CLOSE = f"""INSERT INTO closed_steps (project, environment, account, {_STEP}, closed_at, ending, why)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""


class Closing(Struct, frozen=True):
    """A step that was closed, and when that was seen."""

    closed: ClosedStep
    at: datetime


class Worklist:
    """Steps by scope, address and the step's key."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(
        self, scope: Scope, steps_by_address: Mapping[Address, Sequence[OperatorStep]], at: datetime
    ) -> None:
        """The given steps are open: what was open already keeps its first-seen time and gets new words."""
        self._database.execute_all(
            _OPEN,
            [
                (*scope.key, *_columns(OpenStep(address, step, at)))
                for address, steps in steps_by_address.items()
                for step in steps
            ],
        )

    def close(self, scope: Scope, closed: Sequence[ClosedStep], at: datetime) -> None:
        """The given steps are open no more; why is remembered for `KEPT`."""
        with self._database.transaction():
            self._database.execute_all(
                f"DELETE FROM open_steps WHERE {_SCOPED} AND address = ? AND step_key = ?",
                [(*scope.key, str(each.address), each.step.key) for each in closed],
            )
            self._database.execute_all(_CLOSE, [(*scope.key, *_closed_columns(each, at)) for each in closed])
            self._database.execute(
                f"DELETE FROM closed_steps WHERE {_SCOPED} AND closed_at < ?",
                (*scope.key, moment_text(at - KEPT)),
            )

    def move(self, scope: Scope, old: Address, new: Address) -> None:
        """The steps of `old` are those of `new`, which has none yet, from now on."""
        self._database.execute(
            f"UPDATE open_steps SET address = ? WHERE {_SCOPED} AND address = ?",
            (str(new), *scope.key, str(old)),
        )

    def open_steps(self, scope: Scope) -> list[OpenStep]:
        """What is still to be done, by address and number."""
        rows = self._database.query(
            f"SELECT {_STEP} FROM open_steps WHERE {_SCOPED} ORDER BY address, number, step_key", scope.key
        )
        return [_open_step(row) for row in rows]

    def closings(self, scope: Scope, after: datetime) -> list[Closing]:
        """What was closed later than `after`, the latest first."""
        rows = self._database.query(
            f"""SELECT {_STEP}, closed_at, ending, why FROM closed_steps WHERE {_SCOPED} AND closed_at > ?
                ORDER BY closed_at DESC, address, number, step_key""",
            (*scope.key, moment_text(after)),
        )
        return [_closing(row) for row in rows]


def _columns(each: OpenStep | ClosedStep) -> tuple[str | int, ...]:
    step = each.step
    before, after = json_text(step.before), json_text(step.after)
    words = (step.screen, step.target, step.instruction)
    return (str(each.address), step.key, step.number, *words, before, after, moment_text(each.since))


def _closed_columns(each: ClosedStep, at: datetime) -> tuple[str | int, ...]:
    return (*_columns(each), moment_text(at), each.fate.ending.value, each.fate.why)


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


def _closing(row: Row) -> Closing:
    at, ending, why = row[9:]
    was = _open_step(row[:9])
    return Closing(ClosedStep(was.address, was.step, was.since, Fate(Ending(ending), why)), moment(at))
