"""What is measured: whole processes, the stages of one, and what was given up."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from operator import attrgetter
from typing import Any, TypeAlias

from benchmarks.measure import Command, Figure, Run, Unexpected

OURS = "reconciler"
TURN, MOST_RUNS = 15, 5
"""In a turn a task is run again until so many seconds are over, or it was run so often."""


@dataclass(frozen=True, slots=True)
class Task:
    """What `who` does over `size` resources in `files` files, as a whole process; no size where it does not
    matter."""

    who: str
    size: int | None
    files: int | None
    what: str
    command: Command


@dataclass(frozen=True, slots=True)
class Measured:
    """A task's figure."""

    who: str
    size: int | None
    files: int | None
    what: str
    figure: Figure

    def __str__(self) -> str:
        figure = self.figure
        return (
            f"{_place(self.who, self.size, self.files)}: {self.what}: {figure.own:.2f} s "
            f"(wall {figure.wall:.2f}, CPU {figure.cpu:.2f}), {figure.memory:.0f} MB"
        )


@dataclass(frozen=True, slots=True)
class Stages:
    """One of our processes from inside: wall and CPU seconds of each stage, calls made, peak memory in MB."""

    size: int
    files: int
    clocks: Mapping[str, Mapping[str, float]]
    calls: int
    memory: float

    def __str__(self) -> str:
        clocks = ", ".join(f"{name} {spent['cpu']:.2f}" for name, spent in self.clocks.items())
        return f"{_place(OURS, self.size, self.files)}: CPU of each stage: {clocks}; {self.calls} calls"


@dataclass(frozen=True, slots=True)
class GivenUp:
    """What of `who` and `size` did not end as it should."""

    who: str
    size: int | None
    why: str

    @classmethod
    def because(cls, who: str, size: int | None, reason: Unexpected) -> GivenUp:
        """With the last words of the reason."""
        return cls(who, size, " ".join(str(reason).split())[-400:])

    def __str__(self) -> str:
        return f"{_place(self.who, self.size, None)}: given up: {self.why}"


Row: TypeAlias = Measured | Stages | GivenUp


def in_turns(tasks: Sequence[Task], turns: int) -> Iterator[Measured | GivenUp]:
    """Each task in turn, then each once more, and so on: what is to be compared is measured at the same
    time. The others go on without a task that fails."""
    return _measured(tasks, turns, _turn)


def one_by_one(tasks: Sequence[Task], runs: int) -> Iterator[Measured | GivenUp]:
    """All runs of the first task, then all of the second, and so on."""
    for task in tasks:
        yield from _measured([task], runs, Command.run)


def _turn(command: Command) -> Run:
    """The middle one of several runs where one is short: a machine may change its pace from second to
    second, which what takes a minute does not feel."""
    began, runs = time.perf_counter(), [command.run()]
    while len(runs) < MOST_RUNS and time.perf_counter() - began < TURN:
        runs += [command.run(), command.run()]  # so that there is a middle one
    return sorted(runs, key=attrgetter("own"))[len(runs) // 2]


def _measured(
    tasks: Sequence[Task], times: int, measure: Callable[[Command], Run]
) -> Iterator[Measured | GivenUp]:
    found: list[list[Run]] = [[] for _ in tasks]
    failed: dict[int, Unexpected] = {}
    for _ in range(times):
        for place, task in enumerate(tasks):
            if place not in failed:
                try:
                    found[place].append(measure(task.command))
                except Unexpected as reason:
                    failed[place] = reason
    for place, task in enumerate(tasks):
        if place in failed:
            yield GivenUp.because(task.who, task.size, failed[place])
        else:
            yield Measured(task.who, task.size, task.files, task.what, Figure(tuple(found[place])))


def as_json(row: Row) -> dict[str, Any]:
    """The row as it is written down."""
    return {"row": type(row).__name__, **asdict(row)}


def _place(who: str, size: int | None, files: int | None) -> str:
    return f"{who:<11}" + (f"{size:>9,}" if size else " " * 9) + (f" in {files:,} files" if files else "")
