"""A process that is killed while it writes: what it said is written is there, and nothing by half."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import date

from reconciler.model.event import Outcome
from reconciler.state.open import State
from reconciler.state.scope import Scope
from state.conftest import Place

SCOPE = Scope("p", None, "a")
DAY = date(2027, 1, 4)
STATEMENTS = {2: "count the call", 3: "conclude", 6: "record", 7: "commit"}
"""Which of those in a writer's turn it dies before: beginning and binding come between 3 and 6."""

WRITER = """
import itertools, os, signal, sys
from datetime import UTC, date, datetime
from pathlib import Path
from reconciler.model.address import Address
from reconciler.model.event import Outcome
from reconciler.model.plan import Agreed
from reconciler.model.resource import Applied, Binding
from reconciler.state.open import open_state
from reconciler.state.scope import Scope

url, root, run, dies_at = sys.argv[1:]
state, scope, now = open_state(url, Path(root)), Scope("p", None, "a"), datetime(2027, 1, 4, tzinfo=UTC)
addresses = [Address("customers", f"c{number}") for number in range(200)]
state.runs.start(scope, run, "apply", now)

statements = itertools.count(1)
def dying(act):
    def instead(sql, values):
        if next(statements) == int(dies_at):
            os.kill(os.getpid(), signal.SIGKILL)
        return act(sql, values)
    return instead

database = state.ledger._database
database._run, database._run_all = dying(database._run), dying(database._run_all)

for turn in itertools.count(1):
    entry = state.journal.intend(run, addresses[0], 1, "customer.add", {"turn": turn}, now, {})
    print("intended", turn, flush=True)
    state.ledger.count("a", date(2027, 1, 4), run)
    state.journal.conclude(entry, Outcome.DONE, now, {})
    values = {"run": run, "turn": turn, "text": "x" * 500}
    agreed = [Agreed(Applied(each, values), Binding(each, turn)) for each in addresses]
    state.resources.record_all(scope, agreed)
    print("recorded", turn, flush=True)
"""


def killed(place: Place, run: str, lines: int = 0, statement: int = 0) -> list[str]:
    """What a writer said until it was killed: before that statement, or while it did what followed so many
    lines."""
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, place.url, str(place.root), run, str(statement)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writer.stdout is not None
    said = [writer.stdout.readline() for _ in range(lines)]
    if lines:
        writer.kill()
    said += writer.communicate(timeout=30)[0].splitlines()
    assert writer.returncode == -signal.SIGKILL
    return said


def last(said: list[str], word: str) -> int:
    """The last turn of which the writer said `word`; 0 when it said so of none."""
    return max((int(line.split()[1]) for line in said if line.startswith(word)), default=0)


def recorded(state: State, run: str) -> int:
    """The one turn of `run` that every binding and every applied value is of; 0 when it recorded none."""
    with state.ledger._database.transaction():  # which waits for what the killed one began last
        bindings, applied = state.resources.bindings(SCOPE), state.resources.applied(SCOPE)
    values = {(str(each.attributes["run"]), each.attributes["turn"]) for each in applied.values()}
    assert len(values) <= 1
    assert {address: binding.id for address, binding in bindings.items()} == {
        address: each.attributes["turn"] for address, each in applied.items()
    }
    return max((binding.id for binding in bindings.values() if (run, binding.id) in values), default=0)


def check(place: Place, run: str, said: list[str]) -> None:
    """All that was acknowledged is there, with at most the one write beside it that was under way."""
    with place.open() as state:
        assert last(said, "recorded") <= recorded(state, run) <= last(said, "recorded") + 1
        entries = state.journal.entries(run)
        assert [each.params for each in entries] == [{"turn": turn + 1} for turn in range(len(entries))]
        assert last(said, "intended") <= len(entries) <= last(said, "intended") + 1
        assert {each.outcome for each in entries[:-1]} <= {Outcome.DONE}
        found = [each for each in state.journal.open_entries(SCOPE) if each.run == run]
        assert found == [each for each in entries if each.is_open]
        assert last(said, "recorded") <= state.ledger.by_method("a", DAY).get(run, 0) <= len(entries)
        if place.url == "sqlite":
            assert state.ledger._database.query("PRAGMA integrity_check") == [("ok",)]


def test_a_kill_between_two_statements_leaves_nothing_by_half(place: Place) -> None:
    """An intent without its call in the ledger, or without outcome; a binding without values."""
    for statement in STATEMENTS:
        check(place, f"run-{statement}", killed(place, f"run-{statement}", statement=statement))


def test_a_kill_amid_a_statement_leaves_nothing_by_half(place: Place) -> None:
    """From outside, whatever the process and the database were doing."""
    for lines in (1, 4):
        check(place, f"run-{lines}", killed(place, f"run-{lines}", lines=lines))
