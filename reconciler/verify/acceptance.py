"""Whether Komet accepted what was sent for an address: the journal's last word on it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from msgspec import Struct

from reconciler.model.address import Address
from reconciler.model.event import Outcome
from reconciler.state.journal import JournalEntry
from reconciler.state.open import State
from reconciler.state.scope import Scope
from reconciler.verify.finding import Answered, Claim

RUNS = 20
"""How many of the last runs are looked through."""


class Acceptance(Struct, frozen=True):
    """The claim, and when the last call that took effect was answered."""

    claim: Claim
    changed_at: datetime | None = None


def read_acceptance(state: State, scope: Scope, known: Collection[Address]) -> Mapping[Address, Acceptance]:
    """What the journal says of each address; `known` are those that an apply has recorded or bound."""
    found: dict[Address, Acceptance] = {
        each: Acceptance(Claim(Answered.YES, "nothing was needed: it was found as wanted")) for each in known
    }
    last: dict[Address, JournalEntry] = {}
    for run in reversed(state.runs.list(scope, RUNS)):
        for entry in state.journal.entries(run.id):
            last[entry.address] = entry
    for entry in state.journal.open_entries(scope):
        last[entry.address] = entry
    for address, entry in last.items():
        found[address] = _acceptance(entry)
    return found


def _acceptance(entry: JournalEntry) -> Acceptance:
    at = entry.settled_at or entry.concluded_at or entry.intended_at
    outcome = entry.settled or entry.outcome
    when = f"{at:%Y-%m-%d %H:%M} UTC, run {entry.run}"
    if entry.is_open:
        text = f"nobody knows yet what became of {entry.method} ({when}): plan and apply again"
        return Acceptance(Claim(Answered.UNKNOWN, text, at), at)
    if entry.settled is Outcome.DONE or (outcome is Outcome.DONE and not entry.message):
        return Acceptance(Claim(Answered.YES, f"{entry.method} succeeded at {when}", at), at)
    words = f": {entry.message}" if entry.message else ""
    verb = "was refused in part" if outcome is Outcome.DONE else "failed"
    return Acceptance(Claim(Answered.NO, f"{entry.method} {verb} at {when}{words}", at))
