"""Whole processes measured from outside: wall time, CPU time, peak memory."""

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
    """One run: seconds of wall clock and of CPU (its children's included), peak memory in MB."""

    wall: float
    cpu: float
    memory: float
    code: int


@dataclass(frozen=True, slots=True)
class Figure:
    """The medians of several runs."""

    runs: int
    wall: float
    cpu: float
    memory: float

    def __str__(self) -> str:
        return f"{self.wall:.2f} s (CPU {self.cpu:.2f} s), {self.memory:.0f} MB"


class Unexpected(Exception):
    """A measured command ended in another way than it should: its figures would mean nothing."""


def measure(
    command: Sequence[str],
    *,
    folder: Path,
    environment: Mapping[str, str],
    runs: int,
    expected: int = 0,
    prepare: Callable[[], None] = lambda: None,
    limit: float = 900,
) -> Figure:
    """The medians of `runs` runs; before each, `prepare` is called. `Unexpected` for another exit code."""
    found = []
    for _ in range(runs):
        prepare()
        found.append(_run(command, folder, environment, expected, limit))
    return Figure(
        runs,
        statistics.median(run.wall for run in found),
        statistics.median(run.cpu for run in found),
        statistics.median(run.memory for run in found),
    )


def _run(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], expected: int, limit: float
) -> Run:
    """Peak memory is the kernel's for that one process; this process stays small, since a child begins with
    the peak of the one that started it."""
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
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, started.returncode)
