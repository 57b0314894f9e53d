"""What happens during an apply, told while it happens."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from reconciler.model.address import Address


class Outcome(StrEnum):
    """How a change, or a step of it, ended."""

    DONE = "done"
    SKIPPED = "skipped"
    STALE = "stale"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    WAITING = "waiting_for_operator"
    NOT_STARTED = "not_started"


class Event(Struct, frozen=True):
    """One line of progress: `step` of `steps` at `address` (0 of 0 for the run as a whole)."""

    address: Address | None
    text: str
    step: int = 0
    steps: int = 0
    outcome: Outcome | None = None
