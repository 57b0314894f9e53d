"""The steps that carry a purchase order from what is live to what is wanted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from reconciler.kinds.kind import Scope, Subject
from reconciler.kinds.orders.calls import batches_of, identifier_of, numbered
from reconciler.kinds.orders.line import Line
from reconciler.kinds.orders.lines import ItemLines
from reconciler.kinds.orders.marker import with_marker
from reconciler.kinds.orders.order import Content, Item, LiveOrder, WantedOrder, live_order
from reconciler.kinds.purchase_orders.picture import Picture, header_labels, picture_of
from reconciler.kinds.row import Row, row_of
from reconciler.model.address import Address
from reconciler.model.query import Answer
from reconciler.model.resource import Marker
from reconciler.model.step import ApiStep, CallResult, OperatorStep, Step, known_after_apply
from reconciler.model.value import Json, decimal_text

CREATE = "purchase.order.create"
CREATE_MIXED = "purchase.order.mixed.create"
DELETE = "purchase.order.item.delete"
_SCREEN = "Purchase Orders"


def lower_order(subject: Subject, scope: Scope) -> tuple[Step, ...]:
    """What comes is sent first; what goes is deleted once the new lines were read back.

    Header changes that no call can make, approval and the cancelling of emptied orders are for a person
    (Komet API §5.6, A26).
    """
    picture = picture_of(subject, scope)
    if picture.wanted is None:
        orders = [order for order in (picture.live, *picture.retired) if order is not None]
        return numbered([*_empty_orders(orders, after_check=False), *_cancel_orders(orders, scope)])
    if picture.live is None and picture.cancelled is not None and not picture.wanted.recreate:
        return ()
    if picture.live is None or picture.is_replaced:
        return numbered(_new_order(subject.address, picture, picture.wanted, scope))
    return numbered(_changed_order(subject.address, picture, picture.wanted, picture.live, scope))


def order_commitment(subject: Subject, steps: Sequence[Step]) -> Decimal:
    """What `steps` add beyond what they take away, boxes × pack × cost; never below zero (Komet API §5.5).

    A line that is replaced by a smaller one, and an order that is replaced by an equal one, commit nothing.
    """
    match = subject.match
    orders = [live_order(each.attributes) for each in (match.live, *match.retired) if each is not None]
    standing = {line.id: _standing_total(line) for order in orders for line in order.lines}
    total = Decimal(0)
    for step in steps:
        if isinstance(step, ApiStep) and step.method in (CREATE, CREATE_MIXED):
            total += sum(map(_ordered_total, _objects(step.params["purchaseOrderItems"])), Decimal(0))
        elif isinstance(step, ApiStep) and step.method == DELETE:
            total -= standing.get(int(str(step.params["poItemId"])), Decimal(0))
    return max(total, Decimal(0))


def interpret_order(step: ApiStep, answer: Answer) -> CallResult:
    """What an answer taught: after a create the order's id and number, and each line's id by its identifier.

    Komet may add some lines and refuse others (A23); a line that is not mentioned shows when it is read back.
    """
    row = row_of(answer)
    if step.method not in (CREATE, CREATE_MIXED):
        return CallResult()
    facts: dict[str, Json] = {}
    number, id = row.text("purchaseOrderNumber"), row.integer("purchaseOrderId")
    if number:
        facts["number"] = number
    if id is not None:
        facts["id"] = id
    failed: list[str] = []
    for line in row.rows("items"):
        if line.text("status") not in ("", "1"):
            failed.append(_refusal(line))
        elif (line_id := line.integer("poItemId")) is not None:
            facts[f"line:{line.text('identifier')}"] = line_id
    return CallResult(facts, tuple(failed))


def _refusal(line: Row) -> str:
    return f"{line.text('identifier')}: {line.text('message') or 'refused without a message'}"


def _new_order(address: Address, picture: Picture, wanted: WantedOrder, scope: Scope) -> Iterator[Step]:
    """A whole order; a predecessor is emptied when the new one has been read back."""
    arriving = [(item, item.boxes) for item in wanted.items]
    yield from _add_lines(address, wanted, arriving, None, scope)
    if wanted.confirm:
        for item, boxes in arriving:
            yield _confirm(known_after_apply(address, f"line:{identifier_of(item.name)}"), boxes, item.name)
    former = [order for order in (picture.live, *picture.retired) if order is not None]
    yield from _empty_orders(former, after_check=True)
    yield from _cancel_orders(former, scope)


def _changed_order(
    address: Address, picture: Picture, wanted: WantedOrder, live: LiveOrder, scope: Scope
) -> Iterator[Step]:
    lines = picture.assignment.items
    arriving = [(item, lines[item.name].missing) for item in wanted.items if lines[item.name].missing]
    yield from _add_lines(address, wanted, arriving, live.number, scope)
    for item in wanted.items:
        yield from _price_steps(picture, item, lines[item.name])
    if wanted.confirm:
        yield from _confirm_steps(address, wanted, picture)
    for line in picture.assignment.removed:
        yield _delete(line, live.number, after_check=bool(arriving))
    yield from _empty_orders(picture.retired, after_check=bool(arriving))
    yield from _header_steps(picture, live)
    yield from _cancel_orders(picture.retired, scope)


def _add_lines(
    address: Address,
    wanted: WantedOrder,
    arriving: Sequence[tuple[Item, int]],
    number: str | None,
    scope: Scope,
) -> Iterator[Step]:
    """Calls that add lines, assorted boxes by a call of their own (§5.1), none over the size limit."""
    order_number: Json = number
    for method in (CREATE, CREATE_MIXED):
        lines = [
            _line_params(item, boxes)
            for item, boxes in arriving
            if bool(item.content.breakdown) == (method == CREATE_MIXED)
        ]
        for batch in batches_of(lines):
            header = _header_params(address, wanted, order_number, scope)
            does = f"add {len(batch)} lines" if order_number else f"create the order with {len(batch)} lines"
            does = does.replace("1 lines", "1 line") if len(batch) == 1 else does
            yield ApiStep(0, method, header | {"purchaseOrderItems": batch}, does, paths=(("items",),))
            order_number = order_number or known_after_apply(address, "number")


def _header_params(address: Address, wanted: WantedOrder, number: Json, scope: Scope) -> dict[str, Json]:
    customer = Address("customers", wanted.customer)
    id = scope.ids.by_address.get(customer)
    params: dict[str, Json] = {
        "shipDate": wanted.ship_date,
        "vendorId": wanted.vendor_id,
        "customerId": id if id is not None else known_after_apply(customer, "id"),
    }
    if wanted.location_code:
        params["companyLocationCode"] = wanted.location_code
    if wanted.carrier_id is not None:
        params["carrierId"] = wanted.carrier_id
    if number:
        return params | {"purchaseOrderNumber": number}
    return params | {"comments": with_marker(wanted.comments, Marker(scope.project, address.name))}


def _line_params(item: Item, boxes: int) -> Json:
    content = item.content
    line: dict[str, Json] = {
        "identifier": identifier_of(item.name),
        "boxTypeId": item.box_type_id,
        "boxes": boxes,
        "bunches": content.bunches,
        "stemsBunch": content.stems,
        "unitType": content.unit.capitalize(),
        "cost": _amount(content.cost),
    }
    line |= {"productCode": item.product_code} if item.product_code else {"productId": content.product_id}
    if item.price is not None:
        line["price"] = decimal_text(item.price)
    if content.mark_code:
        line["markCode"] = content.mark_code
    if content.notes:
        line["notes"] = content.notes
    if content.breakdown:
        line["breakdowns"] = [
            {
                "productId": part.product_id,
                "bunches": part.bunches,
                "stemsBunch": part.stems,
                "cost": _amount(part.cost),
            }
            | ({"price": decimal_text(part.price)} if part.price is not None else {})
            for part in content.breakdown
        ]
    return line


def _price_steps(picture: Picture, item: Item, lines: ItemLines[Content]) -> Iterator[Step]:
    if item.price is None:
        return
    if item.name not in picture.prices or picture.prices[item.name] == item.price:
        return
    for line in lines.kept:
        params: dict[str, Json] = {"purchaseOrderItemId": line.id, "price": decimal_text(item.price)}
        does = f"set the price of {item.name} to {decimal_text(item.price)}"
        yield ApiStep(
            0, "purchase.order.item.price.update", params, does, paths=(("items", item.name, "price"),)
        )


def _confirm_steps(address: Address, wanted: WantedOrder, picture: Picture) -> Iterator[Step]:
    for item in wanted.items:
        lines = picture.assignment.items[item.name]
        for line in lines.kept:
            if not line.is_shipped and line.confirmed < line.boxes:
                yield _confirm(line.id, line.boxes, item.name)
        if lines.missing:
            yield _confirm(
                known_after_apply(address, f"line:{identifier_of(item.name)}"), lines.missing, item.name
            )


def _confirm(line: Json, boxes: int, name: str) -> ApiStep:
    params: dict[str, Json] = {"poItemId": line, "quantityConfirmed": boxes}
    return ApiStep(
        0,
        "purchase.order.item.confirm",
        params,
        f"confirm {boxes} boxes of {name}",
        reversible=False,
        paths=(("items", name, "confirmed_boxes"),),
    )


def _delete(line: Line[Content], number: str, after_check: bool) -> ApiStep:
    return ApiStep(
        0,
        DELETE,
        {"poItemId": line.id},
        f"delete line {line.id} of {number}",
        reversible=False,
        after_check=after_check,
        paths=(("items",),),
    )


def _empty_orders(orders: Sequence[LiveOrder], after_check: bool) -> Iterator[Step]:
    for order in orders:
        for line in order.live_lines:
            yield _delete(line, order.number, after_check)


def _cancel_orders(orders: Sequence[LiveOrder], scope: Scope) -> Iterator[Step]:
    for order in orders:
        labels = header_labels(order, scope)
        yield OperatorStep(
            0,
            f"cancel {order.number}",
            _SCREEN,
            order.number,
            f"cancel {order.number} ({labels['vendor']}, ships {order.ship_date}): it has no lines left",
            before=order.status,
            after="Cancelled",
        )


def _header_steps(picture: Picture, live: LiveOrder) -> Iterator[Step]:
    """What only a person can change on a header: Postpone for vendor and date, Edit for the rest (§5.5)."""
    if not picture.is_replaced:
        for name, before, after in picture.header:
            button = "Postpone" if name in ("vendor", "ship_date") else "Edit"
            word = name.replace("_", " ")
            yield OperatorStep(
                0,
                f"{name} {live.number}",
                _SCREEN,
                live.number,
                f"{live.number} > {button}: {word} {before or 'none'} → {after}",
                before=before,
                after=after,
            )
    if picture.needs_approval:
        yield OperatorStep(
            0,
            f"approve {live.number}",
            _SCREEN,
            live.number,
            f"approve {live.number}: the vendor sees it only then",
            before=live.status,
            after="Approved",
        )


def _ordered_total(line: Mapping[str, Json]) -> Decimal:
    stems = int(str(line["stemsBunch"])) if line["unitType"] == "Stem" else 1
    return int(str(line["boxes"])) * int(str(line["bunches"])) * stems * Decimal(str(line["cost"] or 0))


def _standing_total(line: Line[Content]) -> Decimal:
    content = line.content
    stems = content.stems if content.unit == "stem" else 1
    return line.boxes * content.bunches * stems * (content.cost or Decimal(0))


def _objects(value: Json) -> list[dict[str, Json]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _amount(amount: Decimal | None) -> Json:
    return None if amount is None else decimal_text(amount)
