"""The ledger of calls."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import date

from reconciler.state.open import State
from state.conftest import Place

MONDAY, TUESDAY = date(2027, 1, 4), date(2027, 1, 5)


def test_calls_are_counted_by_account_and_day(state: State) -> None:
    """Each account has its own days, and each day its own count."""
    for account, day, method in [
        ("a", MONDAY, "m"),
        ("a", MONDAY, "n"),
        ("a", TUESDAY, "m"),
        ("b", MONDAY, "m"),
    ]:
        state.ledger.count(account, day, method)
    assert [
        state.ledger.used("a", MONDAY),
        state.ledger.used("a", TUESDAY),
        state.ledger.used("b", MONDAY),
    ] == [
        2,
        1,
        1,
    ]


def test_a_new_day_begins_at_nothing(state: State) -> None:
    """Nothing was used where nothing was counted."""
    assert state.ledger.used("a", MONDAY) == 0


def test_calls_are_told_apart_by_method(state: State) -> None:
    """The day's calls by method, in the order of their names."""
    for method in ("vendor.list", "customer.list", "vendor.list"):
        state.ledger.count("a", MONDAY, method)
    assert list(state.ledger.by_method("a", MONDAY).items()) == [("customer.list", 1), ("vendor.list", 2)]


def test_a_counter_asks_for_the_day_at_every_call(state: State) -> None:
    """A run over midnight counts on both days."""
    days = iter([MONDAY, TUESDAY])
    counter = state.ledger.counter("a", lambda: next(days))
    counter.count("m")
    counter.count("m")
    assert (state.ledger.used("a", MONDAY), state.ledger.used("a", TUESDAY)) == (1, 1)


def test_no_call_of_parallel_readers_is_lost(state: State) -> None:
    """Threads count at the same time, and every call is counted."""
    counter = state.ledger.counter("a", lambda: MONDAY)

    def read() -> None:
        for _ in range(25):
            counter.count("m")

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert state.ledger.used("a", MONDAY) == 100


COUNTING = """
import sys
from datetime import date
from pathlib import Path
from reconciler.state.open import open_state

with open_state(sys.argv[1], Path(sys.argv[2])) as state:
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(100):
        state.ledger.count("a", date(2027, 1, 4), f"m{number % 3}")
"""


def test_no_call_of_several_processes_is_lost(place: Place) -> None:
    """Three processes count at the same time, and every call is counted, by method too."""
    counting = [
        subprocess.Popen(
            [sys.executable, "-c", COUNTING, place.url, str(place.root)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in counting:
        assert process.stdout is not None
        process.stdout.readline()
    for process in counting:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in counting:
        process.communicate(timeout=30)
    with place.open() as state:
        assert state.ledger.by_method("a", MONDAY) == {"m0": 102, "m1": 99, "m2": 99}


def test_exhausted_is_remembered_for_its_day(state: State) -> None:
    """Komet's word that the day is used up holds for that account and day; it may come twice."""
    state.ledger.note_exhausted("a", MONDAY)
    state.ledger.note_exhausted("a", MONDAY)
    assert state.ledger.is_exhausted("a", MONDAY)
    assert not state.ledger.is_exhausted("a", TUESDAY)
    assert not state.ledger.is_exhausted("b", MONDAY)
