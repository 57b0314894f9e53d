"""The items of an order against its live lines: which lines stay, which go, what is to be added."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Generic, Protocol, TypeVar

from msgspec import Struct

from reconciler.kinds.orders.line import C, Line, LineContent

C_co = TypeVar("C_co", bound=LineContent, covariant=True)


class Asked(Protocol[C_co]):
    """An item of an order, as far as lines are told apart by it."""

    @property
    def name(self) -> str:
        """Its name within the order."""

    @property
    def count(self) -> int:
        """How many of it are wanted."""

    @property
    def content(self) -> C_co:
        """What it is."""


class ItemLines(Struct, Generic[C], frozen=True):
    """One item and its lines: `shown` is what stands for it today, `kept` of that stays, `removed` goes.

    `missing` boxes are to be appended; `lost` boxes were cancelled by the vendor and are not asked for again.
    """

    shown: tuple[Line[C], ...] = ()
    kept: tuple[Line[C], ...] = ()
    removed: tuple[Line[C], ...] = ()
    missing: int = 0
    lost: int = 0


class Assignment(Struct, Generic[C], frozen=True):
    """All items of an order by name, and the `extra` lines that belong to none: they go too."""

    items: Mapping[str, ItemLines[C]]
    extra: tuple[Line[C], ...] = ()

    @property
    def removed(self) -> tuple[Line[C], ...]:
        """Every line that goes, by id."""
        gone = [line for each in self.items.values() for line in each.removed]
        return tuple(sorted([*gone, *self.extra], key=lambda line: line.id))


def assign_lines(
    items: Sequence[Asked[C]],
    lines: Sequence[Line[C]],
    former: Mapping[str, C],
    outdated: frozenset[str] = frozenset(),
    recreate: bool = False,
    outgoing: frozenset[int] = frozenset(),
) -> Assignment[C]:
    """Tells the live `lines` apart by the `items` they serve.

    A line that is what an item wants stays. Lines of the same identity with another cost, note or breakdown
    go, and what then is missing is appended. A line that no item claims is taken for the former self of an
    item that has none: the item that had its identity when last applied (`former`), else the only one of its
    product. No line is good enough for an `outdated` item, whatever it shows, and no `outgoing` line for any
    item. Boxes cancelled by the vendor count as delivered unless `recreate` is set.
    """
    pools: dict[object, list[Line[C]]] = defaultdict(list)
    cancelled: dict[object, int] = defaultdict(int)
    for line in sorted(lines, key=lambda each: each.id):
        if line.is_cancelled:
            cancelled[line.content.identity] += line.boxes
        else:
            pools[line.content.identity].append(line)
    claimed = {item.name: pools.pop(item.content.identity, []) for item in items}
    unclaimed = sorted((line for pool in pools.values() for line in pool), key=lambda line: line.id)
    for item in items:
        if not claimed[item.name]:
            claimed[item.name] = _former_lines(item, items, claimed, unclaimed, former)
    served: dict[str, ItemLines[C]] = {}
    extra = list(unclaimed)
    for item in items:
        lost = 0 if recreate else cancelled[item.content.identity]
        pool = claimed[item.name]
        unfit = frozenset(line.id for line in pool) if item.name in outdated else outgoing
        served[item.name], spare = _serve(item, pool, lost, unfit)
        extra.extend(spare)
    return Assignment(served, tuple(sorted(extra, key=lambda line: line.id)))


def _former_lines(
    item: Asked[C],
    items: Sequence[Asked[C]],
    claimed: Mapping[str, list[Line[C]]],
    unclaimed: list[Line[C]],
    former: Mapping[str, C],
) -> list[Line[C]]:
    """Takes from `unclaimed` the lines that were `item` before its pack or product changed."""
    was = former.get(item.name)
    taken = [line for line in unclaimed if was is not None and line.content.identity == was.identity]
    if not taken:
        product = item.content.product_id
        rivals = [
            other for other in items if other.content.product_id == product and not claimed.get(other.name)
        ]
        lines = [line for line in unclaimed if line.content.product_id == product]
        if rivals == [item] and len({line.content.identity for line in lines}) == 1:
            taken = lines
    for line in taken:
        unclaimed.remove(line)
    return taken


def _serve(
    item: Asked[C], pool: Sequence[Line[C]], cancelled: int, unfit: frozenset[int]
) -> tuple[ItemLines[C], list[Line[C]]]:
    """What the vendor cancelled is not asked for again; what stands beside it stays."""
    good = [line for line in pool if line.id not in unfit and line.content.serves(item.content)]
    bad = [line for line in pool if line not in good]
    kept = _largest_fit(good, item.count)
    short = item.count - sum(line.boxes for line in kept)
    lost = min(cancelled, short)
    missing = short - lost
    if good:
        surplus = [line for line in good if line not in kept]
        return ItemLines(tuple(good), tuple(kept), tuple(surplus), missing, lost), bad
    same = [line for line in bad if line.content == bad[0].content]
    spare = [line for line in bad if line not in same]
    return ItemLines(tuple(same), (), tuple(same), missing, lost), spare


def _largest_fit(lines: Sequence[Line[C]], boxes: int) -> list[Line[C]]:
    """The lines that keep most boxes without exceeding `boxes`; of equals, those with more confirmed or
    shipped ones."""
    if sum(line.boxes for line in lines) <= boxes:
        return list(lines)
    best: dict[int, tuple[int, tuple[int, ...]]] = {0: (0, ())}
    for index, line in enumerate(lines):
        for total, (confirmed, chosen) in sorted(best.items(), reverse=True):
            reached, gain = total + line.boxes, confirmed + line.worth
            if reached <= boxes and (reached not in best or best[reached][0] < gain):
                best[reached] = (gain, (*chosen, index))
    return [lines[index] for index in best[max(best)][1]]
