"""What a row means; one that was read before is looked into only when somebody asks."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from reconciler.kinds.kind import Scope
from reconciler.kinds.row import Row
from reconciler.model.deferred import Deferred
from reconciler.model.resource import LiveResource


def recall(kind: str, row: Row, scope: Scope, parse: Callable[[Row], LiveResource]) -> LiveResource:
    """The resource of `kind` that `row` shows."""
    raw = row.raw
    if raw is None:
        return parse(row)
    spelling = raw.spelling
    known = scope.remembered.get((kind, spelling))
    if known is None:
        digest = raw.digest
        known = scope.remembered.get((kind, digest)) if digest else None
        if known is None:
            return replace(parse(row), shown=digest, spelling=spelling)
    attributes = Deferred(lambda: parse(row).attributes)
    return LiveResource(kind, known.id, known.number, known.marker, attributes, known.shown, spelling)
