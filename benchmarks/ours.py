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
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.measure import Command, Unexpected, nobody, nothing
from benchmarks.peers import LARGE
from benchmarks.rows import OURS, GivenUp, Measured, Stages, Task, in_turns, one_by_one
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
PLAN, PENDING = ("plan", "--detailed-exitcode", "--parallel", "1"), 2
"""A plan that tells with this exit code that it is not empty. Files answer at once: nothing is gained by
asking for several side by side, as one does over a network."""
SAVED = ".reconciler/bench-plan.json"
REPOSITORY = "repository"
COLD_OF_LARGE = f"{COLD}, of {LARGE:,}"
"""What tells how a larger plan has grown: the smaller one, measured in turns with it."""

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
    """A configuration of `size` resources in `folder`, of an account in which all stands as it wants: one
    state, and one configuration that is laid out in different ways. `answering` tells the seconds that the
    account has spent on answers."""

    folder: Path
    size: int
    python: Path
    answering: Callable[[], float] = nobody

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

    def copy(self, name: str) -> Repository:
        """The same once more, with all that it remembers; the account is the same one."""
        folder = self.folder.with_name(name)
        shutil.copytree(self.folder, folder)
        return replace(self, folder=folder)

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
        Command(command, self.folder, ENVIRONMENT).run()

    def task(
        self,
        what: str,
        arguments: Sequence[str],
        prepare: Callable[[], None] = nothing,
        expected: int = 0,
    ) -> Task:
        """One command, which ends with the `expected` exit code; its answers are those that were kept."""
        return self._task(what, [*self._from_files, *self._in_files(arguments)], prepare, expected)

    def task_asking(self, what: str, arguments: Sequence[str], prepare: Callable[[], None] = nothing) -> Task:
        """One command that asks the account."""
        return self._task(what, [*reconciler(self.python), "-C", str(self.folder), *arguments], prepare, 0)

    def _task(self, what: str, command: Sequence[str], prepare: Callable[[], None], expected: int) -> Task:
        timed = Command(command, self.folder, ENVIRONMENT, expected, prepare, self.answering)
        return Task(OURS, self.size, self.files, what, timed)

    @property
    def _from_files(self) -> list[str]:
        return [str(self.python), "-P", str(Path(__file__).with_name("from_files.py"))]

    def _in_files(self, arguments: Sequence[str]) -> list[str]:
        return [str(self.folder / "answers"), "-C", str(self.folder), *arguments]


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


def measure_start(python: Path, folder: Path, runs: int) -> Iterator[Measured | GivenUp]:
    """What a person waits for before there is anything to do: `--version`, and the quick start, whose account
    is embedded and new at each plan."""
    shutil.copytree(ROOT / "examples" / "quickstart", folder, ignore=shutil.ignore_patterns(".reconciler"))

    def forget() -> None:
        shutil.rmtree(folder / ".reconciler", ignore_errors=True)

    def task(what: str, argument: str) -> Task:
        return Task(
            OURS, None, None, what, Command([*reconciler(python), argument], folder, TOKEN, prepare=forget)
        )

    tasks = [
        task("--version", "--version"),
        task("validate of the quick start", "validate"),
        task("plan of the quick start", "plan"),
    ]
    yield from in_turns(tasks, runs)


def measure_size(
    python: Path, folder: Path, size: int, layouts: Sequence[int], runs: int, peers: Sequence[Task]
) -> Iterator[Measured | GivenUp | Stages]:
    """The account of `size` resources, adopted once, under a configuration in each of `layouts` files: no-op
    plans in all of them, everything in the last. What goals speak of is measured in turns with what `peers`
    do."""
    *others, last = layouts
    rarely = min(runs, 3) if size > LARGE else runs
    with _account(size, folder, layouts) as account:
        repository = Repository(folder / REPOSITORY, size, python, account.answering)
        write_project(repository.folder, account.url)
        repository.lay(last)
        repository.run("apply", "--yes")
        repository.run("drift")  # a plan asks for some customers, another for others: this asks for all
        for files in others:
            repository.lay(files)
            repository.run("plan")
            yield from one_by_one(_unchanged(repository), runs)
        repository.lay(last)
        yield from one_by_one([_first(repository)], 1 if size > LARGE else runs)
        yield from one_by_one(_validated(repository), rarely)
        yield from one_by_one([repository.task_asking(LOOPBACK, ["plan"])], rarely)
        yield _stages(repository, rarely)
        changed, bought = repository.copy("changed"), repository.copy("applied")
        ours = [*_unchanged(repository), _changed(changed), _applied(bought, FEW)]
        yield from in_turns([*ours, *peers], runs)
        if size // 100 != FEW:
            yield from one_by_one([_applied(bought, size // 100)], rarely)


def cold_of_large(python: Path, folder: Path, size: int) -> Task:
    """The cold plan of `LARGE` in the `folder` where that was measured, beside what is done with `size`."""
    cold, _ = _unchanged(Repository(folder / REPOSITORY, LARGE, python))
    return replace(cold, size=size, what=COLD_OF_LARGE)


def _first(repository: Repository) -> Task:
    return repository.task(FIRST, PLAN, repository.forget_plans)


def _unchanged(repository: Repository) -> list[Task]:
    return [repository.task(COLD, PLAN, repository.forget_parsed), repository.task(PARSED, PLAN)]


def _validated(repository: Repository) -> list[Task]:
    return [
        repository.task("validate, cold", ["validate"], repository.forget_parsed),
        repository.task("validate, parsed before", ["validate"]),
    ]


def _changed(repository: Repository) -> Task:
    """Nothing of it is applied."""
    change_some(repository.config, repository.size // 100)
    repository.run("plan")
    return repository.task(CHANGED, [*PLAN, "--out", SAVED], expected=PENDING)


def _applied(repository: Repository, count: int) -> Task:
    """Each run has a saved plan of `count` prices more to raise."""

    def raise_prices() -> None:
        change_some(repository.config, count)
        repository.run("plan", "--out", SAVED)

    return repository.task_asking(applied(count), ["apply", "--plan", SAVED], raise_prices)


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
