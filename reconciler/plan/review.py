"""A plan of nothing but what somebody has reviewed."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from reconciler.errors import PlanUnusable
from reconciler.kinds.kind import Kind
from reconciler.model.change import Change
from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.model.plan import Plan, Verdict
from reconciler.model.project import Project
from reconciler.plan.planner import Basis, Choices, make_plan


def reviewed_choices(reviewed: Plan) -> Choices:
    """What was asked for and what was allowed when `reviewed` was made, for planning the same once more."""
    allowed = tuple(guard.flag for guard in reviewed.guards if guard.verdict is Verdict.ALLOWED)
    return Choices(targets=reviewed.targets, excludes=reviewed.excludes, allow=allowed)


def raise_if_not_reviewable(reviewed: Plan, project: Project) -> None:
    """`PlanUnusable` when `reviewed` is of another project, environment or company, or was refused."""
    for word, theirs, ours in (
        ("project", reviewed.project, project.name),
        ("environment", reviewed.environment, project.environment),
        ("company", reviewed.company, project.komet.company),
    ):
        if theirs != ours:
            raise PlanUnusable(f"the reviewed plan was made for the {word} {theirs}, and this is {ours}")
    if reviewed.refusals:
        raise PlanUnusable("a guard refused the reviewed plan: nothing in it is approved")


def make_plan_of(kinds: Mapping[str, Kind], basis: Basis, choices: Choices, reviewed: Plan | None) -> Plan:
    """The plan of `basis`; if one was `reviewed`, without the changes that do not stand there to the letter
    and without what depends on them, each with a warning.

    `reviewed` is only compared with: nothing of it reaches the plan, however it came about.
    """
    whole = make_plan(kinds, basis, choices)
    if reviewed is None:
        return whole
    seen = {each.address: _as_reviewed(each) for each in reviewed.changes}
    unseen = [each for each in whole.changes if seen.get(each.address) != _as_reviewed(each)]
    if not unseen:
        return whole
    excludes = (*choices.excludes, *(str(each.address) for each in unseen))
    rest = make_plan(kinds, basis, replace(choices, excludes=excludes))
    kept = {each.address for each in rest.changes}
    left = [_left_out(each, each in unseen) for each in whole.changes if each.address not in kept]
    return replace(rest, diagnostics=(*rest.diagnostics, *left))


def left_out(plan: Plan, reviewed: Plan) -> tuple[str, ...]:
    """The addresses that `make_plan_of` left out of `plan` for not being as they were reviewed."""
    return plan.excludes[len(reviewed.excludes) :]


def _as_reviewed(change: Change) -> tuple[object, ...]:
    """What of a change a review is about; where it is written and why it is due may differ."""
    return (
        change.action,
        change.attributes,
        change.steps,
        change.endangered,
        change.commitment,
        change.depends_on,
    )


def _left_out(change: Change, is_unlike: bool) -> Diagnostic:
    why = "it is not what was reviewed" if is_unlike else "it depends on what is not as it was reviewed"
    return Diagnostic(
        summary=f"{change.address} is left out: {why}",
        severity=Severity.WARNING,
        origin=change.origin,
    )
