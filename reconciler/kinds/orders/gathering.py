"""The live lines of an order gathered into what its items would be."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from typing import Generic

from msgspec import Struct

from reconciler.kinds.orders.line import C, Line
from reconciler.kinds.orders.lines import Assignment


class Gathered(Struct, Generic[C], frozen=True):
    """What would be items, with how many there are of each; and the lines, by their ids, that cannot be."""

    contents: Sequence[tuple[C, int]]
    alike: Sequence[str]


def gather_lines(lines: Iterable[Line[C]]) -> Sequence[Sequence[Line[C]]]:
    """The lines that cannot be told apart together, as a partial shipment splits one; first come first."""
    groups: dict[Hashable, list[Line[C]]] = {}
    for line in lines:
        groups.setdefault(line.content.identity, []).append(line)
    return list(groups.values())


def gather_added(
    assignment: Assignment[C],
    items: Collection[str],
    is_new: Callable[[Line[C]], bool],
    share: Callable[[Sequence[Line[C]]], C | None],
) -> Gathered[C]:
    """The lines that belong to no item and `is_new` says a person has added, beside the `items` that stay.

    `share` is what lines of one identity have in common, None where one item cannot stand for them.
    """
    standing = {
        lines.shown[0].content.identity
        for name, lines in assignment.items.items()
        if lines.shown and name in items
    }
    contents: list[tuple[C, int]] = []
    alike: list[str] = []
    for lines in gather_lines(line for line in assignment.extra if is_new(line)):
        content = share(lines)
        if content is None or content.identity in standing:
            alike.append(", ".join(str(line.id) for line in lines))
        else:
            contents.append((content, sum(line.boxes for line in lines)))
    return Gathered(contents, alike)
