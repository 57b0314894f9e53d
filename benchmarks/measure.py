"""Whole processes measured from outside: time, peak memory, and how long others kept them waiting."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
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
    """Several runs, one at least, in the order in which they were made; its seconds and MB are medians."""

    runs: tuple[Run, ...]

    @property
    def wall(self) -> float:
        """Seconds from start to end."""
        return statistics.median(run.wall for run in self.runs)

    @property
    def own(self) -> float:
        """Seconds without those that others spent on answering."""
        return statistics.median(run.own for run in self.runs)

    @property
    def cpu(self) -> float:
        """Seconds of CPU."""
        return statistics.median(run.cpu for run in self.runs)

    @property
    def memory(self) -> float:
        """MB."""
        return statistics.median(run.memory for run in self.runs)

    def times(self, other: Figure) -> float:
        """How many times as long as `other` it takes. Runs that were made in turns are compared with their
        neighbours, since a machine may be twice as fast a few minutes later."""
        if len(self.runs) != len(other.runs):
            return self.own / other.own
        return statistics.median(a.own / b.own for a, b in zip(self.runs, other.runs, strict=True))


class Unexpected(Exception):
    """A measured command ended in another way than it should: its figures would mean nothing."""


def nothing() -> None:
    """What is done before a run that needs nothing."""


def nobody() -> float:
    """The seconds that nobody spends on answering."""
    return 0.0


@dataclass(frozen=True, slots=True)
class Command:
    """A command in `folder`, which ends with the `expected` exit code within `limit` seconds; before each of
    its runs `prepare` is called. `answering` tells the seconds that others have spent on answers so far."""

    arguments: Sequence[str]
    folder: Path
    environment: Mapping[str, str]
    expected: int = 0
    prepare: Callable[[], None] = nothing
    answering: Callable[[], float] = nobody
    limit: float = 1_800

    def run(self) -> Run:
        """One run of it; `Unexpected` for another exit code, and after too many seconds."""
        self.prepare()
        before = self.answering()
        wall, cpu, memory = self._whole_process()
        return Run(wall, cpu, memory, self.answering() - before)

    def _whole_process(self) -> tuple[float, float, float]:
        """Wall, CPU, memory. Peak memory is the kernel's for that one process; this process stays small,
        since a child begins with the peak of the one that started it."""
        before = time.perf_counter()
        with (self.folder / "last-run.txt").open("wb") as output:
            started = subprocess.Popen(
                self.arguments,
                cwd=self.folder,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            while True:
                ended, status, usage = os.wait4(started.pid, os.WNOHANG)
                if ended:
                    break
                if time.perf_counter() - before > self.limit:
                    started.kill()
                    os.wait4(started.pid, 0)
                    raise Unexpected(f"{self}: not done after {self.limit:.0f} s")
                time.sleep(0.002)
        wall = time.perf_counter() - before
        started.returncode = os.waitstatus_to_exitcode(status)
        if started.returncode != self.expected:
            said = (self.folder / "last-run.txt").read_text(errors="replace")[-2000:]
            raise Unexpected(f"{self} ended with {started.returncode}, not {self.expected}:\n{said}")
        return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024

    def __str__(self) -> str:
        return " ".join(self.arguments)
