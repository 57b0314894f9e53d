"""The steps that carry a prebook from what is live to what is wanted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from decimal import Decimal

from reconciler.kinds.kind import Scope, Subject
from reconciler.kinds.orders.calls import numbered
from reconciler.kinds.prebooks.calls import (
    CREATE,
    DELETE,
    DELETE_ITEM,
    UPDATE,
    Arriving,
    added_lines,
    existing_header,
    header_update,
    new_header,
)
from reconciler.kinds.prebooks.header import marked_comments
from reconciler.kinds.prebooks.picture import Picture, PrebookLine, picture_of
from reconciler.kinds.prebooks.prebook import LivePrebook, WantedPrebook
from reconciler.model.address import Address
from reconciler.model.step import ApiStep, OperatorStep, Step, known_after_apply
from reconciler.model.value import Json, decimal_text

_SCREEN = "Prebooks"


def lower_prebook(subject: Subject, scope: Scope) -> tuple[Step, ...]:
    """What comes is sent first; what goes is deleted once the new lines were read back.

    Only where a new line needs the boxes of a purchase order that an old one holds does the old one go first
    (Komet API §7.6, A28).
    """
    picture = picture_of(subject, scope)
    if picture.wanted is None:
        orders = [order for order in (picture.live, *picture.retired) if order is not None]
        return numbered(_delete_prebooks(picture, orders, after_check=False))
    if picture.live is None and picture.vanished is not None and not picture.wanted.recreate:
        return ()
    if picture.live is None or picture.is_replaced:
        return numbered(_new_prebook(picture, picture.wanted, scope))
    return numbered(_changed_prebook(picture, picture.wanted, picture.live, scope))


def _new_prebook(picture: Picture, wanted: WantedPrebook, scope: Scope) -> Iterator[Step]:
    """A whole prebook; its predecessor is deleted when the new one has been read back."""
    former = [order for order in (picture.live, *picture.retired) if order is not None]
    arriving = [(item, item.count) for item in wanted.items]
    first: set[int] = set()
    for order in former:
        for line in _needed_first(picture, order.lines, arriving):
            first.add(line.id)
            yield _delete_line(line, order, after_check=False)
    comments = marked_comments(wanted, picture.live, picture.marker)
    header = new_header(wanted, _customer(wanted, scope), picture.ship_to, comments)
    batches = added_lines(arriving, picture.drawn)
    if not batches:
        yield ApiStep(0, CREATE, header, "create the prebook")
    for place, (lines, paths) in enumerate(batches):
        does = f"add {_lines(len(lines))}" if place else f"create the prebook with {_lines(len(lines))}"
        params = header | {"prebookItems": lines, "useExisting": 1 if place else 0}
        yield ApiStep(0, CREATE, params, does, paths=paths)
    yield from _delete_prebooks(picture, former, after_check=True, gone=first)


def _changed_prebook(
    picture: Picture, wanted: WantedPrebook, live: LivePrebook, scope: Scope
) -> Iterator[Step]:
    arriving = picture.arriving
    removed = picture.assignment.removed
    first = _needed_first(picture, removed, arriving)
    for line in first:
        yield _delete_line(line, live, after_check=False)
    comments = marked_comments(wanted, live, picture.marker)
    header = existing_header(wanted, live, _customer(wanted, scope), picture.ship_to, comments)
    for lines, paths in added_lines(arriving, picture.drawn):
        yield ApiStep(0, CREATE, header | {"prebookItems": lines}, f"add {_lines(len(lines))}", paths=paths)
    if picture.header or not picture.is_marked:
        names = [*(each.name for each in picture.header), *([] if picture.is_marked else ["marker"])]
        paths = tuple((name,) for name in names)
        does = f"set {', '.join(name.replace('_', ' ') for name in names)}"
        yield ApiStep(0, UPDATE, header_update(wanted, live, comments), does, paths=paths)
    for line in removed:
        if line not in first:
            yield _delete_line(line, live, after_check=bool(arriving))
    yield from _delete_prebooks(picture, picture.retired, after_check=bool(arriving))
    yield from _price_steps(picture, wanted, live)


def _needed_first(
    picture: Picture, lines: Iterable[PrebookLine], arriving: Arriving
) -> tuple[PrebookLine, ...]:
    """The lines that hold boxes which `arriving` items are to draw from the same order.

    Where no record tells what a line has drawn on, one of the same product may.
    """
    wanted = {
        (item.content.product_id, str(picture.drawn[item.name])) for item, _ in arriving if item.from_po
    }
    products = {product for product, _ in wanted}
    needed = []
    for line in lines:
        former = _drawn_by(picture, line)
        is_same = (line.content.product_id, former) in wanted
        if is_same or (former is None and line.content.product_id in products):
            needed.append(line)
    return tuple(needed)


def _drawn_by(picture: Picture, line: PrebookLine) -> str | None:
    """The number of the order that a line has drawn on, "" where none; None where nobody knows."""
    if picture.record is None:
        return None
    record = picture.record.of([line])
    for item in record.wanted.items:
        if item.content.identity == line.content.identity:
            number = record.drawn.get(item.name, "")
            return number if isinstance(number, str) else None
    return ""


def _price_steps(picture: Picture, wanted: WantedPrebook, live: LivePrebook) -> Iterator[Step]:
    """On a line that is bought only a person can edit the price, and nobody anything else (§7.1)."""
    for item in wanted.items:
        for line in picture.assignment.items[item.name].kept:
            if line.id not in picture.by_hand:
                continue
            before, after = (_amount(price) for price in picture.by_hand[line.id])
            order = picture.purchases[line.id].number
            yield OperatorStep(
                0,
                f"price {line.id}",
                _SCREEN,
                live.number,
                f"{live.number} > line {line.id} ({item.name}, bought with {order}): "
                f"price {before} → {after}",
                before=before,
                after=after,
            )


def _delete_line(line: PrebookLine, order: LivePrebook, after_check: bool) -> ApiStep:
    return ApiStep(
        0,
        DELETE_ITEM,
        {"prebookId": order.id, "prebookItemId": line.id},
        f"delete line {line.id} of {order.number}",
        reversible=False,
        after_check=after_check,
        paths=(("items",),),
    )


def _delete_prebooks(
    picture: Picture, orders: Iterable[LivePrebook], after_check: bool, gone: Collection[int] = ()
) -> Iterator[Step]:
    """A line on a pending purchase order goes first, and takes that order's line with it (A36)."""
    for order in orders:
        for line in order.lines:
            if line.id in picture.purchases and line.id not in gone:
                yield _delete_line(line, order, after_check)
        yield ApiStep(
            0,
            DELETE,
            {"prebookId": order.id},
            f"delete {order.number}",
            reversible=False,
            after_check=after_check,
        )


def _customer(wanted: WantedPrebook, scope: Scope) -> Json:
    address = Address("customers", wanted.customer)
    id = scope.ids.by_address.get(address)
    return id if id is not None else known_after_apply(address, "id")


def _lines(count: int) -> str:
    return f"{count} line" if count == 1 else f"{count} lines"


def _amount(amount: Decimal | None) -> str | None:
    return None if amount is None else decimal_text(amount)
