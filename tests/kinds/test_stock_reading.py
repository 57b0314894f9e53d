"""Which lists tell whose stock is."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from reconciler.kinds.reservations.reading import Places

places = st.frozensets(st.tuples(st.integers(1, 4), st.integers(1, 4)), max_size=12)


@given(places, st.data())
def test_no_other_choice_of_lists_takes_fewer_calls(
    all: frozenset[tuple[int, int]], data: st.DataObject
) -> None:
    """Each customer is asked once for all places, and once more where nothing shows, or place by place:
    whichever is fewer calls; and every place is asked."""
    empty = data.draw(st.frozensets(st.sampled_from(sorted(all)))) if all else frozenset()
    wanted = Places(tuple(sorted({location for location, _ in all})), tuple(sorted(all)), empty)
    by_customer: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for place in all:
        by_customer[place[1]].append(place)
    cheapest = sum(min(len(each), 1 + len(empty.intersection(each))) for each in by_customer.values())
    assert sum(map(wanted.calls_of, wanted.fewest)) == cheapest
    asked = [(location, shop.customer) for shop in wanted.fewest for location in shop.locations]
    assert sorted(asked) == sorted(all)
