"""The plan as one JSON document, from which every other form is drawn."""

from __future__ import annotations

from dataclasses import fields

from reconciler.model.change import AttributeChange, Change, ReservedBoxes
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.origin import Origin
from reconciler.model.plan import CallBudget, Money, Plan
from reconciler.model.resource import Applied, Binding
from reconciler.model.secret import SENSITIVE
from reconciler.model.step import OperatorStep, Step
from reconciler.model.value import Json, digest_of

FORMAT = 1
"""The version of the document's form; another one is refused."""


def plan_document(plan: Plan) -> dict[str, Json]:
    """`plan` as JSON, with a digest over all the rest. Sensitive values are left out."""
    document: dict[str, Json] = {
        "format": FORMAT,
        "reconciler": plan.reconciler,
        "project": plan.project,
        "environment": plan.environment,
        "company": plan.company,
        "made_at": plan.made_at.isoformat(),
        "expires_at": plan.expires_at.isoformat(),
        "config_digest": plan.config_digest,
        "calls": {name: getattr(plan.calls, name) for name in _names(CallBudget)},
        "money": {name: getattr(plan.money, name) for name in _names(Money)},
        "changes": [_change(change) for change in plan.changes],
        "unchanged": plan.unchanged,
        "settled": plan.settled,
        "unmanaged": plan.unmanaged,
        "unmanaged_by_kind": dict(plan.unmanaged_by_kind),
        "ids": dict(plan.ids),
        "agreed": [
            {"applied": _applied(each.applied), "binding": _binding(each.binding)} for each in plan.agreed
        ],
        "gone": [str(address) for address in plan.gone],
        "guards": [
            {"name": guard.name, "verdict": guard.verdict.value, "detail": guard.detail, "flag": guard.flag}
            for guard in plan.guards
        ],
        "diagnostics": [diagnostic_document(diagnostic) for diagnostic in plan.diagnostics],
    }
    return document | {"digest": digest_of(document)}


def _names(of: type) -> list[str]:
    return [each.name for each in fields(of)]


def _change(change: Change) -> Json:
    return {
        "address": str(change.address),
        "action": change.action.value,
        "reason": change.reason.value,
        "origin": _origin(change.origin),
        "headline": change.headline,
        "depends_on": [str(address) for address in change.depends_on],
        "attributes": [_attribute(each) for each in change.attributes],
        "steps": [_step(step) for step in change.steps],
        "notes": list(change.notes),
        "wanted": dict(change.wanted) if change.wanted is not None else None,
        "policy": dict(change.policy),
        "binding": _binding(change.binding) if change.binding else None,
        "seen": [{"id": each.id, "number": each.number, "digest": each.digest} for each in change.seen],
        "commitment": change.commitment,
        "endangered": list(change.endangered),
        "reserved": [
            {name: getattr(each, name) for name in _names(ReservedBoxes)} for each in change.reserved
        ],
    }


def _attribute(each: AttributeChange) -> Json:
    before, after = (each.before, each.after)
    if each.sensitive:
        before, after = (
            (SENSITIVE if before is not None else None),
            (SENSITIVE if after is not None else None),
        )
    return {"path": list(each.path), "before": before, "after": after, "sensitive": each.sensitive}


def _step(step: Step) -> Json:
    if isinstance(step, OperatorStep):
        return {
            "number": step.number,
            "by": "operator",
            "key": step.key,
            "screen": step.screen,
            "target": step.target,
            "instruction": step.instruction,
            "before": step.before,
            "after": step.after,
        }
    return {
        "number": step.number,
        "by": "api",
        "method": step.method,
        "params": dict(step.params),
        "does": step.does,
        "reversible": step.reversible,
        "after_check": step.after_check,
        "paths": [list(path) for path in step.paths],
    }


def _binding(binding: Binding) -> Json:
    return {
        "address": str(binding.address),
        "id": binding.id,
        "number": binding.number,
        "facts": dict(binding.facts),
        "retired": list(binding.retired),
    }


def _applied(applied: Applied) -> Json:
    return {
        "address": str(applied.address),
        "attributes": dict(applied.attributes),
        "policy": dict(applied.policy),
        "depends_on": [str(address) for address in applied.depends_on],
        "origin": _origin(applied.origin),
    }


def _origin(origin: Origin | None) -> Json:
    return None if origin is None else {"file": origin.file, "line": origin.line, "column": origin.column}


def diagnostic_document(diagnostic: Diagnostic) -> Json:
    """`diagnostic` as JSON, the same in a plan and in an error."""
    return {
        "severity": diagnostic.severity.value,
        "summary": diagnostic.summary,
        "detail": diagnostic.detail,
        "suggestion": diagnostic.suggestion,
        "address": str(diagnostic.address) if diagnostic.address else None,
        "path": list(diagnostic.path),
        "origin": _origin(diagnostic.origin),
        "source": diagnostic.source,
        "also": [_origin(origin) for origin in diagnostic.also],
    }
