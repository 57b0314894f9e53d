"""Circles in what refers to what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol, TypeVar


class _Ordered(Protocol):
    def __lt__(self, other: Any, /) -> bool: ...


Node = TypeVar("Node", bound=_Ordered)


def find_circles(edges: Mapping[Node, Iterable[Node]]) -> list[tuple[Node, ...]]:
    """Circles of `edges`, each beginning with its first address; every node is in one at most."""
    done: set[Node] = set()
    circles: list[tuple[Node, ...]] = []
    for start in sorted(edges):
        way: list[Node] = []
        open_edges: dict[Node, Iterator[Node]] = {}
        here: Node | None = start
        while here is not None:
            if here not in done:
                way.append(here)
                open_edges[here] = iter(sorted(edges.get(here, ())))
                done.add(here)
            here = _step(way, open_edges, done, circles)
    return circles


def _step(
    way: list[Node],
    open_edges: dict[Node, Iterator[Node]],
    done: set[Node],
    circles: list[tuple[Node, ...]],
) -> Node | None:
    """Where to go on from the end of `way`, of whose nodes `open_edges` holds the edges that were not walked
    yet; circles that close there are noted."""
    while way:
        for target in open_edges[way[-1]]:
            if target in open_edges:
                circle = way[way.index(target) :]
                turn = circle.index(min(circle))
                circles.append((*circle[turn:], *circle[:turn]))
            elif target not in done:
                return target
        del open_edges[way.pop()]
    return None
