"""The last reading of the live state: for previews, and to recognise rows that have not changed since."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from reconciler.model.address import Address
from reconciler.model.resource import Glance, LiveResource, Marker
from reconciler.state.columns import address as to_address
from reconciler.state.columns import json_object, json_text, json_value, moment, moment_text
from reconciler.state.database import Column, Database, Row
from reconciler.state.scope import Scope

_HERE = "project = ? AND environment = ? AND account = ?"

_KEEP = """INSERT INTO live (project, environment, account, kind, id, number, marker_project, marker_name,
    shown, spelling) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (project, environment, account, kind, id) DO UPDATE SET
    number = excluded.number, marker_project = excluded.marker_project, marker_name = excluded.marker_name,
    shown = excluded.shown, spelling = excluded.spelling"""

_KEEP_ATTRIBUTES = """INSERT INTO live_attributes (project, environment, account, kind, id, attributes)
    VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (project, environment, account, kind, id) DO UPDATE SET attributes = excluded.attributes"""

_WHOLE = f"""SELECT kind, id, number, marker_project, marker_name, shown, spelling, attributes
    FROM live JOIN live_attributes USING (project, environment, account, kind, id) WHERE {_HERE}"""

_WHOLE_UNSHOWN = f"{_WHOLE} AND shown = ''"

_TABLES = ("live", "live_attributes")

_NOTE = """INSERT INTO snapshots (project, environment, account, format, taken_at, sought)
    VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (project, environment, account) DO UPDATE SET
    format = excluded.format, taken_at = excluded.taken_at, sought = excluded.sought"""


class Snapshot(NamedTuple):
    """What was read, by kind and in the order of ids, which addresses were looked for, and when.

    `format` is the version of the form in which the reader wrote it: another reader cannot use it.
    """

    format: str
    live: Mapping[str, Sequence[LiveResource]]
    sought: frozenset[Address]
    taken_at: datetime


class _Digests(NamedTuple):
    """What a row says, and how it says it."""

    shown: str
    spelling: str


class Snapshots:
    """One snapshot a scope, the newest; only what has changed in it is written."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, scope: Scope) -> Snapshot | None:
        """The newest snapshot of the scope. StateError when it was changed from outside."""
        head = self._head(scope)
        if head is None:
            return None
        rows = self._database.query(f"{_WHOLE} ORDER BY kind, id", scope.key)
        live: dict[str, list[LiveResource]] = {}
        for row in rows:
            live.setdefault(row[0], []).append(_resource(row))
        return Snapshot(head[0], live, frozenset(map(to_address, json_value(head[2]))), moment(head[1]))

    def glances(self, scope: Scope, format: str) -> dict[tuple[str, str], Glance]:
        """What is known of the rows of the newest snapshot, by kind and either digest; nothing where another
        reader took it."""
        head = self._head(scope)
        if head is None or head[0] != format:
            return {}
        rows = self._database.query(
            f"""SELECT kind, shown, spelling, id, number, marker_project, marker_name FROM live
                WHERE {_HERE} AND shown <> ''""",
            scope.key,
        )
        found: dict[tuple[str, str], Glance] = {}
        for kind, shown, spelling, id, number, project, name in rows:
            marker = None if project is None else Marker(project, name)
            found[kind, shown] = found[kind, spelling] = Glance(id, number, marker, shown)
        return found

    def put(self, scope: Scope, snapshot: Snapshot) -> None:
        """Remember `snapshot` in place of the one before."""
        with self._database.transaction():
            known = self._known(scope, snapshot.format)
            read = {(kind, each.id): each for kind, found in snapshot.live.items() for each in found}
            self._keep(scope, self._changed(scope, read, known))
            self._respell(scope, [each for key, each in read.items() if _is_respelled(each, known.get(key))])
            self._drop(scope, known.keys() - read.keys())
            sought = json_text(sorted(map(str, snapshot.sought)))
            self._database.execute(
                _NOTE, (*scope.key, snapshot.format, moment_text(snapshot.taken_at), sought)
            )

    def renew(
        self, scope: Scope, later: Mapping[str, Iterable[LiveResource]], gone: Mapping[str, Collection[int]]
    ) -> None:
        """Put what was read again since, and what is `gone` by kind and id, into the newest snapshot, if
        there is one."""
        with self._database.transaction():
            if self._head(scope) is not None:
                self._drop(scope, {(kind, id) for kind, ids in gone.items() for id in ids})
                self._keep(scope, [each for found in later.values() for each in found])

    def _head(self, scope: Scope) -> Row | None:
        rows = self._database.query(
            f"SELECT format, taken_at, sought FROM snapshots WHERE {_HERE}", scope.key
        )
        return rows[0] if rows else None

    def _changed(
        self,
        scope: Scope,
        read: Mapping[tuple[str, int], LiveResource],
        known: Mapping[tuple[str, int], _Digests],
    ) -> list[LiveResource]:
        """What says something else than what is remembered of it; of what has no digest all is compared."""
        whole = {(row[0], row[1]): row for row in self._database.query(_WHOLE_UNSHOWN, scope.key)}
        return [
            each
            for key, each in read.items()
            if (
                key not in known or known[key].shown != each.shown
                if each.shown
                else whole.get(key) != _row(each)
            )
        ]

    def _known(self, scope: Scope, format: str) -> dict[tuple[str, int], _Digests]:
        """The digests of what is remembered, by kind and id; what another reader wrote is forgotten."""
        head = self._head(scope)
        if head is None or head[0] != format:
            for table in _TABLES:
                self._database.execute(f"DELETE FROM {table} WHERE {_HERE}", scope.key)
        rows = self._database.query(f"SELECT kind, id, shown, spelling FROM live WHERE {_HERE}", scope.key)
        return {(kind, id): _Digests(shown, spelling) for kind, id, shown, spelling in rows}

    def _keep(self, scope: Scope, found: Sequence[LiveResource]) -> None:
        rows = [_row(each) for each in found]
        if rows:
            self._database.execute_all(_KEEP, ((*scope.key, *row[:-1]) for row in rows))
            self._database.execute_all(_KEEP_ATTRIBUTES, ((*scope.key, *row[:2], row[-1]) for row in rows))

    def _respell(self, scope: Scope, found: Sequence[LiveResource]) -> None:
        if found:
            self._database.execute_all(
                f"UPDATE live SET spelling = ? WHERE {_HERE} AND kind = ? AND id = ?",
                ((each.spelling, *scope.key, each.kind, each.id) for each in found),
            )

    def _drop(self, scope: Scope, keys: Collection[tuple[str, int]]) -> None:
        for table in _TABLES if keys else ():
            self._database.execute_all(
                f"DELETE FROM {table} WHERE {_HERE} AND kind = ? AND id = ?", _keyed(scope, keys)
            )


def _is_respelled(live: LiveResource, known: _Digests | None) -> bool:
    """Whether Komet says the same in other words: by those it is recognised sooner the next time."""
    return known is not None and known.shown == live.shown and known.spelling != live.spelling


def _keyed(scope: Scope, keys: Iterable[tuple[str, int]]) -> Iterator[tuple[Column, ...]]:
    return ((*scope.key, kind, id) for kind, id in sorted(keys))


def _row(each: LiveResource) -> tuple[Column, ...]:
    project, name = (each.marker.project, each.marker.name) if each.marker else (None, None)
    attributes = json_text(dict(each.attributes))
    return (each.kind, each.id, each.number, project, name, each.shown, each.spelling, attributes)


def _resource(row: Row) -> LiveResource:
    kind, id, number, project, name, shown, spelling, attributes = row
    marker = None if project is None else Marker(project, name)
    return LiveResource(kind, id, number, marker, json_object(attributes), shown, spelling)
