"""The guards once more, on a saved plan: whoever edited it may have edited their verdicts too."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

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


def refusals_now(plan: Plan, settings: GuardSettings, today: date) -> tuple[GuardVerdict, ...]:
    """What refuses the plan's changes today, beyond what was allowed when it was made."""
    allowed = {each.flag for each in plan.guards if each.verdict is Verdict.ALLOWED}
    changes = [_protected(change, settings) for change in plan.changes]
    judged = Judged(changes=changes, managed={}, wanted={}, today=today, settings=settings)
    found = [
        GuardVerdict(
            name, Verdict.REFUSED, each.detail, f"{name}:{each.address}" if name in BY_ADDRESS else name
        )
        for name in BY_CHANGES
        for each in GUARDS[name](judged)
    ]
    return tuple(each for each in found if each.flag not in allowed)


def _protected(change: Change, settings: GuardSettings) -> Change:
    """The change with the protection that the project gives it, whatever the plan says."""
    if not is_protected(change.address, settings):
        return change
    return replace(change, policy={**change.policy, "protected": True})
