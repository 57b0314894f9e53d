"""The guards once more, on a saved plan: whoever edited it may have edited their verdicts too."""

from __future__ import annotations

from datetime import date

from msgspec.structs import replace

from reconciler.errors import PlanUnusable
from reconciler.kinds.wanted import REMEMBERED, WANTED
from reconciler.model.address import Address
from reconciler.model.change import Change
from reconciler.model.plan import GuardVerdict, Plan, Verdict
from reconciler.model.project import GuardSettings
from reconciler.plan.guard import BY_ADDRESS, GUARDS, Judged, is_protected

BY_CHANGES = (
    "confirmed",
    "freeze",
    "max_changes",
    "max_commitment",
    "max_deletes",
    "max_price_change",
    "max_reserved_share",
    "min_margin",
    "past_date",
    "protected",
)
"""The guards that need nothing but the changes and the day."""


def judge_again(plan: Plan, settings: GuardSettings, today: date) -> tuple[GuardVerdict, ...]:
    """What refuses the plan's changes today, beyond what was allowed when it was made.

    `PlanUnusable` when a change says something that no kind understands, before anything is done with it.
    """
    try:
        for change in plan.changes:
            if change.wanted is not None:
                WANTED[change.address.kind](change.wanted)
            if change.binding is not None and change.address.kind in REMEMBERED:
                REMEMBERED[change.address.kind](change.binding.facts)
        return _refusals(plan, settings, today)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise PlanUnusable(
            f"the plan file holds what no plan does ({type(error).__name__}: {error}): plan again"
        ) from None


def _refusals(plan: Plan, settings: GuardSettings, today: date) -> tuple[GuardVerdict, ...]:
    allowed = {each.flag for each in plan.guards if each.verdict is Verdict.ALLOWED}
    changes = [_protected(change, settings) for change in plan.changes]
    judged = Judged(changes=changes, managed={}, wanted={}, today=today, settings=settings)
    refused = [
        GuardVerdict(name, Verdict.REFUSED, each.detail, _flag(name, each.address))
        for name in BY_CHANGES
        for each in GUARDS[name](judged)
    ]
    return tuple(each for each in refused if each.flag not in allowed)


def _flag(name: str, address: Address | None) -> str:
    return f"{name}:{address}" if name in BY_ADDRESS else name


def _protected(change: Change, settings: GuardSettings) -> Change:
    """The change with the protection that the project gives it, whatever the plan says."""
    if not is_protected(change.address, settings):
        return change
    return replace(change, policy={**change.policy, "protected": True})
