"""Both sides of a purchase order as a reader sees them: attribute by attribute, codes instead of ids."""

from __future__ import annotations

from decimal import Decimal

from reconciler.kinds.kind import Comparison, Scope, Subject
from reconciler.kinds.orders.line import Line
from reconciler.kinds.orders.lines import ItemLines
from reconciler.kinds.orders.order import PENDING_APPROVAL, Content, Item, LiveOrder, WantedOrder
from reconciler.kinds.purchase_orders.picture import Picture, header_labels, picture_of
from reconciler.model.value import Json, Path, decimal_text


def compare_orders(subject: Subject, scope: Scope) -> Comparison:
    """Header, items and predecessors of one order, side by side."""
    picture = picture_of(subject, scope)
    if picture.wanted is None:
        return _departing(picture, scope)
    if picture.cancelled is not None and picture.live is None and not picture.wanted.recreate:
        text = f"{picture.cancelled.number} was cancelled in Komet; `recreate: true` makes it again"
        return Comparison({}, {}, warnings=(text,))
    if picture.live is None:
        return _arriving(picture, picture.wanted, scope)
    return _both_sides(picture, picture.wanted, picture.live, scope)


def order_headline(subject: Subject, scope: Scope) -> str:
    """Vendor, ship date, location and customer."""
    picture = picture_of(subject, scope)
    order = picture.wanted or picture.live
    if order is None:
        return ""
    labels = header_labels(order, scope)
    words = [
        labels["vendor"],
        f"ships {labels['ship_date']}",
        labels["location"],
        f"for {labels['customer']}",
    ]
    number = picture.live.number if picture.live else ""
    return " · ".join(word for word in [number, *words] if word and word != "for ")


def _departing(picture: Picture, scope: Scope) -> Comparison:
    """Everything that goes with an order that is no longer wanted."""
    orders = [order for order in (picture.live, *picture.retired) if order is not None]
    before: dict[str, Json] = {}
    if picture.live is not None:
        before = {name: label for name, label in header_labels(picture.live, scope).items() if label}
        before["status"] = picture.live.status
        items: dict[str, Json] = {
            f"line {line.id}": _line_view(line, scope) for line in picture.live.live_lines
        }
        before["items"] = items
    if picture.retired:
        before["predecessors"] = [order.number for order in picture.retired]
    endangered = _endangered([line for order in orders for line in order.live_lines], scope)
    return Comparison(before, {}, endangered=endangered)


def _arriving(picture: Picture, wanted: WantedOrder, scope: Scope) -> Comparison:
    labels = header_labels(wanted, scope)
    after: dict[str, Json] = {name: label for name, label in labels.items() if label}
    if wanted.comments:
        after["comments"] = wanted.comments
    items: dict[str, Json] = {}
    for item in wanted.items:
        view = _content_view(item.content, scope) | {"boxes": item.boxes}
        if item.price is not None:
            view["price"] = decimal_text(item.price)
        if wanted.confirm:
            view["confirmed_boxes"] = item.boxes
        items[item.name] = view
    after["items"] = items
    before: dict[str, Json] = {}
    if picture.retired:
        before["predecessors"] = [order.number for order in picture.retired]
        after["predecessors"] = []
    return Comparison(before, after)


def _both_sides(picture: Picture, wanted: WantedOrder, live: LiveOrder, scope: Scope) -> Comparison:
    before: dict[str, Json] = {name: old for name, old, _ in picture.header}
    after: dict[str, Json] = {name: new for name, _, new in picture.header}
    if picture.needs_approval:
        before["status"], after["status"] = PENDING_APPROVAL, "Approved"
    if picture.retired:
        before["predecessors"], after["predecessors"] = [order.number for order in picture.retired], []
    items_before: dict[str, Json] = {}
    items_after: dict[str, Json] = {}
    incomparable: list[Path] = []
    for item in wanted.items:
        lines = picture.assignment.items[item.name]
        old, new = _item_sides(item, lines, wanted.confirm, scope)
        if item.name in picture.repriced and old is not None and new is not None:
            old["breakdown_prices"] = _breakdown_prices(picture.repriced[item.name], scope)
            new["breakdown_prices"] = _breakdown_prices(item.content, scope)
        if item.price is not None and not _set_prices(picture, item, lines, old, new):
            incomparable.append(("items", item.name, "price"))
        if old is not None:
            items_before[item.name] = old
        if new is not None:
            items_after[item.name] = new
    for line in picture.assignment.extra:
        items_before[f"line {line.id}"] = _line_view(line, scope)
    removed = live.live_lines if picture.is_replaced else picture.assignment.removed
    former = [line for order in picture.retired for line in order.live_lines]
    return Comparison(
        before | {"items": items_before},
        after | {"items": items_after},
        replaces=picture.is_replaced,
        incomparable=tuple(incomparable),
        notes=_notes(picture, wanted, live),
        warnings=(*_emptied(live), *_lost_boxes(picture, live)),
        endangered=_endangered([*removed, *former], scope),
    )


def _item_sides(
    item: Item, lines: ItemLines[Content], confirm: bool, scope: Scope
) -> tuple[dict[str, Json] | None, dict[str, Json] | None]:
    wanted = item.boxes - lines.lost
    old: dict[str, Json] | None = None
    if lines.shown:
        old = _content_view(lines.shown[0].content, scope, item.content) | {
            "boxes": sum(line.boxes for line in lines.shown)
        }
    if wanted <= 0 and old is None:
        return None, None
    new = _content_view(item.content, scope, item.content) | {"boxes": wanted}
    if confirm:
        new["confirmed_boxes"] = wanted
        if old is not None:
            old["confirmed_boxes"] = sum(_confirmed(line) for line in lines.shown)
    return old, new


def _set_prices(
    picture: Picture,
    item: Item,
    lines: ItemLines[Content],
    old: dict[str, Json] | None,
    new: dict[str, Json] | None,
) -> bool:
    """Puts the price on both sides as far as it is known; False where it cannot be compared."""
    if new is None or item.price is None:
        return True
    if old is None:
        new["price"] = decimal_text(item.price)
        return True
    if item.name not in picture.prices and lines.kept:
        return False
    old["price"] = _amount(picture.prices.get(item.name))
    new["price"] = decimal_text(item.price)
    return True


def _confirmed(line: Line[Content]) -> int:
    return line.boxes if line.is_shipped else min(line.confirmed, line.boxes)


def _content_view(content: Content, scope: Scope, wanted: Content | None = None) -> dict[str, Json]:
    lists = scope.catalogue
    view: dict[str, Json] = {
        "product": lists.label("products", content.product_id),
        "box_type": content.box_type,
        "unit": content.unit,
        "bunches": content.bunches,
        "stems": content.stems,
        "cost": _amount(content.cost),
    }
    if content.mark_code:
        view["mark_code"] = content.mark_code
    if content.notes and (wanted is None or wanted.notes is not None):
        view["notes"] = content.notes
    if content.breakdown:
        view["breakdown"] = [
            {
                "product": lists.label("products", id),
                "bunches": bunches,
                "stems": stems,
                "cost": _amount(cost),
            }
            for id, bunches, stems, cost in content.shown_breakdown
        ]
    return view


def _breakdown_prices(content: Content, scope: Scope) -> dict[str, Json]:
    """The prices inside a mixed box, which Komet does not show, by product."""
    return {
        scope.catalogue.label("products", part.product_id): _amount(part.price)
        for part in sorted(content.breakdown, key=lambda part: part.product_id)
    }


def _line_view(line: Line[Content], scope: Scope) -> dict[str, Json]:
    return _content_view(line.content, scope) | {"boxes": line.boxes}


def _amount(amount: Decimal | None) -> str | None:
    return None if amount is None else decimal_text(amount)


def _endangered(lines: list[Line[Content]], scope: Scope) -> tuple[str, ...]:
    return tuple(
        f"line {line.id}: {line.boxes} {line.content.box_type} "
        f"{scope.catalogue.label('products', line.content.product_id)} is "
        + ("shipped" if line.is_shipped else f"confirmed ({line.confirmed} boxes)")
        for line in sorted(lines, key=lambda each: each.id)
        if line.is_endangered
    )


def _notes(picture: Picture, wanted: WantedOrder, live: LiveOrder) -> tuple[str, ...]:
    notes = []
    if wanted.comments and wanted.comments != live.comments:
        notes.append("comments are written when an order is created; the ones in Komet stay as they are")
    if live.status == PENDING_APPROVAL and not wanted.approve:
        notes.append(f"{live.number} stands in {PENDING_APPROVAL}: the vendor does not see it yet")
    if picture.is_replaced:
        notes.append(f"{live.number} is emptied once its successor was created and read back")
    return tuple(notes)


def _emptied(live: LiveOrder) -> tuple[str, ...]:
    if live.lines:
        return ()
    text = (
        f"{live.number} has no lines in Komet: if somebody postponed it to another day, they stand on "
        "another order now, and nothing here can find that one"
    )
    return (text,)


def _lost_boxes(picture: Picture, live: LiveOrder) -> tuple[str, ...]:
    return tuple(
        f"the vendor cancelled {lines.lost} boxes of items.{name} on {live.number}; "
        "`recreate: true` orders them again"
        for name, lines in picture.assignment.items.items()
        if lines.lost
    )
