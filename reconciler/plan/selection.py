"""The part of a plan that `--target` and `--exclude` leave."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from fnmatch import fnmatchcase

from reconciler.errors import UsageError
from reconciler.model.address import Address
from reconciler.model.change import Change


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
