"""Which Komet resource each address stands for, with what was last applied to it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from reconciler.errors import StateError
from reconciler.model.address import Address
from reconciler.model.deferred import Deferred
from reconciler.model.origin import Origin
from reconciler.model.plan import Agreed
from reconciler.model.resource import Applied, Binding
from reconciler.state.columns import address as to_address
from reconciler.state.columns import json_object, json_text, json_value
from reconciler.state.database import Column, Database, Row
from reconciler.state.scope import Scope

_HERE = "project = ? AND environment = ? AND account = ?"

_BIND = """INSERT INTO bindings (project, environment, account, address, id, number, facts, retired)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (project, environment, account, address) DO UPDATE SET
    id = excluded.id, number = excluded.number, facts = excluded.facts, retired = excluded.retired"""

_RECORD = """INSERT INTO applied
    (project, environment, account, address, attributes, policy, depends_on,
     origin_file, origin_line, origin_column, run)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (project, environment, account, address) DO UPDATE SET
    attributes = excluded.attributes, policy = excluded.policy, depends_on = excluded.depends_on,
    origin_file = excluded.origin_file, origin_line = excluded.origin_line,
    origin_column = excluded.origin_column, run = excluded.run"""


class Resources:
    """Bindings and applied values, by scope and address."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def bindings(self, scope: Scope) -> dict[Address, Binding]:
        """What every address of the scope stands for, ordered by address."""
        rows = self._database.query(
            f"SELECT address, id, number, facts, retired FROM bindings WHERE {_HERE} ORDER BY address",
            scope.key,
        )
        parsed = _Parsed()
        return {
            (address := to_address(text)): Binding(address, id, number, parsed[facts], tuple(parsed[retired]))
            for text, id, number, facts, retired in rows
        }

    def applied(self, scope: Scope) -> dict[Address, Applied]:
        """What was last applied at every address of the scope, ordered by address."""
        rows = self._database.query(
            f"""SELECT attributes, address, policy, depends_on, origin_file, origin_line, origin_column
                FROM applied WHERE {_HERE} ORDER BY address""",
            scope.key,
        )
        parsed = _Parsed()
        return {applied.address: applied for applied in (_applied(row, parsed) for row in rows)}

    def bind(self, scope: Scope, binding: Binding) -> None:
        """Remember what an address stands for, in place of what it stood for."""
        self._database.execute(_BIND, _binding_row(scope, binding))

    def left_by(self, scope: Scope) -> dict[Address, str]:
        """The run that recorded what was last applied, where a run did, ordered by address."""
        rows = self._database.query(
            f"SELECT address, run FROM applied WHERE {_HERE} AND run IS NOT NULL ORDER BY address", scope.key
        )
        return {to_address(address): run for address, run in rows}

    def record(self, scope: Scope, applied: Applied, run: str | None = None) -> None:
        """Remember what `run` applied at an address, in place of what was applied before."""
        self._database.execute(_RECORD, _applied_row(scope, applied, run))

    def record_all(self, scope: Scope, agreed: Sequence[Agreed], run: str | None = None) -> None:
        """Bind and record them all, as `run` left them, or none of them."""
        with self._database.transaction():
            self._database.execute_all(_BIND, [_binding_row(scope, each.binding) for each in agreed])
            self._database.execute_all(_RECORD, [_applied_row(scope, each.applied, run) for each in agreed])

    def forget(self, scope: Scope, address: Address) -> None:
        """Remember nothing of an address any more; nothing happens where nothing was known."""
        with self._database.transaction():
            for table in ("bindings", "applied"):
                self._database.execute(
                    f"DELETE FROM {table} WHERE {_HERE} AND address = ?", (*scope.key, str(address))
                )

    def move(self, scope: Scope, old: Address, new: Address) -> None:
        """What was known of `old` is known of `new`, and who depended on `old` depends on `new`.

        Nothing happens where nothing is known of `old`, so that a move may be repeated. StateError when both
        are known: one of the two resources would be lost sight of.
        """
        with self._database.transaction():
            known = {
                row[0] for table in ("bindings", "applied") for row in self._known(scope, table, old, new)
            }
            if str(old) not in known:
                return
            if str(new) in known:
                raise StateError(
                    f"{old} cannot be moved to {new}: both are known, and each has its own resource"
                )
            for table in ("bindings", "applied"):
                self._database.execute(
                    f"UPDATE {table} SET address = ? WHERE {_HERE} AND address = ?",
                    (str(new), *scope.key, str(old)),
                )
            self._redirect(scope, old, new)

    def _known(self, scope: Scope, table: str, *addresses: Address) -> list[Row]:
        marks = ", ".join("?" for _ in addresses)
        return self._database.query(
            f"SELECT address FROM {table} WHERE {_HERE} AND address IN ({marks})",
            (*scope.key, *map(str, addresses)),
        )

    def _redirect(self, scope: Scope, old: Address, new: Address) -> None:
        rows = self._database.query(
            f"SELECT address, depends_on FROM applied WHERE {_HERE} AND depends_on <> '[]'", scope.key
        )
        for address, text in rows:
            names = json_value(text)
            if str(old) in names:
                moved = [str(new) if name == str(old) else name for name in names]
                self._database.execute(
                    f"UPDATE applied SET depends_on = ? WHERE {_HERE} AND address = ?",
                    (json_text(moved), *scope.key, address),
                )


class _Parsed(dict[str, Any]):
    """JSON texts already parsed: ten thousand rows repeat the same few policies, dates and dependencies."""

    def __missing__(self, text: str) -> Any:
        value = json_value(text)
        self[text] = value
        return value


def _applied(row: Row, parsed: _Parsed) -> Applied:
    attributes, address, policy, depends_on, file, line, column = row
    return Applied(
        address=to_address(address),
        attributes=Deferred(partial(json_object, attributes)),
        policy=parsed[policy],
        depends_on=tuple(map(to_address, parsed[depends_on])),
        origin=None if file is None else Origin(file, line, column),
    )


def _binding_row(scope: Scope, binding: Binding) -> tuple[Column, ...]:
    return (
        *scope.key,
        str(binding.address),
        binding.id,
        binding.number,
        json_text(binding.facts),
        json_text(binding.retired),
    )


def _applied_row(scope: Scope, applied: Applied, run: str | None) -> tuple[Column, ...]:
    origin = applied.origin
    return (
        *scope.key,
        str(applied.address),
        json_text(applied.attributes),
        json_text(applied.policy),
        json_text([str(address) for address in applied.depends_on]),
        *((None, None, None) if origin is None else (origin.file, origin.line, origin.column)),
        run,
    )
