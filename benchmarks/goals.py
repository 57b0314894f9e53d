"""What the reconciler is meant to reach, beside what it reached."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from benchmarks.measure import Figure
from benchmarks.ours import CHANGED, COLD, COLD_OF_LARGE, FEW, PARSED, applied
from benchmarks.peers import LARGE, NOOP, NOOP_OF_LARGE, OCTODNS, TERRAFORM
from benchmarks.rows import OURS, Measured, Row

STANDARD = {1_000: 3.5, 10_000: 39.6}
"""So many resources took Terraform's no-op plan so many seconds, where the goals in seconds were set."""


@dataclass(frozen=True, slots=True)
class Reached:
    """What one goal asks and what was reached: both in the same unit, and at most or at least so much.

    `as_there` is what it would have been on the machine for which goals in seconds were set, or the figure as
    it is where nothing tells how fast this machine is. It decides.
    """

    what: str
    unit: str
    goal: float
    is_most: bool
    figure: float
    as_there: float

    @property
    def is_reached(self) -> bool:
        """Whether the goal is reached."""
        return self.as_there <= self.goal if self.is_most else self.as_there >= self.goal

    @property
    def by(self) -> float:
        """How many times better than the goal; below 1 where it is missed."""
        return self.goal / self.as_there if self.is_most else self.as_there / self.goal


Figures = Mapping[tuple[str, int | None, str], Figure]
Goal = Callable[[Figures], Reached | None]
"""Of what was measured: None where that was not measured."""


def judged(rows: Iterable[Row]) -> list[Reached]:
    """All goals of which something was measured."""
    figures = best_figures(rows)
    return [found for goal in GOALS if (found := goal(figures)) is not None]


def best_figures(rows: Iterable[Row]) -> Figures:
    """By who, size and what; of several layouts the last, in which everything was measured."""
    return {(row.who, row.size, row.what): row.figure for row in rows if isinstance(row, Measured)}


def paces(figures: Figures) -> dict[int, tuple[float, Figure]]:
    """By size: the seconds in which the other machine ends the plan of Terraform that was measured in turns
    with ours, and what it took here."""
    found = {}
    for (who, size, what), figure in figures.items():
        if who == TERRAFORM and size is not None and what in (NOOP, NOOP_OF_LARGE):
            measured = LARGE if what == NOOP_OF_LARGE else size
            if measured in STANDARD:
                found[size] = (STANDARD[measured], figure)
    return found


def _there(figures: Figures, size: int | None, own: Figure) -> float:
    """The seconds that `own` would have been on the other machine; what has no size was measured first."""
    known = paces(figures)
    at = min(known, default=None) if size is None else size
    if at is None or at not in known:
        return own.own
    standard, pace = known[at]
    return own.times(pace) * standard


def _seconds(what: str, size: int | None, goal: float) -> Goal:
    """At most `goal` seconds, without the account's own."""

    def judge(figures: Figures) -> Reached | None:
        own = figures.get((OURS, size, what))
        if own is None:
            return None
        return Reached(_titled(what, size), "s", goal, True, own.own, _there(figures, size, own))

    return judge


def _memory(what: str, size: int, goal: float) -> Goal:
    """At most `goal` MB."""

    def judge(figures: Figures) -> Reached | None:
        own = figures.get((OURS, size, what))
        if own is None:
            return None
        return Reached(_titled(what, size), "MB", goal, True, own.memory, own.memory)

    return judge


def _growth(size: int, goal: float) -> Goal:
    """At most `goal` times as long for `size` as for `LARGE`, which was measured in turns with it."""

    def judge(figures: Figures) -> Reached | None:
        less, more = figures.get((OURS, size, COLD_OF_LARGE)), figures.get((OURS, size, COLD))
        if less is None or more is None:
            return None
        times = more.times(less)
        return Reached(f"{COLD}, {size:,} against {LARGE:,}", "times the seconds", goal, True, times, times)

    return judge


def _faster(what: str, size: int, peer: str, goal: float) -> Goal:
    """At least `goal` times as fast as the peer's no-op plan of as many resources."""
    return _better(what, size, peer, goal, "times as fast", lambda other, own: other.times(own))


def _smaller(what: str, size: int, peer: str, goal: float) -> Goal:
    """At least `goal` times less memory than the peer's no-op plan of as many resources."""
    return _better(what, size, peer, goal, "times less memory", lambda other, own: other.memory / own.memory)


def _better(
    what: str, size: int, peer: str, goal: float, unit: str, times: Callable[[Figure, Figure], float]
) -> Goal:
    def judge(figures: Figures) -> Reached | None:
        own, other = figures.get((OURS, size, what)), figures.get((peer, size, NOOP))
        if own is None or other is None:
            return None
        better = times(other, own)
        return Reached(f"{_titled(what, size)} against {peer}", unit, goal, False, better, better)

    return judge


def _titled(what: str, size: int | None) -> str:
    return what if size is None else f"{what}, {size:,}"


GOALS: tuple[Goal, ...] = (
    _seconds("--version", None, 0.1),
    _seconds("validate of the quick start", None, 0.25),
    _seconds("plan of the quick start", None, 0.8),
    _seconds(COLD, 1_000, 0.45),
    _seconds(PARSED, 1_000, 0.3),
    _seconds(CHANGED, 1_000, 0.4),
    _seconds(COLD, 10_000, 2.5),
    _memory(COLD, 10_000, 200),
    _seconds(PARSED, 10_000, 0.6),
    _seconds(CHANGED, 10_000, 0.9),
    _seconds(applied(FEW), 10_000, 2),
    _growth(100_000, 11),
    _memory(COLD, 100_000, 1_500),
    _seconds(PARSED, 100_000, 5),
    _seconds(CHANGED, 100_000, 8),
    _seconds(applied(FEW), 100_000, 3),
    _faster(COLD, 10_000, TERRAFORM, 15),
    _faster(PARSED, 10_000, TERRAFORM, 60),
    _smaller(COLD, 10_000, TERRAFORM, 8),
    _faster(COLD, 10_000, OCTODNS, 2.5),
    _faster(PARSED, 10_000, OCTODNS, 10),
)
