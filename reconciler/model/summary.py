"""What an apply did, counted."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from reconciler.model.address import Address
from reconciler.model.change import Action
from reconciler.model.event import Outcome
from reconciler.model.step import ClosedStep, Fate, OperatorStep

DONE = 0
PARTLY, OPERATOR = 7, 10


class ChangeResult(Struct, frozen=True):
    """How one change ended. `calls` were made for it; `waiting` is what a person still has to do, `ended`
    what was planned for one and needs nobody any more."""

    address: Address
    action: Action
    outcome: Outcome
    message: str = ""
    calls: int = 0
    number: str | None = None
    waiting: tuple[OperatorStep, ...] = ()
    ended: tuple[tuple[OperatorStep, Fate], ...] = ()

    @property
    def is_finished(self) -> bool:
        """Whether nothing is left of it but what waits for a person."""
        return self.outcome in (Outcome.DONE, Outcome.SKIPPED, Outcome.WAITING)


class Summary(Struct, frozen=True):
    """A run as a whole. `error` is what ended it early, with the exit code that goes with it; `closed` are
    the steps that left the worklist."""

    run: str
    results: tuple[ChangeResult, ...]
    calls: int
    predicted_calls: int
    left_today: int
    error: str = ""
    error_code: int = 0
    closed: tuple[ClosedStep, ...] = ()

    def count(self, outcome: Outcome) -> int:
        """How many changes ended that way."""
        return sum(result.outcome is outcome for result in self.results)

    @property
    def exit_code(self) -> int:
        """0 done, 10 only operator steps are open, 7 partly applied, else that of what ended it."""
        unfinished = (Outcome.STALE, Outcome.FAILED, Outcome.IN_DOUBT, Outcome.NOT_STARTED)
        if self.error and not _has_any(self.results, (Outcome.DONE, Outcome.WAITING, Outcome.IN_DOUBT)):
            return self.error_code
        if self.error or _has_any(self.results, unfinished):
            return PARTLY
        return OPERATOR if self.count(Outcome.WAITING) else DONE


def _has_any(results: Sequence[ChangeResult], outcomes: Sequence[Outcome]) -> bool:
    return any(result.outcome in outcomes for result in results)
