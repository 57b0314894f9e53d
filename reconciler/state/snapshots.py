"""The last reading of the live state: for previews, and to recognise rows that have not changed since."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from datetime import datetime
from functools import cache, partial
from hashlib import sha256
from operator import attrgetter
from typing import NamedTuple, TypeAlias

from msgspec import MsgspecError
from msgspec.json import Decoder, encode

from reconciler.errors import StateError
from reconciler.model.address import Address
from reconciler.model.glance import Glance, Glances
from reconciler.model.resource import LiveResource, Marker
from reconciler.state.columns import address as to_address
from reconciler.state.columns import json_object, json_text, json_value, moment, moment_text
from reconciler.state.database import Column, Database, Row
from reconciler.state.scope import Scope

_HERE = "project = ? AND environment = ? AND account = ?"

_KEEP = """INSERT INTO live (project, environment, account, kind, id, number, marker_project, marker_name,
    said) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (project, environment, account, kind, id) DO UPDATE SET
    number = excluded.number, marker_project = excluded.marker_project, marker_name = excluded.marker_name,
    said = excluded.said"""

_KEEP_ATTRIBUTES = """INSERT INTO live_attributes (project, environment, account, kind, id, attributes)
    VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (project, environment, account, kind, id) DO UPDATE SET attributes = excluded.attributes"""

_KEEP_GLANCES = """INSERT INTO glances (project, environment, account, kind, came_in, known)
    VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (project, environment, account, kind, came_in) DO NOTHING"""

_WHOLE = f"""SELECT kind, id, number, marker_project, marker_name, said, attributes
    FROM live JOIN live_attributes USING (project, environment, account, kind, id) WHERE {_HERE}"""

_WHOLE_MARK = "="
"""What begins the digest of what no single row shows."""

_TABLES = ("live", "live_attributes")

_ListKey: TypeAlias = tuple[str, str]
"""Kind, and digest and length of a list."""

_GLANCES = Decoder(list[Glance])

_NOTE = """INSERT INTO snapshots (project, environment, account, format, taken_at, sought, digest)
    VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (project, environment, account) DO UPDATE SET
    format = excluded.format, taken_at = excluded.taken_at, sought = excluded.sought,
    digest = excluded.digest"""

_AGAIN = f"UPDATE snapshots SET taken_at = ? WHERE {_HERE}"


class Snapshot(NamedTuple):
    """What was read, by kind and in the order of ids, which addresses were looked for, and when.

    `format` is the version of the form in which the reader wrote it: another reader cannot use it.
    """

    format: str
    live: Mapping[str, Sequence[LiveResource]]
    sought: Collection[Address]
    taken_at: datetime


class _Head(NamedTuple):
    """What is noted of a snapshot beside what it holds."""

    format: str
    taken_at: str
    digest: str


class Snapshots:
    """One snapshot a scope, the newest; only what has changed in it is written."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, scope: Scope) -> Snapshot | None:
        """The newest snapshot of the scope. StateError when it was changed from outside."""
        head = self._head(scope)
        if head is None:
            return None
        ((sought,),) = self._database.query(f"SELECT sought FROM snapshots WHERE {_HERE}", scope.key)
        rows = self._database.query(f"{_WHOLE} ORDER BY kind, id", scope.key)
        live: dict[str, list[LiveResource]] = {}
        for row in rows:
            live.setdefault(row[0], []).append(_resource(row))
        return Snapshot(
            head.format, live, frozenset(map(to_address, json_value(sought))), moment(head.taken_at)
        )

    def glances(self, scope: Scope, format: str) -> Glances:
        """What is known of the rows of the newest snapshot; nothing where another reader took it."""
        head = self._head(scope)
        if head is None or head.format != format:
            return Glances()
        rows = self._database.query(f"SELECT kind, came_in, known FROM glances WHERE {_HERE}", scope.key)
        lists = ((kind, came_in.partition(" ")[0], known) for kind, came_in, known in rows)
        return Glances({(kind, digest): cache(partial(_glances, known)) for kind, digest, known in lists})

    def put(self, scope: Scope, snapshot: Snapshot) -> None:
        """Remember `snapshot` in place of the one before."""
        sought = json_text(sorted(map(".".join, snapshot.sought)))
        whole = _whole_lists(snapshot.live)
        digest, taken_at = _digest(snapshot, whole.keys(), sought), moment_text(snapshot.taken_at)
        with self._database.transaction():
            head = self._head(scope)
            if head is None or head.format != snapshot.format:
                self._forget(scope)  # what another reader wrote
            if head is None or (head.format, head.digest) != (snapshot.format, digest):
                self._replace(scope, snapshot.live)
                note = (*scope.key, snapshot.format, taken_at, sought, digest)
                self._database.execute(_NOTE, note)
            else:
                self._database.execute(_AGAIN, (taken_at, *scope.key))
            self._keep_lists(scope, whole)

    def renew(
        self, scope: Scope, later: Mapping[str, Iterable[LiveResource]], gone: Mapping[str, Collection[int]]
    ) -> None:
        """Put what was read again since, and what is `gone` by kind and id, into the newest snapshot, if
        there is one."""
        with self._database.transaction():
            if self._head(scope) is not None:
                self._drop(scope, {(kind, id) for kind, ids in gone.items() for id in ids})
                self._keep(scope, [(_said(each), each) for found in later.values() for each in found])
                self._database.execute(f"UPDATE snapshots SET digest = '' WHERE {_HERE}", scope.key)

    def _head(self, scope: Scope) -> _Head | None:
        rows = self._database.query(
            f"SELECT format, taken_at, digest FROM snapshots WHERE {_HERE}", scope.key
        )
        return _Head(*rows[0]) if rows else None

    def _forget(self, scope: Scope) -> None:
        for table in (*_TABLES, "glances"):
            self._database.execute(f"DELETE FROM {table} WHERE {_HERE}", scope.key)

    def _replace(self, scope: Scope, live: Mapping[str, Sequence[LiveResource]]) -> None:
        """Write what says something else than what is remembered of it, and drop what is gone."""
        read = {(kind, each.id, _said(each)): each for kind, found in live.items() for each in found}
        known = set(self._database.query(f"SELECT kind, id, said FROM live WHERE {_HERE}", scope.key))
        self._keep(scope, [(key[2], each) for key, each in read.items() if key not in known])
        self._drop(scope, {key[:2] for key in known} - {key[:2] for key in read})

    def _keep_lists(self, scope: Scope, whole: Mapping[_ListKey, Sequence[LiveResource]]) -> None:
        """What is known of the rows of each list that came whole."""
        before = set(self._database.query(f"SELECT kind, came_in FROM glances WHERE {_HERE}", scope.key))
        self._database.execute_all(
            f"DELETE FROM glances WHERE {_HERE} AND kind = ? AND came_in = ?",
            ((*scope.key, *key) for key in sorted(before - whole.keys())),
        )
        self._database.execute_all(
            _KEEP_GLANCES,
            ((*scope.key, *key, _glances_text(whole[key])) for key in sorted(whole.keys() - before)),
        )

    def _keep(self, scope: Scope, found: Sequence[tuple[str, LiveResource]]) -> None:
        rows = [_row(said, each) for said, each in found]
        if rows:
            self._database.execute_all(_KEEP, ((*scope.key, *row[:-1]) for row in rows))
            self._database.execute_all(_KEEP_ATTRIBUTES, ((*scope.key, *row[:2], row[-1]) for row in rows))

    def _drop(self, scope: Scope, keys: Collection[tuple[str, int]]) -> None:
        for table in _TABLES if keys else ():
            self._database.execute_all(
                f"DELETE FROM {table} WHERE {_HERE} AND kind = ? AND id = ?", _keyed(scope, keys)
            )


def _keyed(scope: Scope, keys: Iterable[tuple[str, int]]) -> Iterator[tuple[Column, ...]]:
    return ((*scope.key, kind, id) for kind, id in sorted(keys))


def _whole_lists(live: Mapping[str, Sequence[LiveResource]]) -> dict[_ListKey, list[LiveResource]]:
    """By list what came in it, of the lists of which every row was recognised and came in no other."""
    found: dict[_ListKey, list[LiveResource]] = {}
    for kind, resources in live.items():
        for each in resources:
            if each.row:
                found.setdefault((kind, each.came_in), []).append(each)
    return {key: each for key, each in found.items() if key[1].endswith(f" {len(each)}")}


def _glances_text(found: Iterable[LiveResource]) -> str:
    """In the order of the list, so that each is found in it by its place."""
    ordered = sorted(found, key=attrgetter("place"))
    known = [Glance(each.id, each.number, each.marker, each.row, each.spelling) for each in ordered]
    return encode(known).decode()


def _glances(text: str) -> list[Glance]:
    try:
        return _GLANCES.decode(text)
    except (MsgspecError, RecursionError):
        raise StateError("the state holds rows that cannot be read: it was changed from outside") from None


def _said(each: LiveResource) -> str:
    """Equal for equal resources: the digest of the row that shows it, or where it took more than one, of all
    that they say."""
    return (
        each.shown
        or _WHOLE_MARK + sha256(encode([each.number, each.marker, dict(each.attributes.items())])).hexdigest()
    )


def _digest(snapshot: Snapshot, whole: Set[_ListKey], sought: str) -> str:
    """Equal for equal snapshots, but for their age: a list that came `whole` says what its rows do, unless
    other answers said more of one."""
    rest = [
        (kind, each.id, _said(each))
        for kind, found in snapshot.live.items()
        for each in found
        if not each.shown or (kind, each.came_in) not in whole
    ]
    return sha256(encode([sorted(whole), rest, sought])).hexdigest()


def _row(said: str, each: LiveResource) -> tuple[Column, ...]:
    project, name = (each.marker.project, each.marker.name) if each.marker else (None, None)
    return (each.kind, each.id, each.number, project, name, said, json_text(dict(each.attributes.items())))


def _resource(row: Row) -> LiveResource:
    kind, id, number, project, name, said, attributes = row
    marker = None if project is None else Marker(project, name)
    shown = "" if said.startswith(_WHOLE_MARK) else said
    return LiveResource(kind, id, number, marker, json_object(attributes), shown)
