"""Reading what is about to be changed, or was: how each change's resource looks now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from reconciler.kinds.kind import Comparison, Kind, Match, Scope, Subject
from reconciler.komet.drive import drive
from reconciler.komet.port import KometPort
from reconciler.model.address import Address
from reconciler.model.change import Change
from reconciler.model.resource import Applied, Binding, Sought
from reconciler.plan.change import Judgement, judge, live_binding, seen
from reconciler.plan.cost import resolved_of


@dataclass(frozen=True, slots=True)
class Look:
    """How a change's resource looks: what of the change is left, and what stands in Komet for it.

    One that is settled was not read: its ship date has passed.
    """

    judgement: Judgement
    match: Match
    binding: Binding | None
    is_settled: bool = False

    @property
    def is_as_wanted(self) -> bool:
        """Whether nothing is left to do."""
        return self.judgement.change is None

    def looks_as_planned(self, change: Change) -> bool:
        """Whether every live resource the change touches is what the plan saw, and no other came."""
        now = [seen(live) for live in (self.match.live, *self.match.retired) if live is not None]
        return sorted(now, key=lambda each: each.id) == sorted(change.seen, key=lambda each: each.id)


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
        matches = kind.match(group, drive(kind.read(group, scope), port), scope)
        for each in group:
            match = matches.wanted.get(each.address) or matches.orphans.get(each.address) or Match()
            change = by_address[each.address]
            leaving = _leaving(change) if is_leaving else frozenset()
            subject = Subject(
                each.address, resolved_of(change), match, applied.get(each.address), outgoing=leaving
            )
            if each.address in matches.settled:
                looks[each.address] = Look(Judgement(None, Comparison({}, {})), match, each.binding, True)
                continue
            judgement = _judge(kind, subject, change, each.binding, scope)
            looks[each.address] = Look(judgement, match, live_binding(kind, subject))
    return looks


def _leaving(change: Change) -> frozenset[int]:
    ids = (value for step in change.api_steps if step.after_check for value in step.params.values())
    return frozenset(id for id in ids if isinstance(id, int))


def _judge(kind: Kind, subject: Subject, change: Change, binding: Binding | None, scope: Scope) -> Judgement:
    """What is left of `change`: what it writes and nobody can compare is left until it is recorded."""
    judgement = judge(kind, subject, binding, scope)
    if not {each.path for each in change.attributes}.intersection(judgement.comparison.incomparable):
        return judgement
    return judge(kind, replace(subject, rewrite=True), binding, scope)
