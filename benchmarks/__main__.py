"""`python -m benchmarks`: measures, prints tables, and writes them with a plot into a folder.

It ends with 1 when a goal of which something was measured is missed, or when the reconciler itself failed.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.goals import judged
from benchmarks.measure import Unexpected
from benchmarks.ours import cold_of_large, install, measure_size, measure_start
from benchmarks.peers import (
    ALL,
    LARGE,
    NOOP,
    NOOP_OF_LARGE,
    OCTODNS,
    SOME,
    TERRAFORM,
    OctoDNS,
    Peer,
    Terraform,
    find_terraform,
    install_octodns,
)
from benchmarks.plot import plot
from benchmarks.results import lines_of, tables
from benchmarks.rows import OURS, GivenUp, Row, Task, as_json, in_turns, one_by_one

RESULTS = Path(__file__).with_name("results")


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
    parser.add_argument("--only", choices=(OURS, TERRAFORM, OCTODNS), help="leave the others out")
    parser.add_argument("--out", type=Path, default=RESULTS, help="the folder for tables and plot")
    return parser.parse_args()


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


def _measured(options: argparse.Namespace, work: Path) -> Iterator[Row]:
    python = install(work / OURS) if options.only in (None, OURS) else None
    if python is not None:
        yield from measure_start(python, work / "quickstart", options.runs)
    peers = _peers(options.only, work)
    for size in options.sizes:
        folder = work / f"{size}"
        folder.mkdir()
        try:
            beside = _beside(peers, folder, size)
            large = work / f"{LARGE}" / OURS
            if python is not None and size > LARGE and large.exists():
                beside.append(cold_of_large(python, large, size))
            if python is None:
                yield from in_turns(beside, options.runs)
            else:
                layouts = _layouts(options.files, size)
                yield from measure_size(python, folder / OURS, size, layouts, options.runs, beside)
            yield from _peers_alone(peers, folder, size, options.runs)
        except Unexpected as reason:
            yield GivenUp.because(OURS, size, reason)
        if size != LARGE:  # which larger ones are compared with
            shutil.rmtree(folder)


def _layouts(files: Sequence[int], size: int) -> list[int]:
    """The middle one last, since everything is measured in the last; beyond `LARGE` that alone."""
    middle = files[len(files) // 2]
    return [*(each for each in files if each != middle and size <= LARGE), middle]


def _peers(only: str | None, work: Path) -> dict[str, Peer]:
    """Those that are wanted and on this machine."""
    peers: dict[str, Peer] = {}
    if only in (None, TERRAFORM) and (terraform := find_terraform()) is not None:
        peers[TERRAFORM] = Terraform(terraform)
    if only in (None, OCTODNS):
        peers[OCTODNS] = OctoDNS(install_octodns(work / OCTODNS))
    return peers


def _beside(peers: Mapping[str, Peer], folder: Path, size: int) -> list[Task]:
    """What is measured in turns with ours: the peers' plans of nothing, and beyond `LARGE` what tells how
    fast the machine is meanwhile."""
    if size <= LARGE:
        return [peer.task(folder, size, NOOP) for peer in peers.values()]
    if TERRAFORM not in peers:
        return []
    return [replace(peers[TERRAFORM].task(folder, LARGE, NOOP), size=size, what=NOOP_OF_LARGE)]


def _peers_alone(peers: Mapping[str, Peer], folder: Path, size: int, runs: int) -> Iterator[Row]:
    """What has no counterpart of ours; beyond `LARGE` one run of what takes minutes."""
    if size > LARGE:
        tasks = [peers[OCTODNS].task(folder, size, NOOP)] if OCTODNS in peers else []
        yield from one_by_one(tasks, 1)
    else:
        tasks = [peer.task(folder, size, what) for peer in peers.values() for what in (SOME, ALL)]
        yield from one_by_one(tasks, runs)


def _write(rows: Iterable[Row], folder: Path) -> None:
    found = list(rows)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.json").write_text(json.dumps([as_json(row) for row in found], indent=1) + "\n")
    (folder / "results.md").write_text(tables(found))
    plot(lines_of(found), folder / "results.svg")


if __name__ == "__main__":
    main()
