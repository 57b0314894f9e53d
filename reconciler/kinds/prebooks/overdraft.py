"""Prebooks that together draw more boxes of a purchase order than it has."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache

from msgspec import Struct

from reconciler.kinds.orders.order import wanted_order
from reconciler.kinds.prebooks.drawing import order_address
from reconciler.kinds.prebooks.prebook import wanted_prebook
from reconciler.model.address import Address
from reconciler.model.resource import ResolvedResource

Pack = tuple[int, str, int, int]
"""Product, box type, bunches and stems: what a line is drawn from (A28)."""


class Overdraft(Struct, frozen=True):
    """An item that draws `boxes` of `order`, which `has` so many of that pack; `others` draw some of them."""

    prebook: Address
    item: str
    order: Address
    boxes: int
    has: int
    others: int


def overdrafts(
    prebooks: Collection[Address],
    resolved: Mapping[Address, ResolvedResource],
    numbers: Mapping[Address, str | None],
) -> Iterator[Overdraft]:
    """Every item of `prebooks` that draws more than its order has and other items leave, by address: the
    others are looked into only where one of these draws at all.

    What an order has is what the configuration wants of it: of one that is not managed here, although it is
    named by its number, nobody knows that. `numbers` are those of the managed ones.
    """

    @cache
    def ours() -> Mapping[str, Address]:
        return {number: address for address, number in numbers.items() if number and address in resolved}

    asked = resolved.keys() & set(prebooks)
    draws = [draw for address in sorted(asked) for draw in _draws(resolved[address], resolved, ours)]
    if not draws:
        return
    drawn: Counter[tuple[Address, Pack]] = Counter()
    others = (
        draw for address in resolved.keys() - asked for draw in _draws(resolved[address], resolved, ours)
    )
    for _, _, order, pack, boxes in (*draws, *others):
        drawn[order, pack] += boxes
    stock = _stock(resolved, {order for _, _, order, _, _ in draws})
    for prebook, item, order, pack, boxes in draws:
        has, taken = stock[order][pack], drawn[order, pack] - boxes
        if boxes > has - taken:
            yield Overdraft(prebook, item, order, boxes, has, taken)


def _draws(
    prebook: ResolvedResource, wanted: Collection[Address], ours: Callable[[], Mapping[str, Address]]
) -> Iterator[tuple[Address, str, Address, Pack, int]]:
    """Which boxes a prebook draws of orders that are wanted: item, order, pack and how many. `ours` tells the
    managed orders by number, which few items name."""
    if prebook.address.kind != "prebooks":
        return
    for item in wanted_prebook(prebook.attributes).items:
        if not (item.from_po and item.boxes):
            continue
        order = order_address(item.from_po) or ours().get(item.from_po)
        if order is not None and order in wanted:
            content = item.content
            pack = (content.product_id, content.box_type, content.bunches, content.stems)
            yield prebook.address, item.name, order, pack, item.boxes


def _stock(
    resolved: Mapping[Address, ResolvedResource], orders: set[Address]
) -> dict[Address, Counter[Pack]]:
    stock: dict[Address, Counter[Pack]] = defaultdict(Counter)
    for order in orders:
        for item in wanted_order(resolved[order].attributes).items:
            content = item.content
            pack = (content.product_id, content.box_type, content.bunches, content.stems)
            stock[order][pack] += item.boxes
    return stock
