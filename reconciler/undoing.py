"""The plan that takes a run back. Nothing here prints, and Komet is only read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from reconciler.errors import ConfigurationError, UsageError
from reconciler.kinds.customers.undoing import reactivated, restored_customer
from reconciler.kinds.kind import Matches
from reconciler.kinds.registry import REGISTRY
from reconciler.looking_up import Wanted, located
from reconciler.model.address import KINDS, Address
from reconciler.model.change import Action, AttributeChange, Reason
from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.model.event import Outcome
from reconciler.model.node import Node
from reconciler.model.origin import Origin
from reconciler.model.plan import Plan
from reconciler.model.resource import Applied, ResolvedResource
from reconciler.model.value import Json
from reconciler.plan.drift import moved_since
from reconciler.plan.planner import Basis, Choices, make_plan
from reconciler.reading import read_account
from reconciler.session import Session
from reconciler.state.run_changes import EFFECTIVE, RunChange
from reconciler.state.runs import Run

_LASTING = {
    "inventory.add": "it stays in stock, no call takes it away",
    "purchase.order.item.confirm": "it stays so, no call takes a confirmation back",
}
"""Calls whose effect outlasts whatever is planned, and what is said of it."""

_SETTLED = "it has shipped, or is not there any more"

_MOVED = "somebody changed it in Komet since the run, and taking the run back would overwrite that"

_UNRECORDED = "what it was before is not recorded"

_BROUGHT_BACK = "it brought back what was last agreed on; what stood there before, others had made of it"


class Target(Struct, frozen=True):
    """What taking one change back wants of its address: `resolved`, or None: that nothing is there.

    `remarks` say what cannot be taken back with it; where `why_not` is set nothing of it can. One that
    `is_forgotten` is only no longer managed.
    """

    change: RunChange
    resolved: ResolvedResource | None = None
    remarks: tuple[str, ...] = ()
    why_not: str = ""
    is_forgotten: bool = False

    @property
    def address(self) -> Address:
        """Whose target it is."""
        return self.change.address

    @property
    def is_wanted(self) -> bool:
        """Whether something is planned for it."""
        return not self.why_not and not self.is_forgotten


def plan_undo(session: Session, run: str, choices: Choices) -> Plan:
    """The plan that brings what `run` changed back to what was there before, as far as that can be.

    What cannot be taken back stands in the plan's diagnostics. The configuration stays as it is: its next
    plan would do it all again. UsageError for a run that there is none of, or that changed nothing.
    """
    found, changes = _changes_of(session, run)
    later = session.state.run_changes.later(session.scope, run)
    targets: dict[Address, Target] = {}
    present: dict[Address, ResolvedResource] = {}

    def wanting(wanted: Wanted) -> Mapping[Address, ResolvedResource]:
        present.update(wanted.resolved)
        targets.update(_targets(changes, wanted, later))
        return _overlaid(wanted.resolved, targets)

    reading = read_account(session, wanting=wanting)
    moved = moved_since(REGISTRY, reading.basis, [each for each in targets if _is_judged(targets[each])])
    targets |= {each: replace(targets[each], why_not=_MOVED) for each in moved}
    settled = {each for one in reading.basis.matches.values() for each in (*one.settled, *one.gone)}
    targets |= {each: replace(targets[each], why_not=_SETTLED) for each in settled & {*targets} - moved}
    chosen = frozenset(each for each in targets if targets[each].is_wanted)
    try:
        plan = make_plan(REGISTRY, _only(reading.basis, chosen), choices)
    except ConfigurationError as error:
        raise ConfigurationError([located(session, each) for each in error.diagnostics]) from None
    forgotten = {each for each in targets if targets[each].is_forgotten and not targets[each].why_not}
    return replace(
        plan,
        changes=tuple(replace(each, reason=Reason.UNDONE) for each in plan.changes),
        gone=tuple(sorted(forgotten | ({*plan.gone, *reading.kept} & chosen))),
        diagnostics=(*_remarks(found, targets, present), *plan.diagnostics),
    )


def _changes_of(session: Session, run: str) -> tuple[Run, list[RunChange]]:
    """The run, and those of its changes that may have moved something."""
    found = session.state.runs.get(run)
    if found is None or found.scope != session.scope:
        raise UsageError(f"there is no run {run!r}: `reconciler history` lists them")
    changes = session.state.run_changes.of(run)
    effective = [each for each in changes if each.outcome is None or each.outcome in EFFECTIVE]
    if not effective:
        raise UsageError(f"run {run} changed nothing that was recorded: there is nothing to take back")
    return found, effective


def _targets(
    changes: Sequence[RunChange], wanted: Wanted, later: Mapping[Address, str]
) -> dict[Address, Target]:
    """What taking each change back wants, customers first: what needs something that is not there is left."""
    targets: dict[Address, Target] = {}
    for change in sorted(changes, key=lambda each: (KINDS.index(each.address.kind), each.address)):
        targets[change.address] = _target(change, wanted, later)
    there = {*wanted.resolved, *wanted.bindings} - {
        each for each, target in targets.items() if target.is_wanted and target.resolved is None
    }
    for address, target in targets.items():
        needs = target.resolved.depends_on if target.is_wanted and target.resolved is not None else ()
        missing = [each for each in needs if each not in there]
        if missing:
            targets[address] = replace(target, why_not=f"it needs {missing[0]}, which is not there any more")
        elif target.is_wanted and target.resolved is not None:
            there.add(address)
    left = _overlaid(wanted.resolved, targets)
    users = {need: each for each in sorted(left) for need in left[each].depends_on if each in wanted.bindings}
    for address, target in targets.items():
        if target.is_wanted and target.resolved is None and address in users:
            targets[address] = replace(target, why_not=f"{users[address]} rests on it")
    return targets


def _target(change: RunChange, wanted: Wanted, later: Mapping[Address, str]) -> Target:
    address, former = change.address, change.former
    if address in later:
        return Target(change, why_not=f"run {later[address]} changed it again: take that one back first")
    match Action(str(change.planned["action"])):
        case Action.CREATE:
            why = "" if address in wanted.bindings else "nothing is known of it any more"
            return Target(change, None, _remarks_on(change), why)
        case Action.ADOPT:
            has_calls = any(each.text("by") == "api" for each in Node(change.planned).nodes("steps"))
            why = "it was taken over and changed in one, and what it was before is not recorded"
            return Target(change, why_not=why if has_calls else "", is_forgotten=True)
        case Action.DELETE:
            return _made_again(change, former) if former is not None else Target(change, why_not=_UNRECORDED)
        case Action.UPDATE | Action.REPLACE:
            return _changed_back(change, wanted)


def _changed_back(change: RunChange, wanted: Wanted) -> Target:
    """What was changed is wanted as it was: of a customer by its attributes, else as it was recorded."""
    address, former, planned = change.address, change.former, Node(change.planned).maybe_node("wanted")
    if address.kind == "customers" and planned is not None:
        known = former or wanted.applied.get(address) or Applied(address, {})
        attributes, left = restored_customer(
            planned.members, former.attributes if former is not None else {}, _attributes(change)
        )
        return Target(change, _resolved(known, attributes), (*_remarks_on(change), *left))
    if former is None:
        is_new = address.kind == "reservations"  # a reservation is never made, it only stands for stock
        return Target(change, None, _remarks_on(change), "" if is_new else _UNRECORDED)
    if planned is not None and _known_of(planned.members) == _known_of(former.attributes):
        return Target(change, why_not=_BROUGHT_BACK)
    return Target(change, _resolved(former, former.attributes), _remarks_on(change))


def _made_again(change: RunChange, former: Applied) -> Target:
    """What was deleted is wanted once more."""
    if change.address.kind == "customers":
        return Target(change, _resolved(former, reactivated(former.attributes)))
    is_order = change.address.kind != "reservations"
    remarks = ("it is made anew, as far as it does not stand empty: its number is another then",)
    attributes = {**former.attributes, "recreate": True} if is_order else former.attributes
    return Target(change, _resolved(former, attributes), remarks if is_order else ())


def _remarks_on(change: RunChange) -> tuple[str, ...]:
    """What is not taken back although the change is."""
    planned = Node(change.planned)
    is_new = planned.text("action") == Action.CREATE
    remarks = [
        f"{each.text('does')}: {_LASTING[each.text('method')]}"
        for each in planned.nodes("steps")
        if each.text("by") == "api" and each.text("method") in _LASTING
        if not (is_new and change.address.kind == "purchase_orders")  # its lines go, confirmed or not
    ]
    remarks += [
        f"{'.'.join(map(str, each.path))} stays: what is not written is not managed"
        for each in _attributes(change)
        if each.path[-1] in ("price", "notes") and each.before is None
    ]
    if planned.text("reason") == Reason.CONFIG_CHANGED_AND_DRIFTED:
        remarks.append("what others had changed of it before the run does not come back")
    if change.address.kind == "reservations" and change.former is None:
        remarks.append("all stock that stands for it is given up, also what was reserved before the run")
    if planned.text("fee") != "0.00":
        remarks.append(f"nothing says that Komet gives back its fee of {planned.text('fee')}")
    if is_new and change.address.kind == "customers":
        remarks.append("a customer that was made stays in Komet: no call removes one")
    return tuple(remarks)


def _attributes(change: RunChange) -> list[AttributeChange]:
    return [
        AttributeChange(
            tuple(part if isinstance(part, int) else str(part) for part in each.array("path")),
            each.members["before"],
            each.members["after"],
        )
        for each in Node(change.planned).nodes("attributes")
    ]


def _resolved(applied: Applied, attributes: Mapping[str, Json]) -> ResolvedResource:
    """What was recorded, to be wanted again; what was not known of it then is no part of it."""
    origin = applied.origin or Origin("", 1)
    return ResolvedResource(
        applied.address, _known_of(attributes), origin, applied.policy, applied.depends_on
    )


def _known_of(attributes: Mapping[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in attributes.items() if name != "unknown"}


def _overlaid(
    present: Mapping[Address, ResolvedResource], targets: Mapping[Address, Target]
) -> dict[Address, ResolvedResource]:
    """What is wanted now, with what the targets want in its place."""
    wanted = {
        each: one for each, one in present.items() if each not in targets or not targets[each].is_wanted
    }
    return wanted | {
        each: target.resolved
        for each, target in targets.items()
        if target.is_wanted and target.resolved is not None
    }


def _is_judged(target: Target) -> bool:
    """Whether the run left it as it was recorded, so that Komet can be held against that."""
    is_there = target.resolved is not None or target.address.kind != "customers"
    was_deleted = target.change.planned["action"] == Action.DELETE
    return target.is_wanted and is_there and not was_deleted and target.change.outcome is Outcome.DONE


def _only(basis: Basis, chosen: frozenset[Address]) -> Basis:
    """`basis` with nothing to be planned but at the `chosen` addresses."""
    return replace(
        basis,
        matches={
            name: Matches(
                {each: match for each, match in matches.standing.items() if each in chosen},
                {each: match for each, match in matches.orphans.items() if each in chosen},
                matches.settled & chosen,
                tuple(each for each in matches.gone if each in chosen),
                matches.unmanaged,
                tuple(each for each in matches.diagnostics if each.address in chosen),
            )
            for name, matches in basis.matches.items()
        },
    )


def _remarks(
    run: Run, targets: Mapping[Address, Target], present: Mapping[Address, ResolvedResource]
) -> Iterator[Diagnostic]:
    """What whoever applies it has to know: that the configuration stays, and what cannot be taken back."""
    yield Diagnostic(Severity.WARNING, f"this takes back run {run.id}{_again(run, targets, present)}")
    for address, target in sorted(targets.items()):
        texts = (f"not taken back: {target.why_not}",) if target.why_not else target.remarks
        yield from (Diagnostic(Severity.WARNING, text, address=address) for text in texts)


def _again(run: Run, targets: Mapping[Address, Target], present: Mapping[Address, ResolvedResource]) -> str:
    wanted = {each: target.resolved for each, target in targets.items() if target.is_wanted}
    if all(_attributes_of(present.get(each)) == _attributes_of(one) for each, one in wanted.items()):
        return ", and the configuration wants the same"
    commit = f" (git revert {run.commit[:10]})" if run.commit else ""
    return (
        f"; the configuration still says otherwise, and its next plan does it again: change it back{commit}"
    )


def _attributes_of(resolved: ResolvedResource | None) -> Mapping[str, Json] | None:
    return None if resolved is None else resolved.attributes
