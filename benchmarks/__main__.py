"""`python -m benchmarks`: measures, prints a table, and writes it with a plot into benchmarks/results/."""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.measure import Figure, Unexpected
from benchmarks.ours import account, install, measure_apply, measure_processes, measure_stages, prepare
from benchmarks.peers import install_octodns, measure_octodns, measure_terraform, terraform
from benchmarks.results import plot, table

RESULTS = Path(__file__).with_name("results")
PEER_LIMIT = 600
"""Seconds after which a peer's run is given up, and said so."""


def main() -> None:
    options = _options()
    work = Path(tempfile.mkdtemp(prefix="reconciler-bench-"))
    rows: list[dict[str, Any]] = []
    try:
        for size in options.sizes:
            for row in _measured(size, options, work):
                rows.append(row)
                print(_said(row), flush=True)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "results.json").write_text(json.dumps(rows, indent=1) + "\n")
    (RESULTS / "results.md").write_text(table(rows))
    plot(rows, RESULTS / "results.svg")
    print(table(rows))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--sizes", type=_numbers, default=[1_000, 10_000, 100_000], help="resources, such as 1000,10000"
    )
    parser.add_argument("--files", type=_numbers, default=[1, 100, 2_000], help="files they are spread over")
    parser.add_argument("--runs", type=int, default=5, help="runs of which the median is taken")
    parser.add_argument("--only", choices=("ours", "terraform", "octodns"), help="leave the others out")
    return parser.parse_args()


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


def _measured(size: int, options: argparse.Namespace, work: Path) -> Iterator[dict[str, Any]]:
    if options.only in (None, "ours"):
        yield from _ours(size, options, work)
    runs = options.runs if size < 100_000 else 1
    if options.only in (None, "terraform") and size <= 10_000 and terraform():
        yield from _peer(
            "terraform", size, measure_terraform(work / f"terraform-{size}", size, runs, PEER_LIMIT)
        )
    if options.only in (None, "octodns"):
        command = install_octodns(work / "octodns")
        yield from _peer(
            "octodns", size, measure_octodns(command, work / f"octodns-{size}", size, runs, PEER_LIMIT)
        )


def _ours(size: int, options: argparse.Namespace, work: Path) -> Iterator[dict[str, Any]]:
    python = work / "reconciler" / "bin" / "python"
    if not python.exists():
        python = install(work / "reconciler")
    for files in options.files:
        folder = work / f"ours-{size}-{files}"
        folder.mkdir()
        with account(size, folder) as url:
            prepared = prepare(python, folder / "repository", size, files, url)
            yield {
                "who": "reconciler",
                "size": size,
                "files": prepared.files,
                **measure_stages(prepared, options.runs),
            }
            for name, figure in measure_processes(prepared, options.runs):
                yield _row("reconciler", size, name, figure, prepared.files)
            yield _row("reconciler", size, "apply of 1 %", measure_apply(prepared), prepared.files)
        shutil.rmtree(folder)


def _peer(who: str, size: int, figures: Iterator[tuple[str, Figure]]) -> Iterator[dict[str, Any]]:
    try:
        for name, figure in figures:
            yield _row(who, size, name, figure)
    except Unexpected as reason:
        yield {"who": who, "size": size, "what": "given up", "why": str(reason)[:200]}


def _row(who: str, size: int, what: str, figure: Figure, files: int | None = None) -> dict[str, Any]:
    return {"who": who, "size": size, "what": what, "files": files, **asdict(figure)}


def _said(row: dict[str, Any]) -> str:
    place = f"{row['who']:<11}{row['size']:>8,}" + (f" in {row['files']:,} files" if row.get("files") else "")
    if "stages" in row:
        parts = ", ".join(f"{name} {spent['cpu']:.2f}" for name, spent in row["stages"].items())
        return f"{place}: CPU seconds of each stage: {parts}; {row['calls']} calls, {row['memory']:.0f} MB"
    if "why" in row:
        return f"{place}: {row['why']}"
    return f"{place}: {row['what']}: {row['wall']:.2f} s, CPU {row['cpu']:.2f} s, {row['memory']:.0f} MB"


if __name__ == "__main__":
    main()
