"""Plans made by hand, with everything on them that a report can show."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from reconciler.model.address import Address
from reconciler.model.change import Action, AttributeChange, Change, Reason, ReservedBoxes, Sale
from reconciler.model.diagnostic import Diagnostic, Severity
from reconciler.model.event import Outcome
from reconciler.model.origin import Origin
from reconciler.model.plan import CallBudget, GuardVerdict, Money, Plan, ShipDay, Stock, Verdict
from reconciler.model.resource import Binding
from reconciler.model.step import ApiStep, OperatorStep
from reconciler.model.summary import ChangeResult, Summary
from reconciler.model.value import Json
from reconciler.report.document import plan_document
from reconciler.report.summary import summary_document

NOON = datetime(2027, 1, 4, 14, 0, tzinfo=UTC)


def item(boxes: int, product: str = "RSFRE60", cost: str = "0.28", price: str = "0.42") -> dict[str, Json]:
    """An item of an order, as a change shows it."""
    return {
        "product": product,
        "box_type": "HB",
        "boxes": boxes,
        "unit": "stem",
        "bunches": 12,
        "stems": 25,
        "cost": cost,
        "price": price,
    }


def order(
    name: str,
    action: Action,
    reason: Reason,
    day: str,
    attributes: tuple[AttributeChange, ...],
    boxes: int = 40,
    kind: str = "purchase_orders",
    **more: Any,
) -> Change:
    """One change to an order that ships on `day`."""
    address = Address(kind, name)
    method = "purchase.order.create" if kind == "purchase_orders" else "prebook.create"
    wanted: dict[str, Json] = {"ship_date": day, "items": [{"name": "freedom", "boxes": boxes}]}
    written: dict[str, Any] = {
        "origin": Origin("config/orders.yaml", 3, 3),
        "headline": f"ROSALEDA · ships {day} · MIA · for bloomnet",
        "depends_on": (Address("customers", "bloomnet"),),
        "steps": (ApiStep(1, method, {}, "create the order with 1 line"),),
        "wanted": None if action is Action.DELETE else wanted,
        "binding": None if action is Action.CREATE else Binding(address, 7, "P057200", {"ship_date": day}),
        "commitment": "3360" if action is Action.CREATE else "0",
    }
    return Change(address, action, reason, attributes=attributes, **{**written, **more})


def one_of_each() -> tuple[Change, ...]:
    """A change of every action and every kind."""
    return (
        Change(
            Address("customers", "bloomnet"),
            Action.UPDATE,
            Reason.DRIFTED,
            Origin("config/customers.yaml", 2, 3),
            "BLOOM · BloomNet",
            (),
            (AttributeChange(("phone",), "305-555-0199", "305-555-0100"),),
            (ApiStep(1, "customer.update", {}, "write the phone"),),
            wanted={"code": "BLOOM"},
        ),
        order(
            "valentines-freedom",
            Action.CREATE,
            Reason.NOT_IN_KOMET,
            "2027-02-01",
            (
                AttributeChange(("carrier",), None, "KLA"),
                AttributeChange(("items", "freedom-60"), None, item(40)),
                AttributeChange(("items", "mondial-60"), None, item(20, "RSMON60", "0.30", "0.45")),
                AttributeChange(("vendor",), None, "ROSALEDA"),
            ),
            60,
        ),
        order(
            "mothers-day",
            Action.UPDATE,
            Reason.CONFIG_CHANGED,
            "2027-02-03",
            (AttributeChange(("items", "monte-60", "price"), "0.39", "0.41"),),
            notes=("comments are written when an order is created; the ones in Komet stay as they are",),
        ),
        order(
            "weekly",
            Action.REPLACE,
            Reason.ONLY_VIA_REPLACEMENT,
            "2027-02-10",
            (AttributeChange(("ship_date",), "2027-02-04", "2027-02-10"),),
            endangered=("line 70012: 40 HB RSFRE60 is confirmed (12 boxes)",),
        ),
        order(
            "easter",
            Action.DELETE,
            Reason.NOT_IN_CONFIG,
            "2027-03-22",
            (
                AttributeChange(("items", "line 70020"), item(8), None),
                AttributeChange(("ship_date",), "2027-03-22", None),
            ),
            steps=(
                ApiStep(1, "purchase.order.item.delete", {}, "delete line 70020", reversible=False),
                OperatorStep(2, "cancel P057201", "Purchase Orders", "P057201", "P057201 > Cancel"),
            ),
        ),
        order(
            "standing",
            Action.ADOPT,
            Reason.ADOPTED,
            "2027-02-02",
            (AttributeChange(("number",), None, "P057188"),),
            12,
            steps=(),
        ),
        Change(
            Address("reservations", "freedom-60-miami"),
            Action.UPDATE,
            Reason.STOCK_SHORT,
            Origin("config/stock.yaml", 2, 3),
            "Roses Freedom 60cm · HB · MIA · for bloomnet · 16 of 20 boxes",
            (Address("customers", "bloomnet"),),
            (
                AttributeChange(("boxes",), 16, 20),
                AttributeChange(("lines", "line 88123"), "free", "bloomnet"),
            ),
            (
                OperatorStep(
                    1,
                    "reserve 88123",
                    "Inventory > Inventory Summary",
                    "line 88123: 4 HB Roses Freedom 60cm",
                    "put BLOOM on line 88123 (4 HB Roses Freedom 60cm, 12 × 25, Rosaleda)",
                    "free",
                    "BLOOM",
                ),
            ),
            wanted={"boxes": 20},
            reserved=(ReservedBoxes("RSFRE60 in MIA", 16, 4, 0, 51),),
        ),
        order(
            "week-6",
            Action.CREATE,
            Reason.NOT_IN_KOMET,
            "2027-02-08",
            (AttributeChange(("items", "freedom"), None, item(10)),),
            10,
            kind="prebooks",
            commitment="0",
            sale=Sale("850.00", "400.00", "12.75"),
        ),
    )


def plan_of(*changes: Change, **more: Any) -> Plan:
    """A plan of these changes."""
    written: dict[str, Any] = {
        "project": "bloomnet-miami",
        "environment": "staging",
        "company": 6316,
        "reconciler": "0.1.0",
        "made_at": NOON,
        "expires_at": NOON + timedelta(days=1),
        "config_digest": "sha256:" + "0" * 64,
        "calls": CallBudget(9, 12, 3, 241, 3000, 200),
        "money": Money("3360.00", "12.75"),
        "changes": changes,
        "unchanged": 42,
        "unmanaged": 7,
        "unmanaged_by_kind": {"customers": 5, "purchase_orders": 2},
        "guards": (GuardVerdict("empty", Verdict.PASSED), GuardVerdict("freeze", Verdict.PASSED)),
        "calendar": (
            ShipDay("purchase_orders", "2027-02-01", 3, 160),
            ShipDay("purchase_orders", "2027-02-05", 1, 12),
            ShipDay("prebooks", "2027-02-12", 2, 24),
            ShipDay("purchase_orders", "2027-04-26", 4, 240),
        ),
        "stock": (
            Stock("RSFRE60 in MIA", 16, 35),
            Stock("RSMON60 in MIA", 10, 6),
            Stock("SPRAY50 in LAX", 0, 18),
        ),
    }
    return Plan(**{**written, **more})


def full_plan(**more: Any) -> Plan:
    """A plan with one of each change, guards that spoke and remarks."""
    spoken = (
        GuardVerdict(
            "confirmed",
            Verdict.ALLOWED,
            "purchase_orders.weekly would remove line 70012",
            "confirmed:purchase_orders.weekly",
        ),
        GuardVerdict("max_deletes", Verdict.REFUSED, "6 deletes, 5 are allowed", "max_deletes"),
        GuardVerdict("min_margin", Verdict.PASSED),
    )
    remark = Diagnostic(
        Severity.WARNING,
        "4 of 20 boxes are missing: 12 boxes are older than 5 days",
        address=Address("reservations", "freedom-60-miami"),
        origin=Origin("config/stock.yaml", 2, 3),
        source="  freedom-60-miami:",
    )
    return plan_of(*one_of_each(), **{"guards": spoken, "diagnostics": (remark,), **more})


def full_document(**more: Any) -> dict[str, Any]:
    """The document of `full_plan`."""
    return dict(plan_document(full_plan(**more)))


def summary_of(plan: Plan, *outcomes: Outcome, error: str = "") -> dict[str, Any]:
    """The summary of an apply whose changes ended so, in turn."""
    results = tuple(
        ChangeResult(
            change.address,
            change.action,
            outcome,
            message="" if outcome in (Outcome.DONE, Outcome.WAITING) else "Komet refused: no such product",
            waiting=change.operator_steps if outcome is Outcome.WAITING else (),
        )
        for change, outcome in zip(plan.changes, outcomes * len(plan.changes), strict=False)
    )
    summary = Summary(
        "20270104T140000Z-abc123", results, 9, 12, 2741, error=error, error_code=1 if error else 0
    )
    return dict(summary_document(summary))


def numbered(count: int) -> Plan:
    """A plan of `count` changes, alike but for their names and dates."""
    pattern = one_of_each()
    changes = tuple(
        replace(each, address=Address(each.address.kind, f"{each.address.name}-{number}"))
        for number in range(count)
        for each in (pattern[number % len(pattern)],)
    )
    return plan_of(*changes)
