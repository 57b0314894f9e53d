"""Bugs to be planted, each of which some story must find: who is never caught proves nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from reconciler.apply.executor import Applying
from reconciler.apply.recording import StateRecorder
from reconciler.apply.writing import Writing
from reconciler.errors import InDoubt
from reconciler.komet.live import LiveKomet
from reconciler.model.event import Outcome
from reconciler.model.value import Json
from reconciler.state.ledger import AccountCounter
from trust.telling import tell

Bug = Callable[[], Iterator[None]]


def journal_after_the_call() -> Iterator[None]:
    """The intent is written down only when the outcome is known."""
    intend, conclude, settle = StateRecorder.intend, StateRecorder.conclude, StateRecorder.settle
    held: dict[int, tuple[Any, ...]] = {}
    entries: dict[int, int] = {}

    def hold(self: StateRecorder, *intent: Any) -> int:
        held[-len(held) - 1] = intent
        return -len(held)

    def write(self: StateRecorder, entry: int, *outcome: Any) -> None:
        entries[entry] = intend(self, *held[entry])
        conclude(self, entries[entry], *outcome)

    def settle_held(self: StateRecorder, entry: int, *outcome: Any) -> None:
        settle(self, entries.get(entry, entry), *outcome)

    with (
        patch.object(StateRecorder, "intend", hold),
        patch.object(StateRecorder, "conclude", write),
        patch.object(StateRecorder, "settle", settle_held),
    ):
        yield


def marker_forgotten() -> Iterator[None]:
    """Orders are created without their marker."""
    with patch("reconciler.kinds.purchase_orders.steps.with_marker", lambda comments, marker: comments):
        yield


def write_retried() -> Iterator[None]:
    """A write whose answer is lost is sent again at once."""
    call = LiveKomet.call

    def twice(self: LiveKomet, method: str, params: Mapping[str, Json]) -> Any:
        try:
            return call(self, method, params)
        except InDoubt:
            return call(self, method, params)

    with patch.object(LiveKomet, "call", twice):
        yield


def check_before_skipped() -> Iterator[None]:
    """Whatever is read before writing, nothing is set aside."""
    with patch.object(Applying, "_compare_with_plan", lambda self, progress, look: None):
        yield


def ledger_not_counted() -> Iterator[None]:
    """Calls are made and not counted."""
    with patch.object(AccountCounter, "count", lambda self, method: None):
        yield


def second_look_skipped() -> Iterator[None]:
    """What the first look does not show is made again at once."""
    with patch.object(Applying, "_look_again", lambda self, touched, looks: {}):
        yield


def doubt_taken_for_done() -> Iterator[None]:
    """A call in doubt is taken for carried out."""
    original = Writing._call

    def sure(self: Writing, progress: Any, step: Any) -> bool:
        went_well = original(self, progress, step)
        if progress.outcome is Outcome.IN_DOUBT:
            progress.settle(Outcome.DONE)
            return True
        return went_well

    with patch.object(Writing, "_call", sure):
        yield


def record_not_unsettled() -> Iterator[None]:
    """The record claims the old price while a new one is written."""
    with patch.object(Writing, "_unsettle", lambda self, progress: None):
        yield


def binding_not_kept() -> Iterator[None]:
    """What was created is not bound, and its predecessor is not remembered."""
    with patch.object(StateRecorder, "bind", lambda self, binding: None):
        yield


BUGS: Mapping[str, Bug] = {
    bug.__name__: bug
    for bug in (
        journal_after_the_call,
        marker_forgotten,
        write_retried,
        check_before_skipped,
        ledger_not_counted,
        second_look_skipped,
        doubt_taken_for_done,
        record_not_unsettled,
        binding_not_kept,
    )
}


def finders(bug: str, seeds: Sequence[int], most: int = 3) -> dict[int, str]:
    """The first seeds whose stories find `bug`, each with what it broke."""
    found: dict[int, str] = {}
    with contextmanager(BUGS[bug])():
        for seed in seeds:
            wrong = _wrong(seed)
            if wrong:
                found[seed] = wrong[0]
            if len(found) == most:
                break
    return found


def _wrong(seed: int) -> list[str]:
    try:
        return tell(seed).wrong
    except Exception as error:  # noqa: BLE001  # a crash finds a bug as well
        return [f"{type(error).__name__}: {error}"]
