"""Which Komet resource each address stands for, with what was last applied to it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from itertools import islice
from typing import Any

from reconciler.errors import StateError
from reconciler.model.address import Address
from reconciler.model.deferred import Deferred
from reconciler.model.origin import Origin
from reconciler.model.plan import Agreed
from reconciler.model.resource import Applied, Binding
from reconciler.state.agreements import FORGET, HERE
from reconciler.state.columns import address as to_address
from reconciler.state.columns import json_object, json_text, json_value
from reconciler.state.database import Column, Database, Row
from reconciler.state.scope import Scope

_BATCH = 500
"""As many as a statement takes anywhere."""

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
        return self._bindings(scope, "ORDER BY address")

    def bound_beside(self, scope: Scope, known: Iterable[Address]) -> set[Address]:
        """The addresses that stand for something, without those that are `known` to."""
        rows = self._database.query(f"SELECT address FROM bindings WHERE {HERE}", scope.key)
        return set(map(to_address, {text for (text,) in rows}.difference(map(".".join, known))))

    def bindings_of(self, scope: Scope, addresses: Collection[Address]) -> dict[Address, Binding]:
        """What `addresses` stand for, in no order."""
        found: dict[Address, Binding] = {}
        for which, values in _picked(addresses):
            found |= self._bindings(scope, which, values)
        return found

    def applied(self, scope: Scope) -> dict[Address, Applied]:
        """What was last applied at every address of the scope, ordered by address."""
        return self._applied(scope, "ORDER BY address")

    def applied_when_asked(
        self, scope: Scope, addresses: Collection[Address] = ()
    ) -> Mapping[Address, Applied]:
        """What was last applied at every address, read when somebody asks; of `addresses` at once."""
        found: dict[Address, Applied | None] = dict.fromkeys(addresses)
        for which, values in _picked(addresses):
            found |= self._applied(scope, which, values)
        return _AppliedWhenAsked(self, scope, found)

    def applied_at(self, scope: Scope, address: Address) -> Applied | None:
        """What was last applied at one address; None where nothing was."""
        return self._applied(scope, "AND address = ?", [str(address)]).get(address)

    def bind(self, scope: Scope, binding: Binding) -> None:
        """Remember what an address stands for, in place of what it stood for."""
        with self._database.transaction():
            self._doubt(scope, [binding.address])
            self._database.execute(_BIND, _binding_row(scope, binding))

    def left_by(self, scope: Scope) -> dict[Address, str]:
        """The run that recorded what was last applied, where a run did, ordered by address."""
        rows = self._database.query(
            f"SELECT address, run FROM applied WHERE {HERE} AND run IS NOT NULL ORDER BY address", scope.key
        )
        return {to_address(address): run for address, run in rows}

    def record(self, scope: Scope, applied: Applied, run: str | None = None) -> None:
        """Remember what `run` applied at an address, in place of what was applied before."""
        with self._database.transaction():
            self._doubt(scope, [applied.address])
            self._database.execute(_RECORD, _applied_row(scope, applied, run))

    def record_all(self, scope: Scope, agreed: Sequence[Agreed], run: str | None = None) -> None:
        """Bind and record them all, as `run` left them, or none of them."""
        with self._database.transaction():
            self._doubt(scope, [each.binding.address for each in agreed])
            self._database.execute_all(_BIND, [_binding_row(scope, each.binding) for each in agreed])
            self._database.execute_all(_RECORD, [_applied_row(scope, each.applied, run) for each in agreed])

    def forget(self, scope: Scope, address: Address) -> None:
        """Remember nothing of an address any more; nothing happens where nothing was known."""
        with self._database.transaction():
            self._doubt(scope, [address])
            for table in ("bindings", "applied"):
                self._database.execute(
                    f"DELETE FROM {table} WHERE {HERE} AND address = ?", (*scope.key, str(address))
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
            self._doubt(scope, [old, new])
            for table in ("bindings", "applied"):
                self._database.execute(
                    f"UPDATE {table} SET address = ? WHERE {HERE} AND address = ?",
                    (str(new), *scope.key, str(old)),
                )
            self._redirect(scope, old, new)

    def _known(self, scope: Scope, table: str, *addresses: Address) -> list[Row]:
        return self._database.query(
            f"SELECT address FROM {table} WHERE {HERE} AND address IN ({_marks(addresses)})",
            (*scope.key, *map(str, addresses)),
        )

    def _bindings(self, scope: Scope, which: str, values: Sequence[str] = ()) -> dict[Address, Binding]:
        rows = self._database.query(
            f"SELECT address, id, number, facts, retired FROM bindings WHERE {HERE} {which}",
            (*scope.key, *values),
        )
        parsed = _Parsed()
        return {
            (address := to_address(text)): Binding(address, id, number, parsed[facts], tuple(parsed[retired]))
            for text, id, number, facts, retired in rows
        }

    def _applied(self, scope: Scope, which: str, values: Sequence[str] = ()) -> dict[Address, Applied]:
        rows = self._database.query(
            f"""SELECT attributes, address, policy, depends_on, origin_file, origin_line, origin_column
                FROM applied WHERE {HERE} {which}""",
            (*scope.key, *values),
        )
        parsed = _Parsed()
        return {applied.address: applied for applied in (_applied(row, parsed) for row in rows)}

    def _doubt(self, scope: Scope, addresses: Iterable[Address]) -> None:
        self._database.execute_all(FORGET, ((*scope.key, str(address)) for address in addresses))

    def _redirect(self, scope: Scope, old: Address, new: Address) -> None:
        rows = self._database.query(
            f"SELECT address, depends_on FROM applied WHERE {HERE} AND depends_on <> '[]'", scope.key
        )
        for address, text in rows:
            names = json_value(text)
            if str(old) in names:
                moved = [str(new) if name == str(old) else name for name in names]
                self._doubt(scope, [to_address(address)])
                self._database.execute(
                    f"UPDATE applied SET depends_on = ? WHERE {HERE} AND address = ?",
                    (json_text(moved), *scope.key, address),
                )


class _AppliedWhenAsked(Mapping[Address, Applied]):
    """What was last applied: `known` is here, None where nothing was, and the rest is read one by one."""

    def __init__(self, resources: Resources, scope: Scope, known: dict[Address, Applied | None]) -> None:
        self._resources = resources
        self._scope = scope
        self._known = known

    def get(self, address: Address, default: Any = None) -> Any:
        """What was applied at `address`, or `default`."""
        if address not in self._known:
            self._known[address] = self._resources.applied_at(self._scope, address)
        found = self._known[address]
        return default if found is None else found

    def __getitem__(self, address: Address) -> Applied:
        found: Applied | None = self.get(address)
        if found is None:
            raise KeyError(address)
        return found

    def __contains__(self, address: object) -> bool:
        return isinstance(address, Address) and self.get(address) is not None

    def __iter__(self) -> Iterator[Address]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    @cached_property
    def _all(self) -> dict[Address, Applied]:
        found = self._resources.applied(self._scope)
        self._known |= found
        return found


class _Parsed(dict[str, Any]):
    """JSON texts already parsed: ten thousand rows repeat the same few policies, dates and dependencies."""

    def __missing__(self, text: str) -> Any:
        value = json_value(text)
        self[text] = value
        return value


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" for _ in values)


def _picked(addresses: Collection[Address]) -> Iterator[tuple[str, Sequence[str]]]:
    """The conditions that pick `addresses`, a batch at a time."""
    rest = iter(sorted(map(str, addresses)))
    while batch := list(islice(rest, _BATCH)):
        yield f"AND address IN ({_marks(batch)})", batch


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
