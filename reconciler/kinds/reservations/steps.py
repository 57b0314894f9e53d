"""The steps that carry a reservation from what stands reserved to what should."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from reconciler.kinds.kind import Scope, Subject
from reconciler.kinds.reservations.standing import Standing, standing_of
from reconciler.kinds.reservations.stock import StockLine
from reconciler.kinds.reservations.view import FREE, customer_name, line_words
from reconciler.kinds.reservations.wanted import (
    BOXES_A_CALL,
    Arrival,
    WantedReservation,
    arrival_references,
    wanted_reservation,
)
from reconciler.kinds.row import row_of
from reconciler.model.address import Address
from reconciler.model.query import Answer
from reconciler.model.step import ApiStep, CallResult, OperatorStep, Step, known_after_apply
from reconciler.model.value import Json

ADD = "inventory.add"
UPDATE = "inventory.update"
SCREEN = "Inventory > Inventory Summary"


def lower_reservation(subject: Subject, scope: Scope) -> tuple[Step, ...]:
    """An arrival is added by calls. A line's customer is for a person, or a call with the capability (A7)."""
    steps = list(_steps(subject, scope))
    return tuple(replace(step, number=number) for number, step in enumerate(steps, start=1))


def interpret_inventory(step: ApiStep, answer: Answer) -> CallResult:
    """What was added stands under its reference, also where the answer names no id (A10)."""
    if step.method != ADD:
        return CallResult()
    facts: dict[str, Json] = {"arrived": step.params["reference"]}
    if (id := row_of(answer).integer("inventoryId")) is not None:
        facts[f"line:{step.params['reference']}"] = id
    return CallResult(facts)


def _steps(subject: Subject, scope: Scope) -> Iterator[Step]:
    assert subject.match.live is not None
    standing = standing_of(subject.match.live.attributes)
    customer = customer_name(subject, standing, scope)
    if subject.resolved is not None:
        wanted = wanted_reservation(subject.resolved.attributes)
        if wanted.arrival is not None and standing.share.arriving:
            yield from _add(subject.address, wanted, wanted.arrival, standing, scope)
    for line in standing.share.reserve:
        yield _assign(line, standing, customer, scope)
    for line in standing.share.release:
        yield _release(line, customer, scope)


def _add(
    address: Address, wanted: WantedReservation, arrival: Arrival, standing: Standing, scope: Scope
) -> Iterator[Step]:
    """One call for each 100 boxes; those whose reference was seen before are not sent again."""
    id = standing.customer_id
    left = arrival.boxes
    for reference in arrival_references(scope.project, address, arrival):
        boxes, left = min(left, BOXES_A_CALL), left - min(left, BOXES_A_CALL)
        if reference in standing.arrived:
            continue
        params: dict[str, Json] = {
            "growerId": arrival.vendor_id,
            "awb": arrival.awb,
            "shipDate": arrival.ship_date,
            "reference": reference,
            "customerId": id
            if id is not None
            else known_after_apply(Address("customers", wanted.customer), "id"),
            "quantity": boxes,
            "boxTypeId": arrival.box_type_id,
            "unitType": (wanted.unit or "").capitalize(),
            "stemsBunch": wanted.stems,
            "bunches": wanted.bunches,
            "unitCost": arrival.cost,
        }
        params |= (
            {"productCode": arrival.product_code}
            if arrival.product_code
            else {"productId": wanted.product_id}
        )
        yield ApiStep(0, ADD, params, f"add {boxes} boxes for {wanted.customer}", reversible=False)


def _assign(line: StockLine, standing: Standing, customer: str, scope: Scope) -> Step:
    if scope.assigns_by_api and standing.customer_id is not None:
        params: dict[str, Json] = {"inventoryId": line.id, "customerId": standing.customer_id}
        return ApiStep(
            0, UPDATE, params, f"put {customer} on line {line.id}", paths=(("lines", f"line {line.id}"),)
        )
    words, label = line_words(line, scope), customer_label(customer, scope)
    text = f"put {label} on line {line.id} ({words})"
    return OperatorStep(0, f"reserve {line.id}", SCREEN, f"line {line.id}: {words}", text, FREE, label)


def _release(line: StockLine, customer: str, scope: Scope) -> Step:
    if scope.assigns_by_api:
        params: dict[str, Json] = {"inventoryId": line.id, "customerId": 0}
        return ApiStep(
            0, UPDATE, params, f"take {customer} off line {line.id}", paths=(("lines", f"line {line.id}"),)
        )
    words, label = line_words(line, scope), customer_label(customer, scope)
    text = f"take {label} off line {line.id} ({words})"
    return OperatorStep(0, f"release {line.id}", SCREEN, f"line {line.id}: {words}", text, label, FREE)


def customer_label(customer: str, scope: Scope) -> str:
    """The customer as the web UI calls it, else as the configuration does."""
    return scope.ids.labels.get(Address("customers", customer), customer)
