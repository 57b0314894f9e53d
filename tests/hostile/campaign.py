"""The long run: as many mutated configurations as wanted, with time and memory measured for each.

    python -m hostile.campaign --count 100000 --seed 1 --jobs 2

Every mutation has a number and is made from it alone, so that `--only NUMBER` shows one again.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from random import Random

from hostile.judging import Judge
from hostile.mutation import mutated

MOST_SECONDS = 2.0
MOST_BYTES = 500_000_000
BATCH = 500


@dataclass
class Tally:
    """What came of some mutations. `slowest` is in seconds of CPU, `memory` the process's peak in bytes."""

    endings: Counter[str] = field(default_factory=Counter)
    slowest: tuple[float, int] = (0.0, 0)
    memory: int = 0
    failures: list[tuple[int, str]] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """The sum of both."""
        self.endings += other.endings
        self.slowest = max(self.slowest, other.slowest)
        self.memory = max(self.memory, other.memory)
        self.failures += other.failures

    def document(self) -> dict[str, object]:
        """The figures as JSON."""
        return {
            "mutations": sum(self.endings.values()),
            "endings": dict(self.endings.most_common()),
            "slowest": {"seconds": round(self.slowest[0], 3), "number": self.slowest[1]},
            "peak_megabytes": round(self.memory / 1e6),
            "failures": self.failures[:20],
        }


def run_batch(seed: int, numbers: range) -> Tally:
    """Judges the mutations `numbers`, each with its time."""
    tally = Tally()
    with tempfile.TemporaryDirectory() as folder:
        judge = Judge(Path(folder))
        for number in numbers:
            began = time.process_time()
            tally.endings[_ending(judge, seed, number, tally)] += 1
            spent = time.process_time() - began
            tally.slowest = max(tally.slowest, (spent, number))
            if spent > MOST_SECONDS:
                tally.failures.append((number, f"it took {spent:.1f} s"))
        judge.close()
    tally.memory = _peak()
    if tally.memory > MOST_BYTES:
        tally.failures.append(
            (numbers.start, f"somewhere from here on {tally.memory / 1e6:.0f} MB were used")
        )
    gc.collect()
    return tally


def _ending(judge: Judge, seed: int, number: int, tally: Tally) -> str:
    try:
        return judge.judge(mutated(_chance(seed, number)))
    except Exception as error:  # noqa: BLE001  # the very thing that is looked for
        tally.failures.append((number, "".join(traceback.format_exception(error)[-3:])))
        return "TRACEBACK"


def _chance(seed: int, number: int) -> Random:
    return Random(f"{seed}/{number}")


def _peak() -> int:
    """Bytes; Linux counts in kilobytes, macOS in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def _batches(start: int, count: int) -> Iterator[range]:
    for first in range(start, start + count, BATCH):
        yield range(first, min(first + BATCH, start + count))


def _run(seed: int, start: int, count: int, jobs: int) -> Tally:
    """All of them, each batch in a process of its own, so that its peak of memory is its own."""
    tally = Tally()
    with ProcessPoolExecutor(jobs, get_context("spawn"), max_tasks_per_child=1) as pool:
        waiting = [pool.submit(run_batch, seed, numbers) for numbers in _batches(start, count)]
        for done in as_completed(waiting):
            tally.add(done.result())
            _say(f"\r{sum(tally.endings.values()):,} of {count:,}, {len(tally.failures)} failures ")
    _say("\n")
    return tally


def _say(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def _show(seed: int, number: int) -> None:
    """One mutation again: its files, then how it ends, with the traceback if there is one."""
    files = mutated(_chance(seed, number))
    for name, text in files.items():
        sys.stdout.write(
            f"=== {name}\n{text.encode('unicode_escape').decode().replace(chr(92) + 'n', chr(10))}\n"
        )
    with tempfile.TemporaryDirectory() as folder:
        sys.stdout.write(f"=== {Judge(Path(folder)).judge(files)}\n")


def main(arguments: Sequence[str]) -> int:
    """Runs the campaign and prints its figures; 1 if anything broke the promise."""
    parser = argparse.ArgumentParser(prog="hostile.campaign", description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", type=int, metavar="NUMBER")
    chosen = parser.parse_args(arguments)
    if chosen.only is not None:
        _show(chosen.seed, chosen.only)
        return 0
    tally = _run(chosen.seed, chosen.start, chosen.count, chosen.jobs)
    sys.stdout.write(json.dumps(tally.document(), indent=2) + "\n")
    for number, what in tally.failures[:20]:
        sys.stdout.write(f"\nagain with --seed {chosen.seed} --only {number}\n{what}\n")
    return 1 if tally.failures else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
