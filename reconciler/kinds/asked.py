"""What a customer's own list of reserved stock said when it was asked last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from reconciler.model.node import Node
from reconciler.model.value import Json


@dataclass(frozen=True, slots=True)
class Asked:
    """The answer of one customer's list on a `day`.

    `own` are the boxes of its lines by id, `others` the lines that were neither free nor its own where it
    keeps stock. `turn` tells who was asked longer ago.
    """

    day: str
    turn: int
    own: Mapping[int, int] = field(default_factory=dict)
    others: frozenset[int] = frozenset()


def asked_rows(asked: Mapping[int, Asked]) -> list[Json]:
    """As JSON, by customer."""
    return [
        {
            "customer": customer,
            "day": each.day,
            "turn": each.turn,
            "lines": [*sorted(each.own)],
            "boxes": [each.own[id] for id in sorted(each.own)],
            "others": [*sorted(each.others)],
        }
        for customer, each in sorted(asked.items())
    ]


def asked_from(rows: Iterable[Json]) -> dict[int, Asked]:
    """What `asked_rows` wrote."""
    return {node.whole("customer"): _asked(node) for node in map(Node, rows)}


def _asked(node: Node) -> Asked:
    own = dict(zip(_wholes(node, "lines"), _wholes(node, "boxes"), strict=True))
    return Asked(node.text("day"), node.whole("turn"), own, frozenset(_wholes(node, "others")))


def _wholes(node: Node, name: str) -> list[int]:
    return [each for each in node.array(name) if isinstance(each, int)]
