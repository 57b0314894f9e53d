"""The reconciler on a generated world: whole processes, then one process stage by stage."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.measure import Figure, Unexpected, measure, nothing
from benchmarks.rows import OURS, Measured, Stages
from benchmarks.world import NOW, change_some, write_project

TOKEN = {"KOMET_COMPANY_TOKEN": "simulator-company", "NO_COLOR": "1"}
ENVIRONMENT = {**TOKEN, "RECONCILER_NOW": NOW}
ROOT = Path(__file__).parents[1]

FIRST, COLD, PARSED = "no-op plan, first", "no-op plan, cold", "no-op plan, parsed before"
"""Three states of memory. First: the account is adopted, and nothing is remembered of earlier plans. Cold: a
fresh clone with the project's state. Parsed before: where the last plan was made."""

LOOPBACK = "no-op plan, parsed before, over loopback"
"""The plans above have Komet's answers in local files; this one asks the account for them."""
CHANGED = "1 % changed, parsed before"
FEW = 100
LARGE = 10_000
"""Resources from which on a peer takes the better part of a minute; beyond, so do we."""
PLAN, PENDING = ("plan", "--detailed-exitcode", "--parallel", "1"), 2
"""A plan that tells with this exit code that it is not empty. Files answer at once: nothing is gained by
asking for several side by side, as one does over a network."""
SAVED = ".reconciler/bench-plan.json"

_MEMORY_OF_PLANS = ("agreements", "glances", "live", "live_attributes", "snapshots")
"""The tables of the state in which plans remember what they read and found to be as wanted."""


@dataclass(frozen=True, slots=True)
class Account:
    """A served account: its URL, and the process that answers for it."""

    url: str
    process: subprocess.Popen[str]

    def answering(self) -> float:
        """The seconds that it has spent on answers so far."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return _said(self.process)


@dataclass(frozen=True, slots=True)
class Repository:
    """A configuration of `size` resources in `folder`, and the `account` in which all stands as it wants: one
    state, and one configuration that is laid out in different ways."""

    folder: Path
    size: int
    account: Account
    python: Path

    @property
    def config(self) -> Path:
        """Where its resources stand."""
        return self.folder / "config"

    @property
    def memory(self) -> Path:
        """What it remembers and may forget: the state, and what was parsed before."""
        return self.folder / ".reconciler"

    @property
    def files(self) -> int:
        """How many files its resources stand in."""
        return sum(1 for _ in self.config.iterdir())

    def lay(self, files: int) -> None:
        """Its resources in `files` files, all as they are wanted in the account."""
        shutil.rmtree(self.config, ignore_errors=True)
        shutil.copytree(self.folder.with_name(f"layout-{files}"), self.config)

    def forget_parsed(self) -> None:
        """As in a fresh clone."""
        shutil.rmtree(self.memory / "cache", ignore_errors=True)

    def forget_plans(self) -> None:
        """As if it had been adopted a moment ago; reference lists, which are a day's, stay."""
        self.forget_parsed()
        with closing(sqlite3.connect(self.memory / "state.db")) as state:
            for table in _MEMORY_OF_PLANS:
                state.execute(f"DELETE FROM {table}")
            state.commit()

    def run(self, *arguments: str) -> None:
        """A command that is not measured, its answers kept; `Unexpected` where it ends in another way than it
        should."""
        command = [*self._from_files, "--ask", *self._in_files(arguments)]
        measure(command, folder=self.folder, environment=ENVIRONMENT, runs=1)

    def measured(
        self,
        what: str,
        arguments: Sequence[str],
        runs: int,
        prepare: Callable[[], None] = nothing,
        expected: int = 0,
    ) -> Measured:
        """The medians of `runs` runs of one command, which ends with the `expected` exit code; its answers
        are those that were kept."""
        command = [*self._from_files, *self._in_files(arguments)]
        return self._measured(what, command, runs, prepare, expected)

    def measured_asking(
        self, what: str, arguments: Sequence[str], runs: int, prepare: Callable[[], None] = nothing
    ) -> Measured:
        """The same of a command that asks the account."""
        command = [*reconciler(self.python), "-C", str(self.folder), *arguments]
        return self._measured(what, command, runs, prepare, 0)

    def _measured(
        self, what: str, command: Sequence[str], runs: int, prepare: Callable[[], None], expected: int
    ) -> Measured:
        figure = measure(
            command,
            folder=self.folder,
            environment=ENVIRONMENT,
            runs=runs,
            expected=expected,
            prepare=prepare,
            answering=self.account.answering,
        )
        return Measured(OURS, self.size, self.files, what, figure)

    @property
    def _from_files(self) -> list[str]:
        return [str(self.python), "-P", str(Path(__file__).with_name("from_files.py"))]

    def _in_files(self, arguments: Sequence[str]) -> list[str]:
        return [str(self.folder.with_name("answers")), "-C", str(self.folder), *arguments]


def install(folder: Path) -> Path:
    """The reconciler in a virtual environment of its own, as a user has it: what its developers have
    installed beside it would be imported too. Where its Python is."""
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        pip = [str(python), "-m", "pip", "install", "--quiet", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "--constraint", str(ROOT / "constraints.txt"), str(ROOT)], check=True)
    return python


def reconciler(python: Path) -> list[str]:
    """The command that is installed beside `python`."""
    return [str(python.with_name("reconciler"))]


def measure_start(python: Path, folder: Path, runs: int) -> Iterator[Measured]:
    """What a person waits for before there is anything to do: `--version`, and the quick start, whose account
    is embedded and new at each plan."""
    shutil.copytree(ROOT / "examples" / "quickstart", folder, ignore=shutil.ignore_patterns(".reconciler"))

    def forget() -> None:
        shutil.rmtree(folder / ".reconciler", ignore_errors=True)

    def figure(*arguments: str) -> Figure:
        command = [*reconciler(python), *arguments]
        return measure(command, folder=folder, environment=TOKEN, runs=runs, prepare=forget)

    yield Measured(OURS, None, None, "--version", figure("--version"))
    yield Measured(OURS, None, None, "validate of the quick start", figure("validate"))
    yield Measured(OURS, None, None, "plan of the quick start", figure("plan"))


def measure_size(
    python: Path, folder: Path, size: int, layouts: Sequence[int], runs: int
) -> Iterator[Measured | Stages]:
    """The account of `size` resources, adopted once, under a configuration in each of `layouts` files: no-op
    plans in all of them, everything in the last."""
    *others, last = layouts
    with _account(size, folder, layouts) as account:
        repository = Repository(folder / "repository", size, account, python)
        write_project(repository.folder, account.url)
        repository.lay(last)
        repository.run("apply", "--yes")
        repository.run(
            "drift"
        )  # which customers a plan asks changes from plan to plan: this asks all of them
        for files in others:
            repository.lay(files)
            repository.run("plan")
            yield from _unchanged(repository, runs)
        repository.lay(last)
        yield _first(repository, runs if size <= LARGE else 1)
        yield from _unchanged(repository, runs)
        yield repository.measured_asking(LOOPBACK, ["plan"], runs)
        yield from _validated(repository, runs)
        yield _stages(repository, runs)
        yield _changed(repository, runs)
        repository.lay(last)
        for count in sorted({FEW, size // 100}):
            yield _applied(repository, count, runs)


def _first(repository: Repository, runs: int) -> Measured:
    return repository.measured(FIRST, PLAN, runs, repository.forget_plans)


def _unchanged(repository: Repository, runs: int) -> Iterator[Measured]:
    yield repository.measured(COLD, PLAN, runs, repository.forget_parsed)
    yield repository.measured(PARSED, PLAN, runs)


def _validated(repository: Repository, runs: int) -> Iterator[Measured]:
    yield repository.measured("validate, cold", ["validate"], runs, repository.forget_parsed)
    yield repository.measured("validate, parsed before", ["validate"], runs)


def _changed(repository: Repository, runs: int) -> Measured:
    """Nothing of it is applied."""
    change_some(repository.config, repository.size // 100)
    repository.run("plan")
    return repository.measured(CHANGED, [*PLAN, "--out", SAVED], runs, expected=PENDING)


def _applied(repository: Repository, count: int, runs: int) -> Measured:
    """Each run has a saved plan of `count` prices more to raise."""

    def raise_prices() -> None:
        change_some(repository.config, count)
        repository.run("plan", "--out", SAVED)

    return repository.measured_asking(applied(count), ["apply", "--plan", SAVED], runs, raise_prices)


def applied(count: int) -> str:
    """What an apply of a saved plan with so many changes is called."""
    return f"apply of {count:,} changes"


def _stages(repository: Repository, runs: int) -> Stages:
    """The median of every stage of a no-op plan, with its calls and its memory."""
    found = [_stages_once(repository) for _ in range(runs)]
    clocks = {
        name: {
            clock: statistics.median(each["stages"][name][clock] for each in found)
            for clock in ("wall", "cpu")
        }
        for name in found[0]["stages"]
    }
    memory = statistics.median(each["memory"] for each in found)
    return Stages(repository.size, repository.files, clocks, found[0]["calls"], memory)


def _stages_once(repository: Repository) -> dict[str, Any]:
    ended = subprocess.run(
        [str(repository.python), "-P", str(Path(__file__).with_name("stages.py")), str(repository.folder)],
        env={**os.environ, **ENVIRONMENT},
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        raise Unexpected(f"the stages of a plan ended with {ended.returncode}:\n{ended.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


@contextmanager
def _account(size: int, folder: Path, layouts: Sequence[int]) -> Iterator[Account]:
    """The account of the world of `size` on loopback, in a process of its own, which also writes the
    `layouts`: a world is large, and who measures stays small."""
    folder.mkdir()
    command = [sys.executable, "-m", "benchmarks.account", str(size), str(folder), *map(str, layouts)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield Account(f"http://127.0.0.1:{_said(process):.0f}/api", process)
        finally:
            process.kill()


def _said(process: subprocess.Popen[str]) -> float:
    """The number that it says next; an assertion where it has ended."""
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, "the account has ended"
    return float(line)
