"""A live purchase order in the form of a configuration."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from msgspec.structs import replace

from reconciler.kinds.kind import Scope
from reconciler.kinds.naming import LONGEST_ITEM, LONGEST_NAME, distinct_names, longer_names, slug
from reconciler.kinds.orders.gathering import gather_lines
from reconciler.kinds.orders.line import Line
from reconciler.kinds.orders.marker import COMMENTS_LIMIT, with_marker
from reconciler.kinds.orders.order import Content, LiveOrder, Part, live_order
from reconciler.kinds.writing import Described, Indescribable, plain_code, product_word, reference
from reconciler.model.resource import LiveResource, Marker
from reconciler.model.value import Value

LONGEST_CODE = 10
LONGEST_PRODUCT = 20
_NUMBER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,9}")


def describe_order(live: LiveResource, name: str | None, scope: Scope) -> Described | Indescribable:
    """The order with its number, all that purchase.order.list shows of it (Komet API §5.3): so no price.

    It keeps the `name` that it has in the state, or in its marker.
    """
    order = live_order(live.attributes)
    lines = [line for line in order.live_lines if line.boxes]
    why = _why_not(live, order, lines, scope)
    if why:
        return Indescribable(f"order {order.number}", why)
    marker, vendor = live.marker, reference(scope.catalogue, "vendors", order.vendor_id or 0, LONGEST_CODE)
    known = name or (marker and marker.name)
    word = vendor if isinstance(vendor, str) else f"vendor-{order.vendor_id}"
    names = (known,) if known else (slug(word, order.ship_date), slug(word, order.ship_date, order.number))
    attributes = _header(order, vendor, scope) | {"items": _items(lines, scope)}
    return Described(names, attributes, live)


def item_names(contents: Sequence[Content], scope: Scope, taken: Iterable[str] = ()) -> list[str]:
    """Names for items after what they are: the product, then box type, pack, unit and mark code as needed."""
    return distinct_names([_item_wishes(each, scope) for each in contents], set(taken), LONGEST_ITEM)


def item_of(content: Content, boxes: int, scope: Scope) -> dict[str, Value]:
    """One item, without a price: no list shows it (Komet API §5.3)."""
    item: dict[str, Value] = {
        "product": reference(scope.catalogue, "products", content.product_id, LONGEST_PRODUCT),
        "box_type": content.box_type,
        "boxes": boxes,
        "unit": content.unit,
        "bunches": content.bunches,
        "stems": content.stems,
        "cost": content.cost,
    }
    if content.mark_code:
        item["mark_code"] = content.mark_code
    if content.notes:
        item["notes"] = content.notes
    if content.breakdown:
        item["breakdown"] = [part_of(part, scope) for part in content.breakdown]
    return item


def part_of(part: Part, scope: Scope) -> Mapping[str, Value]:
    """One product of a mixed box."""
    written: dict[str, Value] = {
        "product": reference(scope.catalogue, "products", part.product_id, LONGEST_PRODUCT),
        "bunches": part.bunches,
        "stems": part.stems,
    }
    return written | ({} if part.cost is None else {"cost": part.cost})


def _why_not(live: LiveResource, order: LiveOrder, lines: Sequence[Line[Content]], scope: Scope) -> str:
    """Why no configuration can say this order; "" when one can."""
    if live.marker is not None and live.marker.project != scope.project:
        return f"it belongs to the project {live.marker.project}"
    if not _NUMBER.fullmatch(order.number):
        return "its number is not of the form P057116"
    if not lines:
        return "it has no lines"
    if len(order.customer_ids) != 1:
        return "it has no customer" if not order.customer_ids else "its lines are for several customers"
    if scope.ids.address_of("customers", order.customer_ids[0]) is None:
        return f"its customer, id {order.customer_ids[0]}, is not in the configuration"
    if any(line.content.cost is None for line in lines):
        return "one of its lines has no cost"
    if any(not same.serves(one) for one, same in _twins(lines)):
        return "two of its lines differ in nothing but their cost or what is in the box"
    return ""


def _twins(lines: Sequence[Line[Content]]) -> Iterable[tuple[Content, Content]]:
    first: dict[object, Content] = {}
    for line in lines:
        twin = first.setdefault(line.content.identity, line.content)
        yield _without_notes(twin), line.content


def _without_notes(content: Content) -> Content:
    return replace(content, notes=None)


def _header(order: LiveOrder, vendor: Value, scope: Scope) -> dict[str, Value]:
    lists = scope.catalogue
    customer = scope.ids.address_of("customers", order.customer_ids[0])
    assert customer is not None
    header: dict[str, Value] = {"vendor": vendor, "ship_date": date.fromisoformat(order.ship_date)}
    location = None if order.location_id is None else plain_code(lists, "locations", order.location_id, 10)
    if location is not None:
        header["location"] = location
    header["customer"] = customer.name
    carriers = [plain_code(lists, "carriers", id, LONGEST_CODE) for id in order.carrier_ids]
    if len(carriers) == 1 and carriers[0] is not None:
        header["carrier"] = carriers[0]
    marked = with_marker(order.comments, Marker(scope.project, "x" * LONGEST_NAME))
    if order.comments and len(marked) <= COMMENTS_LIMIT:
        header["comments"] = order.comments
    header["number"] = order.number
    return header


def _items(lines: Sequence[Line[Content]], scope: Scope) -> dict[str, Value]:
    """An item for each kind of line; what a partial shipment split is one."""
    groups = gather_lines(lines)
    contents = [
        group[0].content
        if len({line.content.notes for line in group}) == 1
        else _without_notes(group[0].content)
        for group in groups
    ]
    boxes = [sum(line.boxes for line in group) for group in groups]
    names = item_names(contents, scope)
    return {
        name: item_of(content, count, scope)
        for name, content, count in sorted(zip(names, contents, boxes, strict=True), key=lambda each: each[0])
    }


def _item_wishes(content: Content, scope: Scope) -> tuple[str, ...]:
    pack = f"{content.bunches}x{content.stems}"
    product = product_word(scope.catalogue, content.product_id)
    return longer_names(product, content.box_type, pack, content.unit, content.mark_code)
