"""The plan as one JSON document, from which every other form is drawn."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct

from reconciler.model.change import AttributeChange, Change, ReservedBoxes, Sale
from reconciler.model.diagnostic import Diagnostic
from reconciler.model.origin import Origin
from reconciler.model.plan import CallBudget, Money, Plan, ShipDay, Stock
from reconciler.model.resource import Applied, Binding
from reconciler.model.secret import SENSITIVE
from reconciler.model.step import ClosedStep, OperatorStep, Step
from reconciler.model.value import Json, decimal_text, digest_of

FORMAT = 1
"""The version of the document's form; another one is refused."""

LONGEST_LINE = 2_000
"""Characters of a source line that a diagnostic carries as JSON: a line may be 5 MB long."""


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
        "targets": list(plan.targets),
        "excludes": list(plan.excludes),
        "calendar": [{name: getattr(day, name) for name in _names(ShipDay)} for day in plan.calendar],
        "stock": [{name: getattr(stock, name) for name in _names(Stock)} for stock in plan.stock],
    }
    if plan.basis_at is not None:
        document["basis_at"] = plan.basis_at.isoformat()
    if plan.closed:
        document["closed"] = [closed_document(each) for each in plan.closed]
    return document | {"digest": digest_of(document)}


def closed_document(closed: ClosedStep) -> dict[str, Json]:
    """An operator step that is open no more as JSON, the same in a plan, a summary and a worklist."""
    return {
        "address": str(closed.address),
        "step": _step(closed.step),
        "since": closed.since.isoformat(),
        "ending": closed.fate.ending.value,
        "why": closed.fate.why,
    }


def _names(of: type[Struct]) -> tuple[str, ...]:
    return of.__struct_fields__


def _change(change: Change) -> Json:
    document: dict[str, Json] = {
        "address": str(change.address),
        "action": change.action.value,
        "reason": change.reason.value,
        "origin": origin_document(change.origin),
        "headline": change.headline,
        "depends_on": [str(address) for address in change.depends_on],
        "attributes": [attribute_document(each) for each in change.attributes],
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
    return document | ({"sale": _sale(change.sale)} if change.sale else {})


def _sale(sale: Sale) -> Json:
    """What a change sells, and its margin if its whole cost is known."""
    margin = decimal_text(Decimal(sale.price) - Decimal(sale.cost)) if sale.cost is not None else None
    return {"price": sale.price, "cost": sale.cost, "margin": margin, "fee": sale.fee}


def attribute_document(each: AttributeChange) -> Json:
    """An attribute before and after as JSON, the same in a plan, in history and as drift."""
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
        **({"if_ignored": step.if_ignored} if step.if_ignored else {}),
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
        "origin": origin_document(applied.origin),
    }


def origin_document(origin: Origin | None) -> Json:
    """A place in the configuration as JSON."""
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
        "origin": origin_document(diagnostic.origin),
        "source": diagnostic.source and diagnostic.source[:LONGEST_LINE],
        "also": [origin_document(origin) for origin in diagnostic.also],
    }
