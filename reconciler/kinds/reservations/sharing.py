"""Sharing the stock between all reservations: who gets which lines, and why some go short."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from msgspec import Struct, field

from reconciler.kinds.kind import Scope
from reconciler.kinds.reservations.allocation import Candidate, Wish, allocate
from reconciler.kinds.reservations.arrivals import Arrivals, boxes_by_reference
from reconciler.kinds.reservations.stock import StockLine
from reconciler.kinds.reservations.wanted import WantedReservation, customer_id, reference_prefix
from reconciler.model.address import Address


class Share(Struct, frozen=True):
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
    arrived: Mapping[Address, Arrivals],
    scope: Scope,
) -> dict[Address, Share]:
    """Every reservation's share. Free lines go to the higher priority first, ties by address.

    A line that stands reserved for one customer is not taken for another. `arrived` is what is
    known of the arrivals of each. The same stock gives the same shares.
    """
    pools: dict[tuple[int, int], _Pool] = defaultdict(_Pool)
    for line in stock:
        pools[(line.location_id, line.product_id)].add(line)
    taken: dict[int, Address] = {}
    shares: dict[Address, Share] = {}
    for address in sorted(wanted, key=lambda each: (-wanted[each].priority, each)):
        wish = wanted[address]
        pool = pools[(wish.location_id, wish.product_id)]
        share = _share(address, wish, pool, taken, _arriving(address, wish, arrived[address], scope), scope)
        taken.update({line.id: address for line in share.reserve})
        shares[address] = share
    return shares


def age_in_days(line: StockLine, today: str) -> int:
    """Days since the line's inventory date; a line without one is new."""
    if not line.inventory_date:
        return 0
    return (date.fromisoformat(today) - date.fromisoformat(line.inventory_date)).days


class _Pool(Struct):
    """The lines of one product at one location: all, those of each customer, the free ones. `reserved` and
    `total` as in `Share`."""

    lines: list[StockLine] = field(default_factory=list)
    kept_for: dict[int, list[StockLine]] = field(default_factory=dict)
    free: list[StockLine] = field(default_factory=list)
    reserved: int = 0
    total: int = 0

    def add(self, line: StockLine) -> None:
        self.lines.append(line)
        if line.customer_id is not None:
            self.kept_for.setdefault(line.customer_id, []).append(line)
            self.reserved += line.boxes
            self.total += line.boxes
        elif line.is_free:
            self.free.append(line)
            self.total += line.boxes


def _share(
    address: Address,
    wish: WantedReservation,
    pool: _Pool,
    taken: Mapping[int, Address],
    arriving: int,
    scope: Scope,
) -> Share:
    customer = customer_id(wish, scope)
    held = pool.kept_for.get(customer, ()) if customer is not None else ()
    mine = [line for line in held if _is_meant(line, address, wish, scope)]
    fit = [line for line in mine if _is_young(line, wish, scope)]
    need = Wish(max(wish.boxes - arriving, 0), wish.tolerance)
    if need.miss(sum(line.boxes for line in fit)):
        kept, reserve = _chosen(address, wish, fit, _open(address, wish, pool, taken, scope), need, scope)
    else:  # what stands is one of the best sets, and the only one that asks for no change
        kept, reserve = tuple(fit), ()
    picked = {line.id for line in kept}
    total = sum(line.boxes for line in (*kept, *reserve)) + arriving
    missing = wish.boxes - total if wish.boxes - total > wish.tolerance else 0
    others = [line for line in pool.lines if line not in kept + reserve] if missing else ()
    return Share(
        kept=kept,
        reserve=reserve,
        release=tuple(line for line in sorted(mine, key=lambda each: each.id) if line.id not in picked),
        arriving=arriving,
        missing=missing,
        reasons=_reasons(address, wish, others, taken, scope) if missing else (),
        reserved=pool.reserved,
        total=pool.total,
    )


def _open(
    address: Address, wish: WantedReservation, pool: _Pool, taken: Mapping[int, Address], scope: Scope
) -> list[StockLine]:
    """The free lines that it may have."""
    return [
        line
        for line in pool.free
        if line.id not in taken
        and line.boxes > 0
        and _is_meant(line, address, wish, scope)
        and _is_young(line, wish, scope)
    ]


def _chosen(
    address: Address,
    wish: WantedReservation,
    fit: Sequence[StockLine],
    free: Sequence[StockLine],
    need: Wish,
    scope: Scope,
) -> tuple[tuple[StockLine, ...], tuple[StockLine, ...]]:
    """Which of its lines it keeps, and which free ones come."""
    ordered = _by_preference([*fit, *free], wish)
    chosen = allocate(
        [_candidate(line, address, line.customer_id is not None, scope) for line in ordered], need
    )
    picked = {ordered[index].id for index in chosen}
    kept = tuple(line for line in fit if line.id in picked)
    return kept, tuple(ordered[index] for index in chosen if ordered[index].customer_id is None)


def _arriving(address: Address, wish: WantedReservation, arrived: Arrivals, scope: Scope) -> int:
    """The boxes of the arrival that nobody has added yet."""
    parts = boxes_by_reference(scope.project, address, wish)
    return sum(boxes for reference, boxes in parts.items() if reference not in arrived.added)


def _candidate(line: StockLine, address: Address, is_reserved: bool, scope: Scope) -> Candidate:
    key = f"{address} {'release' if is_reserved else 'reserve'} {line.id}"
    return Candidate(line.id, line.boxes, is_reserved, key in scope.asked)


def _is_young(line: StockLine, wish: WantedReservation, scope: Scope) -> bool:
    return wish.max_age is None or age_in_days(line, scope.today) <= wish.max_age


def _is_meant(line: StockLine, address: Address, wish: WantedReservation, scope: Scope) -> bool:
    return wish.is_meant(line) and not _is_strange(line, address, scope)


def _is_strange(line: StockLine, address: Address, scope: Scope) -> bool:
    """Whether a line carries the mark of another resource or project."""
    return line.is_marked and not line.reference.startswith(reference_prefix(scope.project, address))


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
    if not line.is_free and line.customer_id != customer_id(wish, scope):
        return "are reserved for another customer"
    return "are in lines too large to fit"
