"""How long to wait until the next look, so that the calls last to the end of the day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from msgspec import Struct

SLOWEST = 8
"""The rhythm is at most so many times slower while something flaps, or after errors."""


class Pace(Struct, frozen=True):
    """Wait `wait`, then look again.

    `lasts_until` is when the calls would be used up in the rhythm that was asked for, None where they last
    the day. `is_paused` says that not one look is affordable before the next day.
    """

    wait: timedelta
    lasts_until: datetime | None = None
    is_paused: bool = False


def day_ends(now: datetime, timezone: str) -> datetime:
    """When the quota's day of `now` ends, as an aware moment (A9)."""
    here = now.astimezone(ZoneInfo(timezone))
    return datetime.combine(here.date() + timedelta(days=1), time(), tzinfo=ZoneInfo(timezone))


def share_of_looks(limit: timedelta, every: timedelta) -> Fraction:
    """In which share of looks something is asked whose answer may serve until it is older than `limit`."""
    return Fraction(1, max(-(-limit // every), 1))


def make_pace(
    every: timedelta,
    now: datetime,
    ends: datetime,
    left: int,
    calls: Callable[[timedelta], Fraction],
    most: int,
) -> Pace:
    """The pace of looks that take so many `calls` each where one is made so often, and `most` at most, with
    `left` calls until the day `ends`, those kept for others not counted. Never faster than `every`."""
    if left < max(most, 1):
        return Pace(ends - now, now, is_paused=True)
    rhythm = every
    while (needed := (ends - now) / _looks(left, calls(rhythm))) > rhythm:
        rhythm = needed
    if rhythm == every:
        return Pace(every)
    return Pace(rhythm, now + every * _looks(left, calls(every)))


def _looks(left: int, calls: Fraction) -> int:
    """How many looks the calls that are left suffice for, at least one."""
    return max(int(left / max(calls, Fraction(1))), 1)


def slowed(every: timedelta, failures: int) -> timedelta:
    """The rhythm after so many looks in a row that failed: doubled each time, up to `SLOWEST` times."""
    return min(every * (1 << min(failures, 10)), every * SLOWEST)
