"""What resources say of each other: that the name is there, and that nothing goes round in a circle."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, TypeAlias

from reconciler.config.circles import find_circles
from reconciler.config.nearest import nearest
from reconciler.config.resources import Collection
from reconciler.config.schemas import Schema, resolved, schema
from reconciler.config.source import MAX_FAULTS, too_many_faults
from reconciler.model.address import Address
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.value import Path

Reference: TypeAlias = tuple[Path, Address]
_Finder: TypeAlias = Callable[[Any, Path], Iterator[Reference]]


def reference_faults(collection: Collection, is_whole: bool) -> list[Diagnostic]:
    """Names that are not there (only if `is_whole`, so every name is known), and circles."""
    faults: list[Diagnostic] = []
    edges: dict[Address, list[Address]] = {}
    names: dict[str, list[str]] = {}
    for address in collection.resources:
        names.setdefault(address.kind, []).append(address.name)
    for address, written in collection.resources.items():
        if len(faults) >= MAX_FAULTS:
            faults.append(too_many_faults(written.source, written.mark))
            return faults
        for path, target in references(address.kind, written.value):
            if target in collection.resources:
                edges.setdefault(address, []).append(target)
            elif is_whole:
                known = names.get(target.kind, [])
                faults.append(
                    written.fault(
                        path,
                        f"there is no '{target.name}' under {target.kind}",
                        suggestion=nearest(target.name, known),
                        detail="" if known else f"nothing is written under {target.kind} yet",
                    )
                )
    for circle in find_circles(edges):
        way = " → ".join(str(address) for address in (*circle, circle[0]))
        faults.append(
            collection.resources[circle[0]].fault((), f"these depend on each other in a circle: {way}")
        )
    return faults


def references(kind: str, attributes: object) -> Iterator[Reference]:
    """Every reference to another resource in `attributes`, and where: `x-references` marks them, but for
    texts that match `x-references-unless`."""
    find = _finder_of(kind)
    if find is not None:
        yield from find(attributes, ())


@cache
def _finder_of(kind: str) -> _Finder | None:
    whole = schema(kind)
    return _finder(whole, whole)


def _finder(part: Schema, root: Schema) -> _Finder | None:
    """What finds the references in a value of `part`; None when it can hold none."""
    part = resolved(part, root)
    target = part.get("x-references")
    if isinstance(target, str) and not target.startswith("list:"):
        unless = re.compile(part.get("x-references-unless", "$."))

        def find_here(value: Any, path: Path) -> Iterator[Reference]:
            if isinstance(value, str) and value and not unless.search(value):
                yield path, Address(target, value)

        return find_here
    below = {key: _finder(inner, root) for key, inner in part.get("properties", {}).items()}
    inside = {key: find for key, find in below.items() if find is not None}
    others = part.get("additionalProperties") or part.get("items")
    each = _finder(others, root) if isinstance(others, dict) else None
    if not inside and each is None:
        return None

    def find_below(value: Any, path: Path) -> Iterator[Reference]:
        entries: Iterable[tuple[str | int, Any]] = (
            value.items()
            if isinstance(value, Mapping)
            else enumerate(value)
            if isinstance(value, list)
            else ()
        )
        for key, inner in entries:
            find = inside.get(str(key), each)
            if find is not None:
                yield from find(inner, (*path, key))

    return find_below
