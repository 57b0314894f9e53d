"""The part of a plan that `--target` and `--exclude` leave, or that the calls of a day suffice for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from fnmatch import fnmatchcase

from reconciler.errors import UsageError
from reconciler.model.address import Address
from reconciler.model.change import Change
from reconciler.plan.order import needs


def select(
    changes: Sequence[Change], known: Collection[Address], targets: Sequence[str], excludes: Sequence[str]
) -> tuple[Change, ...]:
    """The changes that match a target, with those they depend on, without the excluded and their dependants.

    A pattern is an address in which `*` stands for anything. One that matches no address is a `UsageError`:
    a safety argument that does nothing is never ignored.
    """
    for pattern in (*targets, *excludes):
        if not any(fnmatchcase(str(address), pattern) for address in known):
            raise UsageError(f"{pattern!r} matches no address of the configuration or of the state")
    kept = list(changes)
    if targets:
        wanted = {change.address for change in changes if _matches(change.address, targets)}
        wanted = _with_dependencies(changes, wanted)
        kept = [change for change in kept if change.address in wanted]
    if excludes:
        unwanted = {change.address for change in changes if _matches(change.address, excludes)}
        unwanted = _with_dependants(changes, unwanted)
        kept = [change for change in kept if change.address not in unwanted]
    return tuple(kept)


def fit_within(
    changes: Sequence[Change], cost: Callable[[Sequence[Change]], int], allowance: int
) -> tuple[Change, ...]:
    """As many whole changes as `allowance` calls suffice for, in their order, each with all that it needs.

    What takes the fewest writes a change comes first, ties by order. `cost` never falls when a change is
    added, so that what once did not fit is not looked at again.
    """
    writes = {change.address: len(change.api_steps) for change in changes}
    by_address = {change.address: change for change in changes}
    open_sets = {change.address: _with_needs(by_address, change) for change in changes}
    chosen: set[Address] = set()
    while open_sets:
        best = min(
            open_sets,
            key=lambda each: (
                sum(writes[one] for one in open_sets[each] - chosen) / len(open_sets[each] - chosen)
            ),
        )
        more = chosen | open_sets.pop(best)
        if cost([change for change in changes if change.address in more]) <= allowance:
            chosen = more
            open_sets = {each: needed for each, needed in open_sets.items() if each not in chosen}
    return tuple(change for change in changes if change.address in chosen)


def _with_needs(by_address: Mapping[Address, Change], change: Change) -> set[Address]:
    """`change` with every other change that must have ended well before it."""
    found, frontier = {change.address}, [change]
    while frontier:
        for address in needs(frontier.pop(), by_address.values()):
            if address in by_address and address not in found:
                found.add(address)
                frontier.append(by_address[address])
    return found


def _matches(address: Address, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(str(address), pattern) for pattern in patterns)


def _with_dependencies(changes: Sequence[Change], chosen: set[Address]) -> set[Address]:
    needs = {change.address: change.depends_on for change in changes}
    frontier = list(chosen)
    while frontier:
        for needed in needs.get(frontier.pop(), ()):
            if needed in needs and needed not in chosen:
                chosen.add(needed)
                frontier.append(needed)
    return chosen


def _with_dependants(changes: Sequence[Change], chosen: set[Address]) -> set[Address]:
    grew = True
    while grew:
        more = {c.address for c in changes if c.address not in chosen and chosen.intersection(c.depends_on)}
        chosen |= more
        grew = bool(more)
    return chosen
