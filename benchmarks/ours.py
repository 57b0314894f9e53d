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

ENVIRONMENT = {"KOMET_COMPANY_TOKEN": "simulator-company", "RECONCILER_NOW": NOW, "NO_COLOR": "1"}
CACHE = Path(".reconciler", "cache")
"""What was parsed before, below the repository: taken away, a start is cold."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A repository of `size` resources in `files` files, all as wanted and applied."""

    folder: Path
    size: int
    files: int
    python: Path

    @property
    def command(self) -> list[str]:
        """`reconciler` on it."""
        return [str(self.python.with_name("reconciler")), "-C", str(self.folder)]


def install(folder: Path) -> Path:
    """The reconciler in a virtual environment of its own, as a user has it: what its developers have
    installed beside it would be imported too. Where its Python is."""
    python = folder / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    root = Path(__file__).parents[1]
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--constraint", str(root / "constraints.txt"), str(root)], check=True)
    return python


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


def prepare(python: Path, folder: Path, size: int, files: int, url: str) -> Prepared:
    """Writes the repository and applies it once, so that state and Komet agree; then plans once, since what a
    plan finds to be as wanted the next one need not look into."""
    prepared = Prepared(folder, size, write_world(make_world(size), folder, files, url), python)
    for arguments in (["apply", "--yes"], ["plan"]):
        run_once(prepared, *arguments)
    return prepared


def measure_processes(prepared: Prepared, runs: int) -> Iterator[tuple[str, Figure]]:
    """Whole processes: validate and plan, cold and parsed before, no-op and one in a hundred changed."""
    folder = prepared.folder

    def forget() -> None:
        shutil.rmtree(folder / CACHE, ignore_errors=True)

    def run(*arguments: str, cold: bool = False) -> Figure:
        command = [*prepared.command, *arguments]
        before = forget if cold else lambda: None
        return measure(command, folder=folder, environment=ENVIRONMENT, runs=runs, prepare=before)

    yield "validate, cold", run("validate", cold=True)
    yield "validate, parsed before", run("validate")
    yield "no-op plan, cold", run("plan", cold=True)
    yield "no-op plan, parsed before", run("plan")
    change_some(folder)
    run_once(prepared, "plan")
    yield "1 % changed, parsed before", run("plan", "--out", ".reconciler/bench-plan.json")


def measure_apply(prepared: Prepared) -> Figure:
    """One apply of every hundredth order's new price: a second one would have nothing to do."""
    command = [*prepared.command, "apply", "--yes"]
    return measure(command, folder=prepared.folder, environment=ENVIRONMENT, runs=1)


def measure_stages(prepared: Prepared, runs: int) -> dict[str, Any]:
    """The median of every stage of a no-op plan, with its calls and its memory."""
    found = [_stages(prepared) for _ in range(runs)]
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


def run_once(prepared: Prepared, *arguments: str) -> None:
    """A run that is not measured."""
    environment: Mapping[str, str] = {**os.environ, **ENVIRONMENT}
    subprocess.run([*prepared.command, *arguments], env=environment, stdout=subprocess.DEVNULL, check=True)


def _stages(prepared: Prepared) -> dict[str, Any]:
    ended = subprocess.run(
        [str(prepared.python), "-m", "benchmarks.stages", str(prepared.folder)],
        cwd=Path(__file__).parents[1],
        env={**os.environ, **ENVIRONMENT},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(ended.stdout)
    return found
