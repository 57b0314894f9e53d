"""What a list means; what was read before is looked into only when somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from msgspec.structs import replace

from reconciler.kinds.kind import Scope
from reconciler.kinds.row import Row
from reconciler.model.deferred import Deferred
from reconciler.model.glance import Glance
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
    came_in = f"{listed.digest} {len(listed if known is None else known)}"
    if known is None:
        for place, row in enumerate(answer.rows(key)):
            yield _recall_row(kind, row, scope, parse, came_in, place)
    else:
        for place, each in enumerate(known):
            yield _recalled(
                kind, each, partial(_read, answer, key, place, parse), each.spelling, came_in, place
            )


def _recall_row(kind: str, row: Row, scope: Scope, parse: Parse, came_in: str, place: int) -> LiveResource:
    """The resource that one row shows; `came_in` names its list, in which it stands at `place`."""
    raw = row.raw
    if raw is None:
        return parse(row)
    spelling = raw.spelling
    known = scope.remembered.of_row(kind, spelling)
    if known is None:
        digest = raw.digest
        known = scope.remembered.of_row(kind, digest) if digest else None
        if known is None:
            return replace(
                parse(row), shown=digest, row=digest, spelling=spelling, came_in=came_in, place=place
            )
    return _recalled(kind, known, lambda: parse(row).attributes, spelling, came_in, place)


def _recalled(
    kind: str,
    known: Glance,
    read: Callable[[], Mapping[str, Json]],
    spelling: str,
    came_in: str,
    place: int,
) -> LiveResource:
    """The resource of which `known` is known; what it says is `read` when somebody asks."""
    attributes, row = Deferred(read), known.row
    return LiveResource(
        kind, known.id, known.number, known.marker, attributes, row, row, spelling, came_in, place
    )


def _read(answer: Row, key: str, place: int, parse: Parse) -> Mapping[str, Json]:
    """What stands at `place` of a list: to find it there, nothing else of the list is looked into."""
    return parse(answer.row_at(key, place)).attributes
