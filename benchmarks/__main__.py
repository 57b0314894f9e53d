"""`python -m benchmarks`: measures, prints tables, and writes them with a plot into a folder.

It ends with 1 when a goal of which something was measured is missed, or when the reconciler itself failed.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from benchmarks.goals import judged
from benchmarks.measure import Unexpected
from benchmarks.ours import LARGE, install, measure_size, measure_start
from benchmarks.peers import (
    MOST_CASES,
    OCTODNS,
    TERRAFORM,
    find_terraform,
    install_octodns,
    measure_octodns,
    measure_terraform,
)
from benchmarks.plot import plot
from benchmarks.results import lines_of, tables
from benchmarks.rows import OURS, GivenUp, Measured, Row, Stages, as_json

RESULTS = Path(__file__).with_name("results")
PEER_LIMIT = 600
"""Seconds after which a peer's run is given up, and said so."""


def main() -> None:
    options = _options()
    work = Path(tempfile.mkdtemp(prefix="reconciler-bench-"))
    rows: list[Row] = []
    try:
        for row in _measured(options, work):
            rows.append(row)
            print(row, file=sys.stderr, flush=True)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    _write(rows, options.out)
    print(tables(rows), end="")
    failed = any(isinstance(row, GivenUp) and row.who == OURS for row in rows)
    sys.exit(1 if failed or not all(goal.is_reached for goal in judged(rows)) else 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--sizes", type=_numbers, default=[1_000, 10_000, 100_000], help="resources, such as 1000,10000"
    )
    parser.add_argument("--files", type=_numbers, default=[1, 100, 2_000], help="files they are spread over")
    parser.add_argument(
        "--runs",
        type=int,
        default=5,
        help="most runs of which the median is taken; fewer where one takes long",
    )
    parser.add_argument("--only", choices=("ours", TERRAFORM, OCTODNS), help="leave the others out")
    parser.add_argument("--out", type=Path, default=RESULTS, help="the folder for tables and plot")
    return parser.parse_args()


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


def _measured(options: argparse.Namespace, work: Path) -> Iterator[Row]:
    if options.only in (None, "ours"):
        python = install(work / OURS)
        yield from _bearable(OURS, None, measure_start(python, work / "quickstart", options.runs))
    few = min(options.runs, 3)
    for size in options.sizes:
        if options.only in (None, "ours"):
            folder, runs = work / f"ours-{size}", options.runs if size <= LARGE else few
            found = measure_size(python, folder, size, _layouts(options.files, size), runs)
            yield from _bearable(OURS, size, found)
            shutil.rmtree(folder)
        yield from _peers(size, options.only, _peers_runs(size, options.runs), work)


def _peers_runs(size: int, runs: int) -> int:
    """Fewer where a peer takes a minute, and one where it takes many."""
    return runs if size < LARGE else min(runs, 3) if size == LARGE else 1


def _layouts(files: Sequence[int], size: int) -> list[int]:
    """The middle one last, since everything is measured in the last; beyond `LARGE` that alone."""
    middle = files[len(files) // 2]
    return [*(each for each in files if each != middle and size <= LARGE), middle]


def _peers(size: int, only: str | None, runs: int, work: Path) -> Iterator[Row]:
    if only in (None, TERRAFORM) and size <= MOST_CASES and find_terraform():
        folder = work / f"terraform-{size}"
        yield from _bearable(TERRAFORM, size, measure_terraform(folder, size, runs, PEER_LIMIT))
    if only in (None, OCTODNS):
        command, folder = install_octodns(work / OCTODNS), work / f"octodns-{size}"
        yield from _bearable(OCTODNS, size, measure_octodns(command, folder, size, runs, PEER_LIMIT))


def _bearable(who: str, size: int | None, found: Iterator[Measured | Stages]) -> Iterator[Row]:
    """What is `found` until a command fails: what was measured before is not lost."""
    try:
        yield from found
    except Unexpected as reason:
        yield GivenUp(who, size, " ".join(str(reason).split())[-400:])


def _write(rows: Iterable[Row], folder: Path) -> None:
    found = list(rows)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.json").write_text(json.dumps([as_json(row) for row in found], indent=1) + "\n")
    (folder / "results.md").write_text(tables(found))
    plot(lines_of(found), folder / "results.svg")


if __name__ == "__main__":
    main()
