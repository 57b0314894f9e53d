"""Sharing the stock between all reservations: who gets which lines, and why some go short."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reconciler.kinds.kind import Scope
from reconciler.kinds.reservations.allocation import Candidate, Wish, allocate
from reconciler.kinds.reservations.arrivals import boxes_by_reference
from reconciler.kinds.reservations.stock import StockLine
from reconciler.kinds.reservations.wanted import WantedReservation, reference_prefix
from reconciler.model.address import Address


@dataclass(frozen=True, slots=True)
class Share:
    """What one reservation gets.

    `kept` lines stand reserved and stay so, `reserve` come, `release` go. `arriving` boxes are to be added.
    `reasons` explain boxes that are missing. `reserved` and `total` are the boxes of the product and location
    that stand reserved for anyone we know of, and these with the open ones.
    """

    kept: tuple[StockLine, ...] = ()
    reserve: tuple[StockLine, ...] = ()
    release: tuple[StockLine, ...] = ()
    arriving: int = 0
    missing: int = 0
    reasons: tuple[str, ...] = ()
    reserved: int = 0
    total: int = 0

    @property
    def before(self) -> int:
        """The boxes that stand reserved now and count."""
        return sum(line.boxes for line in (*self.kept, *self.release))

    @property
    def after(self) -> int:
        """The boxes that will."""
        return sum(line.boxes for line in (*self.kept, *self.reserve)) + self.arriving


def share_stock(
    wanted: Mapping[Address, WantedReservation],
    stock: Sequence[StockLine],
    arrived: Mapping[Address, Sequence[str]],
    scope: Scope,
) -> dict[Address, Share]:
    """Every reservation's share. Free lines go to the higher priority first, ties by address.

    A line that stands reserved for one customer is not taken for another. `arrived` are the references of
    what was added for an address already. The same stock gives the same shares.
    """
    by_product: dict[tuple[int, int], list[StockLine]] = defaultdict(list)
    for line in stock:
        by_product[(line.location_id, line.product_id)].append(line)
    taken: dict[int, Address] = {}
    shares: dict[Address, Share] = {}
    for address in sorted(wanted, key=lambda each: (-wanted[each].priority, each)):
        wish = wanted[address]
        pool = by_product.get((wish.location_id, wish.product_id), [])
        share = _share(address, wish, pool, taken, _arriving(address, wish, arrived, scope), scope)
        taken.update({line.id: address for line in share.reserve})
        shares[address] = share
    return shares


def age_in_days(line: StockLine, today: str) -> int:
    """Days since the line's inventory date; a line without one is new."""
    if not line.inventory_date:
        return 0
    return (date.fromisoformat(today) - date.fromisoformat(line.inventory_date)).days


def _share(
    address: Address,
    wish: WantedReservation,
    pool: Sequence[StockLine],
    taken: Mapping[int, Address],
    arriving: int,
    scope: Scope,
) -> Share:
    customer = scope.ids.by_address.get(Address("customers", wish.customer))
    meant = [line for line in pool if wish.is_meant(line) and not _is_strange(line, address, scope)]
    mine = [line for line in meant if customer is not None and line.customer_id == customer]
    fit = [line for line in mine if _is_young(line, wish, scope)]
    free = [
        line
        for line in meant
        if line.is_free and line.id not in taken and line.boxes > 0 and _is_young(line, wish, scope)
    ]
    ordered = _by_preference([*fit, *free], wish)
    chosen = allocate(
        [_candidate(line, address, line.customer_id is not None, scope) for line in ordered],
        Wish(max(wish.boxes - arriving, 0), wish.tolerance),
    )
    picked = {ordered[index].id for index in chosen}
    kept = tuple(line for line in fit if line.id in picked)
    reserve = tuple(ordered[index] for index in chosen if ordered[index].customer_id is None)
    release = tuple(line for line in sorted(mine, key=lambda each: each.id) if line.id not in picked)
    total = sum(line.boxes for line in (*kept, *reserve)) + arriving
    missing = wish.boxes - total if wish.boxes - total > wish.tolerance else 0
    return Share(
        kept=kept,
        reserve=reserve,
        release=release,
        arriving=arriving,
        missing=missing,
        reasons=_reasons(address, wish, [line for line in pool if line not in kept + reserve], taken, scope)
        if missing
        else (),
        reserved=sum(line.boxes for line in pool if line.customer_id is not None),
        total=sum(line.boxes for line in pool if line.customer_id is not None or line.is_free),
    )


def _arriving(
    address: Address, wish: WantedReservation, arrived: Mapping[Address, Sequence[str]], scope: Scope
) -> int:
    """The boxes of the arrival that nobody has added yet."""
    added = arrived.get(address, ())
    parts = boxes_by_reference(scope.project, address, wish)
    return sum(boxes for reference, boxes in parts.items() if reference not in added)


def _candidate(line: StockLine, address: Address, is_reserved: bool, scope: Scope) -> Candidate:
    key = f"{address} {'release' if is_reserved else 'reserve'} {line.id}"
    return Candidate(line.id, line.boxes, is_reserved, key in scope.asked)


def _is_young(line: StockLine, wish: WantedReservation, scope: Scope) -> bool:
    return wish.max_age is None or age_in_days(line, scope.today) <= wish.max_age


def _is_strange(line: StockLine, address: Address, scope: Scope) -> bool:
    """Whether a line carries the mark of another resource or project."""
    if not line.reference.startswith("rc:"):
        return False
    return not line.reference.startswith(reference_prefix(scope.project, address))


def _by_preference(lines: Sequence[StockLine], wish: WantedReservation) -> list[StockLine]:
    if wish.choose == "freshest":
        return sorted(
            sorted(lines, key=lambda line: line.id), key=lambda line: line.inventory_date, reverse=True
        )
    if wish.choose == "cheapest":
        return sorted(lines, key=lambda line: (Decimal(line.price or "Infinity"), line.id))
    return sorted(lines, key=lambda line: (line.inventory_date or "9999", line.id))


def _reasons(
    address: Address,
    wish: WantedReservation,
    others: Sequence[StockLine],
    taken: Mapping[int, Address],
    scope: Scope,
) -> tuple[str, ...]:
    """Where boxes of the product are that this reservation cannot have, the most boxes first."""
    boxes: dict[str, int] = defaultdict(int)
    for line in others:
        boxes[_why_not(line, address, wish, taken, scope)] += line.boxes
    ranked = sorted(boxes.items(), key=lambda pair: (-pair[1], pair[0]))
    found = [f"{count} boxes {why}" for why, count in ranked if count]
    return tuple(found) or ("there is no more stock of it",)


def _why_not(
    line: StockLine, address: Address, wish: WantedReservation, taken: Mapping[int, Address], scope: Scope
) -> str:
    if line.id in taken:
        return f"go to {taken[line.id]}"
    if not wish.is_of_pack(line):
        return f"are in another pack ({line.box_type} × {line.bunches} × {line.stems})"
    if wish.vendor_ids and line.vendor_id not in wish.vendor_ids:
        return "are of other vendors"
    if _is_strange(line, address, scope):
        return "were added by another project or resource"
    if not _is_young(line, wish, scope):
        return f"are older than {wish.max_age} days"
    if not line.is_free and line.customer_id is None:
        return "are held, or reserved for somebody else"
    if not line.is_free and line.customer_id != scope.ids.by_address.get(Address("customers", wish.customer)):
        return "are reserved for another customer"
    return "are in lines too large to fit"
