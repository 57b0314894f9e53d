"""Reserved against open boxes, before and after a plan."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from reconciler.model.change import ReservedBoxes
from reconciler.model.plan import Stock
from reconciler.report.document import plan_document
from reconciler.report.stock import Shelf, shelves_of
from report.plans import full_document, one_of_each, plan_of

RESERVATION = one_of_each()[6]


def test_what_the_plan_reserves_is_taken_from_what_is_open() -> None:
    """And what it changes comes first."""
    assert shelves_of(full_document()) == (
        Shelf("RSFRE60 in MIA", kept=16, added=4, released=0, open=31),
        Shelf("RSMON60 in MIA", kept=10, added=0, released=0, open=6),
        Shelf("SPRAY50 in LAX", kept=0, added=0, released=0, open=18),
    )


@given(
    st.integers(0, 50),
    st.integers(0, 50),
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20), st.integers(0, 9)), max_size=3),
)
def test_no_box_is_lost(reserved: int, free: int, moves: list[tuple[int, int, int]]) -> None:
    """Whatever several reservations of one product gain and release, the parts add up to all boxes."""
    gains, losses = sum(up for up, _, _ in moves), sum(down for _, down, _ in moves)
    reserved, free = reserved + losses, free + gains
    changes = [
        replace(RESERVATION, reserved=(ReservedBoxes("X in MIA", reserved, net, come, reserved + free),))
        for up, down, come in moves
        for net, come in ((up, come), (-down, 0))
    ]
    plan = plan_of(*changes, stock=(Stock("X in MIA", reserved, free),))
    (shelf,) = shelves_of(plan_document(plan))
    arriving = sum(come for _, _, come in moves)
    assert shelf.total == reserved + free + arriving
    assert shelf.reserved == reserved + gains - losses + arriving
