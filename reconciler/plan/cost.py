"""What a plan costs: calls before, for and after its writes, and money."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from reconciler.kinds.kind import Kind, Scope
from reconciler.model.address import Address
from reconciler.model.change import Action, Change
from reconciler.model.plan import Money
from reconciler.model.resource import Binding, ResolvedResource, Sought
from reconciler.model.value import Json


def sought_before(change: Change) -> Sought:
    """What apply reads again before it writes: also where a successor could stand unknown.

    What is to be created was not found where it was known to be, and is not looked for there once more.
    """
    is_new = change.action is Action.CREATE
    known = None if is_new else change.binding
    return Sought(
        change.address, resolved_of(change), known, search=is_new or change.action is Action.REPLACE
    )


def sought_after(change: Change, learned: Mapping[Address, Binding]) -> Sought:
    """What apply reads back. `learned` holds the bindings of what was created meanwhile."""
    binding = learned.get(change.address) or change.binding
    return Sought(change.address, resolved_of(change), binding)


def resolved_of(change: Change) -> ResolvedResource | None:
    """What the change wants, as the plan recorded it."""
    if change.wanted is None or change.origin is None:
        return None
    return ResolvedResource(change.address, change.wanted, change.origin, change.policy, change.depends_on)


def apply_calls(kinds: Mapping[str, Kind], changes: Sequence[Change], scope: Scope) -> int:
    """The calls that apply makes before and for its writes."""
    writing = [change for change in changes if change.api_steps]
    steps = sum(len(change.api_steps) for change in writing)
    return steps + expected_calls(kinds, map(sought_before, writing), scope)


def verify_calls(kinds: Mapping[str, Kind], changes: Sequence[Change], scope: Scope) -> int:
    """The calls that apply makes to read back: once for all it wrote, once more for what it deleted after."""
    writing = [change for change in changes if change.api_steps]
    learned = {change.address: _expected_binding(kinds, change) for change in writing}
    checked = [change for change in writing if any(step.after_check for step in change.api_steps)]
    return sum(
        expected_calls(kinds, [sought_after(change, learned) for change in group], scope)
        for group in (writing, checked)
    )


def expected_calls(kinds: Mapping[str, Kind], sought: Iterable[Sought], scope: Scope) -> int:
    """The calls that reading `sought` takes, kind by kind."""
    by_kind: dict[str, list[Sought]] = defaultdict(list)
    for each in sought:
        by_kind[each.address.kind].append(each)
    return sum(kinds[name].expected_calls(group, scope) for name, group in by_kind.items())


def money_of(changes: Sequence[Change]) -> Money:
    """What the changes commit. Purchase orders have no fee (Komet API §1.5)."""
    commitment = sum((Decimal(change.commitment) for change in changes), Decimal(0))
    return Money(commitment=f"{commitment:.2f}", fee="0.00")


def _expected_binding(kinds: Mapping[str, Kind], change: Change) -> Binding:
    """The binding that will be known once `change` was made: a new order is read back by its new number."""
    facts: dict[str, Json] = {"id": 0, "number": f"new {change.address}"}
    learned = kinds[change.address.kind].learn(change, change.binding, facts)
    return learned or change.binding or Binding(change.address, 0)
