"""Which whole lines to keep reserved so that they add up: an exact problem, solved exactly."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct


class Candidate(Struct, frozen=True):
    """A line that may stand reserved. Its place in the sequence is its preference, the best one first.

    `is_reserved` says that it is today, `is_asked` that an open operator step already names it: then the step
    is no new change.
    """

    id: int
    boxes: int
    is_reserved: bool
    is_asked: bool = False

    def changes(self, chosen: bool) -> int:
        """What choosing it, or not, costs: 2 for a change, 1 for one that is asked for already, else 0."""
        if chosen == self.is_reserved:
            return 0
        return 1 if self.is_asked else 2


class Wish(Struct, frozen=True):
    """How many boxes should stand reserved, and how many over or under are still fine."""

    boxes: int
    tolerance: int = 0

    @property
    def ceiling(self) -> int:
        """The boxes that are never exceeded."""
        return self.boxes + self.tolerance

    def miss(self, total: int) -> int:
        """By how many boxes `total` lies outside of the tolerance."""
        return max(abs(total - self.boxes) - self.tolerance, 0)


def allocate(candidates: Sequence[Candidate], wish: Wish) -> tuple[int, ...]:
    """The positions of the candidates that should stand reserved, in order.

    Of all sets of whole lines that do not exceed `boxes + tolerance` the one that misses the wish least; of
    these the one with the fewest changes; then the one nearest to `boxes`; then the one that takes the more
    preferred lines. The same stock gives the same answer.
    """
    table = _fewest_changes(candidates, wish.ceiling)
    totals = [total for total, cost in enumerate(table[0]) if cost is not None]
    best = min(totals, key=lambda total: (wish.miss(total), table[0][total], abs(total - wish.boxes), -total))
    return _preferred(candidates, table, best)


def _fewest_changes(candidates: Sequence[Candidate], ceiling: int) -> list[list[int | None]]:
    """`table[i][t]`: the fewest changes with which the candidates from `i` on add up to `t`, or None."""
    table: list[list[int | None]] = [[None] * (ceiling + 1) for _ in range(len(candidates) + 1)]
    table[-1][0] = 0
    for index in range(len(candidates) - 1, -1, -1):
        line, after, row = candidates[index], table[index + 1], table[index]
        leave, take = line.changes(False), line.changes(True)
        for total, rest in enumerate(after):
            if rest is None:
                continue
            _lower(row, total, rest + leave)
            if total + line.boxes <= ceiling:
                _lower(row, total + line.boxes, rest + take)
    return table


def _lower(row: list[int | None], total: int, cost: int) -> None:
    known = row[total]
    if known is None or cost < known:
        row[total] = cost


def _preferred(
    candidates: Sequence[Candidate], table: Sequence[Sequence[int | None]], total: int
) -> tuple[int, ...]:
    """Of all best sets the one that takes the first line if any of them does, then the second, and so on."""
    chosen: list[int] = []
    cost = table[0][total]
    assert cost is not None
    for index, line in enumerate(candidates):
        rest = total - line.boxes
        if rest >= 0 and table[index + 1][rest] == cost - line.changes(True):
            chosen.append(index)
            total, cost = rest, cost - line.changes(True)
        else:
            cost -= line.changes(False)
    return tuple(chosen)
