"""Sharing the stock between reservations: everybody gets the best that is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from thorough import tried

from reconciler.kinds.kind import LiveIds, Scope
from reconciler.kinds.reservations.allocation import Candidate, Wish, allocate
from reconciler.kinds.reservations.arrivals import Arrivals
from reconciler.kinds.reservations.sharing import Share, share_stock
from reconciler.kinds.reservations.stock import StockLine
from reconciler.kinds.reservations.wanted import Arrival, WantedReservation, reference_prefix
from reconciler.model.address import Address

TODAY = "2027-01-10"
NAMES = ("a", "b", "c")
ADDRESSES = {name: Address("reservations", name) for name in NAMES}
CUSTOMERS = {
    Address("customers", "bloom"): 1,
    Address("customers", "rose"): 2,
    Address("customers", "new"): None,
}
MARKS = (
    *(f"{reference_prefix('shop', address)}-0010" for address in ADDRESSES.values()),
    "rc:elsewhere",
    *[""] * 12,
)
ARRIVAL = Arrival(77, "12345678901", "2027-01-09", "0.31", 3, "RSFRE60", 5)

lines = st.lists(
    st.builds(
        StockLine,
        id=st.just(0),
        location_id=st.just(11),
        product_id=st.sampled_from([*[501] * 6, 502]),
        box_type=st.sampled_from([*["HB"] * 6, "QB"]),
        unit=st.just("stem"),
        bunches=st.sampled_from([*[12] * 6, 10]),
        stems=st.just(25),
        boxes=st.integers(0, 6),
        vendor_id=st.sampled_from([77, 77, 78, None]),
        inventory_date=st.sampled_from(["", "2027-01-01", "2027-01-05", "2027-01-09"]),
        reference=st.sampled_from(MARKS),
        price=st.sampled_from(["", "0.3", "0.28"]),
        is_free=st.booleans(),
        customer_id=st.sampled_from([None, None, 1, 1, 2]),
    ),
    min_size=3,
    max_size=8,
).map(lambda found: [numbered(line, index) for index, line in enumerate(found)])

wishes = st.builds(
    WantedReservation,
    customer=st.sampled_from(["bloom", "bloom", "rose", "new"]),
    location_id=st.just(11),
    product_id=st.sampled_from([*[501] * 6, 502]),
    box_type=st.just("HB"),
    unit=st.sampled_from([None, "stem"]),
    bunches=st.sampled_from([None, 12]),
    stems=st.none(),
    boxes=st.integers(0, 9),
    tolerance=st.integers(0, 2),
    choose=st.sampled_from(["oldest", "freshest", "cheapest"]),
    max_age=st.sampled_from([None, 6]),
    vendor_ids=st.sampled_from([(), (), (), (77,)]),
    priority=st.integers(0, 1),
    arrival=st.sampled_from([None, None, None, ARRIVAL]),
)
wanted_by_address = st.dictionaries(st.sampled_from([*ADDRESSES.values()]), wishes, min_size=2)
open_steps = st.frozensets(
    st.builds(
        "reservations.{} {} {}".format,
        st.sampled_from(NAMES),
        st.sampled_from(["reserve", "release"]),
        st.integers(1, 8),
    ),
    max_size=4,
)


def numbered(line: StockLine, index: int) -> StockLine:
    """`line` with an id of its own, and free only where nobody has it: lists do not contradict."""
    return replace(line, id=index + 1, is_free=line.is_free and line.customer_id is None)


class Told:
    """The promise in its own words: whoever comes first has the best set of all lines that it may have."""

    def __init__(self, stock: Sequence[StockLine], asked: frozenset[str]) -> None:
        self.stock = stock
        self.asked = asked
        self.taken: set[int] = set()

    def share(self, address: Address, wish: WantedReservation) -> tuple[set[int], set[int], set[int]]:
        customer = CUSTOMERS[Address("customers", wish.customer)]
        meant = [line for line in self.stock if self.is_meant(line, address, wish)]
        mine = [line for line in meant if customer is not None and line.customer_id == customer]
        free = [line for line in meant if line.is_free and line.id not in self.taken and line.boxes]
        may = [line for line in self.ranked([*mine, *free], wish) if self.is_young(line, wish)]
        need = Wish(max(wish.boxes - (wish.arrival.boxes if wish.arrival else 0), 0), wish.tolerance)
        lines = [
            Candidate(line.id, line.boxes, line.customer_id is not None, self.is_asked(address, line))
            for line in may
        ]
        chosen = {may[index].id for index in allocate(lines, need)}
        held = {line.id for line in mine}
        self.taken |= chosen - held
        return chosen & held, chosen - held, held - chosen

    def is_asked(self, address: Address, line: StockLine) -> bool:
        word = "release" if line.customer_id is not None else "reserve"
        return f"{address} {word} {line.id}" in self.asked

    def is_meant(self, line: StockLine, address: Address, wish: WantedReservation) -> bool:
        is_strange = line.reference and not line.reference.startswith(reference_prefix("shop", address))
        return (
            (line.product_id, line.box_type) == (wish.product_id, wish.box_type)
            and (wish.bunches or line.bunches) == line.bunches
            and (not wish.vendor_ids or line.vendor_id in wish.vendor_ids)
            and not is_strange
        )

    def is_young(self, line: StockLine, wish: WantedReservation) -> bool:
        made = date.fromisoformat(line.inventory_date or TODAY)
        return wish.max_age is None or (date.fromisoformat(TODAY) - made).days <= wish.max_age

    def ranked(self, lines: Sequence[StockLine], wish: WantedReservation) -> list[StockLine]:
        by_id = sorted(lines, key=lambda line: line.id)
        if wish.choose == "freshest":
            return sorted(by_id, key=lambda line: line.inventory_date, reverse=True)
        if wish.choose == "cheapest":
            return sorted(by_id, key=lambda line: line.price or "9")
        return sorted(by_id, key=lambda line: line.inventory_date or "9")


def shares(
    stock: Sequence[StockLine], wanted: Mapping[Address, WantedReservation], asked: frozenset[str]
) -> dict[Address, Share]:
    scope = Scope("shop", TODAY, ids=LiveIds(CUSTOMERS), asked=asked)
    return share_stock(wanted, stock, dict.fromkeys(wanted, Arrivals()), scope)


def ids(lines: Sequence[StockLine]) -> set[int]:
    return {line.id for line in lines}


@tried(120)
@given(lines, wanted_by_address, open_steps)
def test_everybody_gets_the_best_that_is_left(
    stock: list[StockLine], wanted: dict[Address, WantedReservation], asked: frozenset[str]
) -> None:
    """By priority, then by address: each share is the best set of the lines that it may have, and what is
    said of it is its sum."""
    found, told = shares(stock, wanted, asked), Told(stock, asked)
    for address in sorted(wanted, key=lambda each: (-wanted[each].priority, each)):
        share, wish = found[address], wanted[address]
        expected = told.share(address, wish)
        assert (ids(share.kept), ids(share.reserve), ids(share.release)) == expected
        pool = [line for line in stock if line.product_id == wish.product_id]
        assert share.reserved == sum(line.boxes for line in pool if line.customer_id)
        assert share.total == share.reserved + sum(line.boxes for line in pool if line.is_free)
        short = wish.boxes - share.after
        assert share.missing == (short if short > wish.tolerance else 0)
        assert bool(share.reasons) == bool(share.missing)


def test_a_line_that_is_too_old_does_not_count() -> None:
    """As many boxes as are wanted stand reserved, and they are old: they go, and fresh ones come."""
    old = StockLine(1, 11, 501, "HB", "stem", 12, 25, 4, 77, "2027-01-01", "", "", False, 1)
    fresh = replace(old, id=2, inventory_date="2027-01-09", is_free=True, customer_id=None)
    wish = WantedReservation("bloom", 11, 501, "HB", None, None, None, 4, 0, "oldest", 6, (), 0, None)
    share = shares([old, fresh], {ADDRESSES["a"]: wish}, frozenset())[ADDRESSES["a"]]
    assert (ids(share.kept), ids(share.reserve), ids(share.release)) == (set(), {2}, {1})
