"""How often a watch looks, and what it takes for flapping."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model.address import Address
from reconciler.watch.flapping import RETURNS, WINDOW, Flapping
from reconciler.watch.pace import SLOWEST, Pace, day_ends, make_pace, slowed

EVERY = timedelta(minutes=5)
NOON = datetime(2027, 1, 4, 12, tzinfo=UTC)
MIDNIGHT = datetime(2027, 1, 5, tzinfo=UTC)
A, B = Address("customers", "a"), Address("customers", "b")


def paced(left: int) -> Pace:
    """The pace of looks that take nine calls each."""
    return make_pace(EVERY, NOON, MIDNIGHT, left, lambda every: Fraction(9), 9)


def test_calls_that_last_change_nothing() -> None:
    """144 looks of 9 calls fit into what is left of the day."""
    assert paced(144 * 9) == Pace(EVERY)


def test_calls_are_spread_over_the_day() -> None:
    """Half as many looks come half as often, and it is said until when they would have lasted."""
    assert paced(72 * 9) == Pace(timedelta(minutes=10), NOON + timedelta(hours=6))


def test_without_calls_it_waits_for_the_next_day() -> None:
    """Also where others have used more than was left to them."""
    for left in (8, 0, -20):
        pace = paced(left)
        assert pace.is_paused and pace.wait == timedelta(hours=12)


@given(st.integers(0, 5000), st.integers(0, 100), st.integers(10, 7200), st.integers(1, 86400))
def test_it_never_spends_more_than_there_is(left: int, calls: int, every: int, rest: int) -> None:
    """Looks at that pace to the end of the day never take more calls than are left, and never come sooner
    than was asked for."""
    rhythm, ends = timedelta(seconds=every), NOON + timedelta(seconds=rest)
    pace = make_pace(rhythm, NOON, ends, left, lambda every: Fraction(calls), calls)
    if pace.is_paused:
        assert pace.wait == ends - NOON
    else:
        assert pace.wait >= rhythm
        assert (ends - NOON) / pace.wait * max(calls, 1) <= left * (1 + 1e-6)


@pytest.mark.parametrize(
    ("zone", "ends"),
    [("UTC", "2027-01-05T00:00:00+00:00"), ("America/New_York", "2027-01-05T05:00:00+00:00")],
)
def test_the_day_ends_where_the_quota_does(zone: str, ends: str) -> None:
    """In the time zone of the project."""
    assert day_ends(NOON, zone).astimezone(UTC).isoformat() == ends


def test_failures_slow_it_down_to_a_point() -> None:
    """Doubled each time, and no more than so often."""
    assert [slowed(EVERY, count) / EVERY for count in (0, 1, 2, 3, 40)] == [1, 2, 4, 8, SLOWEST]


def after(*looks: str) -> Flapping:
    """What is known after looks that found `a`, `b`, both or nothing."""
    flapping = Flapping()
    for each in looks:
        flapping = flapping.after([address for address in (A, B) if address.name in each])
    return flapping


def test_what_comes_back_again_and_again_flaps() -> None:
    """Three times within the window, and only that resource."""
    assert after("a", "", "a", "").addresses == ()
    assert after("ab", "b", "ab", "b", "ab").addresses == (A,)


def test_what_stays_pending_does_not_flap() -> None:
    """Nor does what was mended once."""
    assert after(*["a"] * WINDOW, "").addresses == ()


def test_what_stands_still_is_forgiven() -> None:
    """Once its returns are out of the window, and then it is forgotten."""
    restless = after(*["a", ""] * RETURNS)
    assert restless.addresses == (A,)
    for _ in range(WINDOW):
        restless = restless.after([])
    assert restless == Flapping()
