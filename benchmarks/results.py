"""What was measured as tables: goals, whole processes, ratios to the peers, growth, stages."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from benchmarks.goals import STANDARD, Figures, best_figures, judged, paces
from benchmarks.measure import Figure
from benchmarks.ours import CHANGED, COLD, FIRST, PARSED
from benchmarks.peers import NOOP, OCTODNS, TERRAFORM
from benchmarks.rows import OURS, GivenUp, Measured, Row, Stages


@dataclass(frozen=True, slots=True)
class Line:
    """One thing over growing sizes."""

    name: str
    points: Sequence[tuple[int, Figure]]

    def exponents(self) -> list[tuple[int, int, float, float]]:
        """From size to size, with which power of it time and memory grow: 1 is linear."""
        return [
            (less, more, _power(less, a.own, more, b.own), _power(less, a.memory, more, b.memory))
            for (less, a), (more, b) in zip(self.points, self.points[1:], strict=False)
        ]


def lines_of(rows: Iterable[Row]) -> list[Line]:
    """What grows: our plans in each state of memory, and the peers' plans of nothing."""
    figures = best_figures(rows)
    sizes = sorted({size for _, size, _ in figures if size is not None})
    drawn = [(OURS, what) for what in (FIRST, COLD, PARSED, CHANGED)]
    lines = []
    for who, what in [*drawn, (TERRAFORM, NOOP), (OCTODNS, NOOP)]:
        points = [(size, figures[who, size, what]) for size in sizes if (who, size, what) in figures]
        if points:
            lines.append(Line(f"{who}: {what}", points))
    return lines


def tables(rows: Iterable[Row]) -> str:
    """Markdown; the last line says how many goals were reached."""
    found = list(rows)
    parts = (_processes(found), _ratios(found), _growth(found), _stages(found), _goals(found))
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _processes(rows: Iterable[Row]) -> Iterator[str]:
    yield "`own` is `seconds` without those that the account spent on answering while nothing was computed."
    yield ""
    yield "| who | resources | files | what | own | seconds | CPU seconds | MB | runs |"
    yield "|---|---:|---:|---|---:|---:|---:|---:|---:|"
    for row in rows:
        if isinstance(row, Measured):
            each = row.figure
            yield (
                f"| {row.who} | {_count(row.size)} | {_count(row.files)} | {row.what} | {each.own:.2f} "
                f"| {each.wall:.2f} | {each.cpu:.2f} | {each.memory:.0f} | {len(each.runs)} |"
            )
        elif isinstance(row, GivenUp):
            yield f"| {row.who} | {_count(row.size)} | | given up: {row.why} | | | | | |"


def _ratios(rows: Iterable[Row]) -> Iterator[str]:
    """Terraform has a third of what our resources say, octoDNS a fifth."""
    figures = best_figures(rows)
    yield "| resources | what | peer, no-op | times as fast | times less memory |"
    yield "|---:|---|---|---:|---:|"
    for (who, size, what), other in figures.items():
        if who == OURS or what != NOOP:
            continue
        for ours in (FIRST, COLD, PARSED):
            if (own := figures.get((OURS, size, ours))) is not None:
                faster, smaller = other.times(own), other.memory / own.memory
                yield f"| {_count(size)} | {ours} | {who} | {faster:.1f} | {smaller:.1f} |"


def _growth(rows: Iterable[Row]) -> Iterator[str]:
    yield "| what | resources | time grows with the power | memory |"
    yield "|---|---|---:|---:|"
    for line in lines_of(rows):
        for less, more, time, memory in line.exponents():
            yield f"| {line.name} | {less:,} to {more:,} | {time:.2f} | {memory:.2f} |"


def _stages(rows: Iterable[Row]) -> Iterator[str]:
    yield "| resources | files | stage of a no-op plan, parsed before | CPU seconds | waiting |"
    yield "|---:|---:|---|---:|---:|"
    for row in rows:
        if isinstance(row, Stages):
            for name, spent in row.clocks.items():
                waiting = max(0.0, spent["wall"] - spent["cpu"])
                yield f"| {row.size:,} | {row.files:,} | {name} | {spent['cpu']:.3f} | {waiting:.3f} |"


def _goals(rows: Iterable[Row]) -> Iterator[str]:
    goals = judged(rows)
    yield _said_of_pace(best_figures(rows))
    yield ""
    yield "| goal | measured | on that machine | asked | reached |"
    yield "|---|---:|---:|---:|---|"
    for each in goals:
        asked = f"{'at most' if each.is_most else 'at least'} {each.goal:g} {each.unit}"
        reached = f"{'yes' if each.is_reached else 'no'}, {_by(each.by)}"
        there = "" if each.as_there == each.figure else f"{each.as_there:.3g}"
        yield f"| {each.what} | {each.figure:.3g} | {there} | {asked} | {reached} |"
    yield ""
    yield f"{sum(each.is_reached for each in goals)} of {len(goals)} goals reached."


def _said_of_pace(figures: Figures) -> str:
    known = paces(figures)
    if not known:
        return "How fast this machine is was not measured: seconds are compared as they are."
    standard = ", ".join(f"{size:,} resources in {seconds} s" for size, seconds in STANDARD.items())
    here = ", ".join(f"{pace.own / seconds:.2f} at {size:,}" for size, (seconds, pace) in known.items())
    return (
        f"Goals in seconds were set on a machine where Terraform plans {standard}. Here it took this many "
        f"times as long while ours was measured: {here}."
    )


def _by(times: float) -> str:
    return f"by a factor of {times if times >= 1 else 1 / times:.2f}"


def _power(less: int, before: float, more: int, after: float) -> float:
    return math.log(after / before) / math.log(more / less)


def _count(number: int | None) -> str:
    return "" if number is None else f"{number:,}"
