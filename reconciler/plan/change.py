"""One resource's comparison made into a change, with its reason and its steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from reconciler.kinds.kind import Comparison, Kind, Scope, Subject
from reconciler.model.change import Action, AttributeChange, Change, Reason, Seen
from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.model.resource import Applied, Binding, LiveResource, ResolvedResource
from reconciler.model.step import OperatorStep, Step
from reconciler.model.value import Json, digest_of
from reconciler.plan.diff import diff_attributes


class Judgement(Struct, frozen=True):
    """What planning says of one resource: a change or none, and what is to be said in any case."""

    change: Change | None
    comparison: Comparison
    warnings: tuple[Diagnostic, ...] = ()


def judge(kind: Kind, subject: Subject, binding: Binding | None, scope: Scope) -> Judgement:
    """Compares one resource and lowers the difference to steps. Equal sides never make a change."""
    comparison = kind.compare(subject, scope)
    warnings = tuple(
        Diagnostic(Severity.WARNING, text, address=subject.address) for text in comparison.warnings
    )
    if comparison.before == comparison.after and not subject.match.adopted:
        return Judgement(None, comparison, warnings)
    steps = kind.lower(subject, scope)
    resolved, applied = subject.resolved, subject.applied
    change = Change(
        address=subject.address,
        action=_action(subject, comparison),
        reason=_reason(kind, subject, comparison, scope),
        origin=resolved.origin if resolved else applied.origin if applied else None,
        headline=kind.headline(subject, scope),
        depends_on=resolved.depends_on if resolved else applied.depends_on if applied else (),
        attributes=_adoption(subject) + diff_attributes(comparison.before, comparison.after),
        steps=steps,
        notes=_notes(comparison),
        wanted=recorded(resolved, comparison) if resolved else None,
        policy=resolved.policy if resolved else applied.policy if applied else {},
        binding=live_binding(kind, subject) or binding,
        seen=tuple(seen(live) for live in (subject.match.live, *subject.match.retired) if live is not None),
        commitment=kind.commitment(subject, steps),
        endangered=comparison.endangered,
        reserved=comparison.reserved,
        sale=kind.sale(steps),
    )
    return Judgement(change, comparison, warnings)


def live_binding(kind: Kind, subject: Subject) -> Binding | None:
    """The binding to the live resource that stands for `subject` now."""
    match = subject.match
    return kind.binding(subject.address, match.live, match.retired) if match.live is not None else None


def seen(live: LiveResource) -> Seen:
    """What the plan saw of `live`."""
    return Seen(live.id, live.number, digest_of(dict(live.attributes)))


def recorded(resolved: ResolvedResource, comparison: Comparison) -> dict[str, Json]:
    """The wanted values as they are recorded once agreed on, with what this reading has found out beside them
    and the paths that nobody could compare."""
    values = dict(resolved.attributes.items()) | dict(comparison.learnt)
    if not comparison.incomparable:
        return values
    unknown: list[Json] = [list(path) for path in comparison.incomparable]
    return values | {"unknown": unknown}


def agreed_record(resolved: ResolvedResource, comparison: Comparison) -> Applied:
    """What apply records of a resource that is as wanted."""
    return Applied(
        resolved.address,
        recorded(resolved, comparison),
        resolved.policy,
        resolved.depends_on,
        resolved.origin,
    )


def _adoption(subject: Subject) -> tuple[AttributeChange, ...]:
    """What adopting changes: the address gets a number."""
    live = subject.match.live
    if not subject.match.adopted or live is None:
        return ()
    return (AttributeChange(("number",), None, live.number),)


def _action(subject: Subject, comparison: Comparison) -> Action:
    if subject.resolved is None:
        return Action.DELETE
    if subject.match.live is None:
        return Action.CREATE
    if comparison.replaces:
        return Action.REPLACE
    return Action.ADOPT if subject.match.adopted else Action.UPDATE


def _reason(kind: Kind, subject: Subject, comparison: Comparison, scope: Scope) -> Reason:
    if subject.resolved is None:
        return Reason.NOT_IN_CONFIG
    if comparison.reason is not None:
        return comparison.reason
    if subject.match.live is None:
        return Reason.NOT_IN_KOMET
    if comparison.replaces or (subject.match.retired and set(comparison.before) == {"items", "predecessors"}):
        return Reason.ONLY_VIA_REPLACEMENT
    if subject.match.adopted:
        return Reason.ADOPTED
    return _moved_side(kind, subject, scope)


def _moved_side(kind: Kind, subject: Subject, scope: Scope) -> Reason:
    """Which side moved since both last agreed; without a record nothing proves that Komet did."""
    applied, resolved = subject.applied, subject.resolved
    if applied is None or resolved is None:
        return Reason.CONFIG_CHANGED
    former = ResolvedResource(applied.address, applied.attributes, resolved.origin)
    against = replace(subject, resolved=former, rewrite=False)
    then = kind.compare(against, scope)
    has_drifted = without_waiting(then.before) != without_waiting(then.after)
    if has_drifted and _is_asked(kind.lower(against, scope), subject, scope):
        has_drifted = False
    if has_drifted and has_config_changed(applied, resolved):
        return Reason.CONFIG_CHANGED_AND_DRIFTED
    return Reason.DRIFTED if has_drifted else Reason.CONFIG_CHANGED


def _is_asked(steps: Sequence[Step], subject: Subject, scope: Scope) -> bool:
    """Whether all that differs is what a person was asked to do already: it waits, and nobody moved it."""
    return bool(steps) and all(
        isinstance(step, OperatorStep) and f"{subject.address} {step.key}" in scope.asked for step in steps
    )


def has_config_changed(applied: Applied, resolved: ResolvedResource) -> bool:
    """Whether the configuration wants something else than was last applied."""
    was = {name: applied.attributes.get(name) for name in resolved.attributes}
    return was != dict(resolved.attributes)


def without_waiting(side: Mapping[str, Json]) -> dict[str, Json]:
    """`side` without what waits for a person since the order was made: nobody moved it."""
    return {name: value for name, value in side.items() if name not in ("status", "predecessors")}


def _notes(comparison: Comparison) -> tuple[str, ...]:
    unseen = tuple(
        f"{'.'.join(str(part) for part in path)} cannot be compared: Komet does not show it and no record "
        "of it is left; --rewrite writes it"
        for path in comparison.incomparable
    )
    return comparison.notes + unseen
