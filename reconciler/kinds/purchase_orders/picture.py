"""One purchase order with everything known of it brought together: what is to stay, to go and to come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from reconciler.kinds.kind import Scope, Subject
from reconciler.kinds.orders.line import Line
from reconciler.kinds.orders.lines import Assignment, assign_lines
from reconciler.kinds.orders.order import (
    PENDING_APPROVAL,
    Content,
    Item,
    LiveOrder,
    WantedOrder,
    live_order,
    order_json,
    wanted_order,
)
from reconciler.model.address import Address
from reconciler.model.change import Change
from reconciler.model.value import Json

_PRICES = (("price",), ("breakdown_prices",))
"""Where in an item there is what Komet does not show."""
HEADER = ("vendor", "ship_date", "location", "customer", "carrier")


class Picture(Struct, frozen=True):
    """`header` holds the differing header attributes as (name, before, after) in words a person knows.

    `prices` holds, for items whose selling price can be compared, the price before: the last applied one,
    or None where the configuration has moved on from a price that nobody saw. Komet's list shows none (§5.5).
    `repriced` are the former contents of mixed boxes in which prices alone have changed.
    """

    wanted: WantedOrder | None
    live: LiveOrder | None
    cancelled: LiveOrder | None
    retired: tuple[LiveOrder, ...]
    header: tuple[tuple[str, str, str], ...]
    assignment: Assignment[Content]
    prices: Mapping[str, Decimal | None]
    repriced: Mapping[str, Content]

    @property
    def is_replaced(self) -> bool:
        """Whether the header differs in a way that needs a new order."""
        is_other = any(not _is_customer_missing(name, before) for name, before, _ in self.header)
        return is_other and self.wanted is not None and self.wanted.header_changes == "replace"

    @property
    def needs_approval(self) -> bool:
        """Whether a person has to approve it before the vendor sees it."""
        if self.wanted is None or self.live is None or not self.wanted.approve:
            return False
        return self.live.status == PENDING_APPROVAL


def picture_of(subject: Subject, scope: Scope) -> Picture:
    """The picture of `subject`. Pure; the catalogue in `scope` only words the header."""
    match = subject.match
    wanted = wanted_order(subject.resolved.attributes) if subject.resolved else None
    live = live_order(match.live.attributes) if match.live else None
    applied = wanted_order(subject.applied.attributes) if subject.applied else None
    former = {item.name: item for item in applied.items} if applied else {}
    header = _header_differences(wanted, live, scope, applied) if wanted and live else ()
    contents: Mapping[str, Content] = {name: item.content for name, item in former.items()}
    items = wanted.items if wanted else ()
    repriced = {
        item.name: contents[item.name]
        for item in items
        if _breakdown_price_moved(item.content, contents.get(item.name))
    }
    assignment = assign_lines(
        items,
        live.lines if live else (),
        contents,
        outdated=frozenset(repriced),
        recreate=bool(wanted and wanted.recreate),
        outgoing=subject.outgoing,
    )
    return Picture(
        wanted=wanted,
        live=live,
        cancelled=live_order(match.cancelled.attributes) if match.cancelled else None,
        retired=tuple(live_order(order.attributes) for order in match.retired),
        header=header,
        assignment=assignment,
        prices=_prices_before(items, former, _unknown(subject), subject.rewrite),
        repriced=repriced,
    )


def customer_label(ids: tuple[int, ...], scope: Scope) -> str:
    """The customers on an order's lines, by their names in the configuration where they have one."""
    known = [(scope.ids.address_of("customers", id), id) for id in ids]
    return ", ".join(address.name if address else f"id {id}" for address, id in known)


def header_labels(order: LiveOrder | WantedOrder, scope: Scope) -> dict[str, str]:
    """The header of an order in words; "" for what it does not say."""
    lists = scope.catalogue
    location = lists.label("locations", order.location_id) if order.location_id is not None else ""
    vendor = lists.label("vendors", order.vendor_id) if order.vendor_id is not None else ""
    if isinstance(order, WantedOrder):
        customer = order.customer
        carriers: tuple[int, ...] = () if order.carrier_id is None else (order.carrier_id,)
    else:
        customer, carriers = customer_label(order.customer_ids, scope), order.carrier_ids
    carrier = ", ".join(lists.label("carriers", id) for id in carriers)
    return dict(zip(HEADER, (vendor, order.ship_date, location, customer, carrier), strict=True))


def header_differs(wanted: WantedOrder, live: LiveOrder, scope: Scope) -> bool:
    """Whether a live order has another header than is wanted; one that lacks its customer is still it."""
    return any(
        not _is_customer_missing(name, before) for name, before, _ in _header_differences(wanted, live, scope)
    )


def _is_customer_missing(name: str, before: str) -> bool:
    """An order without a customer gets one by hand: a new one would not have it either (A1)."""
    return name == "customer" and not before


def _header_differences(
    wanted: WantedOrder, live: LiveOrder, scope: Scope, applied: WantedOrder | None = None
) -> tuple[tuple[str, str, str], ...]:
    """An order without lines shows neither customer nor carrier (A21): these are as last applied then."""
    customer = _customer_id(wanted, scope)
    live = live if live.lines or applied is None else _as_applied(live, applied, scope)
    differs = {
        "vendor": wanted.vendor_id != live.vendor_id,
        "ship_date": wanted.ship_date != live.ship_date,
        "location": wanted.location_id is not None and wanted.location_id != live.location_id,
        "customer": _is_told(live.lines, live.customer_ids) and live.customer_ids != (customer,),
        "carrier": wanted.carrier_id is not None
        and _is_told(live.lines, live.carrier_ids)
        and live.carrier_ids != (wanted.carrier_id,),
    }
    before, after = header_labels(live, scope), header_labels(wanted, scope)
    return tuple((name, before[name], after[name]) for name in HEADER if differs[name])


def _as_applied(live: LiveOrder, applied: WantedOrder, scope: Scope) -> LiveOrder:
    customer, carrier = _customer_id(applied, scope), applied.carrier_id
    return replace(
        live,
        customer_ids=() if customer is None else (customer,),
        carrier_ids=() if carrier is None else (carrier,),
    )


def _customer_id(wanted: WantedOrder, scope: Scope) -> int | None:
    return scope.ids.by_address.get(Address("customers", wanted.customer))


def _is_told(lines: Sequence[Line[Content]], ids: tuple[int, ...]) -> bool:
    """Whether anything tells what stands on the order."""
    return bool(lines or ids)


def unsettled_prices(former: Mapping[str, Json], change: Change) -> dict[str, Json]:
    """The attributes of `former` that change when the prices that `change` writes are not known any more."""
    order = wanted_order(former)
    wanted = wanted_order(change.wanted).items if change.wanted else ()
    written = {each.path[1] for each in change.attributes if each.path[2:3] in _PRICES}
    unsure = {item.content.identity for item in wanted if item.name in written}
    items = tuple(
        replace(item, price=None, content=_unpriced(item.content))
        if item.content.identity in unsure
        else item
        for item in order.items
    )
    return {"items": order_json(replace(order, items=items))["items"]}


def _unpriced(content: Content) -> Content:
    return replace(content, breakdown=tuple(replace(part, price=None) for part in content.breakdown))


def _prices_before(
    items: Sequence[Item], former: Mapping[str, Item], unknown: frozenset[str], rewrite: bool
) -> dict[str, Decimal | None]:
    """By item; an item under another name is the same as long as its lines are."""
    known = {item.content.identity: item for item in former.values()}
    before: dict[str, Decimal | None] = {}
    for item in items:
        was = known.get(item.content.identity)
        if item.price is None:
            continue
        if rewrite:
            before[item.name] = None
        elif was is not None:
            if was.name not in unknown:
                before[item.name] = was.price
            elif was.price != item.price:
                before[item.name] = None
    return before


def _unknown(subject: Subject) -> frozenset[str]:
    """The items whose last applied price was written down by us and never seen by anyone."""
    paths = subject.applied.attributes.get("unknown") if subject.applied else None
    rows = paths if isinstance(paths, list) else []
    return frozenset(str(path[1]) for path in rows if isinstance(path, list) and len(path) == 3)


def _breakdown_price_moved(wanted: Content, former: Content | None) -> bool:
    """Whether only the prices inside a mixed box changed: Komet shows none, and sets them with the line."""
    if former is None or former.shown_breakdown != wanted.shown_breakdown:
        return False
    return _prices(former) != _prices(wanted)


def _prices(content: Content) -> list[tuple[int, int, int, Decimal]]:
    return sorted(
        (part.product_id, part.bunches, part.stems, part.price or Decimal(0)) for part in content.breakdown
    )
