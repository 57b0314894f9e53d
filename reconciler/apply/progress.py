"""One change on its way through an apply."""

from __future__ import annotations

from msgspec import Struct

from reconciler.model.change import Change
from reconciler.model.event import Outcome
from reconciler.model.resource import Applied, Binding
from reconciler.model.step import ApiStep, Fate, OperatorStep
from reconciler.model.summary import ChangeResult
from reconciler.model.value import Path


class Progress(Struct):
    """One change: how far it came.

    `in_doubt` is the journal's entry of the call whose effect nobody knows, `doubted` that call. `left` are
    the planned calls that reading shows still to be made, None when reading shows something else. `ended` are
    operator steps of the plan that need nobody any more. `refused` are the lines that Komet refused inside an
    overall success: where each is wanted, and why it was refused.
    """

    change: Change
    outcome: Outcome = Outcome.NOT_STARTED
    message: str = ""
    calls: int = 0
    in_doubt: int | None = None
    doubted: ApiStep | None = None
    left: tuple[ApiStep, ...] | None = None
    is_read_back: bool = False
    is_tried_again: bool = False
    binding: Binding | None = None
    waiting: tuple[OperatorStep, ...] = ()
    ended: tuple[tuple[OperatorStep, Fate], ...] = ()
    refused: tuple[tuple[Path, str], ...] = ()

    def end(self, outcome: Outcome, message: str = "") -> None:
        """Sets the outcome, and why."""
        self.outcome, self.message = outcome, message

    def settle(self, outcome: Outcome, message: str = "") -> None:
        """Sets the outcome: nothing of it is in doubt any more."""
        self.in_doubt = self.doubted = None
        self.end(outcome, message)

    @property
    def is_good(self) -> bool:
        """Whether what depends on it may go on."""
        return self.outcome in (Outcome.DONE, Outcome.SKIPPED, Outcome.WAITING)

    @property
    def is_touched(self) -> bool:
        """Whether calls of it were made, or are held back until the others are proved."""
        return bool(self.calls) or (self.outcome is Outcome.DONE and bool(self.change.api_steps))

    @property
    def is_open(self) -> bool:
        """Whether reading has the last word: its calls were all answered, or one of them was not."""
        return self.outcome in (Outcome.DONE, Outcome.IN_DOUBT)

    @property
    def applied(self) -> Applied | None:
        """What is agreed on once it is done; None for a delete."""
        change = self.change
        if change.wanted is None:
            return None
        return Applied(change.address, change.wanted, change.policy, change.depends_on, change.origin)

    def result(self) -> ChangeResult:
        """The change's line in the summary."""
        number = self.binding.number if self.binding else None
        return ChangeResult(
            self.change.address,
            self.change.action,
            self.outcome,
            self.message,
            self.calls,
            number,
            self.waiting,
            self.ended,
        )
