"""A live prebook in the form of a configuration."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from msgspec.structs import replace

from reconciler.kinds.kind import Scope
from reconciler.kinds.naming import LONGEST_ITEM, LONGEST_NAME, distinct_names, longer_names
from reconciler.kinds.orders.gathering import gather_lines
from reconciler.kinds.orders.marker import COMMENTS_LIMIT, with_marker
from reconciler.kinds.orders.order import Part
from reconciler.kinds.prebooks.picture import PrebookLine
from reconciler.kinds.prebooks.prebook import SHIP_VIA, UNIT, LivePrebook, PrebookContent, live_prebook
from reconciler.kinds.writing import Described, Indescribable, plain_code, product_word, reference
from reconciler.model.resource import LiveResource, Marker
from reconciler.model.value import Value

LONGEST_CODE = 10
LONGEST_PRODUCT = 20
_NUMBER = re.compile(r"[A-Za-z0-9-]{1,10}")


def describe_prebook(live: LiveResource, name: str | None, scope: Scope) -> Described | Indescribable:
    """The prebook with its number, all that prebook.details.list shows of it (Komet API §7.5).

    It keeps the `name` that it has in the state, or in its marker.
    """
    order = live_prebook(live.attributes)
    why = _why_not(live, order, scope)
    if why:
        return Indescribable(f"prebook {order.number}", why)
    header, unsaid = dict(_header(order, scope)), tuple(_unsaid(order, scope))
    known = name or (live.marker and live.marker.name)
    word, day = header["customer"], order.ship_date
    longest = longer_names(f"{word}-{day}", header.get("ship_to", ""), order.number)
    items = _items(order.lines, scope)
    attributes = header | ({"items": items} if items else {})
    return Described((known,) if known else longest, attributes, live, unsaid)


def item_names(contents: Sequence[PrebookContent], scope: Scope, taken: Iterable[str] = ()) -> list[str]:
    """Names for items after what they are: the product, then box type, pack, unit and mark code as needed."""
    return distinct_names([_item_wishes(each, scope) for each in contents], set(taken), LONGEST_ITEM)


def item_of(content: PrebookContent, count: int, scope: Scope) -> dict[str, Value]:
    """One item of `count` boxes or units, with all that is shown of it."""
    lists = scope.catalogue
    product = reference(lists, "products", content.product_id, LONGEST_PRODUCT)
    item: dict[str, Value] = {"product": product}
    if content.item_type == UNIT:
        item |= {"item_type": UNIT, "units": count, "unit": content.unit}
    else:
        item |= {"box_type": content.box_type, "boxes": count, "unit": content.unit}
        item["bunches"] = content.bunches
        item |= {"stems": content.stems} if content.stems else {}
    if content.price is not None:
        item["price"] = content.price
    if content.vendor_id is not None:
        item["vendor"] = reference(lists, "vendors", content.vendor_id, LONGEST_CODE)
    if content.mark_code:
        item["mark_code"] = content.mark_code
    if content.breakdown:
        item["breakdown"] = [part_of(part, scope) for part in content.breakdown]
    return item


def part_of(part: Part, scope: Scope) -> Mapping[str, Value]:
    """One product of an assorted box. Its cost is shown nowhere."""
    written: dict[str, Value] = {
        "product": reference(scope.catalogue, "products", part.product_id, LONGEST_PRODUCT),
        "bunches": part.bunches,
        "stems": part.stems,
    }
    return written | ({} if part.price is None else {"price": part.price})


def ship_to_name(customer: str, title: str, scope: Scope) -> str | None:
    """The name under which the configuration has the ship-to that prebooks of `customer` show as `title`."""
    found = [
        name
        for (owner, name), each in scope.ids.ship_tos.items()
        if owner == customer and each.title.casefold() == title.casefold()
    ]
    return found[0] if len(found) == 1 else None


def shared_content(lines: Sequence[PrebookLine]) -> PrebookContent | None:
    """What lines that cannot be told apart have in common; None where one item cannot stand for them all.

    Only a vendor need not be written, so lines may differ in it.
    """
    first = lines[0].content
    if any(line.content.vendor_id != first.vendor_id for line in lines):
        first = replace(first, vendor_id=None)
    return first if all(line.content.serves(first) for line in lines) else None


def _why_not(live: LiveResource, order: LivePrebook, scope: Scope) -> str:
    """Why no configuration can say this prebook; "" when one can."""
    if live.marker is not None and live.marker.project != scope.project:
        return f"it belongs to the project {live.marker.project}"
    if not _NUMBER.fullmatch(order.number):
        return "its number is not of the form 010311"
    if order.customer_id is None:
        return "Komet shows a Vendor token no customer"
    if scope.ids.address_of("customers", order.customer_id) is None:
        return f"its customer, id {order.customer_id}, is not in the configuration"
    if not order.ship_date:
        return "it has no truck date"
    if order.carrier_id is None or plain_code(scope.catalogue, "carriers", order.carrier_id, 10) is None:
        return "no code stands for its carrier alone"
    if any(line.content.price is None for line in order.lines):
        return "one of its lines has no price"
    if any(shared_content(lines) is None for lines in gather_lines(order.lines)):
        return "two of its lines differ in nothing but their price or what is in the box"
    return ""


def _header(order: LivePrebook, scope: Scope) -> Iterator[tuple[str, Value]]:
    lists, customer = scope.catalogue, scope.ids.address_of("customers", order.customer_id or 0)
    assert customer is not None
    yield "customer", customer.name
    yield "ship_date", date.fromisoformat(order.ship_date)
    yield "carrier", plain_code(lists, "carriers", order.carrier_id or 0, LONGEST_CODE)
    if ship_to := ship_to_name(customer.name, order.ship_name, scope):
        yield "ship_to", ship_to
    if order.customer_po:
        yield "customer_po", order.customer_po
    if order.ship_via in SHIP_VIA:
        yield "ship_via", order.ship_via
    if order.location_id is not None and (
        location := plain_code(lists, "locations", order.location_id, LONGEST_CODE)
    ):
        yield "location", location
    if order.comments and _has_room(order, scope):
        yield "comments", order.comments
    yield "number", order.number


def _unsaid(order: LivePrebook, scope: Scope) -> Iterator[str]:
    customer = scope.ids.address_of("customers", order.customer_id or 0)
    assert customer is not None
    if order.ship_name and ship_to_name(customer.name, order.ship_name, scope) is None:
        yield f"it goes to {order.ship_name!r}, which is no ship-to of {customer} in the configuration"
    if order.comments and not _has_room(order, scope):
        yield "its comments leave no room for a marker"


def _has_room(order: LivePrebook, scope: Scope) -> bool:
    """Whether the comments can be written: a marker must fit behind them, whatever the name will be."""
    marked = with_marker(order.comments, Marker(scope.project, "x" * LONGEST_NAME))
    return len(marked) <= COMMENTS_LIMIT


def _items(lines: Sequence[PrebookLine], scope: Scope) -> dict[str, Value]:
    """An item for each kind of line."""
    groups = gather_lines(lines)
    contents = [content for group in groups if (content := shared_content(group)) is not None]
    counts = [sum(line.boxes for line in group) for group in groups]
    names = item_names(contents, scope)
    return {
        name: item_of(content, count, scope)
        for name, content, count in sorted(
            zip(names, contents, counts, strict=True), key=lambda each: each[0]
        )
    }


def _item_wishes(content: PrebookContent, scope: Scope) -> tuple[str, ...]:
    product = product_word(scope.catalogue, content.product_id)
    if content.item_type == UNIT:
        return longer_names(product, content.unit, content.mark_code)
    pack = f"{content.bunches}x{content.stems}"
    return longer_names(product, content.box_type, pack, content.unit, content.mark_code)
