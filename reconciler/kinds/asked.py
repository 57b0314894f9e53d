"""What the customers' own lists of reserved stock said when each was asked last."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field

from reconciler.model.node import Node
from reconciler.model.value import Json


class Asked(Struct, frozen=True):
    """The answer of one customer's list on a `day`: the boxes of its lines by id. `turn` tells who was asked
    longer ago."""

    day: str
    turn: int
    own: Mapping[int, int] = field(default_factory=dict)


class AskedShops(Struct, frozen=True):
    """Every customer's last answer, and since which turn each line has been taken by somebody."""

    customers: Mapping[int, Asked] = field(default_factory=dict)
    taken: Mapping[int, int] = field(default_factory=dict)

    @property
    def turn(self) -> int:
        """The latest one; 0 where nobody was asked."""
        return max((each.turn for each in self.customers.values()), default=0)


def asked_json(asked: AskedShops) -> list[Json]:
    """As JSON, by customer, the lines behind them."""
    customers: list[Json] = [
        {"customer": customer, "day": each.day, "turn": each.turn, **_pairs("lines", "boxes", each.own)}
        for customer, each in sorted(asked.customers.items())
    ]
    return [*customers, _pairs("taken", "since", asked.taken)]


def asked_from(rows: list[Json]) -> AskedShops:
    """What `asked_json` wrote; nothing where another version did."""
    try:
        return _asked_from(rows)
    except (KeyError, ValueError):
        return AskedShops()


def _asked_from(rows: list[Json]) -> AskedShops:
    *customers, lines = map(Node, rows)
    return AskedShops(
        {
            each.whole("customer"): Asked(
                each.text("day"), each.whole("turn"), _paired(each, "lines", "boxes")
            )
            for each in customers
        },
        _paired(lines, "taken", "since"),
    )


def _pairs(ids: str, values: str, found: Mapping[int, int]) -> dict[str, Json]:
    return {ids: [*sorted(found)], values: [found[id] for id in sorted(found)]}


def _paired(node: Node, ids: str, values: str) -> dict[int, int]:
    found = zip(node.array(ids), node.array(values), strict=True)
    return {id: value for id, value in found if isinstance(id, int) and isinstance(value, int)}
