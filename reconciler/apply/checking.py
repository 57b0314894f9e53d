"""Reading what is about to be changed, or was: how each change's resource looks now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from reconciler.kinds.kind import Comparison, Kind, LiveIds, Match, Scope, Subject
from reconciler.komet.drive import drive
from reconciler.komet.port import KometPort
from reconciler.model.address import Address
from reconciler.model.change import Action, Change
from reconciler.model.resource import Applied, Binding, LiveResource, Sought
from reconciler.model.step import ApiStep, OperatorStep, Step
from reconciler.model.value import canonical_bytes
from reconciler.plan.change import Judgement, judge, live_binding, seen
from reconciler.plan.cost import resolved_of


class Look(Struct, frozen=True):
    """How a change's resource looks: what of the change is left, and what stands in Komet for it.

    One that is settled was not read: its ship date has passed. `live` is all that was read of its kind.
    """

    judgement: Judgement
    match: Match
    binding: Binding | None
    is_settled: bool = False
    live: Sequence[LiveResource] = ()

    @property
    def is_as_wanted(self) -> bool:
        """Whether nothing is left to do."""
        return self.judgement.change is None

    def looks_as_planned(self, change: Change) -> bool:
        """Whether every live resource the change touches is what the plan saw, and no other came."""
        now = [seen(live) for live in (self.match.live, *self.match.retired) if live is not None]
        return sorted(now, key=lambda each: each.id) == sorted(change.seen, key=lambda each: each.id)

    def is_as_planned(self, change: Change) -> bool:
        """Whether the change may be made as it was planned. What is for people alone must be left, too; calls
        may be wanted where nothing differs, to rewrite what nobody sees."""
        return self.looks_as_planned(change) and (
            bool(change.api_steps) or self.leaves_what_was_planned(change)
        )

    def leaves_what_was_planned(self, change: Change) -> bool:
        """Whether precisely what the plan says is left to do, whatever else has moved; of what is for people
        alone it may be less."""
        left = self.judgement.change
        if left is None:
            return False
        now, then = [_what(step) for step in left.steps], [_what(step) for step in change.steps]
        if not change.api_steps:
            return set(now) <= set(then)
        planned = change.attributes
        if change.action is Action.ADOPT:  # which the binding of the plan has done already
            planned = tuple(each for each in planned if each.path != ("number",))
        same = (left.attributes, left.endangered) == (planned, change.endangered)
        return now == then and same

    def ended_steps(self, change: Change) -> tuple[OperatorStep, ...]:
        """The operator steps of the plan that nothing asks for any more."""
        left = self.judgement.change
        asked = {step.key for step in left.operator_steps} if left is not None else frozenset[str]()
        return tuple(step for step in change.operator_steps if step.key not in asked)


def look_at(
    kinds: Mapping[str, Kind],
    changes: Sequence[Change],
    sought: Iterable[Sought],
    applied: Mapping[Address, Applied],
    scope: Scope,
    port: KometPort,
    is_leaving: bool = False,
) -> dict[Address, Look]:
    """Reads `sought`, in lists, and holds every change against what it finds.

    `applied` is what is taken as last applied, for the attributes that Komet does not show. With `is_leaving`
    the lines that the changes delete in the end count for nothing, so that what replaces them is proved.
    """
    by_kind: dict[str, list[Sought]] = defaultdict(list)
    for each in sought:
        by_kind[each.address.kind].append(each)
    looks: dict[Address, Look] = {}
    by_address = {change.address: change for change in changes}
    for name, group in by_kind.items():
        kind = kinds[name]
        live = drive(kind.read(group, scope), port)
        matches = kind.match(group, live, scope)
        for each in group:
            match = matches.wanted.get(each.address) or matches.orphans.get(each.address) or Match()
            change = by_address[each.address]
            leaving = _leaving(change) if is_leaving else frozenset()
            subject = Subject(
                each.address, resolved_of(change), match, applied.get(each.address), outgoing=leaving
            )
            if each.address in matches.settled or each.address in matches.gone:
                judgement = Judgement(None, Comparison({}, {}))
                is_settled = each.address in matches.settled
                looks[each.address] = Look(judgement, match, each.binding, is_settled, live)
                continue
            judgement = _judge(kind, subject, change, each.binding, scope)
            looks[each.address] = Look(judgement, match, live_binding(kind, subject), live=live)
        scope = _with_ids(scope, looks)
    return looks


def calls_follow(kind: Kind, change: Change, look: Look, former: Applied | None, scope: Scope) -> bool:
    """Whether the change's calls are those that what it wants leads to: a saved plan may have been edited.

    Only asked of what looks as the plan saw it. Calls that rewrite what nobody sees follow too.
    """
    subject = Subject(change.address, resolved_of(change), look.match, former)
    planned = {_what(step) for step in change.api_steps}
    for each in (subject, replace(subject, rewrite=True)):
        left = judge(kind, each, look.binding, scope).change
        if planned <= {_what(step) for step in (left.api_steps if left is not None else ())}:
            return True
    return False


def _with_ids(scope: Scope, looks: Mapping[Address, Look]) -> Scope:
    """`scope` with the ids of what was read: what is made out to a customer is read after it."""
    found = {address: look.binding.id for address, look in looks.items() if look.binding is not None}
    return replace(scope, ids=LiveIds({**scope.ids.by_address, **found}, scope.ids.labels))


def _what(step: Step) -> tuple[str, bytes]:
    """What a step does; its words depend on the names that were at hand."""
    return (step.method, canonical_bytes(dict(step.params))) if isinstance(step, ApiStep) else (step.key, b"")


def _leaving(change: Change) -> frozenset[int]:
    """The ids of the lines that the change deletes in the end."""
    held = [step for step in change.api_steps if step.after_check]
    ids = (id for step in held for name, id in step.params.items() if name.endswith("ItemId"))
    return frozenset(id for id in ids if isinstance(id, int))


def _judge(kind: Kind, subject: Subject, change: Change, binding: Binding | None, scope: Scope) -> Judgement:
    """What is left of `change`: what it writes and nobody can compare is left until it is recorded."""
    judgement = judge(kind, subject, binding, scope)
    if not {each.path for each in change.attributes}.intersection(judgement.comparison.incomparable):
        return judgement
    return judge(kind, replace(subject, rewrite=True), binding, scope)
