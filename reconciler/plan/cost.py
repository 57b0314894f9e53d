"""What a plan costs: calls before, for and after its writes, and money."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

from msgspec.structs import replace

from reconciler.kinds.kind import Kind, LiveIds, Scope
from reconciler.model.address import Address
from reconciler.model.change import Action, Change
from reconciler.model.plan import Money
from reconciler.model.resource import Binding, ResolvedResource, Sought
from reconciler.model.step import ApiStep
from reconciler.model.value import Json


def sought_before(change: Change) -> Sought:
    """What apply reads again before it writes: also where a successor could stand unknown.

    What is to be created was not found where it was known to be, and is not looked for there once more.
    """
    is_new = change.action is Action.CREATE
    known = None if is_new else change.binding
    return Sought(
        change.address,
        resolved_of(change),
        known,
        search=is_new or change.action is Action.REPLACE,
        removes=bool(change.operator_steps) or any(_removes(step) for step in change.api_steps),
    )


def sought_after(change: Change, learned: Mapping[Address, Binding]) -> Sought:
    """What apply reads back. `learned` holds the bindings of what was created meanwhile."""
    binding = learned.get(change.address) or change.binding
    return Sought(change.address, resolved_of(change), binding, removes=False)


def _removes(step: ApiStep) -> bool:
    return step.method.endswith(".delete")


def resolved_of(change: Change) -> ResolvedResource | None:
    """What the change wants, as the plan recorded it."""
    if change.wanted is None or change.origin is None:
        return None
    return ResolvedResource(change.address, change.wanted, change.origin, change.policy, change.depends_on)


def is_read_again(change: Change, scope: Scope) -> bool:
    """Whether apply reads again what is to be changed: before a call, and before a person is told to do what
    nobody has told them yet."""
    return bool(change.api_steps) or any(
        f"{change.address} {step.key}" not in scope.asked for step in change.operator_steps
    )


def apply_calls(kinds: Mapping[str, Kind], changes: Sequence[Change], scope: Scope) -> int:
    """The calls that apply makes before and for its writes."""
    steps = sum(len(change.api_steps) for change in changes)
    checked = [change for change in changes if is_read_again(change, scope)]
    return steps + expected_calls(kinds, map(sought_before, checked), scope)


def verify_calls(kinds: Mapping[str, Kind], changes: Sequence[Change], scope: Scope) -> int:
    """The calls that apply makes to read back: once for all it wrote, once more for what it deleted after."""
    writing = [change for change in changes if change.api_steps]
    learned = {change.address: _expected_binding(kinds, change) for change in writing}
    checked = [change for change in writing if any(step.after_check for step in change.api_steps)]
    after = _scope_after(changes, scope)
    return sum(
        expected_calls(kinds, [sought_after(change, learned) for change in group], after)
        for group in (writing, checked)
    )


def _scope_after(changes: Sequence[Change], scope: Scope) -> Scope:
    """The scope once what is new has an id: then lists are read for it too."""
    known = scope.ids.by_address
    new = [change.address for change in changes if change.action is Action.CREATE]
    ids = {address: -place for place, address in enumerate(new, start=1) if known.get(address) is None}
    return replace(scope, ids=LiveIds({**known, **ids}, scope.ids.labels))


def expected_calls(kinds: Mapping[str, Kind], sought: Iterable[Sought], scope: Scope) -> int:
    """The calls that reading `sought` takes, kind by kind."""
    by_kind: dict[str, list[Sought]] = defaultdict(list)
    for each in sought:
        by_kind[each.address.kind].append(each)
    return sum(kinds[name].expected_calls(group, scope) for name, group in by_kind.items())


def money_of(changes: Sequence[Change], fee: Decimal) -> Money:
    """What the changes commit, and Komet's `fee`, a share, on what they sell (Komet API §1.5).

    The fee is rounded once, over the whole: purchase orders have none.
    """
    commitment = sum((Decimal(change.commitment) for change in changes), Decimal(0))
    sold = sum((Decimal(change.sale.price) for change in changes if change.sale), Decimal(0))
    return Money(commitment=f"{commitment:.2f}", fee=rounded(sold * fee))


def with_fee(change: Change, fee: Decimal) -> Change:
    """`change` with Komet's `fee`, a share, on what it sells."""
    if change.sale is None:
        return change
    return replace(change, sale=replace(change.sale, fee=rounded(Decimal(change.sale.price) * fee)))


def rounded(amount: Decimal) -> str:
    """`amount` with two places, half rounded up."""
    return f"{amount.quantize(Decimal('0.01'), ROUND_HALF_UP):.2f}"


def _expected_binding(kinds: Mapping[str, Kind], change: Change) -> Binding:
    """The binding that will be known once `change` was made: a new order is read back by its new number."""
    facts: dict[str, Json] = {"id": 0, "number": f"new {change.address}"}
    learned = kinds[change.address.kind].learn(change, change.binding, facts)
    return learned or change.binding or Binding(change.address, 0)
