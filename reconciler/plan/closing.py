"""Which open operator steps a reading closes, and why: done, no longer wanted, gone or overtaken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase

from reconciler.kinds.kind import Kind, Matches, Scope, Subject
from reconciler.model.address import Address
from reconciler.model.change import Change
from reconciler.model.resource import LiveResource
from reconciler.model.step import ClosedStep, Fate, OpenStep


def close_steps(
    kinds: Mapping[str, Kind],
    open_steps: Iterable[OpenStep],
    changes: Iterable[Change],
    matches: Mapping[str, Matches],
    live: Mapping[str, Sequence[LiveResource]],
    scope: Scope,
) -> tuple[ClosedStep, ...]:
    """The open steps that none of `changes`, which are all there are, asks for any more, each with its fate.

    A step that was given under a former name of its address lives on under the new one.
    """
    asked = {(change.address, step.key) for change in changes for step in change.operator_steps}
    return tuple(
        ClosedStep(each.address, each.step, each.since, _fate(kinds, each, matches, live, scope))
        for each in sorted(open_steps, key=lambda each: (each.address, each.step.number, each.step.key))
        if (each.address, each.step.key) not in asked
        and (scope.moved.get(str(each.address)), each.step.key) not in asked
    )


def within(
    closed: Sequence[ClosedStep], targets: Sequence[str], excludes: Sequence[str]
) -> tuple[ClosedStep, ...]:
    """Those at addresses that `--target` and `--exclude` leave: of the others a plan says nothing."""
    return tuple(
        each
        for each in closed
        if (not targets or _matches(each.address, targets)) and not _matches(each.address, excludes)
    )


def _matches(address: Address, patterns: Sequence[str]) -> bool:
    return any(fnmatchcase(str(address), pattern) for pattern in patterns)


def _fate(
    kinds: Mapping[str, Kind],
    each: OpenStep,
    matches: Mapping[str, Matches],
    live: Mapping[str, Sequence[LiveResource]],
    scope: Scope,
) -> Fate:
    name, address = each.address.kind, scope.moved.get(str(each.address), each.address)
    known = matches.get(name, Matches({}))
    return kinds[name].fate(each.step, Subject(address, None, known.of(address)), live.get(name, ()), scope)
