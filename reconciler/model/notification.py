"""Something that happened which others want to hear of."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Occasion(StrEnum):
    """What a notification is about, the gravest first; `TEST` is only ever sent by hand."""

    FAILED = "failed"
    REFUSED = "refused"
    BUDGET = "budget"
    DRIFT = "drift"
    FLAPPING = "flapping"
    WORKLIST = "worklist"
    PENDING = "pending"
    APPLIED = "applied"
    RECOVERED = "recovered"
    TEST = "test"


FOR_SOMEBODY = (
    Occasion.FAILED,
    Occasion.REFUSED,
    Occasion.BUDGET,
    Occasion.DRIFT,
    Occasion.FLAPPING,
    Occasion.WORKLIST,
    Occasion.RECOVERED,
)
"""What somebody has to do something about, and that it is over: what is sent unless `on` says otherwise."""


class Subject(Struct, frozen=True):
    """One thing that a notification is about: an address, a guard, an error; and what is to be said of it."""

    name: str
    text: str


class Occurrence(Struct, frozen=True):
    """What happened, in one run of `command` or in one look of a watch.

    `occasions` are all that it is, the gravest first: a destination hears of it once, under the first that it
    listens to. `title` is one line; `error` is what ended the run, `exit_code` with what; None in a watch.
    """

    occasions: tuple[Occasion, ...]
    command: str
    title: str
    subjects: tuple[Subject, ...] = ()
    error: str = ""
    exit_code: int | None = None
    run: str | None = None
    author: str | None = None
    commit: str | None = None

    def heard_as(self, on: tuple[Occasion, ...]) -> Occasion | None:
        """As what somebody hears of it who listens to these occasions; None who does not hear of it."""
        return next((each for each in self.occasions if each in on or each is Occasion.TEST), None)
