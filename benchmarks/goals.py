"""What the reconciler is meant to reach, beside what it reached."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from benchmarks.measure import Figure
from benchmarks.ours import CHANGED, COLD, FEW, PARSED, applied
from benchmarks.peers import NOOP, OCTODNS, TERRAFORM
from benchmarks.rows import OURS, Measured, Row

PACE = (10_000, 39.6)
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
Goal = Callable[[Figures, float], Reached | None]
"""Of what was measured, and of this machine's pace: None where that was not measured."""


def judged(rows: Iterable[Row]) -> list[Reached]:
    """All goals of which something was measured."""
    figures = best_figures(rows)
    pace = pace_of(figures) or 1.0
    return [found for goal in GOALS if (found := goal(figures, pace)) is not None]


def best_figures(rows: Iterable[Row]) -> Figures:
    """By who, size and what; of several layouts the last, in which everything was measured."""
    return {(row.who, row.size, row.what): row.figure for row in rows if isinstance(row, Measured)}


def pace_of(figures: Figures) -> float | None:
    """How many times as long Terraform takes here as on the machine for which the goals were set."""
    size, seconds = PACE
    found = figures.get((TERRAFORM, size, NOOP))
    return None if found is None else found.wall / seconds


def _seconds(what: str, size: int | None, goal: float) -> Goal:
    """At most `goal` seconds, without the account's own."""

    def judge(figures: Figures, pace: float) -> Reached | None:
        own = figures.get((OURS, size, what))
        if own is None:
            return None
        return Reached(_titled(what, size), "s", goal, True, own.own, own.own / pace)

    return judge


def _memory(what: str, size: int, goal: float) -> Goal:
    """At most `goal` MB."""

    def judge(figures: Figures, pace: float) -> Reached | None:
        own = figures.get((OURS, size, what))
        if own is None:
            return None
        return Reached(_titled(what, size), "MB", goal, True, own.memory, own.memory)

    return judge


def _growth(what: str, smaller: int, larger: int, goal: float) -> Goal:
    """At most `goal` times as long for the larger size as for the smaller."""

    def judge(figures: Figures, pace: float) -> Reached | None:
        less, more = figures.get((OURS, smaller, what)), figures.get((OURS, larger, what))
        if less is None or more is None:
            return None
        times = more.own / less.own
        title = f"{_titled(what, larger)} against {smaller:,}"
        return Reached(title, "times the seconds", goal, True, times, times)

    return judge


def _faster(what: str, size: int, peer: str, goal: float) -> Goal:
    """At least `goal` times as fast as the peer's no-op plan of as many resources."""
    return _better(what, size, peer, goal, "times as fast", lambda figure: figure.own)


def _smaller(what: str, size: int, peer: str, goal: float) -> Goal:
    """At least `goal` times less memory than the peer's no-op plan of as many resources."""
    return _better(what, size, peer, goal, "times less memory", lambda figure: figure.memory)


def _better(what: str, size: int, peer: str, goal: float, unit: str, cost: Callable[[Figure], float]) -> Goal:
    def judge(figures: Figures, pace: float) -> Reached | None:
        own, other = figures.get((OURS, size, what)), figures.get((peer, size, NOOP))
        if own is None or other is None:
            return None
        times = cost(other) / cost(own)
        return Reached(f"{_titled(what, size)} against {peer}", unit, goal, False, times, times)

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
    _growth(COLD, 10_000, 100_000, 11),
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
