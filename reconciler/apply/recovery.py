"""What is decided of a call whose effect nobody knows: found, to be made again, or set aside. Pure.

Whether such a call took effect is only ever told by reading: by the marker of an order, the reference of a
stock line, the name of a ship-to, the value of an attribute (Komet API §5.7, A22).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct, field
from msgspec.structs import replace

from reconciler.apply.checking import Look
from reconciler.apply.placeholders import fits
from reconciler.model.address import Address
from reconciler.model.event import Outcome
from reconciler.model.plan import Plan
from reconciler.model.resource import Binding
from reconciler.model.step import ApiStep
from reconciler.model.value import Json
from reconciler.state.journal import JournalEntry

FOUND = "found by reading"
NOT_FOUND = "reading does not show it: made again where it is still wanted"
NOT_WANTED = "nothing of it was left to do when the plan was made"


class Settlement(Struct, frozen=True):
    """What is written down of a call in doubt: DONE with what it taught, or FAILED when reading does not
    show it."""

    entry: int
    outcome: Outcome
    message: str
    facts: Mapping[str, Json] = field(default_factory=dict)


def is_adding(method: str) -> bool:
    """Whether a method makes something that was not there, so that making the call twice makes two.

    The others set a value or take away what has an id: made twice they are as good as made once.
    """
    return method.endswith((".create", ".add"))


def still_planned(
    planned: Sequence[ApiStep], left: Sequence[ApiStep], facts: Mapping[str, Json]
) -> tuple[ApiStep, ...] | None:
    """The calls that are `left` as the steps of the plan that they are; None when one of them is not planned.

    What nobody has read and approved is not done in the course of a recovery.
    """
    open_steps = list(planned)
    found: list[ApiStep] = []
    for step in left:
        same = [
            each
            for each in open_steps
            if each.method == step.method and fits(dict(each.params), dict(step.params), facts)
        ]
        if not same:
            return None
        open_steps.remove(same[0])
        found.append(replace(step, number=same[0].number, after_check=same[0].after_check, does=same[0].does))
    return tuple(sorted(found, key=lambda each: each.number))


def found_facts(binding: Binding | None) -> dict[str, Json]:
    """What finding a resource teaches: what the lost answer would have told."""
    if binding is None or not binding.id:
        return {}
    return {"id": binding.id} | ({"number": binding.number} if binding.number is not None else {})


def grace(entries: Iterable[JournalEntry], now: datetime, patience: float) -> dict[Address, float]:
    """For how many seconds more a call of an earlier run may add something late, by address."""
    left = {
        entry.address: (entry.intended_at + timedelta(seconds=patience) - now).total_seconds()
        for entry in entries
        if is_adding(entry.method)
    }
    return {address: seconds for address, seconds in left.items() if seconds > 0}


def settle_earlier(
    entries: Sequence[JournalEntry],
    plan: Plan,
    looks: Mapping[Address, Look],
    bindings: Mapping[Address, Binding],
) -> list[Settlement]:
    """What `looks` and the plan, which read everything, tell of the calls that earlier runs left open.

    `bindings` are what is remembered: a plan has no news of what a run found that ended too early to settle
    it. A call of a resource that neither looks nor plan have read stays open.
    """
    known = {**bindings, **{each.applied.address: each.binding for each in plan.agreed}}
    settled: list[Settlement] = []
    for entry in entries:
        look = looks.get(entry.address)
        if look is not None:
            settled.append(_settled_by(look, entry, bindings.get(entry.address)))
        elif _has_read(plan, entry):
            facts = found_facts(known.get(entry.address))
            settled.append(Settlement(entry.id, Outcome.DONE, FOUND if facts else NOT_WANTED, facts))
    return settled


def _settled_by(look: Look, entry: JournalEntry, former: Binding | None) -> Settlement:
    left = look.judgement.change.api_steps if look.judgement.change else ()
    is_left = any(step.method == entry.method and _fits(step, entry) for step in left)
    if is_left or (is_adding(entry.method) and look.binding is None):
        return Settlement(entry.id, Outcome.FAILED, NOT_FOUND)
    return Settlement(entry.id, Outcome.DONE, FOUND, _taught(look, entry, former))


def _taught(look: Look, entry: JournalEntry, former: Binding | None) -> dict[str, Json]:
    """What finding a call's effect teaches. Two orders may stand for an address that nothing wants any more:
    what was created then is the one that was not bound before."""
    standing = [live for live in (look.match.live, *look.match.retired) if live is not None and live.id]
    adds_to_one = any(entry.params.get(key) for key in ("purchaseOrderNumber", "useExisting"))
    if is_adding(entry.method) and not adds_to_one and former is not None and len(standing) > 1:
        for live in standing:
            if live.number not in (former.number, *former.retired):
                return found_facts(Binding(entry.address, live.id, live.number))
    return found_facts(look.binding)


def _fits(step: ApiStep, entry: JournalEntry) -> bool:
    return fits(dict(step.params), dict(entry.params), {})


def _has_read(plan: Plan, entry: JournalEntry) -> bool:
    """Whether the plan was made after the call and would have a call left if it had taken no effect."""
    is_whole = not plan.targets and not plan.excludes
    return is_whole and plan.made_at >= entry.intended_at
