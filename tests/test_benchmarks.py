"""The benchmarks: the same world in every layout, changes that are counted, goals that can be missed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from decimal import Decimal
from itertools import groupby
from pathlib import Path

import pytest
import yaml

from benchmarks.account import Remembering
from benchmarks.goals import GOALS, judged
from benchmarks.measure import Command, Figure, Run, Unexpected
from benchmarks.ours import CHANGED, COLD, COLD_OF_LARGE, FEW, PARSED, applied
from benchmarks.peers import NOOP, NOOP_OF_LARGE, OCTODNS, TERRAFORM
from benchmarks.results import lines_of, tables
from benchmarks.rows import MOST_RUNS, OURS, GivenUp, Measured, Task, in_turns
from benchmarks.world import change_some, make_world, write_layout

WORLD = make_world(30)


def _prices(config: Path) -> dict[tuple[str, str, str], str]:
    """The price of every line, by kind, resource and line; where a resource stands twice this fails."""
    found = {}
    for path in sorted(config.iterdir()):
        for kind, resources in yaml.load(path.read_text(), Loader=yaml.CBaseLoader).items():
            for name, resource in resources.items():
                for line, each in resource.get("items", {"": {}}).items():
                    assert (kind, name, line) not in found
                    found[kind, name, line] = each.get("price", "")
    return found


@pytest.mark.parametrize("files", [7, 30])
def test_layouts(files: int, tmp_path: Path) -> None:
    """However many files a world is written into, it says the same."""
    write_layout(WORLD, tmp_path / "one", 1)
    write_layout(WORLD, tmp_path / "more", files)
    assert len(list((tmp_path / "more").iterdir())) == -(-30 // -(-30 // files))
    assert _prices(tmp_path / "one") == _prices(tmp_path / "more")
    assert len({(kind, name) for kind, name, _ in _prices(tmp_path / "one")}) == 30


@pytest.mark.parametrize("count", [1, 6, 25])
def test_changes(count: int, tmp_path: Path) -> None:
    """As many resources change as were asked for, each in one price by one cent; again, and it is two."""
    config = tmp_path / "config"
    write_layout(WORLD, config, 7)
    before = _prices(config)
    for cents in (1, 2):
        change_some(config, count)
        after = _prices(config)
        changed = [key for key in before if before[key] != after[key]]
        assert len({(kind, name) for kind, name, _ in changed}) == len(changed) == count
        assert {Decimal(after[key]) - Decimal(before[key]) for key in changed} == {Decimal(cents) / 100}


def test_own_time() -> None:
    """What the account spent on answering does not count, but what was computed meanwhile does."""
    assert Run(wall=10, cpu=3, memory=1, answering=6).own == 4
    assert Run(wall=10, cpu=6, memory=1, answering=6).own == 6


def test_failures(tmp_path: Path) -> None:
    """A command that fails has no figures, and its last words are kept."""
    arguments = [sys.executable, "-c", "print('out of petals'); raise SystemExit(3)"]
    with pytest.raises(Unexpected, match=r"ended with 3, not 0:\nout of petals"):
        Command(arguments, tmp_path, {}).run()


def test_turns(tmp_path: Path) -> None:
    """What is compared is measured in turns, and a task that fails is given up, not the others."""
    begun = []

    def task(name: str, code: str) -> Task:
        command = Command([sys.executable, "-c", code], tmp_path, {}, prepare=lambda: begun.append(name))
        return Task(name, 10, None, "nothing", command)

    ours, broken, peer = in_turns([task("ours", ""), task("broken", "1 / 0"), task("peer", "")], 3)
    assert [name for name, _ in groupby(begun)] == ["ours", "broken", "peer", "ours", "peer", "ours", "peer"]
    assert begun.count("ours") == 3 * MOST_RUNS, "each is short, and so is run several times in a turn"
    assert isinstance(broken, GivenUp) and "division by zero" in broken.why
    assert [len(each.figure.runs) for each in (ours, peer) if isinstance(each, Measured)] == [3, 3]


def test_middle_of_a_turn(tmp_path: Path) -> None:
    """Of several runs in a turn neither the quickest counts nor the slowest."""
    waits = iter([0.0, 0.5, 0.25, 0.0, 0.5])
    answering = (seconds for wait in waits for seconds in (0.0, -wait))
    command = Command(["true"], tmp_path, {}, answering=lambda: next(answering))
    (found,) = in_turns([Task(OURS, 10, None, "waits", command)], 1)
    assert isinstance(found, Measured)
    assert [run.answering for run in found.figure.runs] == [-0.25]


def test_answers_are_kept() -> None:
    """The account answers what it was asked before by itself, until something is written."""
    asked = []

    def application(environ: dict[str, str], start_response: Callable[..., None]) -> list[bytes]:
        asked.append(environ["REQUEST_METHOD"])
        start_response("200 OK", [])
        return [f"{len(asked)}".encode()]

    remembering = Remembering(application)

    def ask(method: str, query: str) -> str:
        environ = {"REQUEST_METHOD": method, "PATH_INFO": "/api/vendor.list", "QUERY_STRING": query}
        return b"".join(remembering(environ, lambda *_: None)).decode()

    answers = [ask("GET", query) for query in ("a=1&b=2", "b=2&a=1", "a=1&b=3", "a=1&b=2")]
    assert answers == ["1", "1", "2", "1"]
    assert [ask("POST", ""), ask("POST", ""), ask("GET", "a=1&b=2")] == ["3", "4", "5"]
    assert remembering.seconds > 0


def _figure(*seconds: float, memory: float | None = None) -> Figure:
    """Runs of so many seconds, in which nobody waited, with as many MB unless said otherwise."""
    return Figure(tuple(Run(each, each, each if memory is None else memory, 0) for each in seconds))


def _measured(seconds: float, terraform: float) -> list[Measured]:
    """Everything measured, ours in as many seconds and MB, the peers in so many more."""
    sizes = (1_000, 10_000, 100_000)
    whats = (COLD, PARSED, CHANGED, applied(FEW))
    starts = ("--version", "validate of the quick start", "plan of the quick start")
    ours, peer = _figure(seconds), _figure(terraform)
    return [
        *(Measured(OURS, None, None, what, ours) for what in starts),
        *(Measured(OURS, size, 100, what, ours) for size in sizes for what in whats),
        *(Measured(who, 10_000, None, NOOP, peer) for who in (TERRAFORM, OCTODNS)),
        Measured(TERRAFORM, 100_000, None, NOOP_OF_LARGE, peer),
        Measured(OURS, 100_000, 100, COLD_OF_LARGE, ours),
    ]


def test_goals() -> None:
    """Every goal is judged where all is measured, and each can be reached and be missed."""
    reached, missed = judged(_measured(0.05, 39.6)), judged(_measured(3000, 39.6))
    assert len(reached) == len(missed) == len(GOALS)
    assert all(each.is_reached and each.by >= 1 for each in reached)
    assert [each.what for each in missed if each.is_reached] == [f"{COLD}, 100,000 against 10,000"]


def test_slow_machines() -> None:
    """Where Terraform takes twice as long, goals in seconds leave twice the time, and no others do."""
    for rows, is_reached in ((_measured(0.15, 79.2), True), (_measured(0.15, 39.6), False)):
        version, *_ = judged(rows)
        assert (version.what, version.figure, version.is_reached) == ("--version", 0.15, is_reached)
    (version, *_) = judged([row for row in _measured(0.15, 79.2) if row.who != TERRAFORM])
    assert not version.is_reached


def test_changing_machines() -> None:
    """Each run is compared with the peer's run beside it: that a machine grows slower meanwhile says nothing
    of ours, and neither does that it was faster for another size."""
    rows = [
        Measured(TERRAFORM, 10_000, None, NOOP, _figure(40, 80, 160)),
        Measured(OURS, 10_000, 100, COLD, _figure(2, 4, 6)),
        Measured(OURS, 100_000, 100, COLD, _figure(80, 40)),
        Measured(OURS, 100_000, 100, COLD_OF_LARGE, _figure(8, 4)),
    ]
    there = {each.what: round(each.as_there, 2) for each in judged(rows) if each.unit != "MB"}
    assert there == {
        f"{COLD}, 10,000": round(39.6 / 20, 2),
        f"{COLD}, 100,000 against 10,000": 10,
        f"{COLD}, 10,000 against {TERRAFORM}": 20,
    }


def test_growth() -> None:
    """The power with which something grows: 1 is linear, 2 is quadratic."""
    seconds = {1_000: 1.0, 10_000: 10.0, 100_000: 1_000.0}
    rows = [Measured(OURS, size, 1, COLD, _figure(each, memory=100)) for size, each in seconds.items()]
    (line,) = lines_of(rows)
    assert [(round(time, 6), memory) for _, _, time, memory in line.exponents()] == [(1, 0), (2, 0)]
    assert "| reconciler: no-op plan, cold | 10,000 to 100,000 | 2.00 | 0.00 |" in tables(rows)
    assert "| reconciler | 10,000 | 1 | no-op plan, cold | 10.00 | 10.00 | 10.00 | 100 | 1 |" in tables(rows)


def test_the_last_line() -> None:
    """The last line of the tables says how many goals were reached."""
    assert tables(_measured(0.05, 39.6)).endswith(f"\n{len(GOALS)} of {len(GOALS)} goals reached.\n")
    assert tables(_measured(3000, 39.6)).endswith(f"\n1 of {len(GOALS)} goals reached.\n")
