"""The reconciler on a generated world: whole processes, then one process stage by stage."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.measure import Figure, measure
from benchmarks.world import NOW, change_some, make_world, write_world

COMMAND = str(Path(sys.executable).with_name("reconciler"))
ENVIRONMENT = {"KOMET_COMPANY_TOKEN": "simulator-company", "RECONCILER_NOW": NOW, "NO_COLOR": "1"}
CACHE = Path(".reconciler", "cache")
"""What was parsed before, below the repository: taken away, a start is cold."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A repository of `size` resources in `files` files, all as wanted and applied."""

    folder: Path
    size: int
    files: int


@contextmanager
def account(size: int, folder: Path) -> Iterator[str]:
    """The account of the world of `size` on loopback, in a process of its own; its URL."""
    store = folder / "account.db"
    started = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.account", str(size), str(store)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert started.stdout is not None
        yield f"http://127.0.0.1:{json.loads(started.stdout.readline())['port']}/api"
    finally:
        started.kill()
        started.wait()


def prepare(folder: Path, size: int, files: int, url: str) -> Prepared:
    """Writes the repository and applies it once, so that state and Komet agree."""
    written = write_world(make_world(size), folder, files, url)
    subprocess.run(
        [COMMAND, "-C", str(folder), "apply", "--yes"],
        env={**os.environ, **ENVIRONMENT},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return Prepared(folder, size, written)


def measure_processes(prepared: Prepared, runs: int) -> Iterator[tuple[str, Figure]]:
    """Whole processes: validate and plan, cold and parsed before, no-op and one in a hundred changed."""
    folder = prepared.folder

    def forget() -> None:
        shutil.rmtree(folder / CACHE, ignore_errors=True)

    def run(*arguments: str, cold: bool = False) -> Figure:
        command = [COMMAND, "-C", str(folder), *arguments]
        before = forget if cold else lambda: None
        return measure(command, folder=folder, environment=ENVIRONMENT, runs=runs, prepare=before)

    yield "validate, cold", run("validate", cold=True)
    yield "validate, parsed before", run("validate")
    yield "no-op plan, cold", run("plan", cold=True)
    yield "no-op plan, parsed before", run("plan")
    change_some(folder)
    run_once(folder, "plan")
    yield "1 % changed, parsed before", run("plan", "--out", ".reconciler/bench-plan.json")


def measure_apply(prepared: Prepared) -> Figure:
    """One apply of every hundredth order's new price: a second one would have nothing to do."""
    command = [COMMAND, "-C", str(prepared.folder), "apply", "--yes"]
    return measure(command, folder=prepared.folder, environment=ENVIRONMENT, runs=1)


def measure_stages(prepared: Prepared, runs: int) -> dict[str, Any]:
    """The median of every stage of a no-op plan, with its calls and its memory."""
    found = [_stages(prepared.folder) for _ in range(runs)]
    names = found[0]["stages"]
    return {
        "stages": {
            name: {
                clock: statistics.median(each["stages"][name][clock] for each in found)
                for clock in ("wall", "cpu")
            }
            for name in names
        },
        "calls": found[0]["calls"],
        "memory": statistics.median(each["memory"] for each in found),
    }


def run_once(folder: Path, *arguments: str) -> None:
    """A run that is not measured."""
    environment: Mapping[str, str] = {**os.environ, **ENVIRONMENT}
    subprocess.run(
        [COMMAND, "-C", str(folder), *arguments], env=environment, stdout=subprocess.DEVNULL, check=False
    )


def _stages(folder: Path) -> dict[str, Any]:
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks.stages", str(folder)],
        env={**os.environ, **ENVIRONMENT},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(ended.stdout)
    return found
