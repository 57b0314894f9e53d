"""Drift: where Komet no longer is as the last apply left it. Pure, as planning is."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from reconciler.kinds.kind import Kind, Match, Matches, Subject
from reconciler.kinds.reservations.drift import lines_given_away
from reconciler.model.address import Address
from reconciler.model.change import AttributeChange, Change
from reconciler.model.origin import Origin
from reconciler.model.plan import Plan
from reconciler.model.resource import Applied, ResolvedResource, Sought
from reconciler.plan.change import has_config_changed, without_waiting
from reconciler.plan.diff import diff_attributes
from reconciler.plan.planner import Basis

_NOWHERE = Origin("", 1)


class Side(StrEnum):
    """Which side has left what was last agreed on; where the configuration alone has, nothing drifted."""

    KOMET = "komet"
    BOTH = "both"


class Standing(StrEnum):
    """What became of the resource in Komet."""

    CHANGED = "changed"
    CANCELLED = "cancelled"
    GONE = "gone"


class Drift(Struct, frozen=True):
    """One resource that drifted. `attributes` go from what was last applied to what Komet shows; there are
    none of what is not there any more."""

    address: Address
    side: Side
    standing: Standing
    headline: str
    origin: Origin | None
    attributes: tuple[AttributeChange, ...] = ()


class Drifts(Struct, frozen=True):
    """All that drifted, by address.

    `waiting` are the changes of which a person was told and that nobody has made yet, `pending` those that
    are for another reason: the configuration changed, stock was sold. `compared` counts the resources that an
    apply has recorded, `unrecorded` those of the configuration that none has: of these nothing can be said.
    """

    drifts: tuple[Drift, ...]
    waiting: tuple[Address, ...]
    pending: tuple[Address, ...]
    compared: int
    unrecorded: int


def find_drift(kinds: Mapping[str, Kind], basis: Basis, plan: Plan) -> Drifts:
    """What of `basis` drifted, `plan` being the whole plan of it.

    The last applied configuration is held against Komet as a plan holds the present one. Where the plan finds
    nothing to do both sides moved alike, and that is no drift; what left the configuration is not judged.
    """
    changes = {change.address: change for change in plan.changes}
    waiting = {each.address for each in plan.changes if _was_asked(each, basis)}
    drifts = [
        drift
        for name, kind in kinds.items()
        for subject in _subjects(name, kind, basis)
        if subject.address not in waiting
        and (drift := _drift(kind, subject, basis, changes.get(subject.address))) is not None
    ]
    drifts.sort(key=lambda each: each.address)
    known = waiting.union(each.address for each in drifts)
    return Drifts(
        tuple(drifts),
        tuple(sorted(waiting)),
        tuple(sorted(each for each in changes if each not in known)),
        compared=len(basis.applied),
        unrecorded=sum(address not in basis.applied for address in basis.resolved),
    )


def moved_since(
    kinds: Mapping[str, Kind], basis: Basis, addresses: Collection[Address]
) -> frozenset[Address]:
    """Those of `addresses` that Komet shows otherwise than they were last applied, or not at all any more."""
    return frozenset(
        subject.address
        for name, kind in kinds.items()
        for subject in _subjects(name, kind, basis)
        if subject.address in addresses and (subject.match.live is None or bool(_moved(kind, subject, basis)))
    )


def _was_asked(change: Change, basis: Basis) -> bool:
    """Whether nothing is left of a change but what a person was told before."""
    steps = change.operator_steps
    return (
        bool(steps)
        and not change.api_steps
        and all(f"{change.address} {step.key}" in basis.scope.asked for step in steps)
    )


def _subjects(name: str, kind: Kind, basis: Basis) -> Iterator[Subject]:
    """The resources of one kind, each as it was last applied beside what stands for it now."""
    former = {each: _former(applied, basis) for each, applied in basis.applied.items() if each.kind == name}
    sought = [
        Sought(address, resolved, basis.bindings[address], former=basis.applied)
        for address, resolved in sorted(former.items())
        if address in basis.bindings
    ]
    matches = kind.match(sought, basis.live.get(name, ()), basis.scope) if sought else Matches({})
    for each in sought:
        if each.address not in matches.settled:
            match = matches.wanted.get(each.address, Match())
            yield Subject(each.address, former[each.address], match, basis.applied[each.address])


def _former(applied: Applied, basis: Basis) -> ResolvedResource:
    now = basis.resolved.get(applied.address)
    origin = now.origin if now is not None else applied.origin or _NOWHERE
    return ResolvedResource(applied.address, applied.attributes, origin, applied.policy, applied.depends_on)


def _drift(kind: Kind, subject: Subject, basis: Basis, change: Change | None) -> Drift | None:
    if subject.match.live is None:
        return _loss(kind, subject, basis)
    if change is None or subject.address not in basis.resolved:
        return None
    attributes = _moved(kind, subject, basis)
    return _made(kind, subject, basis, Standing.CHANGED, tuple(attributes)) if attributes else None


def _loss(kind: Kind, subject: Subject, basis: Basis) -> Drift | None:
    """What is not there any more, if it ever was and is still wanted."""
    was_made = bool(basis.bindings[subject.address].id)
    if subject.address not in basis.resolved or not was_made:
        return None
    standing = Standing.CANCELLED if subject.match.cancelled is not None else Standing.GONE
    return _made(kind, subject, basis, standing, ())


def _made(
    kind: Kind, subject: Subject, basis: Basis, standing: Standing, attributes: tuple[AttributeChange, ...]
) -> Drift:
    resolved, applied = basis.resolved.get(subject.address), basis.applied[subject.address]
    has_moved = resolved is None or has_config_changed(applied, resolved)
    return Drift(
        subject.address,
        Side.BOTH if has_moved else Side.KOMET,
        standing,
        kind.headline(subject, basis.scope),
        resolved.origin if resolved is not None else applied.origin,
        attributes,
    )


def _moved(kind: Kind, subject: Subject, basis: Basis) -> Sequence[AttributeChange]:
    """What moved in Komet, from what was last applied; of what is not managed any more nothing was read."""
    if subject.address.kind == "reservations":
        binding = basis.bindings[subject.address]
        return lines_given_away(binding, basis.live.get("reservations", ()))
    then = kind.compare(subject, basis.scope)
    managed = _managed(kind, subject, basis)
    return [
        each
        for each in diff_attributes(without_waiting(then.after), without_waiting(then.before))
        if (managed is None or each.path[0] in managed) and not _is_renamed(each, subject.address, basis)
    ]


def _managed(kind: Kind, subject: Subject, basis: Basis) -> frozenset[str] | None:
    """The attributes that are managed now; None where nothing is wanted any more, and all were."""
    resolved = basis.resolved.get(subject.address)
    if resolved is None:
        return None
    now = kind.compare(replace(subject, resolved=resolved), basis.scope)
    return frozenset({*now.before, *now.after})


def _is_renamed(each: AttributeChange, address: Address, basis: Basis) -> bool:
    """Whether it is the marker of a former name, which the configuration has moved."""
    return each.path == ("marker",) and address in basis.scope.moved.values()
