"""What a list means; what was read before is looked into only when somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from msgspec.structs import replace

from reconciler.kinds.kind import Scope
from reconciler.kinds.row import Row
from reconciler.model.deferred import Deferred
from reconciler.model.glance import Glance
from reconciler.model.query import RawRows
from reconciler.model.resource import LiveResource
from reconciler.model.value import Json

Parse = Callable[[Row], LiveResource]


def recall(kind: str, answer: Row, key: str, scope: Scope, parse: Parse) -> Iterator[LiveResource]:
    """The resources of `kind` that the list at `key` of `answer` shows, in its order or another.

    A list that came byte for byte before is not even cut into its rows.
    """
    listed = answer.raw_rows(key)
    if listed is None:
        yield from map(parse, answer.rows(key))
        return
    known = scope.remembered.of_list(kind, listed.digest)
    if known is None:
        came_in = f"{listed.digest} {len(listed)}"
        yield from (_recall_row(kind, row, scope, parse, came_in) for row in answer.rows(key))
    else:
        came_in = f"{listed.digest} {len(known)}"
        unread = _Unread(answer, key, listed, parse)
        yield from (unread.resource(kind, each, came_in) for each in known)


def _recall_row(kind: str, row: Row, scope: Scope, parse: Parse, came_in: str) -> LiveResource:
    """The resource that one row shows; `came_in` names its list."""
    raw = row.raw
    if raw is None:
        return parse(row)
    spelling = raw.spelling
    known = scope.remembered.of_row(kind, spelling)
    if known is None:
        digest = raw.digest
        known = scope.remembered.of_row(kind, digest) if digest else None
        if known is None:
            return replace(parse(row), shown=digest, spelling=spelling, came_in=came_in)
    attributes = Deferred(lambda: parse(row).attributes)
    return LiveResource(
        kind, known.id, known.number, known.marker, attributes, known.shown, spelling, came_in
    )


class _Unread:
    """A list of which every row is known: it is cut when somebody looks into one of them."""

    def __init__(self, answer: Row, key: str, listed: RawRows, parse: Parse) -> None:
        self._answer = answer
        self._key = key
        self._listed = listed
        self._parse = parse
        self._rows: dict[str, Row] = {}

    def resource(self, kind: str, known: Glance, came_in: str) -> LiveResource:
        """The resource of which `known` is known."""
        attributes = Deferred(lambda: self._read(known.spelling))
        return LiveResource(
            kind, known.id, known.number, known.marker, attributes, known.shown, known.spelling, came_in
        )

    def _read(self, spelling: str) -> Mapping[str, Json]:
        if not self._rows:
            self._rows = {
                row.raw.spelling: row for row in self._answer.rows(self._key) if row.raw is not None
            }
        return self._parse(self._rows[spelling]).attributes
