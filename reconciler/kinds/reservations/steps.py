"""The steps that carry a reservation from what stands reserved to what should."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from reconciler.kinds.kind import Scope, Subject
from reconciler.kinds.reservations.arrivals import boxes_by_reference, unseen_references
from reconciler.kinds.reservations.standing import Standing, standing_for
from reconciler.kinds.reservations.stock import StockLine
from reconciler.kinds.reservations.view import FREE, customer_name, line_words
from reconciler.kinds.reservations.wanted import Arrival, WantedReservation, wanted_reservation
from reconciler.kinds.row import row_of
from reconciler.model.address import Address
from reconciler.model.query import Answer
from reconciler.model.step import ApiStep, CallResult, OperatorStep, Step, known_after_apply
from reconciler.model.value import Json

ADD = "inventory.add"
UPDATE = "inventory.update"
SCREEN = "Inventory > Inventory Summary"

_NO_CAPABILITY = (
    "Komet said yes and did nothing. This account takes no customer by a call: write "
    "komet.capabilities.assign_customer: operator, and a person is asked instead"
)


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
    standing = standing_for(subject)
    customer = customer_name(subject, standing, scope)
    if subject.resolved is not None:
        wanted = wanted_reservation(subject.resolved.attributes)
        if wanted.arrival is not None:
            yield from _add(subject, wanted, wanted.arrival, standing, scope)
            unseen = unseen_references(standing.arrived, scope.project, subject.address, wanted)
            yield from _look_for(wanted, wanted.arrival, unseen, scope)
    for line in standing.share.reserve:
        yield _assign(line, standing, customer, scope)
    for line in standing.share.release:
        yield _release(line, customer, scope)


def _add(
    subject: Subject, wanted: WantedReservation, arrival: Arrival, standing: Standing, scope: Scope
) -> Iterator[Step]:
    """One call for each 100 boxes; those that were added before are not sent again, and those of which
    nobody knows only with `--rewrite`."""
    id, arrived = standing.customer_id, standing.arrived
    done = set(arrived.added) - set(arrived.doubtful if subject.rewrite else ())
    for reference, boxes in boxes_by_reference(scope.project, subject.address, wanted).items():
        if reference in done:
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


def _look_for(
    wanted: WantedReservation, arrival: Arrival, unseen: Sequence[str], scope: Scope
) -> Iterator[Step]:
    """Komet took a call and no line came of it, as it does with a product that is not mapped (A23): adding
    it once more could make two, so a person looks."""
    place = scope.catalogue.label("locations", wanted.location_id)
    product = scope.catalogue.name_of("products", wanted.product_id)
    for reference in unseen:
        text = (
            f"look for the arrival {arrival.awb} of {product} (reference {reference}): Komet took it, and it "
            f"is not in stock in {place}. It stands in the staging area or at another location, or the "
            "product is not mapped and nothing was added: then correct `arrival` in the configuration"
        )
        target = f"AWB {arrival.awb}: {product}"
        yield OperatorStep(0, f"arrival {reference}", SCREEN, target, text, None, place)


def _assign(line: StockLine, standing: Standing, customer: str, scope: Scope) -> Step:
    if scope.assigns_by_api and standing.customer_id is not None:
        return _update(line, standing.customer_id, f"put {customer} on line {line.id}")
    words, label = line_words(line, scope), customer_label(customer, scope)
    text = f"put {label} on line {line.id} ({words})"
    return OperatorStep(0, f"reserve {line.id}", SCREEN, f"line {line.id}: {words}", text, FREE, label)


def _release(line: StockLine, customer: str, scope: Scope) -> Step:
    if scope.assigns_by_api:
        return _update(line, 0, f"take {customer} off line {line.id}")
    words, label = line_words(line, scope), customer_label(customer, scope)
    text = f"take {label} off line {line.id} ({words})"
    return OperatorStep(0, f"release {line.id}", SCREEN, f"line {line.id}: {words}", text, label, FREE)


def _update(line: StockLine, customer_id: int, does: str) -> Step:
    """The customer by a call (A7): the line and the customer alone."""
    params: dict[str, Json] = {"inventoryId": line.id, "customerId": customer_id}
    path = ("lines", f"line {line.id}")
    return ApiStep(0, UPDATE, params, does, paths=(path,), if_ignored=f"{does}: {_NO_CAPABILITY}")


def customer_label(customer: str, scope: Scope) -> str:
    """The customer as the web UI calls it, else as the configuration does."""
    return scope.ids.labels.get(Address("customers", customer), customer)
