"""Allocation: exact against brute force, stable, and never too much."""

from __future__ import annotations

from itertools import combinations

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from thorough import tried

from reconciler.kinds.reservations.allocation import Candidate, Wish, allocate

CANDIDATES = st.lists(st.tuples(st.integers(1, 9), st.booleans(), st.booleans()), max_size=9).map(
    lambda rows: [Candidate(index, *row) for index, row in enumerate(rows)]
)
WISHES = st.builds(Wish, st.integers(0, 30), st.integers(0, 4))


def changes(candidates: list[Candidate], chosen: tuple[int, ...]) -> int:
    return sum(line.changes(index in chosen) for index, line in enumerate(candidates))


def brute_force(candidates: list[Candidate], wish: Wish) -> tuple[int, ...]:
    """The best of all subsets, by the promise's own words."""
    positions = range(len(candidates))
    subsets = [each for size in range(len(candidates) + 1) for each in combinations(positions, size)]

    def rank(chosen: tuple[int, ...]) -> tuple[object, ...]:
        total = sum(candidates[index].boxes for index in chosen)
        preference = tuple(index not in chosen for index in positions)
        return (
            wish.miss(total),
            changes(candidates, chosen),
            abs(total - wish.boxes),
            -total,
            preference,
        )

    return min((each for each in subsets if sum(candidates[i].boxes for i in each) <= wish.ceiling), key=rank)


@tried(600)
@given(CANDIDATES, WISHES)
def test_it_is_the_best_of_all_sets(candidates: list[Candidate], wish: Wish) -> None:
    """On small cases the answer is that of trying every set of lines."""
    assert allocate(candidates, wish) == brute_force(candidates, wish)


@tried(60)
@given(CANDIDATES, st.integers(-4, 4), st.integers(0, 4))
def test_what_stands_and_is_near_enough_stays(
    candidates: list[Candidate], surplus: int, tolerance: int
) -> None:
    """No line is changed while those that stand add up within the tolerance: whoever knows that need not
    search."""
    standing = tuple(index for index, line in enumerate(candidates) if line.is_reserved)
    wish = Wish(sum(candidates[index].boxes for index in standing) - surplus, tolerance)
    assume(wish.boxes >= 0 and abs(surplus) <= tolerance)
    assert allocate(candidates, wish) == standing


@settings(deadline=None)
@given(CANDIDATES, WISHES)
def test_what_was_done_stays(candidates: list[Candidate], wish: Wish) -> None:
    """Once its changes were made, allocating again asks for none."""
    chosen = allocate(candidates, wish)
    done = [Candidate(line.id, line.boxes, index in chosen) for index, line in enumerate(candidates)]
    assert allocate(done, wish) == chosen


@settings(deadline=None)
@given(CANDIDATES, WISHES)
def test_half_of_what_was_asked_stays_asked(candidates: list[Candidate], wish: Wish) -> None:
    """While a person works through the steps, what is left to do stays the same."""
    chosen = allocate(candidates, wish)
    asked = [index for index, line in enumerate(candidates) if line.changes(index in chosen)]
    for done in range(len(asked) + 1):
        half = [
            Candidate(
                line.id,
                line.boxes,
                (index in chosen) if index in asked[:done] else line.is_reserved,
                index in asked[done:],
            )
            for index, line in enumerate(candidates)
        ]
        assert allocate(half, wish) == chosen


def test_nothing_wanted_reserves_nothing() -> None:
    """A wish for no boxes releases what is there."""
    assert allocate([Candidate(1, 4, True), Candidate(2, 6, False)], Wish(0)) == ()
