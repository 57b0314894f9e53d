"""Whole processes measured from outside: time, peak memory, and how long others kept them waiting."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Run:
    """One run: seconds of wall clock and of CPU (its children's included), peak memory in MB, and the seconds
    that somebody else spent on answering it."""

    wall: float
    cpu: float
    memory: float
    answering: float

    @property
    def own(self) -> float:
        """Seconds that somebody waits for it, without those that others spent on answering; what it computed
        meanwhile counts in any case, as far as it kept anybody waiting."""
        return max(min(self.cpu, self.wall), self.wall - self.answering)


@dataclass(frozen=True, slots=True)
class Figure:
    """The medians of several runs, each of its own."""

    runs: int
    wall: float
    own: float
    cpu: float
    memory: float

    @classmethod
    def of(cls, runs: Iterable[Run]) -> Figure:
        """The medians of `runs`, of which there is one at least."""
        found = list(runs)
        return cls(
            len(found),
            statistics.median(run.wall for run in found),
            statistics.median(run.own for run in found),
            statistics.median(run.cpu for run in found),
            statistics.median(run.memory for run in found),
        )


class Unexpected(Exception):
    """A measured command ended in another way than it should: its figures would mean nothing."""


def nothing() -> None:
    """What is done before a run that needs nothing."""


def nobody() -> float:
    """The seconds that nobody spends on answering."""
    return 0.0


def measure(
    command: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    runs: int,
    expected: int = 0,
    prepare: Callable[[], None] = nothing,
    answering: Callable[[], float] = nobody,
    limit: float = 1_800,
) -> Figure:
    """The medians of `runs` runs; before each, `prepare` is called. `answering` tells the seconds that others
    have spent on answers so far. `Unexpected` for an exit code that is not `expected`, and after `limit`
    seconds."""
    found = []
    for _ in range(runs):
        prepare()
        before = answering()
        wall, cpu, memory = _run(command, folder, environment, expected, limit)
        found.append(Run(wall, cpu, memory, answering() - before))
    return Figure.of(found)


def _run(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], expected: int, limit: float
) -> tuple[float, float, float]:
    """Wall, CPU, memory. Peak memory is the kernel's for that one process; this process stays small, since a
    child begins with the peak of the one that started it."""
    before = time.perf_counter()
    with (folder / "last-run.txt").open("wb") as output:
        started = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        while True:
            ended, status, usage = os.wait4(started.pid, os.WNOHANG)
            if ended:
                break
            if time.perf_counter() - before > limit:
                started.kill()
                os.wait4(started.pid, 0)
                raise Unexpected(f"{' '.join(command)}: not done after {limit:.0f} s")
            time.sleep(0.002)
    wall = time.perf_counter() - before
    started.returncode = os.waitstatus_to_exitcode(status)
    if started.returncode != expected:
        said = (folder / "last-run.txt").read_text(errors="replace")[-2000:]
        raise Unexpected(f"{' '.join(command)} ended with {started.returncode}, not {expected}:\n{said}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
